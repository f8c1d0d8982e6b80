#include "pipeline/config/reference_words.h"

#include <algorithm>
#include <type_traits>
#include <variant>

#include "pipeline/config/wording.h"

namespace fairground {

std::string wrapped(std::string_view text, std::size_t columns, std::size_t indentation, std::size_t hanging) {
  std::string lines;
  std::size_t column = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t width = character_count(word);
    if (column > 0 && column + 1 + width > columns) {
      lines += '\n';
      column = 0;
    }
    const std::size_t gap = column > 0 ? 1 : lines.empty() ? indentation : hanging;
    lines.append(gap, ' ').append(word);
    column += gap + width;
  }
  return lines + '\n';
}

std::string value_text(const Value& value) {
  return std::visit(
      [](const auto& given) -> std::string {
        using T = std::decay_t<decltype(given)>;
        if constexpr (std::is_same_v<T, std::monostate>) {
          return "";
        } else if constexpr (std::is_same_v<T, bool>) {
          return given ? "true" : "false";
        } else if constexpr (std::is_same_v<T, std::string>) {
          return given;
        } else if constexpr (std::is_same_v<T, std::int64_t>) {
          return std::to_string(given);
        } else {
          return number_text(given);
        }
      },
      value);
}

std::string type_text(const ParameterSpec& spec) {
  if (spec.kind == ParameterKind::choice) {
    return any_of(spec.choices);
  }
  if (spec.kind == ParameterKind::flag) {
    return "true or false";
  }
  if (spec.kind == ParameterKind::asset) {
    const std::string wanted = wanted_asset(spec);
    return "the name of " + wanted.substr(0, wanted.find(','));
  }
  const std::string interval = interval_text(spec.minimum, spec.maximum, spec.unit);
  return to_string(spec.kind) + (interval.empty() ? "" : " " + interval);
}

bool is_drawable(const ParameterSpec& spec) { return spec.drawable && spec.kind == ParameterKind::number; }

std::string ladder_text(const StepSchema& schema) {
  return schema.expand_levels ? "a level `NAME` with a ladder becomes the levels `NAME_1`, `NAME_2` and so on, which "
                                "differ in this step alone; `except` may name all of them by `NAME`"
                              : "";
}

std::string example_levels(const StepSchema& schema, std::size_t columns, std::size_t indentation) {
  std::string lines;
  std::string_view levels = schema.example;
  while (!levels.empty()) {
    const std::size_t end = std::min(levels.find('\n'), levels.size());
    // What follows on a second line belongs to the level as long as it is indented more.
    lines += wrapped(levels.substr(0, end), columns, indentation, indentation + 4);
    levels.remove_prefix(std::min(end + 1, levels.size()));
  }
  return lines;
}

}  // namespace fairground
