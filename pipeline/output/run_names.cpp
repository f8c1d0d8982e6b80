#include "pipeline/output/run_names.h"

#include <charconv>

namespace fairground {

std::filesystem::path shard_folder(const Shard& shard) {
  return std::filesystem::path(kShards) / (std::to_string(shard.index) + "-of-" + std::to_string(shard.count));
}

std::optional<Shard> shard_of_name(const std::string& name) {
  constexpr std::string_view kOf = "-of-";
  const std::size_t middle = name.find(kOf);
  if (middle == std::string::npos) {
    return std::nullopt;
  }
  Shard shard;
  const char* const end = name.data() + name.size();
  const auto index = std::from_chars(name.data(), name.data() + middle, shard.index);
  const auto count = std::from_chars(name.data() + middle + kOf.size(), end, shard.count);
  const bool is_read = index.ec == std::errc() && count.ec == std::errc() && count.ptr == end;
  // Written again it must be the same, or 02-of-7 would be a second name for 2-of-7.
  const bool is_shard =
      is_read && shard.count <= kMostShards && shard.index < shard.count && shard_folder(shard).filename() == name;
  return is_shard ? std::optional(shard) : std::nullopt;
}

}  // namespace fairground
