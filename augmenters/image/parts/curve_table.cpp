#include "augmenters/image/parts/curve_table.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "pipeline/core/hot.h"

namespace fairground {
namespace {

constexpr std::uint32_t kShift = 16;  // leaves the exponent and seven bits of the mantissa
constexpr std::uint32_t kPerOctave = std::uint32_t{1} << (23U - kShift);
constexpr std::uint32_t kOctaves = 16;
constexpr std::uint32_t kPieces = kOctaves * kPerOctave;
constexpr std::uint32_t kBeyond = kPieces + 1;                         // the piece of all beyond white
constexpr std::uint32_t kFirst = (127U - kOctaves) << (23U - kShift);  // the bits of 2^-16, shifted
constexpr std::uint32_t kNodes = 16;                                   // values that are asked for, in each octave
constexpr std::uint32_t kPerNode = kPerOctave / kNodes;                // pieces from one to the next

/// Where piece i begins. Piece 0 is from 0 to 2^-16.
float start(std::uint32_t i) { return i == 0 ? 0.0F : std::bit_cast<float>((kFirst + i - 1U) << kShift); }

/// The curve at the start of piece i, above 0: Lagrange's cubic through four nodes of the same octave.
double between(const std::vector<double>& nodes, std::uint32_t i) {
  const std::uint32_t octave = std::min((i - 1U) / kPerOctave, kOctaves - 1U);
  const std::uint32_t node = (i - 1U) / kPerNode;
  const std::uint32_t first = std::clamp(node, octave * kNodes + 1U, octave * kNodes + kNodes - 2U) - 1U;
  const double* y = nodes.data() + first;
  const double u = static_cast<double>(i - 1U) / kPerNode - first;
  return y[0] * (1.0 - u) * (2.0 - u) * (3.0 - u) / 6.0 + y[1] * u * (2.0 - u) * (3.0 - u) / 2.0 -
         y[2] * u * (1.0 - u) * (3.0 - u) / 2.0 + y[3] * u * (1.0 - u) * (2.0 - u) / 6.0;
}

constexpr std::size_t kBlock = 512;   // samples whose pieces are looked up together
constexpr std::size_t kTogether = 8;  // of them, in one turn of the loop

/// Which piece each sample lies in, and how far from its start.
FAIRGROUND_HOT void find_pieces(const float* __restrict samples, std::uint32_t* __restrict pieces,
                                float* __restrict places, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(samples[i]) & 0x7FFFFFFFU;
    const auto piece = static_cast<std::int32_t>(bits >> kShift) - (static_cast<std::int32_t>(kFirst) - 1);
    std::uint32_t from = (bits >> kShift) << kShift;
    from = piece <= 0 ? 0U : from;
    from = piece >= static_cast<std::int32_t>(kBeyond) ? std::bit_cast<std::uint32_t>(1.0F) : from;
    pieces[i] = static_cast<std::uint32_t>(std::clamp(piece, 0, static_cast<std::int32_t>(kBeyond)));
    places[i] = std::bit_cast<float>(bits) - std::bit_cast<float>(from);
  }
}

FAIRGROUND_HOT void put_values(const CurveTable::Piece* __restrict pieces, const float* __restrict places,
                               float* __restrict samples, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    samples[i] = std::copysign(pieces[i].value + pieces[i].slope * places[i], samples[i]);
  }
}

}  // namespace

CurveTable::CurveTable(const std::function<double(double)>& curve) : pieces_(kPieces + 2) {
  std::vector<double> nodes;
  for (std::uint32_t node = 0; node <= kOctaves * kNodes; ++node) {
    nodes.push_back(curve(static_cast<double>(start(1U + node * kPerNode))));
  }
  pieces_[kBeyond] = {1.0F, 1.0F};
  for (std::uint32_t i = kBeyond; i-- > 0;) {
    const float next = pieces_[i + 1].value;
    Piece& piece = pieces_[i];
    piece.value = i == 0 ? 0.0F : std::clamp(static_cast<float>(between(nodes, i)), 0.0F, next);
    piece.slope = (next - piece.value) / (start(i + 1) - start(i));
    // The end of a piece may not round to more than the start of the next, or the curve would fall there.
    const float end = std::bit_cast<float>(std::bit_cast<std::uint32_t>(start(i + 1)) - 1U) - start(i);
    while (piece.slope > 0.0F && piece.value + piece.slope * end > next) {
      piece.slope = std::bit_cast<float>(std::bit_cast<std::uint32_t>(piece.slope) - 1U);
    }
  }
}

void CurveTable::apply(std::span<float> samples) const {
  std::array<std::uint32_t, kBlock> numbers;
  std::array<float, kBlock> places;
  std::array<Piece, kBlock> pieces;
  for (std::size_t begin = 0; begin < samples.size(); begin += kBlock) {
    const std::size_t count = std::min(kBlock, samples.size() - begin);
    float* block = samples.data() + begin;
    find_pieces(block, numbers.data(), places.data(), count);
    std::fill(numbers.begin() + static_cast<std::ptrdiff_t>(count), numbers.end(), 0U);
    // Several at a time, since the loop would take longer than the loads.
    for (std::size_t i = 0; i < count; i += kTogether) {
      for (std::size_t k = i; k < i + kTogether; ++k) {
        pieces[k] = pieces_[numbers[k]];
      }
    }
    put_values(pieces.data(), places.data(), block, count);
  }
}

}  // namespace fairground
