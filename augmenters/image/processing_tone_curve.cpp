// The tone curve of a camera or of its maker's taste: what becomes of encoded values before the file is written.
//
// The curve works on sRGB-encoded values e from 0 to 1 and is composed with the encoding and the decoding into one
// function of linear light. Black stays black and white stays white. With `strength` s, the encoded value becomes
// e + s (f(e) - e), where f is
// - gamma:      e^g;
// - s_curve:    e^n / (e^n + c (1 - e)^n), a logistic curve of log-odds as film has between toe and shoulder; c keeps
//               light of 18 % where it is, and n is the contrast there;
// - smoothstep: 3 e^2 - 2 e^3, as in Brooks, Mildenhall, Xue, Chen, Sharlet and Barron, "Unprocessing images for
//               learned raw denoising" (CVPR 2019);
// - log:        ln(1 + k x) / ln(1 + k) of linear light x, the flat look of a logarithmic recording that nobody graded;
//               k = 50 is empirical.
// Two units of one model differ: each channel's curve is raised to a power of its own around 1, drawn for the
// realization. A grey picture has one channel, and the unit's mean: no such power.
//
// The table (parts/curve_table.h) is within 0.04 of an 8-bit code of the formulas for light above 2^-16. Linear light
// beyond white stays what it is, and below black the curve is mirrored.

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "augmenters/augmenter.h"
#include "augmenters/image/parts/curve_table.h"
#include "augmenters/image/parts/encoded_light.h"
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
          .number("contrast", &P::contrast, "", {1.0, 3.0},
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

/// A unit of the camera.
struct CurveUnit {
  std::vector<CurveTable> curves;           ///< one for all channels, or one for each; none where nothing is changed
  std::shared_ptr<const CodeTables> codes;  ///< the same with the encoding behind them, or nullptr: see RowOperation
};

/// Units differ in colour, and a grey picture gets what they have in common.
struct CurveUnits {
  CurveUnit grey;
  CurveUnit colour;
};

CurveUnit unit_of(const ToneCurve& p, std::span<const double> channel_powers) {
  CurveUnit unit;
  auto codes = std::make_shared<CodeTables>();
  for (const double power : channel_powers) {
    const CurveTable& curve = unit.curves.emplace_back([&](double x) { return light_at(p, power, x); });
    if (auto table = CodeTable::behind([&](std::span<float> samples) { curve.apply(samples); })) {
      codes->push_back(std::move(*table));
    }
  }
  if (codes->size() == unit.curves.size()) {
    unit.codes = std::move(codes);
  }
  return unit;
}

CurveUnits realize(const ToneCurve& p, const StepRandom& random) {
  if (p.strength == 0.0) {
    return {};
  }
  CurveUnits units;
  units.grey = unit_of(p, std::array{1.0});
  units.colour = units.grey;
  if (p.channel_spread > 0.0) {
    RandomStream stream = random.stream("channels");
    std::array<double, 3> powers{};
    for (double& power : powers) {
      power = 1.0 + p.strength * p.channel_spread * stream.uniform(-1.0, 1.0);
    }
    units.colour = unit_of(p, powers);
  }
  return units;
}

RowOperation rows(const Shot& shot, std::shared_ptr<const CurveUnits> units, const ToneCurve&) {
  const std::shared_ptr<const CurveUnit> unit(units, shot.channels == 1 ? &units->grey : &units->colour);
  const auto change = [unit](const ImageRow& row) {
    if (unit->curves.size() == 1) {
      unit->curves.front().apply(row.samples);
      return;
    }
    for (std::size_t channel = 0; channel < unit->curves.size(); ++channel) {
      unit->curves[channel].apply(row.channel(static_cast<int>(channel)));
    }
  };
  return {change, unit->codes};
}

const Registration registration(row_augmenter<ToneCurve, CurveUnits>(
    {
        .name = "processing.tone_curve",
        .summary = "A camera's tone curve on encoded values: power, film's, smoothstep or logarithm; units may differ.",
        .source = "IEC 61966-2-1 (encoding); Brooks et al. 2019 (smoothstep)",
        .media = Media::image,
        .stage = Stage::processing_image,
        .version = 1,
        .identity = "curve: gamma, strength: 0",
        .labels = "keeps all labels",
        .claim = "Every curve is within 0.04 of an 8-bit code of its formula and never falls. The powers of 400 units "
                 "reach from end to end of the spread that was asked for, within 0.0005.",
        .limits = "The constant of the logarithm is empirical.",
        .example = "gamma: [{processing.tone_curve: {curve: gamma, gamma: 2}}]\n"
                   "s_curve: [{processing.tone_curve: {curve: s_curve, contrast: 2.5}}]\n"
                   "log: [{processing.tone_curve: {curve: log}}]\n",
    },
    table(), realize, rows));

}  // namespace
}  // namespace fairground
