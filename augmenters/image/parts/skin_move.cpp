#include "augmenters/image/parts/skin_move.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "pipeline/core/hot.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

/// Mean chroma of photographed skin by lightness: quantiles of L* over the same 739 portraits (0.02, 0.1, 0.5, 0.9 and
/// 0.98). Empirical.
struct Anchor {
  double lightness;
  double chroma;
};
constexpr std::array<Anchor, 5> kAnchors = {{{37.6, 19.8}, {45.9, 24.9}, {64.8, 26.2}, {72.2, 26.3}, {76.2, 20.1}}};

double anchor_chroma(double lightness) {
  if (lightness <= kAnchors.front().lightness) {
    return kAnchors.front().chroma;
  }
  for (std::size_t i = 1; i < kAnchors.size(); ++i) {
    const Anchor& low = kAnchors[i - 1];
    const Anchor& high = kAnchors[i];
    if (lightness <= high.lightness) {
      const double part = (lightness - low.lightness) / (high.lightness - low.lightness);
      return low.chroma + part * (high.chroma - low.chroma);
    }
  }
  return kAnchors.back().chroma;
}

/// Of one channel: the shift, and the law of the source's noise.
struct ChannelMove {
  float shift;
  float constant;
  float slope;
};

/// e^x for |x| up to 4, within 3e-7 relative: six terms at an eighth of x, and three squarings.
[[gnu::always_inline]] inline float short_exp(float x) {
  const float e = 0.125F * x;
  float sum = 1.0F + e * (1.0F / 6.0F);
  sum = 1.0F + e * 0.2F * sum;
  sum = 1.0F + e * 0.25F * sum;
  sum = 1.0F + e * (1.0F / 3.0F) * sum;
  sum = 1.0F + e * 0.5F * sum;
  sum = 1.0F + e * sum;
  sum = sum * sum;
  sum = sum * sum;
  return sum * sum;
}

FAIRGROUND_HOT void move_row(const float* __restrict before, const float* __restrict weights, float* __restrict after,
                             std::size_t count, ChannelMove move) {
  for (std::size_t i = 0; i < count; ++i) {
    const float moved = before[i] * short_exp(-weights[i] * move.shift);
    after[i] = weights[i] > 0.0F ? moved : before[i];
  }
}

FAIRGROUND_HOT void move_row_with_grain(const float* __restrict before, const float* __restrict weights,
                                        const float* __restrict normals, float* __restrict after, std::size_t count,
                                        ChannelMove move) {
  for (std::size_t i = 0; i < count; ++i) {
    const float gain = short_exp(-weights[i] * move.shift);
    // V(g v) - g^2 V(v) for V(v) = constant + slope v.
    const float light = std::max(before[i], 0.0F);
    const float missing = (1.0F - gain) * (move.constant * (1.0F + gain) + move.slope * gain * light);
    const float moved = before[i] * gain + std::sqrt(std::max(missing, 0.0F)) * normals[i];
    after[i] = weights[i] > 0.0F ? moved : before[i];
  }
}

}  // namespace

CieLab lab_of(const SkinColour& colour) {
  const double turns = colour.hue_deg / 360.0;
  return {colour.lightness, colour.chroma * plain::cosine_of_turns(turns), colour.chroma * plain::sine_of_turns(turns)};
}

double difference_in_hue(double a, double b) {
  const double difference = std::fabs(a - b);
  return std::min(difference, 360.0 - difference);
}

SkinColour eased_colour(const SkinColour& own, double lightness) {
  constexpr double kPhotographedHue = 58.0;  // in degrees, about the median of the portraits
  constexpr double kHuePull = 0.35;
  constexpr double kLeastHue = 48.0;
  constexpr double kMostHue = 66.0;
  constexpr double kLeastOfAnchor = 0.95;
  constexpr double kMostChroma = 34.0;
  constexpr double kWholeAt = 6.0;  // in L*, from where on all of that is done
  const double anchor = anchor_chroma(lightness);
  const double chroma = std::min(
      std::max(anchor * std::sqrt(own.chroma / anchor_chroma(own.lightness)), kLeastOfAnchor * anchor), kMostChroma);
  const double hue = std::clamp(own.hue_deg + kHuePull * (kPhotographedHue - own.hue_deg), kLeastHue, kMostHue);
  const double part = std::min(std::fabs(lightness - own.lightness) / kWholeAt, 1.0);
  return {lightness, own.chroma + part * (chroma - own.chroma), own.hue_deg + part * (hue - own.hue_deg)};
}

OdShift shift_between(const SkinColour& from, const SkinColour& to) {
  constexpr double kLeastLight = 1e-4;  // below, a colour has left the gamut
  const LinearRgb before = linear_rgb(lab_of(from));
  const LinearRgb after = linear_rgb(lab_of(to));
  OdShift shift = {};
  for (std::size_t c = 0; c < shift.size(); ++c) {
    shift[c] = plain::log(std::max(before[c], kLeastLight) / std::max(after[c], kLeastLight));
  }
  return shift;
}

SkinColour shifted(const SkinColour& from, const OdShift& shift) {
  LinearRgb light = linear_rgb(lab_of(from));
  for (std::size_t c = 0; c < shift.size(); ++c) {
    light[c] *= plain::exp(-shift[c]);
  }
  const CieLab lab = cie_lab(light);
  return {lab.lightness, lab_chroma(lab), lab_hue_deg(lab)};
}

double length_of(const OdShift& shift) {
  return std::sqrt(shift[0] * shift[0] + shift[1] * shift[1] + shift[2] * shift[2]);
}

SkinGrain::SkinGrain(const SkinPatch& patch, const NoiseLevelFunction& noise, const RandomStream& stream)
    : noise_(noise) {
  // As in sensor.noise: a row of one channel has room for 2^20 draws.
  constexpr std::uint64_t kRowDraws = std::uint64_t{1} << 20U;
  for (std::size_t c = 0; c < normals_.size(); ++c) {
    if (noise.channels[c].constant <= 0.0 && noise.channels[c].slope <= 0.0) {
      continue;
    }
    normals_[c] = Plane(patch.width, patch.height);
    for (int y = 0; y < patch.height; ++y) {
      const ColumnSpan& span = patch.spans[static_cast<std::size_t>(y)];
      const std::uint64_t line = static_cast<std::uint64_t>(patch.top + y) * normals_.size() + c;
      stream.normals(line * kRowDraws + static_cast<std::uint64_t>(patch.left) + span.begin,
                     normals_[c].row(y).subspan(span.begin, span.size()));
    }
  }
}

void move_skin(const SkinPatch& patch, const OdShift& shift, const SkinGrain& grain, Image& image) {
  for (std::size_t c = 0; c < shift.size(); ++c) {
    const NoiseLevelFunction::Channel& noise = grain.noise_.channels[c];
    const ChannelMove move{static_cast<float>(shift[c]), static_cast<float>(noise.constant),
                           static_cast<float>(noise.slope)};
    const bool adds_grain = shift[c] > 0.0 && !grain.normals_[c].samples.empty();
    for (int y = 0; y < patch.height; ++y) {
      const ColumnSpan& span = patch.spans[static_cast<std::size_t>(y)];
      const float* const before = patch.before[c].row(y).data() + span.begin;
      const float* const weights = patch.weights.row(y).data() + span.begin;
      float* const after = patch.row_of(image, static_cast<int>(c), y).data() + span.begin;
      if (adds_grain) {
        move_row_with_grain(before, weights, grain.normals_[c].row(y).data() + span.begin, after, span.size(), move);
      } else {
        move_row(before, weights, after, span.size(), move);
      }
    }
  }
}

}  // namespace fairground
