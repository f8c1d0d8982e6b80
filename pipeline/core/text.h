// Small questions about text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fairground {

/// The bytes of the UTF-8 character at the start of `text`, or 0 where there is none. Overlong forms, surrogates
/// and what lies beyond U+10FFFF are not UTF-8 (RFC 3629).
[[nodiscard]] std::size_t utf8_length(std::string_view text);

/// Whether `text` is well-formed UTF-8.
[[nodiscard]] bool is_utf8(std::string_view text);

/// The number of characters of UTF-8 text.
[[nodiscard]] std::size_t character_count(std::string_view text);

/// `text` with a `?` for each control character, each that has no width or turns the direction of writing, and each
/// byte that is not UTF-8, since those could break the line, hide what stands there or, worse, command the terminal.
[[nodiscard]] std::string on_one_line(std::string_view text);

/// The same, cut where it is long.
[[nodiscard]] std::string shortened(std::string_view text);

/// The same between backticks and cut where it is long, for text that may come from anywhere. (Not named `quoted`,
/// which std::quoted would hide.)
[[nodiscard]] std::string in_ticks(std::string_view text);

/// `number` with its noun: "1 source", "3 sources".
[[nodiscard]] std::string counted(std::size_t number, std::string_view noun);

/// Adds `text` as a string of JSON, its quotes included, to `json`: the same bytes as nlohmann/json's `dump()`, which
/// escapes quotes, backslashes and the control characters below U+0020 and nothing else. Throws std::invalid_argument
/// where `text` is not UTF-8.
void append_json_text(std::string& json, std::string_view text);
[[nodiscard]] std::string json_text(std::string_view text);

/// The shortest decimal that reads back as `number`, the same on every machine.
[[nodiscard]] std::string shortest(double number);

}  // namespace fairground
