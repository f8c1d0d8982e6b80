#include "pipeline/config/names.h"

#include <algorithm>
#include <array>

namespace fairground {
namespace {

// Of the last three, the loaders of Hugging Face make `audio` or `image` of `file_name`, and `clean` names the clean
// references.
constexpr std::array<std::string_view, 25> kRecordFields = {
    "file_name",  "clean_file_name", "variant_id", "source_id",      "subject",       "realization", "pair_id",
    "draw_id",    "synthetic",       "sha256",     "source_sha256",  "augmentations", "measured",    "control",
    "words",      "boxes",           "keypoints",  "mask_file_name", "mask_sha256",   "mask_source", "mask_confidence",
    "file_names", "audio",           "image",      "clean",
};

constexpr std::array<std::string_view, 2> kRecordFieldPrefixes = {"measured_", "tone_reference"};
// What ends so, the loaders take for the names of files and open.
constexpr std::array<std::string_view, 2> kRecordFieldEndings = {"_file_name", "_file_names"};

// Not std::isalnum, whose answer depends on the locale.
bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

}  // namespace

bool is_name(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_name_character); }

std::string as_name(std::string_view text, std::size_t length) {
  std::string name(text.substr(0, length));
  std::ranges::replace_if(
      name, [](char c) { return !is_name_character(c); }, '_');
  return name;
}

bool is_record_field(std::string_view name) {
  const auto begins_so = [name](std::string_view prefix) { return name.starts_with(prefix); };
  const auto ends_so = [name](std::string_view ending) { return name.ends_with(ending); };
  return std::ranges::any_of(kRecordFieldPrefixes, begins_so) || std::ranges::any_of(kRecordFieldEndings, ends_so) ||
         std::ranges::find(kRecordFields, name) != kRecordFields.end();
}

std::span<const std::string_view> record_fields() { return kRecordFields; }

std::span<const std::string_view> record_field_prefixes() { return kRecordFieldPrefixes; }

std::span<const std::string_view> record_field_endings() { return kRecordFieldEndings; }

}  // namespace fairground
