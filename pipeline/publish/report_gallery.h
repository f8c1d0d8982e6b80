// Which variants the report shows, and their pictures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/output/output_tree.h"
#include "pipeline/publish/report_record.h"

namespace fairground {

inline constexpr std::size_t kMostGalleryGroups = 8;
inline constexpr std::size_t kMostGallerySamples = 60;

/// Conditions that show every level of every axis as soon as can be, and then again: a condition is next if most of its
/// levels were shown least often. Of two that are alike, the first in the plan. The clean reference is left out.
[[nodiscard]] std::vector<std::uint32_t> gallery_order(const MediaFacts& facts, const ReportCoverage& coverage,
                                                       std::size_t most);

/// Of the groups with most sources the source that stands for each, while the records go by: of those with most
/// variants the one whose id has the smallest hash, which nobody can choose by what it looks like.
class Gallery {
 public:
  /// The facts, the coverage and the records must outlive it.
  Gallery(const MediaFacts& facts, const ReportCoverage& coverage, const Records& records);

  void add(const SeenRecord& seen);
  /// When all were added.
  void finish();

  /// `gallery` of the page's data. Reads the media: sound becomes spectrograms, of a long recording those of its
  /// start, and a picture that browsers cannot show becomes a small one. A file that is missing or cannot be read is
  /// told, and no error. `jobs` threads read them.
  [[nodiscard]] nlohmann::ordered_json json(const OutputTree& tree, int jobs) const;

 private:
  struct Sample {
    std::uint32_t condition = 0;
    std::int64_t realization = 0;
    std::string file_name;
    std::string clean_file_name;
    QuantityValues values = {};
    int width = 0;
    int height = 0;
  };
  struct Source {
    std::string id;
    std::uint64_t hash = 0;
    std::size_t variants = 0;
    std::vector<Sample> samples;
  };
  struct Shown {
    std::uint32_t group = 0;
    std::vector<std::uint32_t> conditions;
    Source source;
  };

  void close_source();
  /// All that are shown, each once, in the order in which they are first shown.
  [[nodiscard]] std::vector<std::filesystem::path> files() const;
  [[nodiscard]] std::string rule() const;
  [[nodiscard]] nlohmann::ordered_json sample_json(const Shown& shown, const Sample& sample) const;

  const MediaFacts& facts_;
  const ReportCoverage& coverage_;
  std::size_t width_column_ = 0;  ///< of Record::numbers; only of pictures
  std::size_t height_column_ = 0;
  std::vector<Shown> groups_;
  Shown* open_ = nullptr;  ///< the group whose source is coming in; nullptr: one that is not shown
  Source source_;
};

}  // namespace fairground
