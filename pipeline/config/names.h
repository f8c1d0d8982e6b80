// Which names are allowed, and which are taken.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace fairground {

/// True for what matches [A-Za-z0-9_-]+ and so can stand in ids and paths.
[[nodiscard]] bool is_name(std::string_view text);

/// `text` cut to `length`, with an underscore for everything else: a readable part of an id or a file's name.
[[nodiscard]] std::string as_name(std::string_view text, std::size_t length);

/// True for the fields that every record may have of its own (docs/design.md, section 7), those that Hugging
/// Face's loaders add or take for names of files, and `clean`. Axes and the columns of manifests must not have these
/// names.
[[nodiscard]] bool is_record_field(std::string_view name);
/// The same as lists: whole names, and how others begin and end.
[[nodiscard]] std::span<const std::string_view> record_fields();
[[nodiscard]] std::span<const std::string_view> record_field_prefixes();
[[nodiscard]] std::span<const std::string_view> record_field_endings();

}  // namespace fairground
