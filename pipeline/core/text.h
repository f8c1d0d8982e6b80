// Small questions about text.
#pragma once

#include <string>
#include <string_view>

namespace fairground {

/// Whether `text` is well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates).
[[nodiscard]] bool is_utf8(std::string_view text);

/// `number` with its noun: "1 source", "3 sources".
[[nodiscard]] std::string counted(std::size_t number, std::string_view noun);

/// The shortest decimal that reads back as `number`, the same on every machine.
[[nodiscard]] std::string shortest(double number);

}  // namespace fairground
