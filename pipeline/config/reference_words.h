// How the reference puts a parameter into words, alike on a terminal and on a page.
#pragma once

#include <string>
#include <string_view>

#include "pipeline/config/schema.h"

namespace fairground {

/// `text` broken between words, no line wider than `columns` unless a word is. The first line is indented by
/// `indentation`, the others by `hanging`. Ends with a newline.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t columns, std::size_t indentation,
                                  std::size_t hanging);

/// A default as the config has it; empty for none.
[[nodiscard]] std::string value_text(const Value& value);

/// "number from -40 to 60 dB".
[[nodiscard]] std::string type_text(const ParameterSpec& spec);

/// Whether it may be written [low, high], as the reader sees it.
[[nodiscard]] bool is_drawable(const ParameterSpec& spec);

/// What a level with such a step may turn into; empty where it is always one level.
[[nodiscard]] std::string ladder_text(const StepSchema& schema);

/// The levels of the example as lines of YAML, indented and broken where they are long.
[[nodiscard]] std::string example_levels(const StepSchema& schema, std::size_t columns, std::size_t indentation);

}  // namespace fairground
