#include "pipeline/catalog/manifest_text.h"

#include <algorithm>
#include <span>

#include "pipeline/core/text.h"

namespace fairground::manifests {
namespace {

/// Longer than any row that read_through() lets pass.
constexpr std::size_t kLookAhead = kLongestRow + 2 * kBlock;

/// How many bytes at the end of `text` may begin a character of UTF-8 that goes on behind it.
std::size_t unfinished_character(std::string_view text) {
  constexpr std::size_t kLongestBeginning = 3;
  for (std::size_t length = 1; length <= std::min(kLongestBeginning, text.size()); ++length) {
    const auto byte = static_cast<unsigned char>(text[text.size() - length]);
    if (byte >= 0xC0U) {
      return length;
    }
    if (byte < 0x80U) {
      break;
    }
  }
  return 0;
}

}  // namespace

void TextCheck::add(std::string_view piece) {
  if (!is_good_) {
    return;
  }
  rest_ += piece;
  const std::size_t whole = rest_.size() - unfinished_character(rest_);
  const std::string_view text = std::string_view(rest_).substr(0, whole);
  is_good_ = is_utf8(text) && text.find('\0') == std::string_view::npos;
  rest_.erase(0, whole);
}

bool TextCheck::is_text() { return is_good_ && is_utf8(rest_); }

void TextWindow::skip(std::size_t bytes) {
  ahead_.remove_prefix(bytes);
  if (file_ != nullptr && ahead_.size() < kLookAhead) {
    fill();
  }
}

Sha256Digest TextWindow::sha256_of_file() {
  while (file_ != nullptr) {
    skip(ahead_.size());
  }
  return hash_.digest();
}

/// Reads on until more is ahead than must be, so that what is left over is not moved for each row.
void TextWindow::fill() {
  buffer_.erase(0, buffer_.size() - ahead_.size());
  while (file_ != nullptr && buffer_.size() < kLookAhead + 2 * kBlock) {
    const std::size_t used = buffer_.size();
    buffer_.resize(used + kBlock);
    const std::size_t got = file_->read(std::span(buffer_).subspan(used));
    buffer_.resize(used + got);
    hash_.update(std::string_view(buffer_).substr(used));
    file_ = got == 0 ? nullptr : file_;
  }
  ahead_ = buffer_;
}

std::optional<ManifestFacts> read_through(const std::filesystem::path& path, std::vector<std::string>& mistakes) {
  constexpr std::size_t kMost = std::size_t{4} << 30U;
  const std::string name = on_one_line(path.string());
  InputFile file(path);
  // Of a pipe it is not known.
  const bool can_be_read_again = file.size() > 0;
  ManifestFacts facts;
  Sha256 hash;
  TextCheck check;
  std::string block(kBlock, '\0');
  std::size_t bytes = 0;
  std::size_t line = 1;
  std::size_t in_line = 0;  ///< bytes since its start
  while (file.problem().empty()) {
    const std::string_view piece = std::string_view(block).substr(0, file.read(block));
    if (piece.empty()) {
      break;
    }
    hash.update(piece);
    check.add(piece);
    if (!can_be_read_again) {
      facts.kept += piece;
    }
    bytes += piece.size();
    line += static_cast<std::size_t>(std::ranges::count(piece, '\n'));
    const std::size_t last_end = piece.rfind('\n');
    in_line = last_end == std::string_view::npos ? in_line + piece.size() : piece.size() - last_end - 1;
    if (in_line > kLongestRow + kBlock) {
      mistakes.push_back(name + ":" + std::to_string(line) + ": " + kRowTooLong);
      return std::nullopt;
    }
    if (bytes > kMost) {
      mistakes.push_back(name + ": the manifest has more than 4 GiB; divide it among several sources");
      return std::nullopt;
    }
  }
  if (!file.problem().empty()) {
    mistakes.push_back(name + ": the manifest cannot be read: " + file.problem());
    return std::nullopt;
  }
  facts.sha256 = hash.digest();
  facts.is_text = check.is_text();
  return facts;
}

}  // namespace fairground::manifests
