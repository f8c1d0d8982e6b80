#include "pipeline/catalog/packed_texts.h"

#include <stdexcept>
#include <string>

namespace fairground {

PackedTexts::PackedTexts(std::span<const std::string_view> texts) {
  std::string all;
  for (const std::string_view text : texts) {
    all += text;
    all += '\0';
  }
  texts_ = all;
}

std::string_view PackedTexts::operator[](std::size_t i) const {
  std::string_view rest = texts_;
  while (true) {
    const std::size_t end = rest.find('\0');
    if (end == std::string_view::npos) {
      throw std::out_of_range("there is no such text");
    }
    if (i == 0) {
      return rest.substr(0, end);
    }
    rest.remove_prefix(end + 1);
    --i;
  }
}

}  // namespace fairground
