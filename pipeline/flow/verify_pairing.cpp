#include "pipeline/flow/verify_pairing.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <utility>

#include "pipeline/catalog/json_text.h"
#include "pipeline/config/names.h"

namespace fairground {

using nlohmann::json;

namespace {

/// The numbers in the JSON string `measured` are those of the `measured_` columns.
void check_measured(const std::string& id, const json& record, Differences& differences) {
  constexpr std::string_view kPrefix = "measured_";
  const json measured = parse_json(text_field(record, "measured"));
  for (const auto& [field, value] : record.items()) {
    if (!field.starts_with(kPrefix) || !value.is_number()) {
      continue;
    }
    const auto inner = measured.find(field.substr(kPrefix.size()));
    if (inner == measured.end() || *inner != value) {
      differences.add(id + ": " + field + " is " + value.dump() + ", but `measured` says " +
                      (inner == measured.end() ? "nothing of it" : inner->dump()));
    }
  }
}

/// Nobody hears their own voice, whatever the pool of talkers was said to be.
void check_voices(const std::string& id, const json& record, Differences& differences) {
  const json measured = parse_json(text_field(record, "measured"));
  const std::string subject = text_field(record, "subject");
  for (const auto& [list, what] : {std::pair("stems", "noise"), {"steps", "steps"}}) {
    const auto parts = measured.find(list);
    if (parts == measured.end() || !parts->is_array()) {
      continue;
    }
    for (const json& part : *parts) {
      const json voices = part.is_object() ? part.value("voices", json()) : json();
      if (std::ranges::find(voices, json(subject)) != voices.end()) {
        differences.add(id + ": its subject '" + subject + "' is among the voices of its " + what);
      }
    }
  }
}

}  // namespace

void PairingCheck::add(const std::string& medium, const json& record, std::uintmax_t at, std::uint64_t hash) {
  const std::string id = text_field(record, "variant_id");
  const auto found = planned_.find(id);
  if (found == planned_.end()) {
    differences_.add(id + ": the record stands in no line of plan.jsonl");
    return;
  }
  PlannedVariant& variant = found->second;
  if (!variant.status.empty()) {
    differences_.add(id + ": there are two records or failures of this variant");
  }
  variant.status = "written";
  variant.sha256 = text_field(record, "sha256");
  variant.mask_sha256 = text_field(record, "mask_sha256");
  variant.at = at;
  variant.hash = hash;
  std::size_t& last = last_line_[medium];
  if (variant.line < last) {
    differences_.add(id + ": its record does not follow those before it in the plan");
  }
  last = std::max(last, variant.line);
  compare_with_plan(id, variant, medium, record);
  has_masks_of_skin_ = has_masks_of_skin_ || record.contains("mask_source");
  check_measured(id, record, differences_);
  check_voices(id, record, differences_);
  check_clean(id, variant, record);
  check_labels(id, variant, record);
  const std::string augmentations = text_field(record, "augmentations");
  const auto [first, is_new] = draws_.try_emplace(variant.draw_id, augmentations);
  if (!is_new && first->second != augmentations) {
    differences_.add(id + ": its augmentations are not those of the other variants of draw " + variant.draw_id);
  }
}

json PairingCheck::labels_of(const std::string& medium, const std::string& source_id) const {
  const auto found = labels_.find({medium, source_id});
  return found == labels_.end() ? json() : parse_json(found->second.second);
}

void PairingCheck::finish() {
  for (const auto& [pair, clean] : clean_) {
    if (clean.named != clean.own) {
      differences_.add(clean.variant_id + ": its clean_file_name is '" + clean.named +
                       "', but the clean reference of its source is '" + clean.own + "'");
    }
  }
  check_blocks();
  check_draws();
}

/// What a manifest says of a source stands in the records of all its variants, and is the same there.
void PairingCheck::check_labels(const std::string& id, const PlannedVariant& variant, const json& record) {
  const json condition = parse_json(variant.condition);
  json labels = json::object();
  for (const auto& [field, value] : record.items()) {
    if (field == "subject" || (!is_record_field(field) && !condition.contains(field))) {
      labels[field] = value;
    }
  }
  const auto [first, is_new] = labels_.try_emplace({variant.media, variant.source_id}, id, labels.dump());
  if (!is_new && first->second.second != labels.dump()) {
    differences_.add(id + ": its labels are not those of " + first->second.first + ", which is of the same source: " +
                     field_differences(labels, parse_json(first->second.second), ", and there "));
  }
}

void PairingCheck::compare_with_plan(const std::string& id, const PlannedVariant& variant, const std::string& medium,
                                     const json& record) {
  const auto compare = [&](const std::string& field, const json& wanted) {
    const json value = record.value(field, json());
    if (value != wanted) {
      differences_.add(id + ": " + field + " is " + value.dump() + ", but plan.jsonl says " + wanted.dump());
    }
  };
  compare("source_id", variant.source_id);
  compare("source_sha256", variant.source_sha256);
  compare("realization", variant.realization);
  compare("pair_id", variant.pair_id);
  compare("draw_id", variant.draw_id);
  compare("control", variant.control);
  const auto in_medium = [folder = medium + "/"](const std::string& file) {
    return file.starts_with(folder) ? file.substr(folder.size()) : file;
  };
  compare("file_name", in_medium(variant.file));
  if (!variant.mask_file.empty() || record.contains("mask_file_name")) {
    compare("mask_file_name", in_medium(variant.mask_file));
  }
  const json condition = parse_json(variant.condition);
  for (const auto& [axis, level] : condition.items()) {
    compare(axis, level);
  }
}

/// Only the clean reference has no steps, is not synthetic, and is its own clean file.
void PairingCheck::check_clean(const std::string& id, const PlannedVariant& variant, const json& record) {
  const std::string file = text_field(record, "file_name");
  const std::string named = text_field(record, "clean_file_name");
  const bool is_clean = text_field(record, "augmentations") == "[]" && variant.control == "none";
  if (record.value("synthetic", json()) != json(!is_clean)) {
    differences_.add(id + ": synthetic is " + record.value("synthetic", json()).dump() + ", but it is " +
                     (is_clean ? "a clean reference" : "no clean reference"));
  }
  if ((named == file) != is_clean) {
    differences_.add(id + ": its clean_file_name is '" + named + "', but it is " +
                     (is_clean ? "a clean reference itself" : "no clean reference"));
  }
  const auto [clean, is_new] = clean_.try_emplace(variant.pair_id, CleanReference{named, id, {}});
  if (clean->second.named != named) {
    differences_.add(id + ": its clean_file_name is '" + named + "', but another variant of its source has '" +
                     clean->second.named + "'");
  }
  if (is_clean) {
    clean->second.own = file;
  }
}

/// A source keeps its realization in all conditions, meets every condition once, and repeats only what it met.
void PairingCheck::check_blocks() {
  std::map<std::string, std::set<std::int64_t>> realizations;
  std::map<std::string, std::set<std::string>> conditions;
  for (const auto& [id, variant] : planned_) {
    realizations[variant.source_id].insert(variant.realization);
    if (variant.control == "none" && !conditions[variant.source_id].insert(variant.condition).second) {
      differences_.add(variant.source_id + ": meets a condition twice");
    }
  }
  for (const auto& [id, variant] : planned_) {
    if (variant.control == "repeat" && !conditions[variant.source_id].contains(variant.condition)) {
      differences_.add(id + ": repeats a condition that its source does not meet");
    }
  }
  for (const auto& [source, met] : realizations) {
    if (met.size() > 1) {
      differences_.add(source + ": has different realizations in different conditions");
    }
  }
}

/// One draw is of one condition and one realization; and whoever meets these has met the same draw, or, where each
/// source has draws of its own, no two have.
void PairingCheck::check_draws() {
  using Met = std::pair<std::string, std::int64_t>;  // medium and condition, realization
  std::map<std::string, Met> of_draw;
  std::map<Met, std::map<std::string, std::string>> draws;  // by source
  for (const auto& [id, variant] : planned_) {
    if (variant.control == "identity") {
      continue;  // Several of these have the same names of levels.
    }
    const Met met{variant.media + variant.condition, variant.realization};
    if (const auto [known, is_new] = of_draw.try_emplace(variant.draw_id, met); !is_new && known->second != met) {
      differences_.add(id + ": its draw_id " + variant.draw_id + " is that of another condition or realization, too");
    }
    if (const auto [known, is_new] = draws[met].try_emplace(variant.source_id, variant.draw_id);
        !is_new && known->second != variant.draw_id) {
      differences_.add(id + ": its draw_id is not that of the other variants of its source in this condition");
    }
  }
  for (const auto& [met, of_sources] : draws) {
    std::map<std::string, std::size_t> uses;
    for (const auto& [source, draw] : of_sources) {
      ++uses[draw];
    }
    if (uses.size() != 1 && uses.size() != of_sources.size()) {
      const auto rarest = std::ranges::min_element(uses, {}, [](const auto& it) { return it.second; });
      differences_.add("the draw_id " + rarest->first + " is not that of the other variants of realization " +
                       std::to_string(met.second) + " in their condition");
    }
  }
}

}  // namespace fairground
