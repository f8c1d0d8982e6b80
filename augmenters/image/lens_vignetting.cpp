// Pictures get darker towards their corners: by the natural law of cos^4 of the angle at which light arrives (as for a
// thin lens; Goodman or any textbook of optics), or as measured.
//
// The measured gain is 1 + k1 r^2 + k2 r^4 + k3 r^6 with r = 1 in the corners, the model "pa" of lensfun. The default
// is what lensfun publishes of the main camera of the iPhone XS at f/1.8 (its data, misc.xml: -2.0800063, 2.2430616,
// -0.9514921), which is 0.21 in the corners. So much is what a camera's own processing gets rid of; in its files less
// is left, which `strength` says.

#include <array>
#include <cmath>
#include <cstddef>

#include "augmenters/augmenter.h"
#include "pipeline/core/hot.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

enum class Model { cos4, measured };

struct LensVignetting {
  Model model = Model::cos4;
  double field_of_view_deg = 78.0;
  double k1 = -2.0800063;
  double k2 = 2.2430616;
  double k3 = -0.9514921;
  double strength = 1.0;
};

const ParameterTable<LensVignetting>& table() {
  using P = LensVignetting;
  static const auto instance =
      ParameterTable<P>()
          .choice("model", &P::model, {{"cos4", Model::cos4}, {"measured", Model::measured}},
                  "By the natural law for a field of view, or by measured coefficients.")
          .number("field_of_view_deg", &P::field_of_view_deg, "deg", {0.0, 140.0},
                  "Of the frame's diagonal; used by cos4.")
          .number("k1", &P::k1, "", {-4.0, 4.0}, "Coefficient of r^2, where r is 1 in the corners; used by measured.")
          .number("k2", &P::k2, "", {-4.0, 4.0}, "Coefficient of r^4; used by measured.")
          .number("k3", &P::k3, "", {-4.0, 4.0}, "Coefficient of r^6; used by measured.")
          .number("strength", &P::strength, "", {0.0, 1.0},
                  "The share of the light's loss that is left in the file, where a camera has taken some of it back.");
  return instance;
}

/// The gain of linear light at a squared distance from the middle, which is 1 in the corners.
struct Falloff {
  double k1 = 0.0;
  double k2 = 0.0;
  double k3 = 0.0;
  double tangent2 = 0.0;  ///< of half the field of view, squared; 0 where the gain is measured
  double strength = 1.0;

  [[nodiscard]] double operator()(double r2) const {
    const double secant2 = 1.0 + r2 * tangent2;
    const double gain = (1.0 + r2 * (k1 + r2 * (k2 + r2 * k3))) / (secant2 * secant2);
    return 1.0 + strength * (gain - 1.0);
  }
};

std::string check(const std::vector<Setting>& settings) {
  constexpr int kPlaces = 100;
  if (std::get<std::string>(settings[0]) != "measured") {
    return {};
  }
  // The gain is linear in the coefficients, so that it is least at the lower ends of their ranges.
  const auto least = [&](std::size_t i) {
    const auto* range = std::get_if<Range>(&settings[i]);
    return range != nullptr ? range->low : std::get<double>(settings[i]);
  };
  const Falloff falloff{least(2), least(3), least(4)};
  for (int i = 0; i <= kPlaces; ++i) {
    if (falloff(static_cast<double>(i) / kPlaces) < 0.0) {
      return "with these coefficients the light falls below 0 before the corners; raise one of `k1`, `k2` and `k3`";
    }
  }
  return {};
}

Falloff falloff_of(const LensVignetting& p) {
  Falloff falloff;
  falloff.strength = p.strength;
  if (p.model == Model::measured) {
    falloff.k1 = p.k1;
    falloff.k2 = p.k2;
    falloff.k3 = p.k3;
  } else {
    const double half_turns = p.field_of_view_deg / 720.0;
    const double tangent = plain::sine_of_turns(half_turns) / plain::cosine_of_turns(half_turns);
    falloff.tangent2 = tangent * tangent;
  }
  return falloff;
}

FAIRGROUND_HOT void multiply(float* __restrict samples, const float* __restrict gains, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    samples[i] *= gains[i];
  }
}

/// Gains of one row, at squared distances from the middle row that are `y2` more than in it.
FAIRGROUND_HOT void find_gains(float* __restrict gains, const float* __restrict x2, float y2, std::size_t count,
                               const std::array<float, 5>& falloff) {
  const float k1 = falloff[0];
  const float k2 = falloff[1];
  const float k3 = falloff[2];
  const float tangent2 = falloff[3];
  const float strength = falloff[4];
  for (std::size_t i = 0; i < count; ++i) {
    const float r2 = x2[i] + y2;
    const float secant2 = 1.0F + r2 * tangent2;
    const float gain = (1.0F + r2 * (k1 + r2 * (k2 + r2 * k3))) / (secant2 * secant2);
    gains[i] = 1.0F + strength * (gain - 1.0F);
  }
}

/// The square of a pixel's distance from the middle of `count`, in half diagonals.
float distance2(int place, int count, double half_diagonal) {
  const double distance = (place + 0.5 - 0.5 * count) / half_diagonal;
  return static_cast<float>(distance * distance);
}

RowOperation rows(const Shot& shot, const LensVignetting& p, const StepRandom&) {
  const Falloff falloff = falloff_of(p);
  const double unit = shot.half_diagonal();
  std::vector<float> x2(static_cast<std::size_t>(shot.width));
  for (int x = 0; x < shot.width; ++x) {
    x2[static_cast<std::size_t>(x)] = distance2(x, shot.width, unit);
  }
  const std::array<float, 5> constants{static_cast<float>(falloff.k1), static_cast<float>(falloff.k2),
                                       static_cast<float>(falloff.k3), static_cast<float>(falloff.tangent2),
                                       static_cast<float>(falloff.strength)};
  const auto change = [constants, unit, x2 = std::move(x2), height = shot.height,
                       gains = std::vector<float>(static_cast<std::size_t>(shot.width))](const ImageRow& row) mutable {
    find_gains(gains.data(), x2.data(), distance2(row.y, height, unit), gains.size(), constants);
    for (int channel = 0; channel < row.channels; ++channel) {
      multiply(row.channel(channel).data(), gains.data(), gains.size());
    }
  };
  return {change, [corner = falloff(1.0)] {
            return std::vector<std::pair<std::string, double>>{{"corner_gain", corner}};
          }};
}

const Registration registration(row_augmenter<LensVignetting>(
    {
        .name = "lens.vignetting",
        .summary = "Darker corners: by the cos^4 law of a field of view, or by measured coefficients.",
        .source = "the cos^4 law; lensfun's model pa, with its data of the iPhone XS as the default",
        .media = Media::image,
        .stage = Stage::lens,
        .version = 1,
        .identity = "strength: 0",
        .labels = "keeps all labels",
        .claim = "On flat fields, light is within 1 % of the cos^4 law, or of the measured coefficients, everywhere.",
        .example = "cos4: [{lens.vignetting: {field_of_view_deg: 100}}]\n"
                   "measured: [{lens.vignetting: {model: measured}}]\n",
        .check = check,
    },
    table(), rows));

}  // namespace
}  // namespace fairground
