// Heads and hands of known albedo in known light: pictures of skin whose truth is known, and of nobody.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numbers>
#include <optional>
#include <utility>
#include <vector>

#include "pipeline/core/random.h"
#include "pipeline/core/skin_part.h"
#include "pipeline/media/image.h"
#include "pipeline/media/picture_labels.h"

namespace fairground {

using Triple = std::array<double, 3>;

/// A tone by its optical density, -ln of the reflectance, for linear red, green and blue.
struct RenderedTone {
  const char* name;
  Triple optical_density;
  [[nodiscard]] Triple albedo() const {
    return {std::exp(-optical_density[0]), std::exp(-optical_density[1]), std::exp(-optical_density[2])};
  }
};

/// The darkest and lightest 2 %, the 10th, 50th and 90th percentiles of L* over 739 photographed faces (the norming
/// data of the Chicago Face Database), and densities halfway. From L* 37 to 76.
inline constexpr std::array kRenderedTones = {
    RenderedTone{"lightest", {0.35, 0.78, 1.09}}, RenderedTone{"p90", {0.39, 0.94, 1.40}},
    RenderedTone{"p90_p50", {0.51, 1.08, 1.56}},  RenderedTone{"p50", {0.63, 1.22, 1.72}},
    RenderedTone{"p50_p10", {0.98, 1.645, 2.20}}, RenderedTone{"p10", {1.33, 2.07, 2.68}},
    RenderedTone{"darkest", {1.80, 2.48, 3.04}},
};

/// Parallel light and light from all around. A surface that faces the former in neutral light of intensity 1 shows its
/// albedo.
struct RenderedLight {
  const char* name;
  Triple towards;     ///< where it comes from: x to the right, y down, z towards the camera; of any length
  Triple colour;      ///< of both
  double directed;    ///< share of the parallel light
  double all_around;  ///< share of the other
};
inline constexpr RenderedLight kFrontalLight{"frontal", {-0.15, -0.25, 1.0}, {1.0, 1.0, 1.0}, 0.65, 0.35};
inline constexpr RenderedLight kSideLight{"side", {0.9, -0.3, 0.6}, {1.0, 1.0, 1.0}, 0.85, 0.15};
/// A stop and a half darker, and warmer than the camera made up for.
inline constexpr RenderedLight kWarmDimLight{"warm_dim", {-0.4, -0.5, 0.8}, {0.42, 0.34, 0.25}, 0.7, 0.3};
inline constexpr std::array kRenderedLights = {kFrontalLight, kSideLight, kWarmDimLight};

/// CIE L*a*b* in polar form, of linear light with the sRGB primaries (IEC 61966-2-1), for D65.
struct TrueTone {
  double lightness = 0.0;
  double hue_deg = 0.0;
  double chroma = 0.0;
};

/// Computed here and not by the pipeline, so that it can judge that.
[[nodiscard]] inline TrueTone true_tone(const Triple& light) {
  const auto f = [](double t) { return t > 216.0 / 24389.0 ? std::cbrt(t) : (24389.0 / 27.0 * t + 16.0) / 116.0; };
  const double x = (0.4124 * light[0] + 0.3576 * light[1] + 0.1805 * light[2]) / 0.9505;
  const double y = 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2];
  const double z = (0.0193 * light[0] + 0.1192 * light[1] + 0.9505 * light[2]) / 1.0890;
  const double a = 500.0 * (f(x) - f(y));
  const double b = 200.0 * (f(y) - f(z));
  return {116.0 * f(y) - 16.0, std::atan2(b, a) * 180.0 / std::numbers::pi, std::hypot(a, b)};
}

struct RenderedSkinSettings {
  int width = 256;
  int height = 256;
  Triple albedo = kRenderedTones[3].albedo();
  RenderedLight light = kFrontalLight;
  double face_width = 0.36;  ///< from side to side of the head, as a share of the picture's width
  bool has_hand = true;      ///< beside the face; not for a picture of a hand
  double texture = 0.03;     ///< standard deviation of the skin's optical density: pores and spots
  double gloss = 0.03;       ///< of what is mirrored, which has the colour of the light and not of skin
  /// Variance of the sensor's noise in linear light: constant + slope * light.
  double noise_constant = 0.0;
  double noise_slope = 0.0;
  Triple background = {0.23, 0.27, 0.32};
  std::uint64_t seed = 1;
};

struct RenderedSkin {
  Image image;              ///< linear light, of which `render_rows` makes codes
  Mask parts;               ///< a SkinPart for each pixel: that which covers the largest share of it
  Triple albedo;            ///< of all skin, before texture
  TrueTone tone;            ///< of the albedo, in neutral light of intensity 1
  std::optional<Box> face;  ///< from hairline to chin and from side to side of the head
};

namespace rendered {

/// What is seen at one point. Lengths are in half widths of the face.
struct Surface {
  SkinPart part = SkinPart::none;
  Triple albedo = {};
  Triple normal = {0.0, 0.0, 1.0};
  double openness = 1.0;  ///< how much light gets there
  double gloss = 0.0;
};
using Scene = std::function<Surface(double x, double y)>;
using Height = std::function<double(double x, double y)>;

[[nodiscard]] inline Triple unit(const Triple& v) {
  const double length = std::sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
  return {v[0] / length, v[1] / length, v[2] / length};
}
[[nodiscard]] inline double dot(const Triple& a, const Triple& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
[[nodiscard]] inline double square(double x) { return x * x; }
[[nodiscard]] inline double bell(double x, double y, double width, double height) {
  return std::exp(-square(x / width) - square(y / height));
}
/// 0 at `from`, 1 at `to`, smooth between.
[[nodiscard]] inline double ramp(double from, double to, double x) {
  const double t = std::clamp((x - from) / (to - from), 0.0, 1.0);
  return t * t * (3.0 - 2.0 * t);
}
[[nodiscard]] inline Triple normal_of(const Height& height, double x, double y) {
  constexpr double kStep = 0.004;
  return unit({(height(x - kStep, y) - height(x + kStep, y)) / (2.0 * kStep),
               (height(x, y - kStep) - height(x, y + kStep)) / (2.0 * kStep), 1.0});
}

/// Smooth noise of about unit variance over cells of size 1.
class Clouds {
 public:
  Clouds(std::uint64_t seed, const char* name) : stream_(seed, 0, name) {}
  [[nodiscard]] double at(double x, double y) const {
    const double left = std::floor(x);
    const double top = std::floor(y);
    const double u = ramp(0.0, 1.0, x - left);
    const double v = ramp(0.0, 1.0, y - top);
    const auto corner = [&](double column, double row) {
      const auto index = static_cast<std::uint64_t>((row + 10000.0) * 20000.0 + column + 10000.0);
      return static_cast<double>(stream_.word_at(index)) / 4294967296.0 - 0.5;
    };
    const double upper = corner(left, top) * (1.0 - u) + corner(left + 1.0, top) * u;
    const double lower = corner(left, top + 1.0) * (1.0 - u) + corner(left + 1.0, top + 1.0) * u;
    constexpr double kToUnitVariance =
        4.66;  // the mean square of a corner is 1/12, of a ramp and its rest together 0.743
    return kToUnitVariance * (upper * (1.0 - v) + lower * v);
  }

 private:
  RandomStream stream_;
};

/// A rod with round ends.
struct Rod {
  double x0, y0, x1, y1, radius0, radius1;
  /// Squared distance from its middle line and the radius there, less than 0 outside.
  [[nodiscard]] double height(double x, double y) const {
    const double dx = x1 - x0;
    const double dy = y1 - y0;
    const double t = std::clamp(((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy), 0.0, 1.0);
    const double radius = radius0 + t * (radius1 - radius0);
    const double distance2 = square(x - x0 - t * dx) + square(y - y0 - t * dy);
    return distance2 < radius * radius ? std::sqrt(radius * radius - distance2) : -1.0;
  }
};

/// A raised right hand with its forearm, seen from the palm; the palm's middle is at (0, 0).
[[nodiscard]] inline double hand_height(double x, double y) {
  constexpr std::array kRods = {
      Rod{-0.27, -0.25, -0.38, -0.95, 0.105, 0.085}, Rod{-0.09, -0.30, -0.12, -1.12, 0.110, 0.090},
      Rod{0.10, -0.28, 0.13, -1.05, 0.105, 0.085},   Rod{0.27, -0.20, 0.37, -0.80, 0.095, 0.075},
      Rod{-0.25, 0.22, -0.62, -0.25, 0.140, 0.095},  Rod{0.02, 0.30, 0.10, 1.60, 0.270, 0.340},
  };
  double height = -1.0;
  for (const Rod& rod : kRods) {
    height = std::max(height, rod.height(x, y));
  }
  // A flat ball of a palm, which the fingers leave without a step.
  const double palm = 1.0 - square(x / 0.40) - square(y / 0.48);
  if (palm > 0.0) {
    height = std::max(height, 0.34 * std::sqrt(palm) - 0.05 * bell(x, y, 0.2, 0.25));
  }
  return height;
}

/// Half of the head's width at that height.
[[nodiscard]] inline double head_outline(double y) {
  const double down = y / 1.32;
  const double share = y < 0.0 ? 1.0 - square(y / 1.45) : 1.0 - down * down * std::sqrt(down);
  return share > 0.0 ? std::sqrt(share) : 0.0;
}

[[nodiscard]] inline double head_height(double x, double y) {
  const double width = std::max(head_outline(y), 0.05);
  const double left = std::abs(x);
  double height = 0.95 * std::sqrt(width * std::max(1.0 - square(x / width), 0.0));
  const double ridge = ramp(-0.30, 0.30, y) * (1.0 - ramp(0.32, 0.46, y));
  height += 0.30 * ridge * std::exp(-square(x / (0.12 + 0.07 * std::max(y, 0.0))));
  height += 0.07 * bell(left - 0.14, y - 0.33, 0.08, 0.08);                               // the nose's wings
  height -= 0.10 * bell(left - 0.40, y + 0.10, 0.24, 0.15);                               // sockets
  height += 0.07 * bell(left - 0.40, y + 0.10, 0.15, 0.09);                               // lids over balls
  height += 0.04 * bell(left - 0.42, y + 0.36, 0.30, 0.10);                               // brows
  height += 0.07 * bell(left - 0.52, y - 0.28, 0.24, 0.22);                               // cheeks
  height += 0.05 * bell(x, y - 0.72, 0.34, 0.16) + 0.07 * bell(x, y - 1.10, 0.22, 0.14);  // mouth, chin
  height -= 0.03 * bell(x, y - 0.90, 0.25, 0.06) + 0.02 * bell(x, y - 0.56, 0.05, 0.08);  // below and above it
  return height;
}

inline constexpr Triple kHair = {0.045, 0.030, 0.022};
inline constexpr Triple kCloth = {0.06, 0.10, 0.22};

[[nodiscard]] inline Surface skin_surface(const RenderedSkinSettings& settings, SkinPart part) {
  return {part, settings.albedo, {0.0, 0.0, 1.0}, 1.0, settings.gloss};
}

[[nodiscard]] inline Surface cloth_surface(double x, double y, const Clouds& clouds) {
  Surface surface;
  const double weave = 1.0 + 0.08 * clouds.at(x * 30.0, y * 30.0) + 0.10 * clouds.at(x * 3.0, y * 2.0);
  surface.albedo = {kCloth[0] * weave, kCloth[1] * weave, kCloth[2] * weave};
  surface.normal = unit({0.28 * x, -0.35, 1.0});
  return surface;
}

[[nodiscard]] inline Surface hair_surface(double x, double y, const Clouds& clouds) {
  Surface surface;
  const double strands = std::exp(0.35 * clouds.at(x * 28.0 + 4.0 * y, y * 3.0));
  surface.albedo = {kHair[0] * strands, kHair[1] * strands, kHair[2] * strands};
  surface.normal = unit({0.9 * x, 0.6 * (y + 0.3), std::sqrt(std::max(1.6 - x * x - square(y / 1.6), 0.05))});
  surface.gloss = 0.02;
  return surface;
}

/// The opening of an eye, by the place from its middle.
[[nodiscard]] inline std::optional<Surface> eye_surface(double x, double y) {
  const double lid = 0.085 * (1.0 - square(x / 0.20));
  if (std::abs(x) > 0.20 || y < -lid - 0.025 || y > lid) {
    return std::nullopt;
  }
  Surface surface;
  const double from_middle = std::hypot(x, y + 0.01);
  if (y < -lid + 0.012) {
    surface.albedo = {0.02, 0.017, 0.015};  // lashes
  } else if (std::hypot(x + 0.025, y + 0.045) < 0.02) {
    surface.albedo = {0.95, 0.95, 0.95};  // the light in it
  } else if (from_middle < 0.045) {
    surface.albedo = {0.01, 0.01, 0.01};
  } else if (from_middle < 0.095) {
    surface.albedo = {0.07, 0.045, 0.03};
  } else {
    surface.albedo = {0.60, 0.56, 0.54};
  }
  surface.openness = 0.7 + 0.3 * ramp(-lid, 0.03, y);
  return surface;
}

/// Lips with a row of teeth between them, by the place from the mouth's middle.
[[nodiscard]] inline std::optional<Surface> mouth_surface(const RenderedSkinSettings& settings, double x, double y) {
  const double open = 0.030 * (1.0 - square(x / 0.28));
  const double upper = 0.085 * (1.0 - square(x / 0.34)) - 0.02 * std::exp(-square(x / 0.05));
  const double lower = 0.120 * (1.0 - square(x / 0.34));
  if (std::abs(x) > 0.34 || y < -upper || y > lower) {
    return std::nullopt;
  }
  Surface surface = skin_surface(settings, SkinPart::lips);
  if (std::abs(y) < open) {
    surface.part = SkinPart::none;
    surface.albedo = y < 0.5 * open ? Triple{0.55, 0.52, 0.45} : Triple{0.06, 0.02, 0.02};
    surface.openness = 0.8;
    return surface;
  }
  // More blood, and less pigment where there is much of it.
  constexpr Triple kMoreDensity = {0.18, 0.62, 0.45};
  for (std::size_t c = 0; c < 3; ++c) {
    surface.albedo[c] = std::exp(0.9 * std::log(settings.albedo[c]) - kMoreDensity[c]);
  }
  surface.normal = unit({0.6 * x, y < 0.0 ? 6.0 * (y + 0.5 * upper) + 0.35 : 6.0 * (y - 0.5 * lower), 1.0});
  surface.gloss = 2.0 * settings.gloss;
  return surface;
}

/// Head and shoulders; the middle of the face is at (0, 0).
class Portrait {
 public:
  explicit Portrait(const RenderedSkinSettings& settings) : settings_(settings), clouds_(settings.seed, "cloth") {}

  [[nodiscard]] Surface operator()(double x, double y) const {
    const double hand = settings_.has_hand ? hand_height(x - kHandX, y - kHandY) : -1.0;
    if (hand > 0.0) {
      return hand_surface(x, y);
    }
    if (std::abs(x) < head_outline(y)) {
      return head_surface(x, y);
    }
    if (const auto ear = ear_surface(x, y)) {
      return *ear;
    }
    const double collar =
        1.62 + 0.9 * std::max(0.55 - std::abs(x), 0.0) + 0.22 * square(std::max(std::abs(x) - 0.5, 0.0));
    if (y > collar) {
      return cloth_surface(x, y, clouds_);
    }
    const double neck_width = 0.62 + 0.10 * square(std::max(y - 1.1, 0.0));
    if (std::abs(x) < neck_width && y > 0.6) {
      Surface surface = skin_surface(settings_, SkinPart::neck);
      const double across = x / neck_width;
      surface.normal = unit({across, 0.0, std::sqrt(std::max(1.0 - across * across, 0.01))});
      surface.openness = 0.42 + 0.58 * ramp(1.15, 1.75, y + 0.25 * x * x);  // in the shadow of the chin
      return surface;
    }
    if (square(x / 1.16) + square((y + 0.32) / 1.34) < 1.0 && y < 0.55) {
      return hair_surface(x, y, clouds_);
    }
    return background(y);
  }

 private:
  static constexpr double kHandX = 1.85;
  static constexpr double kHandY = 2.05;

  [[nodiscard]] Surface background(double y) const {
    Surface surface;
    const double fall = 1.0 - 0.06 * y;
    surface.albedo = {settings_.background[0] * fall, settings_.background[1] * fall, settings_.background[2] * fall};
    return surface;
  }

  [[nodiscard]] Surface hand_surface(double x, double y) const {
    if (y - kHandY > 0.85) {
      return cloth_surface(x - kHandX, y, clouds_);  // the sleeve
    }
    Surface surface = skin_surface(settings_, SkinPart::hands);
    surface.normal = normal_of(hand_height, x - kHandX, y - kHandY);
    return surface;
  }

  [[nodiscard]] std::optional<Surface> ear_surface(double x, double y) const {
    const double across = (std::abs(x) - 1.02) / 0.13;
    const double along = (y - 0.02) / 0.28;
    const double inside = 1.0 - across * across - along * along;
    if (inside <= 0.0) {
      return std::nullopt;
    }
    Surface surface = skin_surface(settings_, SkinPart::ears);
    surface.normal = unit({across * (x < 0.0 ? -0.8 : 0.8), 0.5 * along, 1.0});
    surface.openness = 0.55 + 0.45 * ramp(0.35, 0.95, std::sqrt(across * across + along * along));  // the hollow
    return surface;
  }

  [[nodiscard]] Surface head_surface(double x, double y) const {
    const double left = std::abs(x);
    // Hair falls over the forehead in strands, and down to the ears.
    const double fringe = -0.92 + 0.50 * x * x + 0.035 * clouds_.at(x * 14.0, 7.0) + 0.015 * clouds_.at(x * 60.0, 3.0);
    if (y < fringe || left > (0.90 + 0.10 * ramp(-0.15, 0.15, y)) * head_outline(y)) {
      return hair_surface(x, y, clouds_);
    }
    const double outwards = left - 0.40;
    if (const auto eye = eye_surface(outwards, y + 0.12)) {
      return *eye;
    }
    if (const auto mouth = mouth_surface(settings_, x, y - 0.72)) {
      return *mouth;
    }
    // An arch that is thickest a third of its way out.
    const double along = (outwards + 0.24) / 0.50;
    const double brow =
        along > 0.0 && along < 1.0 ? 0.045 * std::sqrt(ramp(-0.1, 0.3, along) * ramp(1.0, 0.2, along)) : 0.0;
    const double arch = -0.32 - 0.09 * (1.0 - square(1.6 * along - 1.0));
    Surface surface = skin_surface(settings_, SkinPart::face);
    if (std::abs(y - arch) < brow) {
      surface.part = SkinPart::brows;
      for (std::size_t c = 0; c < 3; ++c) {
        surface.albedo[c] = 0.35 * settings_.albedo[c] + 0.65 * kHair[c];
      }
    }
    surface.normal = normal_of(head_height, x, y);
    surface.openness = 1.0 - 0.75 * ramp(1.0, 0.0, std::hypot((left - 0.085) / 0.055, (y - 0.40) / 0.028));  // nostrils
    surface.openness *= 1.0 - 0.30 * bell(x, y - 0.47, 0.22, 0.06) - 0.25 * bell(left - 0.40, y + 0.25, 0.20, 0.06);
    surface.openness *= 1.0 - 0.35 * std::exp(-square((y - fringe) / 0.07));  // in the shadow of the hair
    return surface;
  }

  RenderedSkinSettings settings_;
  Clouds clouds_;
};

/// What `light` makes of a surface.
[[nodiscard]] inline Triple shade(const Surface& surface, const RenderedLight& light) {
  // Light seeps through skin and around edges, so that shadows end softly.
  constexpr double kWrap = 0.15;
  constexpr double kSharpness = 18.0;
  const Triple towards = unit(light.towards);
  const double facing = std::max((dot(surface.normal, towards) + kWrap) / (1.0 + kWrap), 0.0);
  const Triple halfway = unit({towards[0], towards[1], towards[2] + 1.0});
  const double mirrored = std::pow(std::max(dot(surface.normal, halfway), 0.0), kSharpness) * surface.gloss;
  const double received = surface.openness * (light.directed * facing + light.all_around);
  Triple seen = {};
  for (std::size_t c = 0; c < 3; ++c) {
    seen[c] = light.colour[c] * (surface.albedo[c] * received + light.directed * surface.openness * mirrored);
  }
  return seen;
}

/// Optical density that texture adds to skin, by place: pigment in spots and blood in patches.
[[nodiscard]] inline Triple texture_at(const Clouds& fine, const Clouds& coarse, double amount, double x, double y) {
  const double pigment = 0.8 * fine.at(x / 0.035, y / 0.035) + 0.5 * coarse.at(x / 0.14, y / 0.14);
  const double blood = 0.6 * coarse.at(x / 0.4 + 500.0, y / 0.4);
  return {amount * (0.85 * pigment), amount * (pigment + blood), amount * (1.13 * pigment + 0.8 * blood)};
}

/// `scale` is the number of pixels for each unit of the scene, whose (0, 0) is at (`middle_x`, `middle_y`).
[[nodiscard]] inline RenderedSkin render(const Scene& scene, const RenderedSkinSettings& settings, double middle_x,
                                         double middle_y, double scale) {
  constexpr int kSub = 3;  // points a side of each pixel, so that edges are mixed as a camera mixes them
  constexpr std::array kOrder = {4, 0, 2, 6, 8, 1, 3, 5, 7};
  RenderedSkin result;
  result.albedo = settings.albedo;
  result.tone = true_tone(settings.albedo);
  Image& image = result.image;
  image.width = settings.width;
  image.height = settings.height;
  image.channels = 3;
  image.samples.resize(image.row_size() * static_cast<std::size_t>(image.height));
  result.parts = {settings.width, settings.height, {}};
  const Clouds fine(settings.seed, "pores");
  const Clouds coarse(settings.seed, "patches");
  for (int y = 0; y < image.height; ++y) {
    const ImageRow row = image.row(y);
    for (int x = 0; x < image.width; ++x) {
      Triple sum = {};
      int taken = 0;
      std::array<int, 7> votes = {};
      std::optional<Triple> texture;
      for (const int sub : kOrder) {
        // Where middle and corners are of one part, the points between them are, too.
        if (taken == 5 && std::ranges::max(votes) == 5) {
          break;
        }
        ++taken;
        const double u = (x + (sub % kSub + 0.5) / kSub - middle_x) / scale;
        const double v = (y + (sub / kSub + 0.5) / kSub - middle_y) / scale;
        Surface surface = scene(u, v);
        ++votes[static_cast<std::size_t>(surface.part)];
        if (surface.part != SkinPart::none) {
          if (!texture) {
            texture = texture_at(fine, coarse, settings.texture, u, v);
          }
          for (std::size_t c = 0; c < 3; ++c) {
            surface.albedo[c] *= std::exp(-(*texture)[c]);
          }
        }
        const Triple seen = shade(surface, settings.light);
        for (std::size_t c = 0; c < 3; ++c) {
          sum[c] += seen[c];
        }
      }
      for (int c = 0; c < 3; ++c) {
        row.channel(c)[static_cast<std::size_t>(x)] = static_cast<float>(sum[static_cast<std::size_t>(c)] / taken);
      }
      result.parts.codes.push_back(static_cast<std::uint8_t>(std::ranges::max_element(votes) - votes.begin()));
    }
  }
  if (settings.noise_constant > 0.0 || settings.noise_slope > 0.0) {
    std::vector<float> draws(image.samples.size());
    RandomStream(settings.seed, 0, "sensor").normals(0, draws);
    for (std::size_t i = 0; i < draws.size(); ++i) {
      const double light = image.samples[i];
      const double variance = settings.noise_constant + settings.noise_slope * std::max(light, 0.0);
      image.samples[i] = static_cast<float>(light + std::sqrt(variance) * draws[i]);
    }
  }
  return result;
}

}  // namespace rendered

/// Head and shoulders in front of a plain wall, with a hand raised beside them.
[[nodiscard]] inline RenderedSkin render_portrait(const RenderedSkinSettings& settings) {
  const double scale = 0.5 * settings.face_width * settings.width;
  const double middle_x = 0.5 * settings.width;
  const double middle_y = 0.5 * settings.height - 0.55 * scale;
  RenderedSkin portrait = rendered::render(rendered::Portrait(settings), settings, middle_x, middle_y, scale);
  portrait.face = Box{"face", middle_x - scale, middle_y - 0.92 * scale, 2.0 * scale, 2.24 * scale};
  return portrait;
}

/// An open hand that fills most of the picture, and a forearm, in front of cloth.
[[nodiscard]] inline RenderedSkin render_hand(const RenderedSkinSettings& settings) {
  const rendered::Clouds clouds(settings.seed, "cloth");
  const auto scene = [&](double x, double y) {
    if (rendered::hand_height(x, y) <= 0.0) {
      return rendered::cloth_surface(x, y, clouds);
    }
    rendered::Surface surface = rendered::skin_surface(settings, SkinPart::hands);
    surface.normal = rendered::normal_of(rendered::hand_height, x, y);
    return surface;
  };
  const double side = std::min(settings.width, settings.height);
  return rendered::render(scene, settings, 0.5 * settings.width, 0.5 * settings.height + 0.1 * side, 0.33 * side);
}

/// A flat disc of skin that faces the camera in even neutral light: each of its pixels is the albedo, but for texture
/// and noise.
[[nodiscard]] inline RenderedSkin render_disc(RenderedSkinSettings settings) {
  settings.light = {"even", {0.0, 0.0, 1.0}, {1.0, 1.0, 1.0}, 1.0, 0.0};
  settings.gloss = 0.0;
  const auto scene = [&](double x, double y) {
    if (std::hypot(x, y) < 1.0) {
      return rendered::skin_surface(settings, SkinPart::face);
    }
    rendered::Surface surface;
    surface.albedo = settings.background;
    return surface;
  };
  return rendered::render(scene, settings, 0.5 * settings.width, 0.5 * settings.height,
                          0.4 * std::min(settings.width, settings.height));
}

}  // namespace fairground
