#include "pipeline/publish/set_counts.h"

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "pipeline/catalog/json_text.h"
#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "pipeline/output/run_names.h"
#include "pipeline/publish/records.h"

namespace fairground {
namespace {

struct SourceLoss {
  std::size_t rejected = 0;
  std::size_t failed = 0;
  bool is_placed = false;
};

using Losses = std::unordered_map<std::string, SourceLoss>;

std::string text_in(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Losses read_losses(const OutputTree& tree, SetCounts& counts) {
  Losses losses;
  std::map<std::pair<std::string, std::string>, LossCount> reasons;
  std::size_t number = 0;
  const bool is_there = tree.for_each_line(kFailures, [&](const FileLine& line) {
    ++number;
    const nlohmann::json failure = parse_json(line.text);
    const std::string kind = failure.is_object() ? text_in(failure, "kind") : std::string();
    if (kind != "rejected" && kind != "failed") {
      throw UserError((tree.root() / kFailures).string() + ":" + std::to_string(number) +
                      ": does not tell of a variant that was rejected or failed");
    }
    const std::string gate = text_in(failure, "gate");
    const std::string where = gate.empty() ? text_in(failure, "stage") : gate;
    LossCount& reason = reasons[{kind, where}];
    if (++reason.count == 1) {
      reason.kind = kind;
      reason.where = where;
      reason.example = text_in(failure, "reason");
    }
    SourceLoss& loss = losses[text_in(failure, "source_id")];
    ++(kind == "rejected" ? loss.rejected : loss.failed);
    return true;
  });
  if (!is_there) {
    throw UserError((tree.root() / kFailures).string() + ": is missing; is this the folder of a finished run?");
  }
  for (auto& [key, reason] : reasons) {
    counts.losses.push_back(std::move(reason));
  }
  std::ranges::stable_sort(counts.losses, std::greater(), &LossCount::count);
  return losses;
}

std::string licence_column_of(const MediaFacts& facts) {
  if (!facts.licence.empty()) {
    return facts.licence;
  }
  for (const char* const name : {"licence", "license"}) {
    if (std::ranges::find(facts.kept, name) != facts.kept.end()) {
      return name;
    }
  }
  return {};
}

class Counter {
 public:
  Counter(const MediaFacts& facts, Losses& losses, MediaCounts& counts)
      : facts_(facts), losses_(losses), counts_(counts) {
    counts_.licence_column = licence_column_of(facts);
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
      place_losses(record, group);
    }
    if (!counts_.licence_column.empty()) {
      LicenceCount& licence = licences_[std::string(record.kept_in(facts_, counts_.licence_column))];
      ++licence.files;
      licence.sources += is_new ? 1 : 0;
    }
  }

  void finish() {
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

  void place_losses(const Record& record, GroupCounts& group) {
    if (losses_.empty()) {
      return;
    }
    const auto loss = losses_.find(std::string(record.source_id));
    if (loss != losses_.end()) {
      group.rejected += loss->second.rejected;
      group.failed += loss->second.failed;
      loss->second.is_placed = true;
    }
  }

  const MediaFacts& facts_;
  Losses& losses_;
  MediaCounts& counts_;
  std::map<std::vector<std::string>, GroupCounts> groups_;
  std::map<std::vector<std::string>, GroupCounts>::value_type* last_ = nullptr;
  std::map<std::string, LicenceCount> licences_;
  std::unordered_set<std::uint64_t> seen_;
};

}  // namespace

const GroupCounts* MediaCounts::of(const std::vector<std::string>& labels) const {
  const auto found = std::ranges::lower_bound(groups, labels, {}, &GroupCounts::labels);
  return found != groups.end() && found->labels == labels ? &*found : nullptr;
}

SetCounts count_set(const OutputTree& tree, const SetFacts& set) {
  SetCounts counts;
  Losses losses = read_losses(tree, counts);
  for (const MediaFacts& facts : set.media) {
    Counter counter(facts, losses, counts.media.emplace_back());
    Records(tree, facts).for_each([&](const Record& record) { counter.add(record); });
    counter.finish();
  }
  for (const auto& [source, loss] : losses) {
    counts.rejected_elsewhere += loss.is_placed ? 0 : loss.rejected;
    counts.failed_elsewhere += loss.is_placed ? 0 : loss.failed;
  }
  return counts;
}

}  // namespace fairground
