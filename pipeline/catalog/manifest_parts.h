// The readers of the formats of manifests, for manifest.cpp alone, and what they share.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/catalog/manifest_text.h"
#include "pipeline/core/text.h"

namespace fairground::manifests {

/// Mistakes of one file, kept until all of it is read.
class Mistakes {
 public:
  explicit Mistakes(const std::filesystem::path& path) : file_(on_one_line(path.string())) {}

  void add(std::size_t line, const std::string& message) {
    if (messages_.size() < kMost) {
      messages_.push_back(file_ + ":" + std::to_string(line) + ": " + message);
    } else {
      ++more_;
    }
  }
  [[nodiscard]] bool any() const { return !messages_.empty(); }
  [[nodiscard]] std::vector<std::string> take() {
    if (more_ > 0) {
      messages_.push_back(file_ + ": and " + counted(more_, "more mistake"));
    }
    return std::move(messages_);
  }

 private:
  /// A file that is no manifest at all has a mistake in every line.
  static constexpr std::size_t kMost = 1000;

  std::string file_;
  std::size_t more_ = 0;
  std::vector<std::string> messages_;
};

using RowBody =
    std::function<void(const std::vector<std::string>&, std::size_t line, std::span<const std::string_view> cells)>;

/// What is known of a manifest once its rows are read.
struct Outline {
  std::vector<std::string> columns;
  std::size_t rows = 0;  ///< without those that were left out
};

/// Notes that there are more columns than anybody reads.
[[nodiscard]] bool too_many_columns(std::size_t columns, std::size_t most, std::size_t line, Mistakes& mistakes);

/// Notes columns without a name and names that two columns have. `line` is where they stand.
void check_columns(const std::vector<std::string>& columns, std::size_t line, Mistakes& mistakes);

/// CSV by RFC 4180, without a byte order mark.
[[nodiscard]] Outline read_csv(TextWindow& text, Mistakes& mistakes, const RowBody& row);

/// A JSON object on each line. `text` is UTF-8.
[[nodiscard]] Outline read_jsonl(TextWindow& text, Mistakes& mistakes, const RowBody& row);

}  // namespace fairground::manifests
