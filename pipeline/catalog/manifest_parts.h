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

#include "pipeline/core/text.h"

namespace fairground::manifests {

/// Mistakes of one file, kept until all of it is read.
class Mistakes {
 public:
  explicit Mistakes(const std::filesystem::path& path) : file_(on_one_line(path.string())) {}

  void add(std::size_t line, const std::string& message) {
    messages_.push_back(file_ + ":" + std::to_string(line) + ": " + message);
  }
  [[nodiscard]] bool any() const { return !messages_.empty(); }
  [[nodiscard]] std::vector<std::string> take() { return std::move(messages_); }

 private:
  std::string file_;
  std::vector<std::string> messages_;
};

using RowBody =
    std::function<void(const std::vector<std::string>&, std::size_t line, std::span<const std::string_view> cells)>;

/// What is known of a manifest once its rows are read.
struct Outline {
  std::vector<std::string> columns;
  std::size_t rows = 0;  ///< without those that were left out
};

/// Notes columns without a name and names that two columns have. `line` is where they stand.
void check_columns(const std::vector<std::string>& columns, std::size_t line, Mistakes& mistakes);

/// CSV by RFC 4180, without a byte order mark.
[[nodiscard]] Outline read_csv(std::string_view text, Mistakes& mistakes, const RowBody& row);

/// A JSON object on each line. `text` is UTF-8.
[[nodiscard]] Outline read_jsonl(std::string_view text, Mistakes& mistakes, const RowBody& row);

}  // namespace fairground::manifests
