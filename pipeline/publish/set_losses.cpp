#include "pipeline/publish/set_losses.h"

#include <simdjson.h>

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>

#include "pipeline/core/error.h"
#include "pipeline/output/run_names.h"

namespace fairground {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kMostReasons = 10'000;

/// One line. Throws std::invalid_argument where it has not what each line has.
class Failure {
 public:
  explicit Failure(const dom::element& json) : json_(json) {
    if (!json.is_object() || (text("kind") != "rejected" && text("kind") != "failed")) {
      throw std::invalid_argument("does not tell of a variant that was rejected or failed");
    }
  }

  [[nodiscard]] std::string_view text(const char* name) const {
    std::string_view text;
    return json_[name].get(text) == simdjson::SUCCESS ? text : std::string_view();
  }

  void read_labels(const MediaFacts& facts, std::vector<std::string>& labels) const {
    labels.resize(facts.groups.size());
    for (std::size_t i = 0; i < labels.size(); ++i) {
      std::string_view label;
      if (json_["group"][facts.groups[i]].get(label) != simdjson::SUCCESS) {
        throw std::invalid_argument("does not say of which `" + facts.groups[i] + "` the variant was");
      }
      labels[i].assign(label);
    }
  }

 private:
  const dom::element& json_;
};

/// Of one medium, while it is read.
class Tally {
 public:
  void add(const Failure& failure, const std::vector<std::string>& labels) {
    GroupLosses& group = losses_.groups[labels];
    ++(failure.text("kind") == "rejected" ? group.lost.rejected : group.lost.failed);
    const std::size_t reason = reason_of(failure);
    ++losses_.reasons[reason].count;
    ++group.by_reason[reason];
  }

  MediaLosses finish() {
    std::vector<std::size_t> order(losses_.reasons.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, std::greater(), [&](std::size_t i) { return losses_.reasons[i].count; });
    std::vector<LossReason> sorted;
    std::vector<std::size_t> place(order.size());
    for (const std::size_t i : order) {
      place[i] = sorted.size();
      sorted.push_back(std::move(losses_.reasons[i]));
    }
    losses_.reasons = std::move(sorted);
    for (auto& [labels, group] : losses_.groups) {
      std::map<std::size_t, std::size_t> by_reason;
      for (const auto& [reason, count] : group.by_reason) {
        by_reason[place[reason]] = count;
      }
      group.by_reason = std::move(by_reason);
    }
    return std::move(losses_);
  }

 private:
  std::size_t reason_of(const Failure& failure) {
    const std::string_view gate = failure.text("gate");
    const std::string_view text = failure.text("reason");
    const auto find = [&](std::string_view told) {
      key_.assign(failure.text("kind")).append(1, '\0').append(failure.text("stage")).append(1, '\0');
      key_.append(gate).append(1, '\0').append(told);
      return places_.find(key_);
    };
    const bool is_told_apart = gate.empty() && places_.size() < kMostReasons;
    auto found = find(gate.empty() ? text : std::string_view());
    if (found == places_.end() && gate.empty() && !is_told_apart) {
      found = find({});
    }
    if (found == places_.end()) {
      found = places_.emplace(key_, losses_.reasons.size()).first;
      losses_.reasons.push_back({std::string(failure.text("kind")), std::string(failure.text("stage")),
                                 std::string(gate), std::string(gate.empty() && !is_told_apart ? "" : text), 0});
    }
    return found->second;
  }

  MediaLosses losses_;
  std::map<std::string, std::size_t> places_;  ///< of the reasons
  std::string key_;
};

}  // namespace

Lost MediaLosses::all() const {
  Lost all;
  for (const auto& [labels, group] : groups) {
    all.rejected += group.lost.rejected;
    all.failed += group.lost.failed;
  }
  return all;
}

const GroupLosses& MediaLosses::of(const std::vector<std::string>& labels) const {
  static const GroupLosses kNothing;
  const auto found = groups.find(labels);
  return found == groups.end() ? kNothing : found->second;
}

std::vector<MediaLosses> read_losses(const OutputTree& tree, const SetFacts& set) {
  std::vector<Tally> tallies(set.media.size());
  dom::parser parser;
  std::string padded;
  std::vector<std::string> labels;
  std::size_t number = 0;
  const auto add = [&](const FileLine& line) {
    padded.assign(line.text);
    padded.append(simdjson::SIMDJSON_PADDING, '\0');
    dom::element json;
    if (!line.is_whole ||
        parser.parse(padded.data(), line.text.size(), /*realloc_if_needed=*/false).get(json) != simdjson::SUCCESS) {
      throw std::invalid_argument("is no line that a run wrote");
    }
    const Failure failure(json);
    const auto facts = std::ranges::find_if(
        set.media, [&](const MediaFacts& it) { return failure.text("media") == to_string(it.media); });
    if (facts == set.media.end()) {
      throw std::invalid_argument("is of a medium that the set does not have");
    }
    failure.read_labels(*facts, labels);
    tallies[static_cast<std::size_t>(facts - set.media.begin())].add(failure, labels);
  };
  const bool is_there = tree.for_each_line(kFailures, [&](const FileLine& line) {
    ++number;
    try {
      add(line);
    } catch (const std::invalid_argument& error) {
      throw UserError((tree.root() / kFailures).string() + ":" + std::to_string(number) + ": " + error.what());
    }
    return true;
  });
  if (!is_there) {
    throw UserError((tree.root() / kFailures).string() + ": is missing; is this the folder of a finished run?");
  }
  std::vector<MediaLosses> losses;
  for (Tally& tally : tallies) {
    losses.push_back(tally.finish());
  }
  return losses;
}

}  // namespace fairground
