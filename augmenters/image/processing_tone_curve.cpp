// The tone curve of a camera or of its maker's taste: what becomes of encoded values before the file is written.
//
// The curve works on sRGB-encoded values e from 0 to 1 and is composed with the encoding and the decoding into one
// function of linear light. Black stays black and white stays white. With `strength` s, the encoded value becomes
// e + s (f(e) - e), where f is
// - gamma:      e^g;
// - s_curve:    e^n / (e^n + c (1 - e)^n), a logistic curve of log-odds as film has between toe and shoulder; c keeps
//               light of 18 % where it is, and n is the contrast there;
// - smoothstep: 3 e^2 - 2 e^3, as of Brooks, Mildenhall, Xue, Chen, Sharlet and Barron, "Unprocessing images for
// learned
//               raw denoising" (CVPR 2019), section 3.6;
// - log:        ln(1 + k x) / ln(1 + k) of linear light x, the flat look of a logarithmic recording that nobody graded;
//               k = 50 is empirical.
// Two units of one model differ: each channel's curve is raised to a power of its own around 1, drawn for the
// realization. A grey picture has one channel, and the unit's mean: no such power.
//
// Linear light beyond white stays what it is, and below black the curve is mirrored.

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

#include "augmenters/augmenter.h"
#include "augmenters/image/parts/encoded_light.h"
#include "pipeline/core/hot.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

enum class Curve { gamma, s_curve, smoothstep, log };

struct ToneCurve {
  Curve curve = Curve::s_curve;
  double strength = 1.0;
  double gamma = 1.2;
  double contrast = 1.5;
  double channel_spread = 0.0;
};

const ParameterTable<ToneCurve>& table() {
  using P = ToneCurve;
  static const auto instance =
      ParameterTable<P>()
          .required_choice("curve", &P::curve,
                           {{"gamma", Curve::gamma},
                            {"s_curve", Curve::s_curve},
                            {"smoothstep", Curve::smoothstep},
                            {"log", Curve::log}},
                           "A power, film's toe and shoulder, the cubic 3 e^2 - 2 e^3, or a flat logarithm.")
          .number("strength", &P::strength, "", {0.0, 1.0},
                  "How much of the way from the encoded value to the curve's; 0 switches all off, units' spread too.")
          .number("gamma", &P::gamma, "", {0.4, 2.5},
                  "Used by gamma: the power of encoded values; above 1 is darker in the middle.")
          .number("contrast", &P::contrast, "", {0.5, 3.0},
                  "Used by s_curve: its slope in encoded values where light is 18 % of white.")
          .number("channel_spread", &P::channel_spread, "", {0.0, 0.1},
                  "How far the power of each channel may be from 1 in this unit, drawn uniformly; 0.03 is usual. Grey "
                  "pictures have none.");
  return instance;
}

/// base^exponent for 0 <= base <= 1.
double power(double base, double exponent) { return base <= 0.0 ? 0.0 : plain::exp(plain::log(base) * exponent); }

/// The curve at the encoded value e, which is linear light x, both from 0 to 1.
double curve_at(const ToneCurve& p, double e, double x) {
  switch (p.curve) {
    case Curve::gamma:
      return power(e, p.gamma);
    case Curve::s_curve: {
      constexpr double kPivot = 0.46135612950044164;  // light of 18 %, encoded
      const double rise = power(e / kPivot, p.contrast) * kPivot;
      const double fall = power((1.0 - e) / (1.0 - kPivot), p.contrast) * (1.0 - kPivot);
      return rise / (rise + fall);
    }
    case Curve::smoothstep:
      return e * e * (3.0 - 2.0 * e);
    case Curve::log:
      break;
  }
  constexpr double kLightOfLog = 50.0;
  return plain::log(1.0 + kLightOfLog * x) / plain::log(1.0 + kLightOfLog);
}

/// Linear light after the curve at linear light x from 0 to 1.
double light_at(const ToneCurve& p, double channel_power, double x) {
  const double e = encoded_light(x);
  const double curved = e + p.strength * (curve_at(p, e, x) - e);
  return decoded_light(channel_power == 1.0 ? curved : power(curved, channel_power));
}

/// The composed curve between 2^-16 and 1 in straight pieces, 128 to each octave of its argument. With pieces that
/// narrow it is within 0.02 of an 8-bit code, and a piece is found from the bits of a float without a root or a power.
class CurveTable {
 public:
  static constexpr std::uint32_t kShift = 16;  // leaves the exponent and seven bits of the mantissa
  static constexpr std::uint32_t kPerOctave = std::uint32_t{1} << (23U - kShift);
  static constexpr std::uint32_t kOctaves = 16;
  static constexpr std::uint32_t kPieces = kOctaves * kPerOctave;
  static constexpr std::uint32_t kFirst = (127U - kOctaves) << (23U - kShift);  // the bits of 2^-16, shifted

  /// Piece 0 is from 0 to 2^-16, piece i from start(i) to the next, and the last is all beyond white.
  struct Piece {
    float value;  ///< at its start
    float slope;
  };

  CurveTable(const ToneCurve& p, double channel_power) : pieces_(kPieces + 2) {
    pieces_[kPieces + 1] = {1.0F, 1.0F};
    for (std::uint32_t i = kPieces + 1; i-- > 0;) {
      const float next = pieces_[i + 1].value;
      const float value = i == 0 ? 0.0F : static_cast<float>(light_at(p, channel_power, start(i)));
      Piece& piece = pieces_[i];
      piece.value = std::min(value, next);
      piece.slope = (next - piece.value) / (start(i + 1) - start(i));
      // The end of a piece may not round to more than the start of the next, or the curve would fall there.
      const float end = std::bit_cast<float>(std::bit_cast<std::uint32_t>(start(i + 1)) - 1U) - start(i);
      while (piece.slope > 0.0F && piece.value + piece.slope * end > next) {
        piece.slope = std::bit_cast<float>(std::bit_cast<std::uint32_t>(piece.slope) - 1U);
      }
    }
  }

  [[nodiscard]] const Piece* pieces() const { return pieces_.data(); }

 private:
  static float start(std::uint32_t i) { return i == 0 ? 0.0F : std::bit_cast<float>((kFirst + i - 1U) << kShift); }

  std::vector<Piece> pieces_;
};

constexpr std::size_t kBlock = 512;  // samples whose pieces are looked up together

/// Which piece each sample lies in, and how far from its start.
FAIRGROUND_HOT void find_pieces(const float* __restrict samples, std::uint32_t* __restrict pieces,
                                float* __restrict places, std::size_t count) {
  constexpr std::uint32_t kLast = CurveTable::kPieces + 1;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(samples[i]) & 0x7FFFFFFFU;
    const auto piece =
        static_cast<std::int32_t>(bits >> CurveTable::kShift) - (static_cast<std::int32_t>(CurveTable::kFirst) - 1);
    const std::uint32_t inside = static_cast<std::uint32_t>(std::clamp(piece, 0, static_cast<std::int32_t>(kLast)));
    std::uint32_t from = (bits >> CurveTable::kShift) << CurveTable::kShift;
    from = piece <= 0 ? 0U : from;
    from = piece >= static_cast<std::int32_t>(kLast) ? std::bit_cast<std::uint32_t>(1.0F) : from;
    pieces[i] = inside;
    places[i] = std::bit_cast<float>(bits) - std::bit_cast<float>(from);
  }
}

FAIRGROUND_HOT void put_values(const CurveTable::Piece* __restrict pieces, const float* __restrict places,
                               float* __restrict samples, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    samples[i] = std::copysign(pieces[i].value + pieces[i].slope * places[i], samples[i]);
  }
}

void apply_curve(const CurveTable& curve, std::span<float> samples) {
  std::array<std::uint32_t, kBlock> numbers;
  std::array<float, kBlock> places;
  std::array<CurveTable::Piece, kBlock> pieces;
  for (std::size_t begin = 0; begin < samples.size(); begin += kBlock) {
    const std::size_t count = std::min(kBlock, samples.size() - begin);
    float* block = samples.data() + begin;
    find_pieces(block, numbers.data(), places.data(), count);
    const CurveTable::Piece* all = curve.pieces();
    for (std::size_t i = 0; i < count; ++i) {
      pieces[i] = all[numbers[i]];
    }
    put_values(pieces.data(), places.data(), block, count);
  }
}

/// A unit of the camera: a table for each channel, or one for all.
using CurveUnit = std::vector<CurveTable>;

CurveUnit realize(const ToneCurve& p, const StepRandom& random) {
  if (p.strength == 0.0) {
    return {};
  }
  CurveUnit unit{CurveTable(p, /*channel_power=*/1.0)};
  if (p.channel_spread > 0.0) {
    RandomStream stream = random.stream("channels");
    for (int channel = 0; channel < 3; ++channel) {
      unit.emplace_back(p, 1.0 + p.strength * p.channel_spread * stream.uniform(-1.0, 1.0));
    }
  }
  return unit;
}

RowOperation rows(const Shot& shot, std::shared_ptr<const CurveUnit> unit, const ToneCurve&) {
  if (unit->empty()) {
    return [](const ImageRow&) {};
  }
  if (unit->size() == 1 || shot.channels == 1) {
    return [unit](const ImageRow& row) { apply_curve(unit->front(), row.samples); };
  }
  return [unit](const ImageRow& row) {
    for (int channel = 0; channel < row.channels; ++channel) {
      apply_curve((*unit)[1 + static_cast<std::size_t>(channel)], row.channel(channel));
    }
  };
}

const Registration registration(row_augmenter<ToneCurve, CurveUnit>(
    {
        .name = "processing.tone_curve",
        .summary = "A camera's tone curve on encoded values: power, film's, smoothstep or logarithm; units may differ.",
        .source = "IEC 61966-2-1 (encoding); Brooks et al. 2019 (smoothstep)",
        .media = Media::image,
        .stage = Stage::processing_image,
        .version = 1,
        .identity = "strength: 0",
        .labels = "keeps all labels",
    },
    table(), realize, rows));

}  // namespace
}  // namespace fairground
