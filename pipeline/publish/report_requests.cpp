#include "pipeline/publish/report_requests.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "augmenters/augmenter.h"
#include "pipeline/core/text.h"
#include "pipeline/publish/report_words.h"

namespace fairground {
namespace {

namespace dom = simdjson::dom;
using nlohmann::ordered_json;

constexpr std::size_t kMostRows = 600;
constexpr std::string_view kRequested = "requested_";
constexpr std::string_view kTone = "tone_reference_";

std::optional<double> number_in(const dom::element& object, std::string_view name) {
  double number = 0.0;
  return object[name].get(number) == simdjson::SUCCESS ? std::optional(number) : std::nullopt;
}

std::string_view text_in(const dom::element& object, std::string_view name) {
  std::string_view text;
  return object[name].get(text) == simdjson::SUCCESS ? text : std::string_view();
}

/// Calls `body(augmenter, ordinal, entry)` for each entry of a list in `measured`; ordinals count from 0 within the
/// entries of one augmenter.
template <class Body>
void for_each_of(const SeenRecord& seen, const char* list, const Body& body) {
  dom::array entries;
  if (seen.measured[list].get(entries) != simdjson::SUCCESS) {
    return;
  }
  std::vector<std::string_view> before;
  for (const dom::element entry : entries) {
    const std::string_view augmenter = text_in(entry, "augmenter");
    body(augmenter, static_cast<std::size_t>(std::ranges::count(before, augmenter)), entry);
    before.push_back(augmenter);
  }
}

/// "snr_db" as "SNR".
std::string name_to_read(const std::string& quantity) {
  std::string name = quantity;
  for (const char* const unit :
       {"_dbov", "_dba", "_db", "_hz", "_kbps", "_percent", "_px", "_deg", "_ms", "_s", "_m"}) {
    if (name.ends_with(unit)) {
      name.resize(name.size() - std::string_view(unit).size());
      break;
    }
  }
  std::ranges::replace(name, '_', ' ');
  if (name == "snr" || name == "t20") {
    std::ranges::transform(name, name.begin(), [](char c) { return static_cast<char>(c >= 'a' ? c - 'a' + 'A' : c); });
  }
  return name;
}

std::string unit_of(const std::string& augmenter, const std::string& parameter) {
  const Augmenter* const known = find_augmenter(augmenter);
  const auto index = known == nullptr ? std::nullopt : known->schema.find(parameter);
  return index ? known->schema.parameters[*index].unit : std::string();
}

/// Rounded as records are, so that 20.00004 - 20 is no error.
double rounded_error(double error) { return std::round(error * 1e6) / 1e6 + 0.0; }

}  // namespace

void RequestTally::Tally::add(double requested, double measured) {
  const double error = rounded_error(measured - requested);
  lowest_request = n == 0 ? requested : std::min(lowest_request, requested);
  highest_request = n == 0 ? requested : std::max(highest_request, requested);
  lowest = n == 0 ? measured : std::min(lowest, measured);
  highest = n == 0 ? measured : std::max(highest, measured);
  sum += measured;
  sum_of_errors += error;
  largest_error = std::max(largest_error, std::abs(error));
  ++n;
}

RequestTally::RequestTally(const MediaFacts& facts, const ReportCoverage& coverage, const Records& records)
    : facts_(facts),
      coverage_(coverage),
      is_answered_(coverage.conditions.size()),
      has_files_(coverage.conditions.size()) {
  for (const AxisFacts& axis : facts.axes) {
    auto& by_name = levels_by_name_.emplace_back();
    for (std::uint32_t level = 0; level < axis.levels.size(); ++level) {
      by_name.emplace(axis.levels[level].name, level);
    }
  }
  for (const std::vector<std::string>& levels : coverage.conditions) {
    places_.push_back(places_of(levels));
  }
  if (facts.media == Media::audio) {
    bool is_first = true;
    for (const ordered_json& entry : facts.json.at("entries")) {
      const ordered_json& level = entry.at("active_level_dbov");
      const std::optional<double> asked = level.is_number() ? std::optional(level.get<double>()) : std::nullopt;
      level_dbov_ = is_first || level_dbov_ == asked ? asked : std::nullopt;
      is_first = false;
    }
  }
  for (std::size_t i = 0; i < records.numbers().size(); ++i) {
    if (records.numbers()[i].starts_with(kTone)) {
      tone_columns_.emplace_back(records.numbers()[i].substr(kTone.size()), i);
    }
  }
}

/// Axes and steps are few.
std::uint64_t RequestTally::key_of(const Place* place) {
  return place == nullptr ? ~std::uint64_t{0}
                          : std::uint64_t{place->axis} << 48U | std::uint64_t{place->step} << 32U | place->level;
}

const StepFacts& RequestTally::step_at(const Place& place) const {
  return facts_.axes[place.axis].levels[place.level].steps[place.step];
}

std::vector<RequestTally::Place> RequestTally::places_of(const std::vector<std::string>& levels) const {
  std::vector<Place> places;
  for (std::uint32_t axis = 0; axis < levels.size(); ++axis) {
    const auto level = levels_by_name_[axis].find(levels[axis]);
    if (level != levels_by_name_[axis].end()) {
      for (std::uint32_t step = 0; step < facts_.axes[axis].levels[level->second].steps.size(); ++step) {
        places.push_back({axis, level->second, step});
      }
    }
  }
  return places;
}

const RequestTally::Place* RequestTally::find(std::uint32_t condition, std::string_view augmenter,
                                              std::size_t ordinal) const {
  for (const Place& place : places_[condition]) {
    if (step_at(place).augmenter == augmenter && ordinal-- == 0) {
      return &place;
    }
  }
  return nullptr;
}

std::optional<double> RequestTally::requested(const SeenRecord& seen, const Place& place, std::string_view parameter) {
  const StepFacts& step = step_at(place);
  const auto found = step.parameters.find(std::string(parameter));
  if (found == step.parameters.end()) {
    return std::nullopt;
  }
  if (found->is_number()) {
    return found->get<double>();
  }
  if (!found->is_array()) {
    return std::nullopt;
  }
  // It was drawn.
  if (parsed_ != seen.record->variant_id) {
    padded_.assign(seen.record->augmentations);
    padded_.append(simdjson::SIMDJSON_PADDING, '\0');
    parsed_ = seen.record->variant_id;
    if (parser_.parse(padded_.data(), seen.record->augmentations.size(), /*realloc_if_needed=*/false)
            .get(augmentations_) != simdjson::SUCCESS) {
      augmentations_ = dom::array();
      parsed_ = std::string_view();
      return std::nullopt;
    }
  }
  std::size_t ordinal = 0;
  for (const Place& other : places_[seen.condition]) {
    if (other == place) {
      break;
    }
    ordinal += step_at(other).augmenter == step.augmenter ? 1 : 0;
  }
  for (const dom::element entry : augmentations_) {
    dom::element parameters;
    if (text_in(entry, "augmenter") == step.augmenter && ordinal-- == 0 &&
        entry["parameters"].get(parameters) == simdjson::SUCCESS) {
      return number_in(parameters, parameter);
    }
  }
  return std::nullopt;
}

void RequestTally::tally(const SeenRecord& seen, const Place* place, std::string_view parameter,
                         std::string_view quantity, double requested, double measured) {
  std::vector<std::size_t>& of_step = rows_of_step_[key_of(place)];
  const auto found = std::ranges::find_if(of_step, [&](std::size_t index) {
    return rows_[index].parameter == parameter && rows_[index].quantity == quantity;
  });
  const std::size_t index = found == of_step.end() ? rows_.size() : *found;
  if (index == rows_.size()) {
    of_step.push_back(index);
    rows_.push_back({place == nullptr ? std::nullopt : std::optional(*place),
                     std::string(parameter),
                     std::string(quantity),
                     {},
                     {}});
  }
  Row* const row = &rows_[index];
  row->all.add(requested, measured);
  if (place == nullptr) {
    return;
  }
  is_answered_[seen.condition] = true;
  if (seen.condition < coverage_.conditions_shown) {
    auto of_condition = std::ranges::find(row->by_condition, seen.condition, &std::pair<std::uint32_t, Tally>::first);
    if (of_condition == row->by_condition.end()) {
      row->by_condition.emplace_back(seen.condition, Tally());
      of_condition = row->by_condition.end() - 1;
    }
    of_condition->second.add(requested, measured);
  }
}

void RequestTally::add_stems(const SeenRecord& seen) {
  for_each_of(seen, "stems", [&](std::string_view augmenter, std::size_t ordinal, const dom::element& stem) {
    const Place* const place = find(seen.condition, augmenter, ordinal);
    dom::object fields;
    if (place == nullptr || stem.get(fields) != simdjson::SUCCESS) {
      return;
    }
    for (const auto& [name, value] : fields) {
      double asked = 0.0;
      if (name.starts_with(kRequested) && value.get(asked) == simdjson::SUCCESS) {
        const std::string_view quantity = name.substr(kRequested.size());
        if (const auto measured = number_in(stem, quantity)) {
          tally(seen, place, quantity, quantity, asked, *measured);
        }
      }
    }
  });
}

void RequestTally::add_steps(const SeenRecord& seen) {
  for_each_of(seen, "steps", [&](std::string_view augmenter, std::size_t ordinal, const dom::element& step) {
    const Place* const place = find(seen.condition, augmenter, ordinal);
    dom::object fields;
    if (place == nullptr || step.get(fields) != simdjson::SUCCESS) {
      return;
    }
    const auto says = [](const auto& field) { return std::string_view(field.key).starts_with(kRequested); };
    const bool says_what_was_asked = std::any_of(fields.begin(), fields.end(), says);
    for (const auto& [name, value] : fields) {
      double number = 0.0;
      if (value.get(number) != simdjson::SUCCESS) {
        continue;
      }
      if (says_what_was_asked && name.starts_with(kRequested)) {
        const std::string_view quantity = name.substr(kRequested.size());
        const auto in_step = number_in(step, quantity);
        if (const auto measured = in_step ? in_step : tone_reference(seen, quantity)) {
          tally(seen, place, quantity, quantity, number, *measured);
        }
      } else if (const auto asked = says_what_was_asked ? std::nullopt : requested(seen, *place, name)) {
        tally(seen, place, name, name, *asked, number);
      }
    }
  });
}

std::optional<double> RequestTally::tone_reference(const SeenRecord& seen, std::string_view name) const {
  const auto found = std::ranges::find(tone_columns_, name, &std::pair<std::string, std::size_t>::first);
  if (found == tone_columns_.end() || std::isnan(seen.record->numbers[found->second])) {
    return std::nullopt;
  }
  return seen.record->numbers[found->second];
}

void RequestTally::add_room(const SeenRecord& seen) {
  dom::element room;
  dom::object fields;
  if (seen.measured["room"].get(room) != simdjson::SUCCESS || room.get(fields) != simdjson::SUCCESS) {
    return;
  }
  for (const Place& place : places_[seen.condition]) {
    if (!step_at(place).augmenter.starts_with("room.")) {
      continue;
    }
    for (const auto& [name, value] : fields) {
      const std::string_view parameter = name == "t20_s" ? "rt60_s" : name;
      double measured = 0.0;
      if (value.get(measured) == simdjson::SUCCESS) {
        if (const auto asked = requested(seen, place, parameter)) {
          tally(seen, &place, parameter, name, *asked, measured);
        }
      }
    }
    return;  // a chain has one room
  }
}

void RequestTally::add_lone_step(const SeenRecord& seen) {
  if (places_[seen.condition].size() != 1) {
    return;  // what the other steps do would be taken for this one's
  }
  const Place& place = places_[seen.condition].front();
  const double luminance = facts_.media == Media::image ? seen.values[0] : 0.0;
  if (clean_luminance_ > 0.0 && luminance > 0.0) {
    if (const auto asked = requested(seen, place, "ev")) {
      tally(seen, &place, "ev", "luminance_against_clean", *asked, std::log2(luminance / clean_luminance_));
    }
  }
}

void RequestTally::add_level(const SeenRecord& seen) {
  const double measured = facts_.media == Media::audio ? seen.values[1] : std::nan("");
  if (level_dbov_ && !std::isnan(measured)) {
    tally(seen, nullptr, "active_level_dbov", "active_level_dbov", *level_dbov_, measured);
  }
}

void RequestTally::add(const SeenRecord& seen) {
  if (seen.is_new_source) {
    clean_luminance_ = 0.0;
  }
  if (seen.is_control()) {
    return;
  }
  parsed_ = std::string_view();
  if (seen.is_clean) {
    clean_luminance_ = facts_.media == Media::image && seen.values[0] > 0.0 ? seen.values[0] : 0.0;
    add_level(seen);
    return;
  }
  has_files_[seen.condition] = true;
  add_stems(seen);
  add_steps(seen);
  add_room(seen);
  add_lone_step(seen);
}

ordered_json RequestTally::json() const {
  ordered_json rows = ordered_json::array();
  std::size_t total = 0;
  const auto add_row = [&](const Row& row, const Tally& tally, std::optional<std::uint32_t> condition) {
    if (++total > kMostRows) {
      return;
    }
    const double n = static_cast<double>(tally.n);
    ordered_json json;
    json["axis"] = row.place ? ordered_json(row.place->axis) : ordered_json(nullptr);
    json["condition"] = condition ? ordered_json(*condition) : ordered_json(nullptr);
    json["level"] = row.place ? facts_.axes[row.place->axis].levels[row.place->level].name : "clean references";
    json["augmenter"] = row.place ? step_at(*row.place).augmenter : "sources";
    json["quantity"] = name_to_read(row.quantity);
    json["unit"] = row.place ? unit_of(step_at(*row.place).augmenter, row.parameter) : "dBov";
    json["requested"] = {number_to_read(tally.lowest_request), number_to_read(tally.highest_request)};
    json["n"] = tally.n;
    json["measured"] = {{"mean", number_to_read(tally.sum / n)},
                        {"min", number_to_read(tally.lowest)},
                        {"max", number_to_read(tally.highest)}};
    json["error"] = {{"mean", number_to_read(rounded_error(tally.sum_of_errors / n))},
                     {"max_abs", number_to_read(tally.largest_error)}};
    rows.push_back(std::move(json));
  };
  std::vector<const Row*> sorted;
  for (const Row& row : rows_) {
    sorted.push_back(&row);
  }
  std::ranges::stable_sort(sorted, {}, [](const Row* row) {
    return row->place ? std::tuple(1U, row->place->axis, row->place->level, row->place->step)
                      : std::tuple(0U, 0U, 0U, 0U);
  });
  for (const Row* row : sorted) {
    add_row(*row, row->all, std::nullopt);
  }
  // With one axis a level is a condition.
  if (facts_.axes.size() > 1) {
    for (const Row* row : sorted) {
      for (const auto& [condition, tally] : row->by_condition) {
        add_row(*row, tally, condition);
      }
    }
  }
  std::size_t conditions = 0;
  std::size_t without = 0;
  for (std::size_t c = 0; c < coverage_.conditions.size(); ++c) {
    if (coverage_.clean != c && has_files_[c]) {
      ++conditions;
      without += is_answered_[c] ? 0 : 1;
    }
  }
  ordered_json json;
  json["rows"] = std::move(rows);
  json["rows_total"] = total;
  json["conditions_without"] = without;
  json["conditions_total"] = conditions;
  std::string note =
      "A measured number answers a parameter of the same name; where a step says what was asked of it, as that on skin "
      "does, that is answered and nothing else; of rooms, the measured T20 answers the reverberation time, and a "
      "picture's brightness against its clean reference the exposure, where nothing else was done to it.";
  if (without > 0) {
    note +=
        " In " + share_text(without, conditions) + " conditions no measurement of the file answers what was asked for.";
  }
  if (total > kMostRows) {
    note += " Of " + std::to_string(total) + " comparisons the first " + std::to_string(kMostRows) + " are here.";
  }
  json["note"] = note;
  return json;
}

}  // namespace fairground
