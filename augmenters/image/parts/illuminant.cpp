#include "augmenters/image/parts/illuminant.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "pipeline/core/plain.h"

namespace fairground {
namespace {

/// The colour matching functions of the CIE 1931 standard observer from 380 to 780 nm, every 10 nm (CIE 15:2004,
/// here with four places).
struct Match {
  double x;
  double y;
  double z;
};
constexpr std::array<Match, 41> kObserver{{
    {0.0014, 0.0000, 0.0065}, {0.0042, 0.0001, 0.0201}, {0.0143, 0.0004, 0.0679}, {0.0435, 0.0012, 0.2074},
    {0.1344, 0.0040, 0.6456}, {0.2839, 0.0116, 1.3856}, {0.3483, 0.0230, 1.7471}, {0.3362, 0.0380, 1.7721},
    {0.2908, 0.0600, 1.6692}, {0.1954, 0.0910, 1.2876}, {0.0956, 0.1390, 0.8130}, {0.0320, 0.2080, 0.4652},
    {0.0049, 0.3230, 0.2720}, {0.0093, 0.5030, 0.1582}, {0.0633, 0.7100, 0.0782}, {0.1655, 0.8620, 0.0422},
    {0.2904, 0.9540, 0.0203}, {0.4334, 0.9950, 0.0087}, {0.5945, 0.9950, 0.0039}, {0.7621, 0.9520, 0.0021},
    {0.9163, 0.8700, 0.0017}, {1.0263, 0.7570, 0.0011}, {1.0622, 0.6310, 0.0008}, {1.0026, 0.5030, 0.0003},
    {0.8544, 0.3810, 0.0002}, {0.6424, 0.2650, 0.0000}, {0.4479, 0.1750, 0.0000}, {0.2835, 0.1070, 0.0000},
    {0.1649, 0.0610, 0.0000}, {0.0874, 0.0320, 0.0000}, {0.0468, 0.0170, 0.0000}, {0.0227, 0.0082, 0.0000},
    {0.0114, 0.0041, 0.0000}, {0.0058, 0.0021, 0.0000}, {0.0029, 0.0010, 0.0000}, {0.0014, 0.0005, 0.0000},
    {0.0007, 0.0002, 0.0000}, {0.0003, 0.0001, 0.0000}, {0.0002, 0.0001, 0.0000}, {0.0001, 0.0000, 0.0000},
    {0.0000, 0.0000, 0.0000},
}};

/// A place in the CIE 1960 diagram, in which distances off the locus are measured.
struct Uv {
  double u = 0.0;
  double v = 0.0;
};

Uv to_uv(const Chromaticity& c) {
  const double scale = 12.0 * c.y - 2.0 * c.x + 3.0;
  return {4.0 * c.x / scale, 6.0 * c.y / scale};
}

Chromaticity to_xy(const Uv& c) {
  const double scale = 2.0 * c.u - 8.0 * c.v + 4.0;
  return {3.0 * c.u / scale, 2.0 * c.v / scale};
}

/// Planck's law, in proportion, with the second radiation constant of the ITS-90 (CIE 15:2004).
Uv planckian(double kelvin) {
  constexpr double kSecondRadiationConstant = 1.4388e7;  // in nm K
  double x = 0.0;
  double y = 0.0;
  double z = 0.0;
  double nanometres = 380.0;
  for (const Match& match : kObserver) {
    const double w = 560.0 / nanometres;
    const double power = w * w * w * w * w / (plain::exp(kSecondRadiationConstant / (nanometres * kelvin)) - 1.0);
    x += power * match.x;
    y += power * match.y;
    z += power * match.z;
    nanometres += 10.0;
  }
  return to_uv({x / (x + y + z), y / (x + y + z)});
}

/// The locus of daylight, CIE 15:2004.
Uv daylight(double kelvin) {
  const double t = 1000.0 / kelvin;
  const double x = kelvin <= 7000.0 ? ((-4.6070 * t + 2.9678) * t + 0.09911) * t + 0.244063
                                    : ((-2.0064 * t + 1.9018) * t + 0.24748) * t + 0.237040;
  return to_uv({x, (-3.0 * x + 2.870) * x - 0.275});
}

/// One step at right angles to the Planckian locus, to the side of green.
Uv across(double kelvin) {
  const Uv warmer = planckian(kelvin * 0.999);
  const Uv cooler = planckian(kelvin * 1.001);
  const double u = cooler.u - warmer.u;  // always less than 0
  const double v = cooler.v - warmer.v;
  const double length = std::sqrt(u * u + v * v);
  return {v / length, -u / length};
}

/// Between the two loci as the reference illuminants of CIE 224:2017 are, in proportion to the temperature.
Uv on_locus(double kelvin, Locus locus) {
  constexpr double kAllDaylight = 5000.0;
  if (locus == Locus::planckian || (locus == Locus::automatic && kelvin <= kLowestDaylight)) {
    return planckian(kelvin);
  }
  const Uv day = daylight(kelvin);
  if (locus == Locus::daylight || kelvin >= kAllDaylight) {
    return day;
  }
  const Uv glow = planckian(kelvin);
  const double share = (kelvin - kLowestDaylight) / (kAllDaylight - kLowestDaylight);
  return {glow.u + share * (day.u - glow.u), glow.v + share * (day.v - glow.v)};
}

}  // namespace

std::vector<std::pair<std::string, Locus>> locus_names() {
  return {{"auto", Locus::automatic}, {"daylight", Locus::daylight}, {"planckian", Locus::planckian}};
}

Chromaticity illuminant(double cct_kelvin, double duv, Locus locus) {
  const Uv place = on_locus(cct_kelvin, locus);
  const Uv step = across(cct_kelvin);
  return to_xy({place.u + duv * step.u, place.v + duv * step.v});
}

Rgb with_luminance_one(const Rgb& rgb) {
  const double y = luminance(rgb);
  return {rgb[0] / y, rgb[1] / y, rgb[2] / y};
}

Rgb linear_srgb(const Chromaticity& light) {
  const double x = light.x / light.y;
  const double z = (1.0 - light.x - light.y) / light.y;
  // The inverse of the matrix that the primaries and the white of IEC 61966-2-1:1999 give.
  return with_luminance_one({3.2404542 * x - 1.5371385 - 0.4985314 * z, -0.9692660 * x + 1.8760108 + 0.0415560 * z,
                             0.0556434 * x - 0.2040259 + 1.0572252 * z});
}

Rgb picture_white(const Chromaticity& light) {
  constexpr double kLeast = 0.02;  // empirical: with less, what a balance leaves of a candle is yellow and not orange
  Rgb white = linear_srgb(light);
  for (double& channel : white) {
    channel = std::max(channel, kLeast);
  }
  return with_luminance_one(white);
}

Rgb part_of_cast(const Rgb& gains, double share) {
  Rgb part;
  for (std::size_t c = 0; c < part.size(); ++c) {
    part[c] = plain::exp(share * plain::log(gains[c]));
  }
  return with_luminance_one(part);
}

std::string check_locus(const Setting& cct_kelvin, const Setting& locus) {
  if (locus != Setting(std::string("daylight"))) {
    return {};
  }
  const auto* range = std::get_if<Range>(&cct_kelvin);
  const auto* number = std::get_if<double>(&cct_kelvin);
  const double lowest = range != nullptr ? range->low : number != nullptr ? *number : kHighestCct;
  return lowest < kLowestDaylight ? "daylight has no colour temperature below 4000 K; use `locus: planckian` or `auto`"
                                  : "";
}

}  // namespace fairground
