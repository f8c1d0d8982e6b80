#include "pipeline/output/skin_account.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "pipeline/core/units.h"

namespace fairground {
namespace {

using nlohmann::ordered_json;

/// Nobody sees less, and a target is met to within some tenths.
constexpr double kSameLightness = 0.5;

/// Rejections by a gate that has no figure and so no name.
constexpr const char* kOtherGate = "other";

bool has_images(const Plan& plan) {
  return std::ranges::any_of(plan.media(), [](const MediaPlan& media) { return media.media == Media::image; });
}

ordered_json level_json(const SkinCounts::NamedLevel& level, const SkinLevelCounts& counts) {
  ordered_json json;
  json["axis"] = level.axis;
  json["level"] = level.level;
  json["planned"] = counts.planned;
  json["written"] = counts.written;
  json["rejected"] = counts.rejected;
  json["failed"] = counts.failed;
  json["darker"] = counts.darker;
  json["lighter"] = counts.lighter;
  json["sources"] = counts.sources;
  json["sources_reached"] = counts.reached;
  return json;
}

ordered_json band_json(const SkinCounts& counts, int band, const SkinBandCounts& of_band) {
  ordered_json json;
  json["source_lightness"] = band_name(band);
  json["sources"] = of_band.sources;
  json["unread"] = of_band.unread;
  json["masks"] = ordered_json::object();
  for (std::size_t kind = 0; kind < kMaskKinds; ++kind) {
    const MaskKindCounts& mask = of_band.masks[kind];
    ordered_json entry = {{"sources", mask.sources}};
    if (kind != kNoMask) {
      entry["mean_confidence"] = mask.sources > 0
                                     ? ordered_json(rounded_unit(mask.confidence / static_cast<double>(mask.sources)))
                                     : ordered_json(nullptr);
    }
    json["masks"][mask_kind_name(kind)] = std::move(entry);
  }
  json["levels"] = ordered_json::array();
  for (std::size_t i = 0; i < of_band.levels.size(); ++i) {
    if (of_band.levels[i].planned > 0) {
      json["levels"].push_back(level_json(counts.levels[i], of_band.levels[i]));
    }
  }
  return json;
}

}  // namespace

SkinAccount::SkinAccount(const Plan& plan) : plan_(plan) {
  if (!has_images(plan)) {
    return;
  }
  const MediaPlan& media = plan.of(Media::image);
  std::map<const Level*, std::size_t> index;
  for (const Axis& axis : media.settings->axes) {
    for (const Level& level : axis.levels) {
      if (needs_skin(level)) {
        index[&level] = counts_.levels.size();
        counts_.levels.push_back({axis.name, level.name});
      }
    }
  }
  for (const Condition& condition : media.conditions) {
    std::vector<std::size_t>& of_condition = levels_of_condition_.emplace_back();
    for (const Level* level : condition.levels) {
      if (const auto found = index.find(level); found != index.end() && condition.control == Control::none) {
        of_condition.push_back(found->second);
      }
    }
  }
  const MediaCatalog& catalog = *media.catalog;
  for (const std::vector<std::string>& labels : catalog.groups) {
    SkinGroupCounts& group = counts_.groups.emplace_back();
    for (std::size_t i = 0; i < labels.size(); ++i) {
      group.labels.emplace_back(catalog.group_columns[i], labels[i]);
    }
  }
}

void SkinAccount::add(const Outcome& outcome) {
  const Variant& variant = outcome.variant;
  if (!is_needed() || variant.media != Media::image || variant.control != Control::none ||
      levels_of_condition_[variant.condition].empty()) {
    return;
  }
  if (current_.source != variant.source) {
    close_source();
    current_.source = variant.source;
    current_.levels.resize(counts_.levels.size());
  }
  if (!current_.skin) {
    current_.skin = outcome.skin;
  }
  for (const std::size_t i : levels_of_condition_[variant.condition]) {
    SkinLevelCounts& level = current_.levels[i];
    ++level.planned;
    level.sources = 1;
    switch (outcome.fate) {
      case Fate::written: {
        ++level.written;
        level.reached = 1;
        const bool is_known = outcome.skin && outcome.skin->lightness && outcome.skin->source_lightness;
        const double change = is_known ? *outcome.skin->lightness - *outcome.skin->source_lightness : 0.0;
        level.darker += change <= -kSameLightness ? 1 : 0;
        level.lighter += change >= kSameLightness ? 1 : 0;
        break;
      }
      case Fate::rejected:
        ++level.rejected[outcome.figure ? outcome.figure->gate : kOtherGate];
        break;
      case Fate::failed:
        ++level.failed;
        break;
    }
  }
}

void SkinAccount::close_source() {
  if (current_.levels.empty()) {
    return;
  }
  const Current source = std::exchange(current_, {});
  const bool has_tone = source.skin && source.skin->source_lightness;
  // Rounded as failures.jsonl has it, so that whoever counts again comes to the same band.
  const int band = has_tone ? band_of(rounded_unit(*source.skin->source_lightness)) : kUnknownBand;
  const std::size_t group = plan_.of(Media::image).catalog->sources[source.source].group;
  SkinBandCounts& counts = counts_.groups[group].bands[band];
  ++counts.sources;
  if (source.skin) {
    const auto& mask = source.skin->mask_source;
    MaskKindCounts& kind = counts.masks[mask ? static_cast<std::size_t>(*mask) : kNoMask];
    ++kind.sources;
    kind.confidence += mask ? source.skin->mask_confidence : 0.0;
  } else {
    ++counts.unread;
  }
  counts.levels.resize(counts_.levels.size());
  for (std::size_t i = 0; i < source.levels.size(); ++i) {
    counts.levels[i].add(source.levels[i]);
  }
}

const SkinCounts& SkinAccount::finish() {
  close_source();
  return counts_;
}

std::string skin_tone_json(const SkinCounts& counts) {
  ordered_json json;
  json["statement"] = skin_statement();
  json["levels"] = ordered_json::object();
  for (const SkinCounts::NamedLevel& level : counts.levels) {
    json["levels"][level.axis].push_back(level.level);
  }
  json["groups"] = ordered_json::array();
  for (const SkinGroupCounts& group : counts.groups) {
    ordered_json bands = ordered_json::array();
    for (const auto& [band, of_band] : group.bands) {
      bands.push_back(band_json(counts, band, of_band));
    }
    ordered_json labels = ordered_json::object();
    for (const auto& [column, label] : group.labels) {
      labels[column] = label;
    }
    json["groups"].push_back({{"group", std::move(labels)}, {"bands", std::move(bands)}});
  }
  const SkinFindings found = find_in(counts);
  json["findings"] = found.findings;
  json["warnings"] = found.warnings;
  return json.dump(2) + '\n';
}

}  // namespace fairground
