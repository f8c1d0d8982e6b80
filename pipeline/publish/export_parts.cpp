#include "pipeline/publish/export_parts.h"

#include <algorithm>
#include <cmath>

#include "pipeline/catalog/catalog.h"
#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "pipeline/core/text.h"

namespace fairground {
namespace {

constexpr std::size_t kMostNameCharacters = 60;

bool is_letter_or_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

std::string in_lower_case(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

}  // namespace

std::string path_in_run(const MediaFacts& facts, std::string_view file_name) {
  const bool is_ours = !file_name.empty() && std::ranges::all_of(file_name, [](char c) {
    return is_letter_or_digit(c) || c == '_' || c == '-' || c == '/' || c == '.';
  });
  if (!is_ours || file_name.front() == '/' || file_name.front() == '-' || file_name.find("..") != file_name.npos) {
    throw UserError("the records of " + std::string(to_string(facts.media)) + " name a file " +
                    in_ticks(std::string(file_name)) + ", and fairground calls none so; they have been changed");
  }
  return std::string(to_string(facts.media)) + '/' + std::string(file_name);
}

std::string path_from_export(const MediaFacts& facts, std::string_view file_name) {
  return "../../" + path_in_run(facts, file_name);
}

std::string_view clean_variant_id(const Record& record) {
  std::string_view name = record.clean_file_name;
  name.remove_prefix(name.rfind('/') == std::string_view::npos ? 0 : name.rfind('/') + 1);
  return name.substr(0, name.find('.'));
}

std::string_view transcript_of(const Record& record, const MediaFacts& facts) {
  return facts.transcript.empty() ? std::string_view() : record.kept_in(facts, facts.transcript);
}

std::size_t required_number(const Records& records, std::string_view column) {
  const auto found = records.number(column);
  if (!found && !records.numbers().empty()) {
    throw UserError("the records of " + std::string(to_string(records.facts().media)) + " have no field " +
                    in_ticks(std::string(column)) + "; is this the folder of a finished run?");
  }
  return found.value_or(0);  // Where all variants were lost there are no records, and nobody will ask.
}

ColumnNames::ColumnNames(const MediaFacts& facts, std::span<const std::string_view> taken) {
  std::vector<std::string> columns = facts.groups;
  columns.insert(columns.end(), facts.kept.begin(), facts.kept.end());
  std::ranges::transform(facts.axes, std::back_inserter(columns), &AxisFacts::name);
  std::unordered_set<std::string> used;
  for (const std::string_view name : taken) {
    used.emplace(name);
  }
  const auto is_own = [&](const std::string& column) {
    return std::ranges::find(taken, std::string_view(column)) == taken.end();
  };
  // Whoever can keep its name does so first, whatever the others are called.
  for (const std::string& column : columns) {
    if (is_own(column)) {
      used.insert(column);
      names_.emplace(column, column);
    }
  }
  for (const std::string& column : columns) {
    std::string name = column;
    while (!names_.contains(column)) {
      name.insert(0, "column_");
      if (used.insert(name).second) {
        names_.emplace(column, name);
      }
    }
  }
}

const std::string& SafeNames::name_of(const std::string& key, std::string_view readable) {
  const auto known = names_.find(key);
  if (known != names_.end()) {
    return known->second;
  }
  std::string name;
  bool is_lossy = readable.empty();
  for (const char c : readable) {
    const bool is_ascii = static_cast<unsigned char>(c) < 0x80;
    is_lossy = is_lossy || !is_ascii;
    name += is_letter_or_digit(c) ? c : '_';
  }
  // Two names in another script would else look the same, and which of them is changed would hang on their order.
  const std::string digest = sha256_hex(key);
  for (std::size_t digits = is_lossy || name.size() > kMostNameCharacters ? 8 : 0;; digits += 8) {
    std::string candidate = name.substr(0, kMostNameCharacters - digits - (digits > 0 ? 1 : 0));
    candidate += digits > 0 ? "_" + digest.substr(0, digits) : "";
    if (taken_.insert(in_lower_case(candidate)).second) {
      return names_.emplace(key, std::move(candidate)).first->second;
    }
    if (digits == 48) {
      throw std::logic_error("there are no names left");
    }
  }
}

const std::string& SpeakerIds::of(const Record& record) {
  if (record.subject == kUnknown) {
    return names_.name_of("source " + std::string(record.source_id), "unknown_" + std::string(record.source_id));
  }
  return names_.name_of("subject " + std::string(record.subject), record.subject);
}

const CellNames::Cell& CellNames::of(const std::vector<std::string_view>& labels, Control control) {
  std::string key = control == Control::none ? "" : to_string(control);
  std::string readable = control == Control::none ? "" : std::string("control_") + to_string(control);
  if (control == Control::none) {
    for (const std::string_view label : labels) {
      key += std::to_string(label.size()) + ' ' + std::string(label);
      readable += (readable.empty() ? "" : "_") + std::string(label);
    }
  }
  const auto [known, is_new] = known_.emplace(key, cells_.size());
  if (is_new) {
    Cell cell{
        names_.name_of(key, labels.empty() && control == Control::none ? "all" : readable), {}, control, cells_.size()};
    if (control == Control::none) {
      cell.labels.assign(labels.begin(), labels.end());
    }
    cells_.push_back(std::move(cell));
  }
  return cells_[known->second];
}

LabelFields::LabelFields(const Records& records, std::initializer_list<std::string_view> taken)
    : facts_(records.facts()) {
  std::vector<std::string_view> all(taken);
  all.emplace_back("clean_variant_id");  // The only one of those below that no record has.
  const ColumnNames names(facts_, all);
  const auto key = [](const std::string& name) { return ',' + json_text(name) + ':'; };
  const auto field = [&](const std::string& column) { return key(names.of(column)); };
  std::ranges::transform(facts_.groups, std::back_inserter(groups_), field);
  for (const std::string& column : facts_.kept) {
    kept_.push_back(column == facts_.transcript ? std::string() : field(column));
  }
  for (const AxisFacts& axis : facts_.axes) {
    axes_.push_back(field(axis.name));
  }
  std::ranges::transform(records.numbers(), std::back_inserter(numbers_), key);
}

void LabelFields::append(std::string& json, const Record& record) const {
  const auto add = [&](std::string_view field, std::string_view text) {
    json += field;
    append_json_text(json, text);
  };
  add("\"variant_id\":", record.variant_id);
  add(",\"source_id\":", record.source_id);
  add(",\"subject\":", record.subject);
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    add(groups_[i], record.groups[i]);
  }
  for (std::size_t i = 0; i < kept_.size(); ++i) {
    if (!kept_[i].empty()) {
      add(kept_[i], record.kept[i]);
    }
  }
  for (std::size_t i = 0; i < axes_.size(); ++i) {
    add(axes_[i], record.levels[i]);
  }
  json += ",\"realization\":" + std::to_string(record.realization);
  add(",\"pair_id\":", record.pair_id);
  add(",\"draw_id\":", record.draw_id);
  json += record.synthetic ? ",\"synthetic\":true" : ",\"synthetic\":false";
  add(",\"control\":", to_string(record.control));
  if (facts_.include_clean) {
    add(",\"clean_variant_id\":", clean_variant_id(record));
  }
  for (std::size_t i = 0; i < numbers_.size(); ++i) {
    json += numbers_[i] + json_number(record.numbers[i]);
  }
}

std::string json_number(double number) {
  if (std::isnan(number)) {
    return "null";
  }
  const std::string text = shortest(number);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

std::string csv_cell(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    return std::string(text);
  }
  std::string cell = "\"";
  for (const char c : text) {
    cell += c == '"' ? "\"\"" : std::string(1, c);
  }
  return cell + '"';
}

std::string csv_line(const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    line += (i > 0 ? "," : "") + csv_cell(cells[i]);
  }
  return line + "\r\n";
}

}  // namespace fairground
