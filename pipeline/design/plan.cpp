#include "pipeline/design/plan.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "pipeline/core/hash.h"
#include "pipeline/core/text.h"

namespace fairground {
namespace {

/// Deals realizations 0 to R - 1 to the sources of each group in equal shares: the k-th source of a group, by the
/// hash of its id, gets k mod R. The order by hash has nothing to do with the manifest's order.
std::vector<int> deal(const MediaCatalog& catalog, int realizations) {
  std::vector<std::vector<std::pair<std::string, std::size_t>>> members(catalog.groups.size());
  for (std::size_t i = 0; i < catalog.sources.size(); ++i) {
    const Source& source = catalog.sources[i];
    members[source.group].emplace_back(FieldHash().add(source.id).hex128(), i);
  }
  std::vector<int> dealt(catalog.sources.size());
  for (auto& group : members) {
    std::ranges::sort(group);
    for (std::size_t k = 0; k < group.size(); ++k) {
      dealt[group[k].second] = static_cast<int>(k % static_cast<std::size_t>(realizations));
    }
  }
  return dealt;
}

/// `text` cut to `length`, with everything that may not stand in a variant id as an underscore.
std::string readable(const std::string& text, std::size_t length) {
  std::string out = text.substr(0, length);
  for (char& c : out) {
    const bool allowed =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    c = allowed ? c : '_';
  }
  return out;
}

std::string output_text(const OutputFormat& output) {
  std::string text = to_string(output.format);
  switch (output.format) {
    case FileFormat::flac:
    case FileFormat::wav:
      return text + ' ' + std::to_string(output.bits);
    case FileFormat::jpeg:
    case FileFormat::webp:
      return text + ' ' + std::to_string(output.quality);
    case FileFormat::png:
    case FileFormat::tiff:
      break;
  }
  return text;
}

}  // namespace

Plan::Plan(const Config& config, const Catalog& catalog) : config_(config), catalog_(catalog) {
  for (const auto& [medium, settings] : config.media) {
    MediaPlan plan;
    plan.media = medium;
    plan.settings = &settings;
    plan.catalog = &catalog.media.at(medium);
    check_condition_count(settings, config.path.string() + ": axes of " + to_string(medium));
    plan.conditions = full_factorial(settings);
    plan.realizations = deal(*plan.catalog, settings.design.realizations);
    media_.push_back(std::move(plan));
  }
  for (const MediaPlan& plan : media_) {
    for (const Condition& condition : plan.conditions) {
      condition_texts_[&condition] = condition_text(plan, condition);
    }
  }
}

const MediaPlan& Plan::of(Media media) const {
  for (const MediaPlan& plan : media_) {
    if (plan.media == media) {
      return plan;
    }
  }
  throw std::out_of_range("the plan has no such medium");
}

std::size_t Plan::size() const {
  std::size_t total = 0;
  for (const MediaPlan& plan : media_) {
    total += plan.variants();
  }
  return total;
}

Variant Plan::at(std::size_t index) const {
  for (const MediaPlan& plan : media_) {
    if (index < plan.variants()) {
      return make(plan, index / plan.conditions.size(), index % plan.conditions.size());
    }
    index -= plan.variants();
  }
  throw std::out_of_range("the plan has no such variant");
}

std::size_t Plan::source_number(std::size_t index) const {
  std::size_t before = 0;
  for (const MediaPlan& plan : media_) {
    if (index < plan.variants()) {
      return before + index / plan.conditions.size();
    }
    index -= plan.variants();
    before += plan.catalog->sources.size();
  }
  throw std::out_of_range("the plan has no such variant");
}

Variant Plan::clean_of(const Variant& variant) const {
  const MediaPlan& plan = of(variant.media);
  const auto clean = std::ranges::find(plan.conditions, true, &Condition::is_clean);
  return make(plan, variant.source, static_cast<std::size_t>(clean - plan.conditions.begin()));
}

/// What makes a condition's bytes: the non-empty levels by axis, their steps, and the assets these draw from.
/// Names of levels are left out, so that renaming a level renames no draw.
std::string Plan::condition_text(const MediaPlan& plan, const Condition& condition) const {
  std::map<std::string, std::string> by_axis;
  std::string order;
  for (const ChainStep& step : condition.chain) {
    std::string& text = by_axis[step.axis];
    text += canonical(*step.step) + ';';
    for (std::size_t i = 0; i < step.step->settings.size(); ++i) {
      if (step.step->schema->parameters[i].kind == ParameterKind::asset) {
        for (const std::string& hash : catalog_.asset_sha256.at(std::get<std::string>(step.step->settings[i]))) {
          text += hash + ';';
        }
      }
    }
    order += step.axis + ';';
  }
  FieldHash hash;
  for (const auto& [axis, text] : by_axis) {
    hash.add(axis).add(text);
  }
  if (plan.settings->design.order == Order::as_written) {
    hash.add(order);
  }
  return hash.hex128();
}

Variant Plan::make(const MediaPlan& plan, std::size_t source_index, std::size_t condition_index) const {
  const Source& source = plan.catalog->sources[source_index];
  const Condition& condition = plan.conditions[condition_index];
  const SourceSettings& settings = config_.sources[source.settings];
  const std::string& condition_hash = condition_texts_.at(&condition);
  const bool independent = plan.settings->design.pairing == Pairing::independent;
  const auto seed = static_cast<std::int64_t>(config_.seed);

  Variant variant;
  variant.media = plan.media;
  variant.source = source_index;
  variant.condition = condition_index;
  variant.realization = plan.realizations[source_index];

  FieldHash content;
  content.add(source.id).add(source.sha256).add(settings.sample_rate).add(settings.mono ? "mono" : "keep");
  content.add(settings.active_level_dbov ? shortest(*settings.active_level_dbov) : "keep");
  content.add(condition_hash).add(seed).add(independent ? "independent" : "matched").add(variant.realization);
  content.add("none").add(output_text(plan.settings->output));

  std::string name = readable(source.id, 40);
  if (condition.is_clean) {
    name += "-clean";
  }
  std::string levels;
  for (const Level* level : condition.levels) {
    if (level != nullptr && !level->steps.empty()) {
      levels += '-' + level->name;
    }
  }
  variant.variant_id = name + readable(levels, 80) + '-' + content.hex(16);
  variant.pair_id = FieldHash().add(source.id).add(source.sha256).add(variant.realization).hex(16);
  variant.draw_id = FieldHash()
                        .add(to_string(plan.media))
                        .add(condition_hash)
                        .add(seed)
                        .add(variant.realization)
                        .add(independent ? source.id : "")
                        .hex(16);
  variant.file_name =
      FieldHash().add(source.id).hex(2) + '/' + variant.variant_id + '.' + extension(plan.settings->output.format);
  return variant;
}

std::string Plan::line(const Variant& variant) const {
  const MediaPlan& plan = of(variant.media);
  const Source& source = plan.catalog->sources[variant.source];
  const Condition& condition = plan.conditions[variant.condition];
  nlohmann::ordered_json json;
  json["variant_id"] = variant.variant_id;
  json["media"] = to_string(variant.media);
  json["source_id"] = source.id;
  json["source_sha256"] = source.sha256;
  nlohmann::ordered_json levels = nlohmann::ordered_json::object();
  for (std::size_t i = 0; i < plan.settings->axes.size(); ++i) {
    levels[plan.settings->axes[i].name] = condition.level_name(i);
  }
  json["condition"] = std::move(levels);
  json["realization"] = variant.realization;
  json["pair_id"] = variant.pair_id;
  json["draw_id"] = variant.draw_id;
  json["control"] = "none";
  json["file"] = std::string(to_string(variant.media)) + '/' + variant.file_name;
  return json.dump();
}

void Plan::for_each_line(const std::function<void(const std::string&)>& body) const {
  for (std::size_t i = 0; i < size(); ++i) {
    body(line(at(i)));
  }
}

std::string Plan::sha256() const {
  Sha256 hash;
  for_each_line([&](const std::string& line) { hash.update(line + '\n'); });
  return hash.hex();
}

}  // namespace fairground
