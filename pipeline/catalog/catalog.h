// The sources of a run: their labels, bytes and headers.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/catalog/compact_text.h"
#include "pipeline/catalog/file_path.h"
#include "pipeline/catalog/file_times.h"
#include "pipeline/catalog/packed_texts.h"
#include "pipeline/config/config.h"
#include "pipeline/core/hash.h"
#include "pipeline/core/progress.h"
#include "pipeline/media/assets.h"
#include "pipeline/media/limits.h"

namespace fairground {

/// What an empty group or subject cell becomes.
inline constexpr const char* kUnknown = "unknown";

/// A recording or a photograph on disk. Sources that name the same file share it, so that it is read once.
struct MediaFile {
  FilePath path;        ///< absolute, links resolved
  Sha256Digest sha256;  ///< of its bytes; empty where it cannot be read
  CompactText problem;  ///< why it cannot be used; empty where nothing is known against it
  int sample_rate = 0;  ///< in Hz; 0 for pictures and unreadable files
  int channels = 0;
  // As the header claims:
  float seconds = 0.0F;     ///< of sound
  float megapixels = 0.0F;  ///< of a picture
  FileTimes times = {};     ///< before it was read
};

/// A file beside a picture that says something of each of its pixels.
struct PictureMap {
  const char* name;                     ///< also of the key in the config
  std::string SourceSettings::*column;  ///< empty: there is none
};
inline constexpr std::array<PictureMap, 3> kPictureMaps = {{
    {"mask", &SourceSettings::mask},
    {"depth", &SourceSettings::depth},
    {"normals", &SourceSettings::normals},
}};
inline constexpr std::size_t kMaskMap = 0;  ///< indices into kPictureMaps
inline constexpr std::size_t kDepthMap = 1;
inline constexpr std::size_t kNormalsMap = 2;

struct Source {
  /// The id; the values of MediaCatalog::columns; then words, boxes, key points if any. All verbatim.
  PackedTexts texts;
  std::uint32_t settings = 0;  ///< index into Config::sources
  std::uint32_t file = 0;      ///< index into MediaCatalog::files
  std::uint32_t group = 0;     ///< index into MediaCatalog::groups
  std::uint32_t subject = 0;   ///< index into MediaCatalog::subjects; kUnknownSubject where the cell is empty

  [[nodiscard]] std::string_view id() const { return texts[0]; }
  /// The value of a column, or one of those behind.
  [[nodiscard]] std::string_view carried(std::size_t i) const { return texts[i + 1]; }
};

/// MediaCatalog::subjects begins with kUnknown.
inline constexpr std::uint32_t kUnknownSubject = 0;
/// A source whose cell in a column of `observed` is empty.
inline constexpr std::int32_t kUnknownLevel = -1;

/// Sources with the same bytes under several ids. They make a set look larger than it is.
struct SharedBytes {
  std::size_t sources = 0;       ///< whose bytes are those of another source too
  std::size_t contents = 0;      ///< that are different among them
  std::vector<std::string> ids;  ///< of the first few of these sources, in the order of the manifests
};

/// Sources of one medium. They share groups and kept columns.
struct MediaCatalog {
  std::vector<std::string> group_columns;
  std::vector<std::vector<std::string>> groups;  ///< the combinations of group labels that occur, sorted
  std::vector<std::string> columns;              ///< carried into records: kept columns, transcript, licence
  bool has_subjects = false;
  bool has_words = false;                          ///< of each source, when its words are spoken
  bool has_boxes = false;                          ///< of each source, what is in the picture and where
  bool has_keypoints = false;                      ///< likewise
  std::vector<std::size_t> maps;                   ///< that each source has: indices into kPictureMaps, ascending
  std::vector<std::string> subjects = {kUnknown};  ///< different ones, in the order of the manifests
  std::deque<MediaFile> files;                     ///< different ones, in the order of the manifests
  std::vector<Source> sources;                     ///< in the order of the manifests
  std::vector<std::size_t> observed_axes;  ///< indices of the axes that DesignSettings::observed names, ascending
  /// For each source, the level of each of `observed_axes`: an index into Axis::levels or kUnknownLevel.
  std::vector<std::int32_t> observed_levels;
  std::deque<MediaFile> map_files;     ///< of all maps, different ones, in the order of the manifests
  std::vector<std::uint32_t> maps_of;  ///< for each source, the file of each of `maps`: an index into `map_files`
  SharedBytes shared_bytes;

  /// As the manifest has them; see words.h. Only where `has_words`.
  [[nodiscard]] std::string_view words_of(const Source& source) const { return source.carried(columns.size()); }
  /// As the manifest has them; see picture_cells.h. Only where `has_boxes`.
  [[nodiscard]] std::string_view boxes_of(const Source& source) const {
    return source.carried(columns.size() + (has_words ? 1 : 0));
  }
  /// Likewise, where `has_keypoints`.
  [[nodiscard]] std::string_view keypoints_of(const Source& source) const {
    return source.carried(columns.size() + (has_words ? 1 : 0) + (has_boxes ? 1 : 0));
  }
  /// The file of a map of one of `sources`, or nullptr where they have no such map.
  [[nodiscard]] const MediaFile* map_of(const Source& source, std::size_t map) const {
    const auto place = std::ranges::find(maps, map);
    if (place == maps.end()) {
      return nullptr;
    }
    const auto number = static_cast<std::size_t>(&source - sources.data());
    return &map_files[maps_of[number * maps.size() + static_cast<std::size_t>(place - maps.begin())]];
  }
  /// Why one of `sources` cannot be used, by its own file or by a map; empty where nothing is known against it.
  [[nodiscard]] std::string problem_of(const Source& source) const;
  /// A hash of all that the manifest says of what is in the picture of one of `sources`; empty where it says nothing.
  [[nodiscard]] std::string labels_hash(const Source& source) const;
  [[nodiscard]] const MediaFile& file_of(const Source& source) const { return files[source.file]; }
  [[nodiscard]] const std::string& subject_of(const Source& source) const { return subjects[source.subject]; }
  /// What was observed of source number `source` on the axis observed_axes[k].
  [[nodiscard]] std::int32_t observed_level(std::size_t source, std::size_t k) const {
    return observed_levels[source * observed_axes.size() + k];
  }
};

/// A pool of talkers. None of them is the subject of a recording among the sources.
struct TalkerPool {
  std::string manifest_sha256;    ///< of the manifest's bytes
  std::vector<TalkerFile> files;  ///< sorted by their SHA-256
};

struct Catalog {
  std::map<Media, MediaCatalog> media;
  /// For each asset, the sorted SHA-256 of its files.
  std::map<std::string, std::vector<std::string>> asset_sha256;
  /// Of the files that faces are found with, where some level works on skin and no mask is supplied.
  std::vector<std::string> face_model_sha256;
  std::map<std::string, TalkerPool> pools;                       ///< by the names of these assets
  std::map<std::filesystem::path, std::string> manifest_sha256;  ///< of the bytes of each manifest of sources
};

class KnownFiles;

[[nodiscard]] MediaLimits media_limits(const Limits& limits);

/// Reads every manifest, checks it, and reads the bytes and header of every file and asset on `jobs` threads, each
/// file once however many sources name it. A file that is missing or unreadable has a `problem`. Mistakes of structure
/// (columns that are missing or collide with record fields or axes, ids given twice, paths that leave the manifest's
/// folder, observed levels that no axis has, words, boxes or key points that cannot be read, and all that is wrong with
/// a pool of talkers) are thrown as one UserError that lists them all, each as `FILE:LINE: message`; so is a pool that
/// overlaps the sources. `progress` counts the sources whose files were read. When `stop` becomes true the rest is left
/// out, and the result must not be used. Of the sources' own files, those that `known` knows and that have not changed
/// are not read.
[[nodiscard]] Catalog read_catalog(const Config& config, int jobs, Progress* progress = nullptr,
                                   const std::atomic<bool>* stop = nullptr, const KnownFiles* known = nullptr);

}  // namespace fairground
