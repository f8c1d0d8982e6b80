// Where files keep their ICC profiles.

#include <zlib.h>

#include <algorithm>
#include <string>
#include <vector>

#include "pipeline/media/icc_fault.h"
#include "pipeline/media/icc_profile.h"

namespace fairground {
namespace {

constexpr std::size_t kMostBytes = std::size_t{4} << 20U;

/// ICC.1:2022, annex B.4: segments that say which of how many they are.
Bytes join_jpeg(const ImageHeader& header) {
  const auto count = std::to_integer<std::size_t>(header.icc.front()[1]);
  std::vector<std::span<const std::byte>> parts(count);
  for (const std::span<const std::byte> segment : header.icc) {
    const auto number = std::to_integer<std::size_t>(segment[0]);
    if (std::to_integer<std::size_t>(segment[1]) != count || number < 1 || number > count ||
        !parts[number - 1].empty()) {
      refuse_profile("is damaged: its segments contradict each other");
    }
    parts[number - 1] = segment.subspan(2);
  }
  Bytes profile;
  for (const std::span<const std::byte> part : parts) {
    if (part.empty()) {
      refuse_profile("is damaged: one of its " + std::to_string(count) + " segments is missing");
    }
    profile.insert(profile.end(), part.begin(), part.end());
  }
  return profile;
}

/// ISO/IEC 15948, 11.3.3.3: a name, zero, the method (0), and a zlib stream.
Bytes inflate_png(std::span<const std::byte> chunk) {
  const auto zero = std::ranges::find(chunk, std::byte{0});
  const auto stream = static_cast<std::size_t>(zero - chunk.begin()) + 2;
  if (stream >= chunk.size() || chunk[stream - 1] != std::byte{0}) {
    refuse_profile("is damaged");
  }
  Bytes profile(kMostBytes + 1);
  auto length = static_cast<uLongf>(profile.size());
  const int fault =
      uncompress(reinterpret_cast<Bytef*>(profile.data()), &length,
                 reinterpret_cast<const Bytef*>(chunk.data() + stream), static_cast<uLong>(chunk.size() - stream));
  if (fault == Z_BUF_ERROR && length >= kMostBytes) {
    refuse_profile("has more than 4 MiB");
  }
  if (fault != Z_OK) {
    refuse_profile("is damaged: it cannot be decompressed");
  }
  profile.resize(length);
  profile.shrink_to_fit();
  return profile;
}

}  // namespace

Bytes read_icc_profile(const ImageHeader& header) {
  if (header.icc.empty()) {
    return {};
  }
  Bytes profile;
  if (header.format == ImageFormat::jpeg) {
    profile = join_jpeg(header);
  } else if (header.format == ImageFormat::png) {
    profile = inflate_png(header.icc.front());
  } else {
    profile.assign(header.icc.front().begin(), header.icc.front().end());
  }
  if (profile.size() > kMostBytes) {
    refuse_profile("has more than 4 MiB");
  }
  return profile;
}

}  // namespace fairground
