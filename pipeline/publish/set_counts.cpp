#include "pipeline/publish/set_counts.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "pipeline/catalog/catalog.h"
#include "pipeline/core/hash.h"

namespace fairground {
MediaCounter::MediaCounter(const MediaFacts& facts, MediaLosses losses) : facts_(facts) {
  counts_.licence_column = facts.licence_column();
  counts_.losses = std::move(losses);
}

void MediaCounter::add(const Record& record) {
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
  // Variants of one source come one after the other.
  bool is_new = false;
  if (counts_.files == 1 || record.source_id != source_) {
    source_.assign(record.source_id);
    is_new = seen_.insert(FieldHash().add(record.source_id).value64()).second;
  }
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

MediaCounts MediaCounter::finish() {
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
  return std::move(counts_);
}

GroupCounts& MediaCounter::group_of(const Record& record) {
  if (last_ == nullptr || !std::ranges::equal(last_->first, record.groups)) {
    last_ = &*groups_.try_emplace(std::vector<std::string>(record.groups.begin(), record.groups.end())).first;
  }
  return last_->second;
}

const GroupCounts* MediaCounts::of(const std::vector<std::string>& labels) const {
  const auto found = std::ranges::lower_bound(groups, labels, {}, &GroupCounts::labels);
  return found != groups.end() && found->labels == labels ? &*found : nullptr;
}

SetCounts count_set(const OutputTree& tree, const SetFacts& set) {
  SetCounts counts;
  std::vector<MediaLosses> losses = read_losses(tree, set);
  for (std::size_t i = 0; i < set.media.size(); ++i) {
    MediaCounter counter(set.media[i], std::move(losses[i]));
    Records(tree, set.media[i]).for_each([&](const Record& record) { counter.add(record); });
    counts.media.push_back(counter.finish());
  }
  return counts;
}

}  // namespace fairground
