#include "pipeline/output/record.h"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "pipeline/catalog/picture_cells.h"
#include "pipeline/core/units.h"
#include "pipeline/output/json_writer.h"

namespace fairground {
namespace {

using nlohmann::ordered_json;

void write_value(JsonWriter& json, const Value& value) {
  std::visit(
      [&](const auto& v) {
        if constexpr (std::is_same_v<std::decay_t<decltype(v)>, std::monostate>) {
          json.null();
        } else {
          json.value(v);
        }
      },
      value);
}

std::string augmentations(const Condition& condition, const DrawnChain& drawn) {
  JsonWriter json;
  json.begin_array();
  for (std::size_t i = 0; i < condition.chain.size(); ++i) {
    const StepSchema& schema = *condition.chain[i].step->schema;
    json.begin_object().field("augmenter", schema.name).field("version", schema.version);
    json.key("parameters").begin_object();
    for (std::size_t k = 0; k < schema.parameters.size(); ++k) {
      if (!std::holds_alternative<std::monostate>(drawn[i][k])) {
        write_value(json.key(schema.parameters[k].name), drawn[i][k]);
      }
    }
    json.end_object().end_object();
  }
  for (const std::string& name : condition.omitted) {
    json.begin_object().field("augmenter", name).field("omitted", "it has no identity setting").end_object();
  }
  return json.end_array().text();
}

/// A number that was measured; nothing where there is none.
using Measure = std::variant<std::monostate, double, std::int64_t>;

/// A measurement that every line of the medium has: the name of its column, and its value as JSON.
struct Column {
  std::string_view name;
  std::string json;
};

template <class T>
std::string json_of(const T& number) {
  JsonWriter json;
  json.value(number);
  return json.take();
}
std::string json_of(std::monostate) { return "null"; }

ordered_json tree_of(const Measure& measure) {
  return std::visit(
      [](const auto& number) {
        if constexpr (std::is_same_v<std::decay_t<decltype(number)>, std::monostate>) {
          return ordered_json(nullptr);
        } else {
          return ordered_json(number);
        }
      },
      measure);
}

/// Gives each of the columns to `add(name, measure)`; names are literals.
template <class Add>
void for_each_column(const AudioMeasures& file, double duration_s, const Add& add) {
  add("measured_active_level_dbov", rounded_db(file.active_level_dbov));
  add("measured_activity_factor", rounded_unit(file.activity_factor));
  add("measured_rms_dbov", rounded_db(file.rms_dbov));
  add("measured_peak_dbov", rounded_db(file.peak_dbov));
  add("measured_clipped_fraction", rounded_unit(file.clipped_fraction));
  add("measured_duration_s", rounded_unit(duration_s));
}

/// The numbers of a tone, which are all there or none.
struct ToneColumns {
  const char* lightness;
  const char* hue_deg;
  const char* chroma;
  const char* ita_deg;
  const char* monk;
};
constexpr ToneColumns kReferenceTone = {"tone_reference_lightness", "tone_reference_hue_deg", "tone_reference_chroma",
                                        "tone_reference_ita_deg", "tone_reference_monk"};
constexpr ToneColumns kMeasuredTone = {"measured_tone_lightness", "measured_tone_hue_deg", "measured_tone_chroma",
                                       "measured_tone_ita_deg", "measured_tone_monk"};

template <class Add>
void for_each_column(const ToneColumns& names, const std::optional<ApparentTone>& tone, const Add& add) {
  const auto number = [&](const char* name, double ApparentTone::*member) {
    add(name, tone ? Measure(rounded_unit((*tone).*member)) : Measure());
  };
  number(names.lightness, &ApparentTone::lightness);
  number(names.hue_deg, &ApparentTone::hue_deg);
  number(names.chroma, &ApparentTone::chroma);
  number(names.ita_deg, &ApparentTone::ita_deg);
  add(names.monk, tone ? Measure(std::int64_t{tone->monk}) : Measure());
}

template <class Add>
void for_each_column(const ImageLabels& labels, const Add& add) {
  add("measured_mean_luminance", rounded_unit(labels.file.mean_luminance));
  add("measured_clipped_fraction", rounded_unit(labels.file.clipped_fraction));
  add("measured_noise_sigma", rounded_unit(labels.file.noise_sigma));
  add("measured_width_px", std::int64_t{labels.width_px});
  add("measured_height_px", std::int64_t{labels.height_px});
  if (labels.tone) {
    for_each_column(kMeasuredTone, labels.tone->measured, add);
  }
}

std::vector<Column> columns_of(const auto&... measured) {
  std::vector<Column> columns;
  columns.reserve(10);
  for_each_column(measured..., [&](std::string_view name, const Measure& measure) {
    columns.push_back({name, std::visit([](const auto& number) { return json_of(number); }, measure)});
  });
  return columns;
}

ordered_json json_of_columns(const auto&... measured) {
  ordered_json columns;
  for_each_column(measured..., [&](const char* name, const Measure& measure) { columns[name] = tree_of(measure); });
  return columns;
}

/// Groups and kept columns. One column may be both, and then stands where the group does, as the manifest has it.
std::vector<std::pair<std::string_view, std::string_view>> labels_of(const MediaCatalog& catalog,
                                                                     const Source& source) {
  std::vector<std::pair<std::string_view, std::string_view>> labels;
  for (std::size_t i = 0; i < catalog.group_columns.size(); ++i) {
    labels.emplace_back(catalog.group_columns[i], catalog.groups[source.group][i]);
  }
  for (std::size_t i = 0; i < catalog.columns.size(); ++i) {
    const std::string_view name = catalog.columns[i];
    const auto known = std::ranges::find(labels, name, [](const auto& label) { return label.first; });
    if (known != labels.end()) {
      known->second = source.carried(i);
    } else {
      labels.emplace_back(name, source.carried(i));
    }
  }
  return labels;
}

/// What writes some fields of an object that was begun.
using WriteFields = std::function<void(JsonWriter&)>;

/// `columns` are the measurements that every line of the medium has; `more` are those that only some have. `structured`
/// are the labels of what is in the file, in fields of their own.
std::string line(const Plan& plan, const Variant& variant, const DrawnChain& drawn, const std::vector<Column>& columns,
                 const WriteFields& more, const WriteFields& structured, const std::string& sha256) {
  const MediaPlan& media = plan.of(variant.media);
  const Source& source = media.catalog->sources[variant.source];
  const Condition& condition = media.conditions[variant.condition];
  constexpr std::size_t kUsual = 2048;  // spares most records to grow again and again
  JsonWriter json;
  json.reserve(kUsual);
  json.begin_object().field("file_name", variant.file_name);
  if (media.settings->design.include_clean) {
    json.field("clean_file_name", plan.clean_file_name(variant));
  }
  json.field("variant_id", variant.variant_id);
  json.field("source_id", source.id());
  json.field("subject", media.catalog->subject_of(source));
  for (const auto& [name, label] : labels_of(*media.catalog, source)) {
    json.field(name, label);
  }
  structured(json);
  for (std::size_t i = 0; i < media.settings->axes.size(); ++i) {
    json.field(media.settings->axes[i].name, condition.level_name(i));
  }
  json.field("realization", variant.realization);
  json.field("pair_id", variant.pair_id);
  json.field("draw_id", variant.draw_id);
  // A second copy of the clean reference is none: whoever takes what is not synthetic gets each source once.
  json.field("synthetic", !condition.is_clean || variant.control != Control::none);
  json.field("control", to_string(variant.control));
  json.field("source_sha256", media.catalog->file_of(source).sha256.hex());
  json.field("sha256", sha256);
  json.field("augmentations", augmentations(condition, drawn));
  JsonWriter measured;
  measured.reserve(kUsual / 2);
  measured.begin_object();
  for (const Column& column : columns) {
    measured.key(column.name.substr(std::string_view("measured_").size())).json(column.json);
  }
  more(measured);
  json.field("measured", measured.end_object().text());
  for (const Column& column : columns) {
    json.key(column.name).json(column.json);
  }
  return json.end_object().take();
}

void write_voices(JsonWriter& json, const std::vector<std::string>& voices) {
  if (voices.empty()) {
    return;
  }
  json.key("voices").begin_array();
  for (const std::string& voice : voices) {
    json.value(voice);
  }
  json.end_array();
}

/// Values by the unit in their name: those in dB are rounded as dB values are.
void write_step(JsonWriter& json, const StepMeasure& step) {
  json.begin_object().field("augmenter", step.augmenter);
  for (const auto& [name, value] : step.values) {
    const bool is_db = name.ends_with("_db") || name.ends_with("_dba") || name.ends_with("_dbov");
    json.field(name, is_db ? rounded_db(value) : rounded_unit(value));
  }
  if (step.lost) {
    json.key("lost").begin_array();
    for (const TimeSpan& span : *step.lost) {
      json.begin_object().field("start_s", rounded_unit(span.start_s)).field("end_s", rounded_unit(span.end_s));
      json.end_object();
    }
    json.end_array();
  }
  write_voices(json, step.voices);
  json.end_object();
}

void write_steps(JsonWriter& json, const std::vector<StepMeasure>& steps) {
  if (steps.empty()) {
    return;
  }
  json.key("steps").begin_array();
  for (const StepMeasure& step : steps) {
    write_step(json, step);
  }
  json.end_array();
}

/// What does not fit into columns.
void write_tone(JsonWriter& json, const ApparentTone& tone) {
  json.begin_object()
      .field("monk_runner_up", tone.monk_runner_up)
      .field("monk_difference", rounded_unit(tone.monk_difference))
      .field("monk_margin", rounded_unit(tone.monk_margin))
      .field("lightness_spread", rounded_unit(tone.lightness_spread))
      .field("clipped_fraction", rounded_unit(tone.clipped_fraction))
      .field("specular_fraction", rounded_unit(tone.specular_fraction))
      .field("pixels", tone.pixels)
      .end_object();
}

void write_room(JsonWriter& json, const RoomMeasure& room) {
  json.begin_object().field("delay_s", rounded_unit(room.delay_s));
  if (room.distance_m) {
    json.field("distance_m", rounded_unit(*room.distance_m));
  }
  if (room.t20_s) {
    json.field("t20_s", rounded_unit(*room.t20_s));
  }
  json.field("clarity_50_db", rounded_db(room.clarity_50_db));
  json.field("direct_to_reverberant_db", rounded_db(room.direct_to_reverberant_db));
  json.end_object();
}

void write_stem(JsonWriter& json, const StemMeasure& stem) {
  json.begin_object().field("augmenter", stem.augmenter).field("band", to_string(stem.band));
  json.field("requested_snr_db", rounded_db(stem.requested_snr_db));
  json.field("snr_db", rounded_db(stem.measured_snr_db));
  if (!stem.events.empty()) {
    json.key("events").begin_array();
    for (const NoiseEvent& event : stem.events) {
      json.begin_object().field("label", event.label).field("start_s", rounded_unit(event.start_s));
      json.field("end_s", rounded_unit(event.end_s)).end_object();
    }
    json.end_array();
  }
  write_voices(json, stem.voices);
  json.end_object();
}

}  // namespace

ordered_json measured_columns(const AudioMeasures& file, double duration_s) {
  return json_of_columns(file, duration_s);
}

ordered_json measured_columns(const ImageLabels& labels) { return json_of_columns(labels); }

std::string record_line(const Plan& plan, const Variant& variant, const DrawnChain& drawn, const AudioLabels& labels,
                        const std::string& sha256) {
  const auto more = [&](JsonWriter& json) {
    json.field("speech_active_level_dbov", rounded_db(labels.mix.speech_active_level_dbov));
    if (labels.mix.total_snr_db) {
      json.field("snr_db", rounded_db(*labels.mix.total_snr_db));
      json.key("stems").begin_array();
      for (const StemMeasure& stem : labels.mix.stems) {
        write_stem(json, stem);
      }
      json.end_array();
    }
    if (labels.mix.room) {
      write_room(json.key("room"), *labels.mix.room);
    }
    write_steps(json, labels.steps);
  };
  const auto structured = [&](JsonWriter& json) {
    if (plan.of(variant.media).catalog->has_words) {
      json.field("words", words_json(labels.words));
    }
  };
  return line(plan, variant, drawn, columns_of(labels.file, labels.duration_s), more, structured, sha256);
}

std::string record_line(const Plan& plan, const Variant& variant, const DrawnChain& drawn, const ImageLabels& labels,
                        const std::string& sha256) {
  const auto more = [&](JsonWriter& json) {
    write_steps(json, labels.steps);
    if (labels.tone && labels.tone->reference) {
      write_tone(json.key("tone_reference"), *labels.tone->reference);
    }
    if (labels.tone && labels.tone->measured) {
      write_tone(json.key("tone"), *labels.tone->measured);
    }
  };
  const auto structured = [&](JsonWriter& json) {
    if (labels.tone) {
      const ToneLabels& tone = *labels.tone;
      json.field("mask_source", tone.mask_source ? to_string(*tone.mask_source) : "none");
      json.field("mask_confidence", rounded_unit(tone.mask_confidence));
      for (const Column& column : columns_of(kReferenceTone, tone.reference)) {
        json.key(column.name).json(column.json);
      }
    }
    const MediaCatalog& catalog = *plan.of(variant.media).catalog;
    if (catalog.has_boxes) {
      json.field("boxes", boxes_json(labels.boxes));
    }
    if (catalog.has_keypoints) {
      json.field("keypoints", keypoints_json(labels.keypoints));
    }
    if (!variant.mask_file_name.empty()) {
      json.field("mask_file_name", variant.mask_file_name);
      json.field("mask_sha256", labels.mask_sha256);
    }
  };
  return line(plan, variant, drawn, columns_of(labels), more, structured, sha256);
}

}  // namespace fairground
