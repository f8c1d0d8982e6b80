#include "pipeline/catalog/compact_text.h"

#include <algorithm>
#include <array>
#include <ostream>

namespace fairground {

namespace {
/// Of a byte of the length: another one follows.
constexpr unsigned kMore = 128;
}  // namespace

CompactText& CompactText::operator=(const CompactText& other) {
  *this = CompactText(other);
  return *this;
}

CompactText::operator std::string_view() const {
  if (block_ == nullptr) {
    return {};
  }
  const char* place = block_.get();
  std::size_t length = 0;
  for (unsigned shift = 0;; shift += 7) {
    const auto byte = static_cast<unsigned char>(*place++);
    length |= static_cast<std::size_t>(byte & (kMore - 1)) << shift;
    if (byte < kMore) {
      return {place, length};
    }
  }
}

std::ostream& operator<<(std::ostream& stream, const CompactText& text) { return stream << std::string_view(text); }

CompactText::Block CompactText::block_of(std::string_view text) {
  if (text.empty()) {
    return nullptr;
  }
  std::array<char, 10> length{};
  std::size_t bytes = 0;
  for (std::size_t rest = text.size();; rest /= kMore) {
    length[bytes++] = static_cast<char>(rest % kMore + (rest < kMore ? 0 : kMore));
    if (rest < kMore) {
      break;
    }
  }
  Block block(new char[bytes + text.size()]);
  std::copy_n(length.begin(), bytes, block.get());
  text.copy(block.get() + bytes, text.size());
  return block;
}

}  // namespace fairground
