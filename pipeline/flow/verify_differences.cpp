#include "pipeline/flow/verify_differences.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "pipeline/catalog/json_text.h"

namespace fairground {
namespace {

using nlohmann::json;

/// A value for a message; of a long one, the part where it begins to differ from `other`.
std::string excerpt(const json& value, const json& other) {
  constexpr std::size_t kMost = 100;
  constexpr std::size_t kBefore = 30;
  std::string text = value.dump();
  if (text.size() <= kMost) {
    return text;
  }
  // In ASCII, so that it can be cut anywhere.
  text = value.dump(-1, ' ', /*ensure_ascii=*/true);
  const std::string other_text = other.dump(-1, ' ', /*ensure_ascii=*/true);
  const auto place = static_cast<std::size_t>(std::ranges::mismatch(text, other_text).in1 - text.begin());
  const std::size_t begin = place < kBefore ? 0 : place - kBefore;
  return (begin == 0 ? "" : "...") + text.substr(begin, kMost) + (begin + kMost < text.size() ? "..." : "");
}

}  // namespace

void Differences::add(const std::string& message) {
  constexpr std::size_t kMost = 100;
  const std::lock_guard lock(mutex_);
  if (count_++ < kMost) {
    out_ << message << '\n';
  } else if (count_ == kMost + 1) {
    out_ << "more differences are only counted\n";
  }
}

std::string text_field(const json& entry, const std::string& name) {
  const auto field = entry.find(name);
  return field != entry.end() && field->is_string() ? field->get<std::string>() : std::string();
}

std::int64_t integer_field(const json& entry, const std::string& name) {
  const auto field = entry.find(name);
  if (field == entry.end() || !field->is_number_integer()) {
    return -1;
  }
  constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return field->is_number_unsigned() && field->get<std::uint64_t>() > kLargest ? -1 : field->get<std::int64_t>();
}

json object_field(const json& entry, const std::string& name) {
  const auto field = entry.find(name);
  return field != entry.end() && field->is_object() ? *field : json::object();
}

std::string record_differences(const std::string& recorded, const std::string& made) {
  const json old_record = parse_json(recorded);
  const json new_record = parse_json(made);
  if (!old_record.is_object() || !new_record.is_object()) {
    return "it cannot be read";
  }
  std::set<std::string> names;
  for (const json* record : {&old_record, &new_record}) {
    for (const auto& [name, value] : record->items()) {
      names.insert(name);
    }
  }
  std::string message;
  for (const std::string& name : names) {
    const auto before = old_record.find(name);
    const auto after = new_record.find(name);
    const bool has_both = before != old_record.end() && after != new_record.end();
    if (has_both && *before == *after) {
      continue;
    }
    message += (message.empty() ? "" : "; ") + name + " is ";
    message += before == old_record.end() ? "missing" : excerpt(*before, has_both ? *after : json());
    message +=
        " and should be " + (after == new_record.end() ? "missing" : excerpt(*after, has_both ? *before : json()));
  }
  return message.empty() ? "its values are right, but are written otherwise" : message;
}

}  // namespace fairground
