// How groups and lists of them are named, alike on every page.
#pragma once

#include <string>
#include <vector>

namespace fairground {

/// `words` in a row, but no more than a reader takes in.
[[nodiscard]] std::string short_listing(const std::vector<std::string>& words);

/// The labels of a group as one name: "irish / female".
[[nodiscard]] std::string group_name(const std::vector<std::string>& labels);

}  // namespace fairground
