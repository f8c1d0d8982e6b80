#include "pipeline/publish/records.h"

#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>
#include <utility>

#include "pipeline/catalog/json_text.h"
#include "pipeline/core/error.h"
#include "pipeline/core/text.h"
#include "pipeline/output/run_names.h"
#include "pipeline/publish/read_bytes.h"

namespace fairground {
namespace {

namespace dom = simdjson::dom;

constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();

bool is_number_column(std::string_view name) {
  return name.starts_with("measured_") || name.starts_with("tone_reference_") || name == "mask_confidence";
}

/// What goes wrong in a line; caught where its place is known.
struct BadRecord {
  std::string reason;
};

std::string_view text_of(std::string_view name, const dom::element& value) {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) {
    throw BadRecord{in_ticks(std::string(name)) + " is no text"};
  }
  return text;
}

double number_of(std::string_view name, const dom::element& value) {
  double number = kNoNumber;
  if (!value.is_null() && value.get(number) != simdjson::SUCCESS) {
    throw BadRecord{in_ticks(std::string(name)) + " is no number"};
  }
  return number;
}

Control control_of(std::string_view text) {
  for (const Control control : {Control::none, Control::identity, Control::repeat}) {
    if (text == to_string(control)) {
      return control;
    }
  }
  throw BadRecord{"`control` is " + in_ticks(std::string(text))};
}

/// Where the values of a record go, by the names of the fields.
class Slots {
 public:
  Slots(const MediaFacts& facts, const std::vector<std::string>& numbers) : record_() {
    record_.groups.resize(facts.groups.size());
    record_.kept.resize(facts.kept.size());
    record_.levels.resize(facts.axes.size());
    record_.numbers.resize(numbers.size());
    const std::pair<const char*, std::string_view*> texts[] = {{"file_name", &record_.file_name},
                                                               {"variant_id", &record_.variant_id},
                                                               {"source_id", &record_.source_id},
                                                               {"subject", &record_.subject},
                                                               {"pair_id", &record_.pair_id},
                                                               {"draw_id", &record_.draw_id},
                                                               {"source_sha256", &record_.source_sha256},
                                                               {"sha256", &record_.sha256},
                                                               {"augmentations", &record_.augmentations},
                                                               {"measured", &record_.measured},
                                                               {"control", &control_}};
    for (const auto& [name, slot] : texts) {
      add_text(name, slot);
    }
    const auto add_if = [&](bool is_there, const char* name, std::string_view* slot) {
      if (is_there) {
        add_text(name, slot);
      }
    };
    add_if(facts.include_clean, "clean_file_name", &record_.clean_file_name);
    add_if(facts.words, "words", &record_.words);
    add_if(facts.boxes, "boxes", &record_.boxes);
    add_if(facts.keypoints, "keypoints", &record_.keypoints);
    add_if(facts.mask, "mask_file_name", &record_.mask_file_name);
    add_if(facts.skin, "mask_source", &record_.mask_source);
    for (std::size_t i = 0; i < facts.groups.size(); ++i) {
      add_text(facts.groups[i], &record_.groups[i]);
    }
    for (std::size_t i = 0; i < facts.kept.size(); ++i) {
      add_text(facts.kept[i], &record_.kept[i]);
    }
    for (std::size_t i = 0; i < facts.axes.size(); ++i) {
      add_text(facts.axes[i].name, &record_.levels[i]);
    }
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      add({numbers[i], nullptr, &record_.numbers[i], nullptr, nullptr});
    }
    add({"realization", nullptr, nullptr, &record_.realization, nullptr});
    add({"synthetic", nullptr, nullptr, nullptr, &record_.synthetic});
  }
  Slots(const Slots&) = delete;
  Slots& operator=(const Slots&) = delete;

  const Record& read(std::string_view line) {
    dom::object object;
    // The parser reads some bytes beyond the text, which must be there.
    padded_.assign(line);
    padded_.append(simdjson::SIMDJSON_PADDING, '\0');
    if (parser_.parse(padded_.data(), line.size(), /*realloc_if_needed=*/false).get(object) != simdjson::SUCCESS) {
      throw BadRecord{"it is no JSON object"};
    }
    ++reads_;
    std::size_t filled = 0;
    std::size_t next = 0;  // The fields come in the same order in every line.
    for (const auto& [key, value] : object) {
      const std::size_t field = position_of(key, next++);
      if (field != kNoSlot) {
        Slot& slot = slots_[field];
        // One that is there twice must not make up for one that is missing: its text would be of the line before.
        filled += std::exchange(slot.filled_in, reads_) == reads_ ? slots_.size() : 1;
        fill(slot, value);
      }
    }
    if (filled != slots_.size()) {
      throw BadRecord{"it has not the fields that set.json tells of, each once"};
    }
    record_.control = control_of(control_);
    record_.line = line;
    return record_;
  }

 private:
  /// One of the pointers is set.
  struct Slot {
    std::string name;
    std::string_view* text;
    double* number;
    std::int64_t* integer;
    bool* flag;
    std::size_t filled_in = 0;  ///< the number of the read that filled it last
  };
  static constexpr std::size_t kNoSlot = std::numeric_limits<std::size_t>::max();

  void add_text(const std::string& name, std::string_view* slot) { add({name, slot, nullptr, nullptr, nullptr}); }
  void add(Slot slot) {
    by_name_.emplace(slot.name, slots_.size());
    slots_.push_back(std::move(slot));
  }

  /// The slot of the field number `place` of a line; kNoSlot where nobody asks for it.
  std::size_t position_of(std::string_view key, std::size_t place) {
    if (place >= order_.size()) {
      order_.resize(place + 1);
    }
    if (order_[place].first != key) {
      const auto found = by_name_.find(std::string(key));
      order_[place] = {std::string(key), found == by_name_.end() ? kNoSlot : found->second};
    }
    return order_[place].second;
  }

  static void fill(const Slot& slot, const dom::element& value) {
    if (slot.text != nullptr) {
      *slot.text = text_of(slot.name, value);
    } else if (slot.number != nullptr) {
      *slot.number = number_of(slot.name, value);
    } else if (slot.integer != nullptr ? value.get(*slot.integer) != simdjson::SUCCESS
                                       : value.get(*slot.flag) != simdjson::SUCCESS) {
      throw BadRecord{in_ticks(slot.name) +
                      (slot.integer != nullptr ? " is no integer" : " is neither true nor false")};
    }
  }

  Record record_;
  std::string_view control_;
  std::vector<Slot> slots_;
  std::size_t reads_ = 0;
  std::unordered_map<std::string, std::size_t> by_name_;
  std::vector<std::pair<std::string, std::size_t>> order_;  ///< of the fields of the line before
  dom::parser parser_;
  std::string padded_;
};

std::filesystem::path file_of(const MediaFacts& facts) {
  return std::filesystem::path(to_string(facts.media)) / kMetadata;
}

}  // namespace

bool Record::is_clean(const MediaFacts& facts) const {
  return control == Control::none && std::ranges::equal(levels, facts.clean_levels);
}

std::string_view Record::kept_in(const MediaFacts& facts, std::string_view column) const {
  const auto found = std::ranges::find(facts.kept, column);
  return found == facts.kept.end() ? std::string_view() : kept[static_cast<std::size_t>(found - facts.kept.begin())];
}

Records::Records(const OutputTree& tree, const MediaFacts& facts) : tree_(tree), facts_(facts) {
  const bool is_there = tree.for_each_line(file_of(facts), [&](const FileLine& line) {
    dom::parser parser;
    dom::object object;
    if (parser.parse(std::string(line.text)).get(object) == simdjson::SUCCESS) {
      for (const auto& [key, value] : object) {
        const bool is_label = std::ranges::find(facts.kept, key) != facts.kept.end() ||
                              std::ranges::find(facts.groups, key) != facts.groups.end();
        if (is_number_column(key) && !is_label) {
          numbers_.emplace_back(key);
        }
      }
    }
    return false;
  });
  if (!is_there) {
    throw UserError((tree.root() / file_of(facts)).string() + ": is missing; is this the folder of a finished run?");
  }
}

std::optional<std::size_t> Records::number(std::string_view name) const {
  const auto found = std::ranges::find(numbers_, name);
  return found == numbers_.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - numbers_.begin()));
}

UserError Records::refusal(std::size_t line, const std::string& reason) const {
  return UserError((tree_.root() / file_of(facts_)).string() + ":" + std::to_string(line) +
                   ": is no record of this set: " + reason);
}

void Records::for_each_line(const std::function<void(const Record&, std::size_t, std::uintmax_t)>& body) const {
  Slots slots(facts_, numbers_);
  std::size_t number = 0;
  tree_.for_each_line(file_of(facts_), [&](const FileLine& line) {
    ++number;
    if (!line.is_whole) {
      throw refusal(number, "the line has no end");
    }
    const Record* record = nullptr;
    try {
      record = &slots.read(line.text);
    } catch (const BadRecord& bad) {
      throw refusal(number, bad.reason);
    }
    body(*record, number, line.offset);
    return true;
  });
}

void Records::for_each(const std::function<void(const Record&)>& body) const {
  for_each_line([&](const Record& record, std::size_t, std::uintmax_t) { body(record); });
}

void Records::for_each_sorted(const std::function<std::string(const Record&)>& key,
                              const std::function<void(const Record&)>& body) const {
  struct Place {
    std::uintmax_t offset;  // of the line in its file
    std::size_t key;        // where its key begins in `keys`
    std::uint32_t length;   // of the line
    std::uint32_t key_length;
    std::uint32_t line;  // its number
  };
  std::vector<Place> places;
  std::string keys;  // one after the other: a text of its own for each would take twice as much
  for_each_line([&](const Record& record, std::size_t line, std::uintmax_t offset) {
    const std::string text = key(record);
    places.push_back({offset, keys.size(), static_cast<std::uint32_t>(record.line.size()),
                      static_cast<std::uint32_t>(text.size()), static_cast<std::uint32_t>(line)});
    keys += text;
  });
  const auto key_of = [&](const Place& place) { return std::string_view(keys).substr(place.key, place.key_length); };
  std::ranges::sort(places, [&](const Place& one, const Place& other) {
    const int order = key_of(one).compare(key_of(other));
    return order != 0 ? order < 0 : one.line < other.line;
  });
  const Descriptor file = tree_.open_to_read(file_of(facts_));
  Slots slots(facts_, numbers_);
  std::string text;
  for (const Place& place : places) {
    text.resize(place.length);
    read_bytes(file, tree_.root() / file_of(facts_), place.offset, text);
    const Record* record = nullptr;
    try {
      record = &slots.read(text);
    } catch (const BadRecord& bad) {
      throw refusal(place.line, bad.reason);
    }
    body(*record);
  }
}

nlohmann::ordered_json first_record(const OutputTree& tree, const MediaFacts& facts) {
  nlohmann::ordered_json first = nlohmann::ordered_json::object();
  const std::filesystem::path name = std::filesystem::path(to_string(facts.media)) / kMetadata;
  tree.for_each_line(name, [&](const FileLine& line) {
    first = parse_ordered_json(line.text);
    return false;
  });
  if (!first.is_object()) {
    throw UserError((tree.root() / name).string() + ":1: is no record: it is no JSON object");
  }
  return first;
}

bool is_whole_number(std::string_view field, const nlohmann::ordered_json& value) {
  // Only tones are null, where no skin was found; the nearest swatch of Monk's is the only whole number among them.
  return value.is_number_integer() || (value.is_null() && field.ends_with("_monk"));
}

}  // namespace fairground
