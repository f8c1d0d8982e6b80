#include <simdjson.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>
#include <unordered_map>

#include "pipeline/core/error.h"
#include "pipeline/core/text.h"
#include "pipeline/output/run_names.h"
#include "pipeline/publish/report_parts.h"
#include "pipeline/publish/report_words.h"

namespace fairground {
namespace {

namespace dom = simdjson::dom;
using nlohmann::ordered_json;

constexpr std::size_t kMostReasonsKept = 10'000;
constexpr std::size_t kMostReasonsShown = 50;
constexpr std::size_t kMostWarnings = 20;
// A group that lost so much more or less than all others, as a share of its variants, is named.
constexpr double kWarnedDifference = 0.05;

/// The text of a field; empty where there is none.
std::string_view text_at(const dom::element& object, const char* name) {
  std::string_view text;
  return object[name].get(text) == simdjson::SUCCESS ? text : std::string_view();
}

/// Calls `body` for each line of a file. Throws UserError that names a line that is no object.
void for_each_object(const OutputTree& tree, const char* name, const std::function<void(const dom::element&)>& body) {
  dom::parser parser;
  std::string padded;
  std::size_t number = 0;
  const bool is_there = tree.for_each_line(name, [&](const FileLine& line) {
    ++number;
    padded.assign(line.text);
    padded.append(simdjson::SIMDJSON_PADDING, '\0');
    dom::element object;
    if (!line.is_whole ||
        parser.parse(padded.data(), line.text.size(), /*realloc_if_needed=*/false).get(object) != simdjson::SUCCESS ||
        !object.is_object()) {
      throw UserError((tree.root() / name).string() + ":" + std::to_string(number) + ": is no line that a run wrote");
    }
    body(object);
    return true;
  });
  if (!is_there) {
    throw UserError((tree.root() / name).string() + ": is missing; is this the folder of a finished run?");
  }
}

/// Of the variants in failures.jsonl, which does not say it, by variant_id.
std::unordered_map<std::string, Media> media_of_failures(const OutputTree& tree) {
  std::unordered_map<std::string, Media> media;
  for_each_object(tree, kFailures,
                  [&](const dom::element& line) { media.emplace(text_at(line, "variant_id"), Media::audio); });
  if (!media.empty()) {
    std::string id;
    for_each_object(tree, kPlanFile, [&](const dom::element& line) {
      id.assign(text_at(line, "variant_id"));
      const auto found = media.find(id);
      if (found != media.end() && text_at(line, "media") == to_string(Media::image)) {
        found->second = Media::image;
      }
    });
  }
  return media;
}

ordered_json lost_json(const Lost& lost, std::size_t written) {
  return {
      {"planned", written + lost.all()}, {"written", written}, {"rejected", lost.rejected}, {"failed", lost.failed}};
}

/// On one line, and cut where it is long.
std::string reason_text(const std::string& reason) {
  constexpr std::size_t kMostBytes = 300;
  std::string text = on_one_line(reason);
  if (text.size() > kMostBytes) {
    std::size_t end = kMostBytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
      --end;  // not within a character
    }
    text = text.substr(0, end) + "…";
  }
  return text;
}

double share(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

ReportLosses::ReportLosses(const OutputTree& tree, const SetFacts& set) {
  const bool is_one = set.media.size() == 1;
  const auto media = is_one ? std::unordered_map<std::string, Media>() : media_of_failures(tree);
  for_each_object(tree, kFailures, [&](const dom::element& line) {
    key_.assign(text_at(line, "variant_id"));
    OfMedia& of_media = media_[is_one ? set.media.front().media : media.at(key_)];
    const std::string_view kind = text_at(line, "kind");
    const std::string_view gate = text_at(line, "gate");
    const auto count = [&](Lost& lost) { ++(kind == "rejected" ? lost.rejected : lost.failed); };
    key_.assign(text_at(line, "source_id"));
    count(of_media.by_source[key_]);
    count(of_media.unplaced);
    // What one gate with a figure rejected is one reason, whatever the figures.
    key_.assign(kind).append(1, '\n').append(text_at(line, "stage")).append(1, '\n').append(gate);
    key_.append(1, '\n').append(gate.empty() ? text_at(line, "reason") : std::string_view());
    const auto found = of_media.reasons.find(key_);
    if (found != of_media.reasons.end()) {
      ++found->second.count;
    } else if (of_media.reasons.size() == kMostReasonsKept) {
      ++of_media.other_reasons;
    } else {
      of_media.reasons[key_] = {std::string(kind), std::string(text_at(line, "stage")), std::string(gate),
                                std::string(text_at(line, "reason")), 1};
    }
  });
}

void ReportLosses::place(Media media, std::string_view source_id, std::uint32_t group) {
  const auto of_media = media_.find(media);
  if (of_media == media_.end()) {
    return;
  }
  key_.assign(source_id);
  const auto found = of_media->second.by_source.find(key_);
  if (found != of_media->second.by_source.end()) {
    Lost& lost = of_media->second.by_group[group];
    lost.rejected += found->second.rejected;
    lost.failed += found->second.failed;
    of_media->second.unplaced.rejected -= found->second.rejected;
    of_media->second.unplaced.failed -= found->second.failed;
    of_media->second.by_source.erase(found);
  }
}

Lost ReportLosses::of(Media media) const {
  Lost all;
  const auto found = media_.find(media);
  if (found != media_.end()) {
    all = found->second.unplaced;
    for (const auto& [group, lost] : found->second.by_group) {
      all.rejected += lost.rejected;
      all.failed += lost.failed;
    }
  }
  return all;
}

ordered_json ReportLosses::json(Media media, const ReportCoverage& coverage, const ReportStatistics& statistics) const {
  static const OfMedia kNothing;
  const auto found = media_.find(media);
  const OfMedia& of_media = found == media_.end() ? kNothing : found->second;
  std::vector<const Reason*> reasons;
  for (const auto& [key, reason] : of_media.reasons) {
    reasons.push_back(&reason);
  }
  std::stable_sort(reasons.begin(), reasons.end(),
                   [](const Reason* a, const Reason* b) { return a->count > b->count; });
  ordered_json json;
  json["by_reason"] = ordered_json::array();
  std::size_t told = 0;
  for (std::size_t i = 0; i < std::min(reasons.size(), kMostReasonsShown); ++i) {
    const Reason& it = *reasons[i];
    json["by_reason"].push_back({{"kind", it.kind},
                                 {"stage", it.stage},
                                 {"gate", it.gate.empty() ? ordered_json(nullptr) : ordered_json(it.gate)},
                                 {"reason", reason_text(it.reason)},
                                 {"count", it.count}});
    told += it.count;
  }
  json["other_reasons"] = of(media).all() - told;
  json["by_group"] = ordered_json::array();
  json["group_unknown"] = {{"rejected", of_media.unplaced.rejected}, {"failed", of_media.unplaced.failed}};
  json["warnings"] = ordered_json::array();
  std::size_t written = 0;
  Lost of_groups;
  const auto lost_of = [&](std::size_t g) {
    const auto place = of_media.by_group.find(static_cast<std::uint32_t>(g));
    return place == of_media.by_group.end() ? Lost() : place->second;
  };
  for (std::size_t g = 0; g < coverage.groups.size(); ++g) {
    const Lost lost = lost_of(g);
    written += statistics.groups[g].written;
    of_groups.rejected += lost.rejected;
    of_groups.failed += lost.failed;
    if (g < coverage.groups_shown) {
      json["by_group"].push_back(lost_json(lost, statistics.groups[g].written));
    }
  }
  std::vector<std::tuple<double, std::size_t>> warned;
  for (std::size_t g = 0; g < coverage.groups.size(); ++g) {
    const std::size_t lost = lost_of(g).all();
    const std::size_t planned = lost + statistics.groups[g].written;
    const std::size_t others = of_groups.all() + written - planned;
    const double difference = share(lost, planned) - share(of_groups.all() - lost, others);
    if (planned > 0 && others > 0 && std::abs(difference) > kWarnedDifference) {
      warned.emplace_back(-std::abs(difference), g);
    }
  }
  std::sort(warned.begin(), warned.end());
  for (std::size_t i = 0; i < std::min(warned.size(), kMostWarnings); ++i) {
    const std::size_t g = std::get<1>(warned[i]);
    const std::size_t lost = lost_of(g).all();
    const std::size_t planned = lost + statistics.groups[g].written;
    json["warnings"].push_back("group " + coverage.groups[g].name + " lost " + share_text(lost, planned) +
                               " of its variants, all other groups together " +
                               share_text(of_groups.all() - lost, of_groups.all() + written - planned));
  }
  if (warned.size() > kMostWarnings) {
    json["warnings"].push_back("and " + counted(warned.size() - kMostWarnings, "more group") +
                               " lost another share than the others");
  }
  if (of_media.unplaced.all() > 0) {
    json["warnings"].push_back("the group of " + counted(of_media.unplaced.all(), "lost variant") +
                               " does not show, since the set has nothing of their sources");
  }
  return json;
}

}  // namespace fairground
