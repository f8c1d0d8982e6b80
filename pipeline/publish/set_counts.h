// How much of what is in a finished set, counted from its records and failures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_set>
#include <vector>

#include "pipeline/output/output_tree.h"
#include "pipeline/publish/records.h"
#include "pipeline/publish/set_facts.h"
#include "pipeline/publish/set_losses.h"

namespace fairground {

struct GroupCounts {
  std::vector<std::string> labels;  ///< in the order of MediaFacts::groups
  std::size_t observed = 0;         ///< files of clean references
  std::size_t synthesised = 0;
  std::size_t controls = 0;
  Lost lost;  ///< not in the set

  [[nodiscard]] std::size_t files() const { return observed + synthesised + controls; }
};

struct LicenceCount {
  std::string licence;
  std::size_t sources = 0;
  std::size_t files = 0;
};

struct MediaCounts {
  std::size_t files = 0;
  std::size_t observed = 0;
  std::size_t synthesised = 0;
  std::size_t identity = 0;
  std::size_t repeat = 0;
  std::size_t sources = 0;             ///< of which something is in the set
  std::size_t subjects = 0;            ///< likewise, those that are known
  std::vector<GroupCounts> groups;     ///< those with records or losses, sorted by their labels
  std::string licence_column;          ///< the config's, or a kept column of that name; empty: there is none
  std::vector<LicenceCount> licences;  ///< of that column, the most frequent first
  MediaLosses losses;

  [[nodiscard]] const GroupCounts* of(const std::vector<std::string>& labels) const;
};

struct SetCounts {
  std::vector<MediaCounts> media;  ///< in the order of SetFacts::media
};

/// Counts a medium while its records go by, so that whoever reads them anyway need not do it twice.
class MediaCounter {
 public:
  /// The facts must outlive it.
  MediaCounter(const MediaFacts& facts, MediaLosses losses);

  void add(const Record& record);
  /// When all were added.
  [[nodiscard]] MediaCounts finish();

 private:
  using Groups = std::map<std::vector<std::string>, GroupCounts>;

  [[nodiscard]] GroupCounts& group_of(const Record& record);

  const MediaFacts& facts_;
  MediaCounts counts_;
  Groups groups_;
  Groups::value_type* last_ = nullptr;  ///< of the record before
  std::map<std::string, LicenceCount> licences_;
  std::unordered_set<std::uint64_t> seen_;  ///< hashes of sources
  std::unordered_set<std::uint64_t> subjects_;
  std::string source_;  ///< of the record before
};

/// Throws UserError where records or failures are not what they should be.
[[nodiscard]] SetCounts count_set(const OutputTree& tree, const SetFacts& set);

}  // namespace fairground
