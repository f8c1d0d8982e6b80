#include "pipeline/design/group_names.h"

#include <algorithm>

namespace fairground {

std::string short_listing(const std::vector<std::string>& words) {
  constexpr std::size_t kMost = 8;
  std::string text;
  for (std::size_t i = 0; i < std::min(words.size(), kMost); ++i) {
    text += (i == 0 ? "" : ", ") + words[i];
  }
  return words.size() <= kMost ? text : text + ", … and " + std::to_string(words.size() - kMost) + " more";
}

std::string group_name(const std::vector<std::string>& labels) {
  std::string name;
  for (const std::string& label : labels) {
    name += (name.empty() ? "" : " / ") + label;
  }
  return name.empty() ? "all sources" : name;
}

}  // namespace fairground
