#include "pipeline/publish/report_record.h"

#include <limits>
#include <utility>

#include "pipeline/core/error.h"
#include "pipeline/core/text.h"

namespace fairground {
namespace {

namespace dom = simdjson::dom;

constexpr double kNotKnown = std::numeric_limits<double>::quiet_NaN();

double number_in(const dom::element& object, std::string_view name) {
  double number = kNotKnown;
  return object[name].get(number) == simdjson::SUCCESS ? number : kNotKnown;
}

/// Where a quantity stands in the records: a column, or what only some `measured` have.
std::string column_of(Media media, const std::string& id) {
  if (media == Media::audio) {
    return id == "active_level_dbov" || id == "duration_s" ? "measured_" + id : std::string();
  }
  return id == "tone_reference_lightness" ? id : "measured_" + id;
}

}  // namespace

const std::vector<ReportQuantity>& report_quantities(Media media) {
  // The least spreads are about what the meters are uncertain by, so that no difference is made of that. The mixer's is
  // ten times what it misses an SNR by.
  static const std::vector<ReportQuantity> audio = {
      {"SNR at the mixer", {"snr_db", "dB", false, 0.1}},
      {"active speech level", {"active_level_dbov", "dBov", false, 0.1}},
      {"duration", {"duration_s", "s", true, 0.01}},
      {"reverberation time", {"room_t20_s", "s", true, 0.05}},
  };
  static const std::vector<ReportQuantity> image = {
      {"mean luminance", {"mean_luminance", "of white", true, 0.05}},
      {"noise", {"noise_sigma", "of full scale", true, 0.05}},
      {"lightness of the skin", {"tone_lightness", "L*", false, 0.5}},
      {"lightness of the source's skin", {"tone_reference_lightness", "L*", false, 0.5}},
  };
  return media == Media::audio ? audio : image;
}

RecordReader::RecordReader(const MediaFacts& facts, const ReportCoverage& coverage, const Records& records)
    : facts_(facts), coverage_(coverage) {
  const std::vector<ReportQuantity>& quantities = report_quantities(facts.media);
  for (std::size_t q = 0; q < quantities.size(); ++q) {
    const auto column = records.number(column_of(facts.media, quantities[q].info.name));
    columns_[q] = column ? static_cast<std::ptrdiff_t>(*column) : -1;
  }
}

QuantityValues RecordReader::values_of(const Record& record) const {
  QuantityValues values;
  values.fill(kNotKnown);
  for (std::size_t q = 0; q < values.size(); ++q) {
    if (columns_[q] >= 0) {
      values[q] = record.numbers[static_cast<std::size_t>(columns_[q])];
    }
  }
  if (facts_.media == Media::audio) {
    values[0] = number_in(seen_.measured, "snr_db");
    dom::element room;
    if (seen_.measured["room"].get(room) == simdjson::SUCCESS) {
      values[3] = number_in(room, "t20_s");
    }
  }
  return values;
}

const SeenRecord& RecordReader::read(const Record& record) {
  const auto refuse = [&](const std::string& what) {
    return UserError("the record of " + in_ticks(record.variant_id) + " " + what);
  };
  seen_.record = &record;
  seen_.is_new_source = record.source_id != source_ || source_.empty();
  if (seen_.is_new_source) {
    source_.assign(record.source_id);
    join_into(key_, record.groups);
    const auto group = coverage_.group_by_labels.find(key_);
    if (group == coverage_.group_by_labels.end()) {
      throw refuse("is of a group that coverage.json does not have");
    }
    seen_.group = group->second;
  }
  seen_.is_clean = record.is_clean(facts_);
  seen_.condition = kNoCondition;
  if (record.control != Control::identity) {
    join_into(key_, record.levels);
    const auto condition = coverage_.condition_by_levels.find(key_);
    if (condition == coverage_.condition_by_levels.end()) {
      throw refuse("is of a condition that coverage.json does not have");
    }
    seen_.condition = condition->second;
  }
  // The parser reads some bytes beyond the text, which must be there.
  padded_.assign(record.measured);
  padded_.append(simdjson::SIMDJSON_PADDING, '\0');
  if (parser_.parse(padded_.data(), record.measured.size(), /*realloc_if_needed=*/false).get(seen_.measured) !=
          simdjson::SUCCESS ||
      !seen_.measured.is_object()) {
    throw refuse("has `measured` that is no JSON object");
  }
  seen_.values = values_of(record);
  return seen_;
}

}  // namespace fairground
