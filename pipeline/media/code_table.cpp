#include "pipeline/media/code_table.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

#include "pipeline/core/hot.h"

namespace fairground {
namespace {

// A piece has the floats whose bits differ only in the last kShift: 256 pieces to each octave, from 2^-24 to white. So
// fine that even the steepest s-curve has one step of the codes in a piece, and 24 KB, of which a picture meets a part.
constexpr std::uint32_t kShift = 15;
constexpr std::uint32_t kOctaves = 24;
constexpr std::uint32_t kPieces = kOctaves << (23U - kShift);
constexpr std::int32_t kFirst = (127 - static_cast<std::int32_t>(kOctaves)) << (23U - kShift);  // of 2^-24, shifted
constexpr std::int32_t kBeyond = static_cast<std::int32_t>(kPieces) + 1;                        // white and above
constexpr std::uint32_t kInPiece = (std::uint32_t{1} << kShift) - 1U;

constexpr std::size_t kBlock = 512;   // samples whose pieces are looked up together
constexpr std::size_t kTogether = 8;  // of them, in one turn of the loop

/// The first float of piece i, from 1 on. Piece 0 is all below.
std::uint32_t first_bits(std::uint32_t i) { return (static_cast<std::uint32_t>(kFirst) + i - 1U) << kShift; }

FAIRGROUND_HOT void find_pieces(const float* __restrict light, std::uint16_t* __restrict numbers, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const float lit = light[i] > 0.0F ? light[i] : 0.0F;  // black, too, where it is no number
    const std::int32_t piece = (std::bit_cast<std::int32_t>(lit) >> kShift) - (kFirst - 1);
    numbers[i] = static_cast<std::uint16_t>(std::clamp(piece, 0, kBeyond));
  }
}

/// A piece holds its first code, times 2^kShift, and so much more that the code is the next one from its step on.
FAIRGROUND_HOT void put_codes(const std::uint32_t* __restrict pieces, const float* __restrict light,
                              std::uint8_t* __restrict codes, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    codes[i] = static_cast<std::uint8_t>((pieces[i] + (std::bit_cast<std::uint32_t>(light[i]) & kInPiece)) >> kShift);
  }
}

}  // namespace

std::optional<CodeTable> CodeTable::behind(const Curve& curve) {
  // The codes of many floats at once, by their bits.
  const auto codes_at = [&](const std::vector<std::uint32_t>& places) {
    std::vector<float> light(places.size());
    std::ranges::transform(places, light.begin(), [](std::uint32_t bits) { return std::bit_cast<float>(bits); });
    curve(light);
    std::vector<std::uint8_t> codes(light.size());
    encode_codes(light, codes);
    return codes;
  };
  std::vector<std::uint32_t> low{0U};
  std::vector<std::uint32_t> high{first_bits(1) - 1U};
  for (std::uint32_t i = 1; i <= kPieces; ++i) {
    low.push_back(first_bits(i));
    high.push_back(first_bits(i) + kInPiece);
  }
  const std::vector<std::uint8_t> first = codes_at(low);
  const std::vector<std::uint8_t> last = codes_at(high);

  CodeTable table;
  table.pieces_.resize(kPieces + 2, std::uint32_t{255} << kShift);
  std::vector<std::uint32_t> stepped;
  for (std::uint32_t i = 0; i <= kPieces; ++i) {
    table.pieces_[i] = std::uint32_t{first[i]} << kShift;
    if (last[i] == first[i]) {
      continue;
    }
    if (last[i] != first[i] + 1 || i == 0) {
      return std::nullopt;
    }
    stepped.push_back(i);
  }
  // The steps of all pieces are closed in on together: `low` is before the step, `high` is behind it.
  for (std::uint32_t round = 0; round < kShift; ++round) {
    std::vector<std::uint32_t> middle;
    for (const std::uint32_t i : stepped) {
      middle.push_back(low[i] + (high[i] - low[i]) / 2U);
    }
    const std::vector<std::uint8_t> codes = codes_at(middle);
    for (std::size_t k = 0; k < stepped.size(); ++k) {
      const std::uint32_t i = stepped[k];
      (codes[k] == first[i] ? low : high)[i] = middle[k];
    }
  }
  for (const std::uint32_t i : stepped) {
    table.pieces_[i] += (kInPiece + 1U) - (high[i] & kInPiece);
  }
  return table;
}

void CodeTable::look_up(std::span<const float> light, std::span<std::uint8_t> codes) const {
  std::array<std::uint16_t, kBlock> numbers;
  std::array<std::uint32_t, kBlock> pieces;
  for (std::size_t begin = 0; begin < light.size(); begin += kBlock) {
    const std::size_t count = std::min(kBlock, light.size() - begin);
    const float* block = light.data() + begin;
    find_pieces(block, numbers.data(), count);
    std::fill(numbers.begin() + static_cast<std::ptrdiff_t>(count), numbers.end(), std::uint16_t{0});
    // Apart from the loops around it, since gathering instructions are slower than plain loads; and four numbers are
    // loaded as one, since the loads are what takes time.
    for (std::size_t i = 0; i < count; i += kTogether) {
      for (std::size_t k = i; k < i + kTogether; k += 4) {
        std::uint64_t four = 0;
        std::memcpy(&four, &numbers[k], sizeof four);
        for (std::size_t place = 0; place < 4; ++place) {
          const std::size_t at = k + (std::endian::native == std::endian::little ? place : 3 - place);
          pieces[at] = pieces_[(four >> (16 * place)) & 0xFFFFU];
        }
      }
    }
    put_codes(pieces.data(), block, codes.data() + begin, count);
  }
}

}  // namespace fairground
