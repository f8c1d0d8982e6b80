// The characters of a YAML file, and where a mark of yaml-cpp lies among them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/config/yaml_tree.h"

namespace YAML {
struct Mark;
}

namespace fairground {

class YamlText {
 public:
  struct Fault {
    Place place;
    std::string message;
  };

  explicit YamlText(std::string_view text);

  /// What yaml-cpp is to parse: the text without its byte order mark.
  [[nodiscard]] const std::string& parsed() const { return text_; }

  /// The first byte that is not UTF-8, or a control character, which YAML forbids.
  [[nodiscard]] std::optional<Fault> bad_character() const;

  /// Marks count lines and columns from 0, and columns in bytes.
  [[nodiscard]] Place place(const YAML::Mark& mark) const;

  /// The first tab that stands in the indentation of the mark's line.
  [[nodiscard]] std::optional<Place> tab_in_indentation(const YAML::Mark& mark) const;

  /// Whether a null is written out (`~`, `null`) at the mark.
  [[nodiscard]] bool spells_null_at(const YAML::Mark& mark) const;

  /// False where quotes open at the mark and the file ends before they close, which yaml-cpp lets pass.
  [[nodiscard]] bool quotes_close_at(const YAML::Mark& mark) const;

 private:
  [[nodiscard]] std::size_t offset(const YAML::Mark& mark) const;
  [[nodiscard]] std::size_t line_of(const YAML::Mark& mark) const;
  [[nodiscard]] std::size_t characters_up_to(std::size_t byte) const;
  [[nodiscard]] Place place_of(std::size_t byte) const;

  std::string text_;
  std::vector<std::size_t> line_starts_;
  std::vector<std::size_t> characters_before_;  ///< each block of the text
};

}  // namespace fairground
