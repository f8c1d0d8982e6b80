// The extension of a file's name.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>

namespace fairground {

/// With its dot, in lower case (of ASCII only, whatever the locale): ".wav". Empty where there is none.
[[nodiscard]] inline std::string lower_extension(const std::filesystem::path& name) {
  std::string text = name.extension().string();
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

}  // namespace fairground
