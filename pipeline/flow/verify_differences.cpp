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

std::string field_differences(const json& one, const json& other, const std::string& between) {
  if (!one.is_object() || !other.is_object()) {
    return "it cannot be read";
  }
  std::set<std::string> names;
  for (const json* object : {&one, &other}) {
    for (const auto& [name, value] : object->items()) {
      names.insert(name);
    }
  }
  std::string message;
  for (const std::string& name : names) {
    const auto here = one.find(name);
    const auto there = other.find(name);
    const bool has_both = here != one.end() && there != other.end();
    if (has_both && *here == *there) {
      continue;
    }
    message += (message.empty() ? "" : "; ") + name + " is ";
    message += here == one.end() ? "missing" : excerpt(*here, has_both ? *there : json());
    message += between + (there == other.end() ? "missing" : excerpt(*there, has_both ? *here : json()));
  }
  return message;
}

std::string record_differences(const std::string& recorded, const std::string& made) {
  const std::string message = field_differences(parse_json(recorded), parse_json(made), " and should be ");
  return message.empty() ? "its values are right, but are written otherwise" : message;
}

}  // namespace fairground
