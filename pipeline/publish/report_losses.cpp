#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <tuple>

#include "pipeline/core/error.h"
#include "pipeline/core/text.h"
#include "pipeline/output/run_names.h"
#include "pipeline/publish/report_parts.h"
#include "pipeline/publish/report_words.h"

namespace fairground {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kMostReasonsShown = 50;
constexpr std::size_t kMostReasonsOfAGroup = 3;
constexpr std::size_t kMostWarnings = 5;
// A group that lost so much more or less than all others, as a share of its variants, is named.
constexpr double kWarnedDifference = 0.05;

/// On one line, and cut where it is long.
std::string reason_text(const LossReason& reason) {
  constexpr std::size_t kMostBytes = 300;
  if (reason.text.empty()) {
    return "many reasons, too many to tell apart";
  }
  std::string text = on_one_line(reason.text);
  if (text.size() > kMostBytes) {
    std::size_t end = kMostBytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
      --end;  // not within a character
    }
    text = text.substr(0, end) + "…";
  }
  return text;
}

ordered_json reasons_json(const MediaLosses& losses) {
  ordered_json reasons = ordered_json::array();
  for (std::size_t i = 0; i < std::min(losses.reasons.size(), kMostReasonsShown); ++i) {
    const LossReason& it = losses.reasons[i];
    reasons.push_back({{"kind", it.kind},
                       {"stage", it.stage},
                       {"gate", it.gate.empty() ? ordered_json(nullptr) : ordered_json(it.gate)},
                       {"reason", reason_text(it)},
                       {"count", it.count}});
  }
  return reasons;
}

/// [place in reasons_json(), variants], the most frequent first.
ordered_json reasons_of(const GroupLosses& group) {
  std::vector<std::pair<std::size_t, std::size_t>> reasons;
  for (const auto& it : group.by_reason) {
    if (it.first < kMostReasonsShown) {
      reasons.push_back(it);
    }
  }
  std::ranges::stable_sort(reasons, std::greater(), &std::pair<std::size_t, std::size_t>::second);
  ordered_json json = ordered_json::array();
  for (std::size_t i = 0; i < std::min(reasons.size(), kMostReasonsOfAGroup); ++i) {
    json.push_back({reasons[i].first, reasons[i].second});
  }
  return json;
}

double share(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

ordered_json warnings_json(const std::vector<Lost>& lost, const ReportCoverage& coverage,
                           const ReportStatistics& statistics) {
  std::size_t all_lost = 0;
  std::size_t all_planned = 0;
  const auto planned = [&](std::size_t g) { return lost[g].all() + statistics.groups[g].written; };
  for (std::size_t g = 0; g < lost.size(); ++g) {
    all_lost += lost[g].all();
    all_planned += planned(g);
  }
  std::vector<std::tuple<double, std::size_t>> warned;
  for (std::size_t g = 0; g < lost.size(); ++g) {
    const std::size_t others = all_planned - planned(g);
    const double difference = share(lost[g].all(), planned(g)) - share(all_lost - lost[g].all(), others);
    if (planned(g) > 0 && others > 0 && std::abs(difference) > kWarnedDifference) {
      warned.emplace_back(-std::abs(difference), g);
    }
  }
  std::sort(warned.begin(), warned.end());
  ordered_json warnings = ordered_json::array();
  for (std::size_t i = 0; i < std::min(warned.size(), kMostWarnings); ++i) {
    const std::size_t g = std::get<1>(warned[i]);
    warnings.push_back("group " + coverage.groups[g].name + " lost " + share_text(lost[g].all(), planned(g)) +
                       " of its variants, all other groups together " +
                       share_text(all_lost - lost[g].all(), all_planned - planned(g)));
  }
  if (warned.size() > kMostWarnings) {
    warnings.push_back("and " + counted(warned.size() - kMostWarnings, "more group") +
                       " lost another share than the others");
  }
  return warnings;
}

}  // namespace

ordered_json losses_json(const OutputTree& tree, const MediaLosses& losses, const ReportCoverage& coverage,
                         const ReportStatistics& statistics) {
  std::vector<Lost> lost;
  ordered_json groups = ordered_json::array();
  std::size_t of_groups = 0;
  for (std::size_t g = 0; g < coverage.groups.size(); ++g) {
    const GroupLosses& of_group = losses.of(coverage.groups[g].labels);
    const std::size_t written = statistics.groups[g].written;
    lost.push_back(of_group.lost);
    of_groups += of_group.lost.all();
    if (g < coverage.groups_shown) {
      groups.push_back({{"planned", written + of_group.lost.all()},
                        {"written", written},
                        {"rejected", of_group.lost.rejected},
                        {"failed", of_group.lost.failed},
                        {"reasons", reasons_of(of_group)}});
    }
  }
  if (of_groups != losses.all().all()) {
    throw UserError((tree.root() / kFailures).string() + ": has a variant of a group that coverage.json does not have");
  }
  ordered_json json;
  json["by_reason"] = reasons_json(losses);
  std::size_t told = 0;
  for (const ordered_json& reason : json["by_reason"]) {
    told += reason.at("count").get<std::size_t>();
  }
  json["other_reasons"] = of_groups - told;
  json["by_group"] = std::move(groups);
  json["warnings"] = warnings_json(lost, coverage, statistics);
  return json;
}

}  // namespace fairground
