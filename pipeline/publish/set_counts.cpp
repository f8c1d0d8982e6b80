#include "pipeline/publish/set_counts.h"

#include <algorithm>
#include <map>
#include <unordered_set>
#include <utility>

#include "pipeline/catalog/catalog.h"
#include "pipeline/core/hash.h"
#include "pipeline/publish/records.h"

namespace fairground {
namespace {

class Counter {
 public:
  Counter(const MediaFacts& facts, MediaCounts& counts) : facts_(facts), counts_(counts) {
    counts_.licence_column = facts.licence_column();
  }

  void add(const Record& record) {
    GroupCounts& group = group_of(record);
    ++counts_.files;
    if (record.control != Control::none) {
      ++group.controls;
      ++(record.control == Control::identity ? counts_.identity : counts_.repeat);
    } else if (record.synthetic) {
      ++group.synthesised;
      ++counts_.synthesised;
    } else {
      ++group.observed;
      ++counts_.observed;
    }
    const bool is_new = seen_.insert(FieldHash().add(record.source_id).value64()).second;
    if (is_new) {
      ++counts_.sources;
      if (record.subject != kUnknown && subjects_.insert(FieldHash().add(record.subject).value64()).second) {
        ++counts_.subjects;
      }
    }
    if (!counts_.licence_column.empty()) {
      LicenceCount& licence = licences_[std::string(record.kept_in(facts_, counts_.licence_column))];
      ++licence.files;
      licence.sources += is_new ? 1 : 0;
    }
  }

  void finish() {
    for (const auto& [labels, losses] : counts_.losses.groups) {
      groups_[labels].lost = losses.lost;
    }
    for (auto& [labels, group] : groups_) {
      group.labels = labels;
      counts_.groups.push_back(std::move(group));
    }
    for (auto& [name, licence] : licences_) {
      licence.licence = name;
      counts_.licences.push_back(std::move(licence));
    }
    std::ranges::stable_sort(counts_.licences, std::greater(), &LicenceCount::files);
  }

 private:
  GroupCounts& group_of(const Record& record) {
    // Variants of one source come one after the other.
    if (last_ == nullptr || !std::ranges::equal(last_->first, record.groups)) {
      last_ = &*groups_.try_emplace(std::vector<std::string>(record.groups.begin(), record.groups.end())).first;
    }
    return last_->second;
  }

  const MediaFacts& facts_;
  MediaCounts& counts_;
  std::map<std::vector<std::string>, GroupCounts> groups_;
  std::map<std::vector<std::string>, GroupCounts>::value_type* last_ = nullptr;
  std::map<std::string, LicenceCount> licences_;
  std::unordered_set<std::uint64_t> seen_;
  std::unordered_set<std::uint64_t> subjects_;
};

}  // namespace

const GroupCounts* MediaCounts::of(const std::vector<std::string>& labels) const {
  const auto found = std::ranges::lower_bound(groups, labels, {}, &GroupCounts::labels);
  return found != groups.end() && found->labels == labels ? &*found : nullptr;
}

SetCounts count_set(const OutputTree& tree, const SetFacts& set) {
  SetCounts counts;
  std::vector<MediaLosses> losses = read_losses(tree, set);
  for (std::size_t i = 0; i < set.media.size(); ++i) {
    MediaCounts& of_media = counts.media.emplace_back();
    of_media.losses = std::move(losses[i]);
    Counter counter(set.media[i], of_media);
    Records(tree, set.media[i]).for_each([&](const Record& record) { counter.add(record); });
    counter.finish();
  }
  return counts;
}

}  // namespace fairground
