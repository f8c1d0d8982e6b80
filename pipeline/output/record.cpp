#include "pipeline/output/record.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "pipeline/catalog/picture_cells.h"
#include "pipeline/core/units.h"

namespace fairground {
namespace {

using nlohmann::ordered_json;

ordered_json value_json(const Value& value) {
  return std::visit(
      [](const auto& v) -> ordered_json {
        if constexpr (std::is_same_v<std::decay_t<decltype(v)>, std::monostate>) {
          return nullptr;
        } else {
          return v;
        }
      },
      value);
}

std::string augmentations(const Condition& condition, const DrawnChain& drawn) {
  ordered_json list = ordered_json::array();
  for (std::size_t i = 0; i < condition.chain.size(); ++i) {
    const StepSchema& schema = *condition.chain[i].step->schema;
    ordered_json parameters = ordered_json::object();
    for (std::size_t k = 0; k < schema.parameters.size(); ++k) {
      if (!std::holds_alternative<std::monostate>(drawn[i][k])) {
        parameters[schema.parameters[k].name] = value_json(drawn[i][k]);
      }
    }
    list.push_back({{"augmenter", schema.name}, {"version", schema.version}, {"parameters", std::move(parameters)}});
  }
  for (const std::string& name : condition.omitted) {
    list.push_back({{"augmenter", name}, {"omitted", "it has no identity setting"}});
  }
  return list.dump();
}

/// `columns` are the measurements that every line of the medium has; `more` are those that only some have. `structured`
/// are the labels of what is in the file, in fields of their own.
std::string line(const Plan& plan, const Variant& variant, const DrawnChain& drawn, const ordered_json& columns,
                 const ordered_json& more, const ordered_json& structured, const std::string& sha256) {
  const MediaPlan& media = plan.of(variant.media);
  const Source& source = media.catalog->sources[variant.source];
  const Condition& condition = media.conditions[variant.condition];
  ordered_json json;
  json["file_name"] = variant.file_name;
  if (media.settings->design.include_clean) {
    json["clean_file_name"] = plan.clean_of(variant).file_name;
  }
  json["variant_id"] = variant.variant_id;
  json["source_id"] = source.id;
  json["subject"] = media.catalog->subject_of(source);
  for (std::size_t i = 0; i < media.catalog->group_columns.size(); ++i) {
    json[media.catalog->group_columns[i]] = media.catalog->groups[source.group][i];
  }
  for (std::size_t i = 0; i < media.catalog->columns.size(); ++i) {
    json[media.catalog->columns[i]] = source.carried[i];
  }
  json.update(structured);
  for (std::size_t i = 0; i < media.settings->axes.size(); ++i) {
    json[media.settings->axes[i].name] = condition.level_name(i);
  }
  json["realization"] = variant.realization;
  json["pair_id"] = variant.pair_id;
  json["draw_id"] = variant.draw_id;
  // A second copy of the clean reference is none: whoever takes what is not synthetic gets each source once.
  json["synthetic"] = !condition.is_clean || variant.control != Control::none;
  json["control"] = to_string(variant.control);
  json["source_sha256"] = media.catalog->file_of(source).sha256;
  json["sha256"] = sha256;
  json["augmentations"] = augmentations(condition, drawn);
  ordered_json measured = ordered_json::object();
  for (const auto& [name, value] : columns.items()) {
    measured[name.substr(std::string_view("measured_").size())] = value;
  }
  measured.update(more);
  json["measured"] = measured.dump();
  json.update(columns);
  return json.dump();
}

/// Values by the unit in their name: those in dB are rounded as dB values are.
ordered_json step_json(const StepMeasure& step) {
  ordered_json json{{"augmenter", step.augmenter}};
  for (const auto& [name, value] : step.values) {
    const bool is_db = name.ends_with("_db") || name.ends_with("_dba") || name.ends_with("_dbov");
    json[name] = is_db ? rounded_db(value) : rounded_unit(value);
  }
  if (step.lost) {
    json["lost"] = ordered_json::array();
    for (const TimeSpan& span : *step.lost) {
      json["lost"].push_back({{"start_s", rounded_unit(span.start_s)}, {"end_s", rounded_unit(span.end_s)}});
    }
  }
  if (!step.voices.empty()) {
    json["voices"] = step.voices;
  }
  return json;
}

void add_steps(const std::vector<StepMeasure>& steps, ordered_json& more) {
  if (steps.empty()) {
    return;
  }
  more["steps"] = ordered_json::array();
  for (const StepMeasure& step : steps) {
    more["steps"].push_back(step_json(step));
  }
}

/// The numbers that every line has. Without skin they are null.
void add_tone_columns(const std::string& prefix, const std::optional<ApparentTone>& tone, ordered_json& columns) {
  const auto add = [&](const char* name, double ApparentTone::*member) {
    columns[prefix + name] = tone ? ordered_json(rounded_unit((*tone).*member)) : ordered_json(nullptr);
  };
  add("_lightness", &ApparentTone::lightness);
  add("_hue_deg", &ApparentTone::hue_deg);
  add("_chroma", &ApparentTone::chroma);
  add("_ita_deg", &ApparentTone::ita_deg);
  columns[prefix + "_monk"] = tone ? ordered_json(tone->monk) : ordered_json(nullptr);
}

/// What does not fit into columns.
ordered_json tone_json(const ApparentTone& tone) {
  return {{"monk_runner_up", tone.monk_runner_up},
          {"monk_difference", rounded_unit(tone.monk_difference)},
          {"monk_margin", rounded_unit(tone.monk_margin)},
          {"lightness_spread", rounded_unit(tone.lightness_spread)},
          {"clipped_fraction", rounded_unit(tone.clipped_fraction)},
          {"specular_fraction", rounded_unit(tone.specular_fraction)},
          {"pixels", tone.pixels}};
}

ordered_json room_json(const RoomMeasure& room) {
  ordered_json json;
  json["delay_s"] = rounded_unit(room.delay_s);
  if (room.distance_m) {
    json["distance_m"] = rounded_unit(*room.distance_m);
  }
  if (room.t20_s) {
    json["t20_s"] = rounded_unit(*room.t20_s);
  }
  json["clarity_50_db"] = rounded_db(room.clarity_50_db);
  json["direct_to_reverberant_db"] = rounded_db(room.direct_to_reverberant_db);
  return json;
}

}  // namespace

ordered_json measured_columns(const AudioMeasures& file, double duration_s) {
  ordered_json columns;
  columns["measured_active_level_dbov"] = rounded_db(file.active_level_dbov);
  columns["measured_activity_factor"] = rounded_unit(file.activity_factor);
  columns["measured_rms_dbov"] = rounded_db(file.rms_dbov);
  columns["measured_peak_dbov"] = rounded_db(file.peak_dbov);
  columns["measured_clipped_fraction"] = rounded_unit(file.clipped_fraction);
  columns["measured_duration_s"] = rounded_unit(duration_s);
  return columns;
}

ordered_json measured_columns(const ImageLabels& labels) {
  ordered_json columns;
  columns["measured_mean_luminance"] = rounded_unit(labels.file.mean_luminance);
  columns["measured_clipped_fraction"] = rounded_unit(labels.file.clipped_fraction);
  columns["measured_noise_sigma"] = rounded_unit(labels.file.noise_sigma);
  columns["measured_width_px"] = labels.width_px;
  columns["measured_height_px"] = labels.height_px;
  if (labels.tone) {
    add_tone_columns("measured_tone", labels.tone->measured, columns);
  }
  return columns;
}

std::string record_line(const Plan& plan, const Variant& variant, const DrawnChain& drawn, const AudioLabels& labels,
                        const std::string& sha256) {
  ordered_json more;
  more["speech_active_level_dbov"] = rounded_db(labels.mix.speech_active_level_dbov);
  if (labels.mix.total_snr_db) {
    more["snr_db"] = rounded_db(*labels.mix.total_snr_db);
    ordered_json stems = ordered_json::array();
    for (const StemMeasure& stem : labels.mix.stems) {
      stems.push_back({{"augmenter", stem.augmenter},
                       {"band", to_string(stem.band)},
                       {"requested_snr_db", rounded_db(stem.requested_snr_db)},
                       {"snr_db", rounded_db(stem.measured_snr_db)}});
      for (const NoiseEvent& event : stem.events) {
        stems.back()["events"].push_back(
            {{"label", event.label}, {"start_s", rounded_unit(event.start_s)}, {"end_s", rounded_unit(event.end_s)}});
      }
      if (!stem.voices.empty()) {
        stems.back()["voices"] = stem.voices;
      }
    }
    more["stems"] = std::move(stems);
  }
  if (labels.mix.room) {
    more["room"] = room_json(*labels.mix.room);
  }
  add_steps(labels.steps, more);
  ordered_json structured = ordered_json::object();
  if (plan.of(variant.media).catalog->has_words) {
    structured["words"] = words_json(labels.words);
  }
  return line(plan, variant, drawn, measured_columns(labels.file, labels.duration_s), more, structured, sha256);
}

std::string record_line(const Plan& plan, const Variant& variant, const DrawnChain& drawn, const ImageLabels& labels,
                        const std::string& sha256) {
  ordered_json more = ordered_json::object();
  add_steps(labels.steps, more);
  ordered_json structured = ordered_json::object();
  if (labels.tone) {
    const ToneLabels& tone = *labels.tone;
    structured["mask_source"] = tone.mask_source ? to_string(*tone.mask_source) : "none";
    structured["mask_confidence"] = rounded_unit(tone.mask_confidence);
    add_tone_columns("tone_reference", tone.reference, structured);
    if (tone.reference) {
      more["tone_reference"] = tone_json(*tone.reference);
    }
    if (tone.measured) {
      more["tone"] = tone_json(*tone.measured);
    }
  }
  const MediaCatalog& catalog = *plan.of(variant.media).catalog;
  if (catalog.has_boxes) {
    structured["boxes"] = boxes_json(labels.boxes);
  }
  if (catalog.has_keypoints) {
    structured["keypoints"] = keypoints_json(labels.keypoints);
  }
  if (!variant.mask_file_name.empty()) {
    structured["mask_file_name"] = variant.mask_file_name;
    structured["mask_sha256"] = labels.mask_sha256;
  }
  return line(plan, variant, drawn, measured_columns(labels), more, structured, sha256);
}

}  // namespace fairground
