// The sources of a run: their labels, bytes and headers.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "pipeline/config/config.h"
#include "pipeline/core/progress.h"
#include "pipeline/media/limits.h"

namespace fairground {

/// What an empty group or subject cell becomes.
inline constexpr const char* kUnknown = "unknown";

struct Source {
  std::string id;                    ///< verbatim
  std::string file;                  ///< absolute path; a std::filesystem::path takes five times the memory
  std::uint32_t settings = 0;        ///< index into Config::sources
  std::uint32_t group = 0;           ///< index into MediaCatalog::groups
  std::string subject;               ///< kUnknown where the cell is empty or there is no column
  std::vector<std::string> carried;  ///< values of MediaCatalog::columns, verbatim
  std::string sha256;                ///< of the file's bytes; empty where it cannot be read
  std::string problem;               ///< why it cannot be used; empty where nothing is known against it
  int sample_rate = 0;               ///< of the file, in Hz; 0 for pictures and unreadable files
  int channels = 0;
  float seconds = 0.0F;  ///< as the header claims
};

/// Sources of one medium. They share groups and kept columns.
struct MediaCatalog {
  std::vector<std::string> group_columns;
  std::vector<std::vector<std::string>> groups;  ///< the combinations of group labels that occur, sorted
  std::vector<std::string> columns;              ///< carried into records: kept columns, transcript, licence
  bool has_subjects = false;
  std::vector<Source> sources;  ///< in the order of the manifests
};

struct Catalog {
  std::map<Media, MediaCatalog> media;
  /// For each asset, the sorted SHA-256 of its files.
  std::map<std::string, std::vector<std::string>> asset_sha256;
};

[[nodiscard]] MediaLimits media_limits(const Limits& limits);

/// Reads every manifest, checks it, and reads the bytes and header of every source and asset on `jobs`
/// threads. A medium that is missing or unreadable is a source with a `problem`. Mistakes of structure (columns that
/// are missing or collide with record fields or axes, ids given twice, paths that leave the manifest's folder)
/// are thrown as one UserError that lists them all, each as `FILE:LINE: message`. `progress` counts the sources that
/// were read. When `stop` becomes true the rest is left out, and the result must not be used.
[[nodiscard]] Catalog read_catalog(const Config& config, int jobs, Progress* progress = nullptr,
                                   const std::atomic<bool>* stop = nullptr);

}  // namespace fairground
