#include "pipeline/publish/hugging_face.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "pipeline/core/text.h"
#include "pipeline/publish/records.h"

namespace fairground {
namespace {

using nlohmann::ordered_json;

/// The identifiers that the Hub knows, of those that data are published under.
constexpr std::array<std::string_view, 32> kHubLicences = {"apache-2.0",
                                                           "bsd-2-clause",
                                                           "bsd-3-clause",
                                                           "cc-by-2.0",
                                                           "cc-by-2.5",
                                                           "cc-by-3.0",
                                                           "cc-by-4.0",
                                                           "cc-by-nc-2.0",
                                                           "cc-by-nc-3.0",
                                                           "cc-by-nc-4.0",
                                                           "cc-by-nc-nd-3.0",
                                                           "cc-by-nc-nd-4.0",
                                                           "cc-by-nc-sa-2.0",
                                                           "cc-by-nc-sa-3.0",
                                                           "cc-by-nc-sa-4.0",
                                                           "cc-by-nd-4.0",
                                                           "cc-by-sa-3.0",
                                                           "cc-by-sa-4.0",
                                                           "cc0-1.0",
                                                           "cdla-permissive-1.0",
                                                           "cdla-sharing-1.0",
                                                           "cdla-permissive-2.0",
                                                           "c-uda",
                                                           "etalab-2.0",
                                                           "gfdl",
                                                           "gpl-3.0",
                                                           "lgpl-3.0",
                                                           "mit",
                                                           "mpl-2.0",
                                                           "odbl",
                                                           "odc-by",
                                                           "pddl"};

/// A text of YAML in double quotes, which is one of JSON but for some characters that YAML wants escaped.
std::string yaml_text(std::string_view text) {
  std::string quoted;
  while (!text.empty()) {
    const std::size_t length = std::max<std::size_t>(utf8_length(text), 1);
    const std::string_view character = text.substr(0, length);
    text.remove_prefix(length);
    if (character == "\x7F") {
      quoted += "\\x7F";
    } else if (length == 2 && character[0] == '\xC2' &&
               static_cast<unsigned char>(character[1]) < 0xA0) {  // U+0080..9F
      constexpr std::string_view kDigits = "0123456789ABCDEF";
      const auto code = static_cast<unsigned char>(character[1]);
      quoted += {'\\', 'x', kDigits[code >> 4U], kDigits[code & 15U]};
    } else if (character == "\xE2\x80\xA8" || character == "\xE2\x80\xA9" || character == "\xEF\xBB\xBF") {
      quoted += character == "\xE2\x80\xA8" ? "\\L" : character == "\xE2\x80\xA9" ? "\\P" : "\\uFEFF";
    } else {
      const std::string escaped = json_text(character);
      quoted += escaped.substr(1, escaped.size() - 2);
    }
  }
  return '"' + quoted + '"';
}

std::string licence_lines(const std::string& licence) {
  if (licence.empty()) {
    return {};
  }
  std::string lower = licence;
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (std::ranges::find(kHubLicences, std::string_view(lower)) != kHubLicences.end()) {
    return "license: " + lower + '\n';
  }
  return "license: other\nlicense_name: " + yaml_text(licence) + '\n';
}

/// The type of a field of the records, from the first of them. Nulls stand for numbers.
const char* type_of(const std::string& name, const ordered_json& value) {
  if (value.is_string()) {
    return "string";
  }
  if (value.is_boolean()) {
    return "bool";
  }
  return is_whole_number(name, value) ? "int64" : "float64";
}

/// `- name: …` for each column as `datasets` has it: what names a file becomes the file.
std::string feature_lines(const OutputTree& tree, const MediaFacts& facts) {
  constexpr std::string_view kFileName = "file_name";
  const std::string medium = to_string(facts.media);
  std::string lines;
  const ordered_json record = first_record(tree, facts);
  for (const auto& [name, value] : record.items()) {
    const bool is_file = name == kFileName || name.ends_with("_file_name");
    const std::string column = name == kFileName ? medium
                               : is_file         ? name.substr(0, name.size() - kFileName.size() - 1)
                                                 : name;
    lines += "  - name: " + yaml_text(column) + "\n    dtype: " + (is_file ? medium : type_of(name, value)) + '\n';
  }
  return lines;
}

/// `folder`: where the medium lies, as seen from the README, with a slash behind it.
std::string header(const OutputTree& tree, const SetFacts& set, const MediaFacts& facts, const std::string& folder) {
  const std::string features = feature_lines(tree, facts);
  return "---\n" + licence_lines(set.card.licence) + "pretty_name: " + yaml_text(set.name) +
         "\nconfigs:\n- config_name: " + to_string(facts.media) + "\n  data_files:\n  - split: test\n    path: \"" +
         folder + "**\"\n" + (features.empty() ? "" : "  features:\n" + features) + "---\n";
}

}  // namespace

std::string hugging_face_header(const OutputTree& tree, const SetFacts& set) {
  const MediaFacts& facts = set.media.front();
  return header(tree, set, facts, std::string(to_string(facts.media)) + '/');
}

std::string hugging_face_readme(const OutputTree& tree, const SetFacts& set, const MediaFacts& facts) {
  const std::string medium = to_string(facts.media);
  return header(tree, set, facts, "") + "\nThe " + medium +
         " of a set that ../DATACARD.md describes. Its records are in metadata.jsonl; the head of this file tells\n"
         "Hugging Face's `datasets` the type of each column:\n\n"
         "    from datasets import load_dataset\n"
         "    records = load_dataset(\"DIR/" +
         medium + "\", split=\"test\")\n";
}

}  // namespace fairground
