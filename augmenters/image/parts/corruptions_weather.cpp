// Snow, fog and frost.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "augmenters/image/parts/corruptions.h"
#include "augmenters/image/parts/directed_blur.h"
#include "augmenters/image/parts/frost_pane.h"

namespace fairground {
namespace {

/// The luma that OpenCV and Rec. 601 have; a grey picture's own values.
float luma(const CodePlanes& picture, std::size_t i) {
  if (picture.colour.size() == 1) {
    return picture.colour[0][i];
  }
  return 0.299F * picture.colour[0][i] + 0.587F * picture.colour[1][i] + 0.114F * picture.colour[2][i];
}

/// Fournier, Fussell and Carpenter's midpoint displacement by squares and diamonds ("Computer rendering of stochastic
/// models", CACM 25(6), 1982), on a torus whose side is a power of two. Each halving displaces by up to the square of a
/// wibble that starts at 100 and is then divided by `decay`, which is what the published code does. From 0 to 1.
class Plasma {
 public:
  Plasma(std::size_t side, double decay, const RandomStream& stream)
      : side_(side), heights_(side * side), stream_(stream) {
    double wibble = 100.0;
    for (std::size_t step = side; step >= 2; step /= 2) {
      displace(step, static_cast<float>(wibble * wibble));
      wibble /= decay;
    }
    const auto [least, most] = std::ranges::minmax(heights_);
    const float scale = most > least ? 1.0F / (most - least) : 0.0F;
    for (float& height : heights_) {
      height = (height - least) * scale;
    }
  }

  /// Again and again beyond its side, without a seam.
  [[nodiscard]] float at(std::size_t x, std::size_t y) const {
    return heights_[(y & (side_ - 1)) * side_ + (x & (side_ - 1))];
  }

 private:
  [[nodiscard]] float& wrapped(std::size_t x, std::size_t y) {
    return heights_[(y & (side_ - 1)) * side_ + (x & (side_ - 1))];
  }
  void displace_one(std::size_t x, std::size_t y, float sum, float reach) {
    const std::uint32_t word = stream_.word_at((static_cast<std::uint64_t>(y) << 20U) + x);
    wrapped(x, y) = 0.25F * sum + reach * (static_cast<float>(word >> 8U) * 0x1p-23F - 1.0F);
  }
  /// The middles of squares of `step`, then those of their sides.
  void displace(std::size_t step, float reach) {
    const std::size_t half = step / 2;
    for (std::size_t y = 0; y < side_; y += step) {
      for (std::size_t x = 0; x < side_; x += step) {
        displace_one(x + half, y + half,
                     wrapped(x, y) + wrapped(x + step, y) + wrapped(x, y + step) + wrapped(x + step, y + step), reach);
      }
    }
    for (std::size_t y = 0; y < side_; y += step) {
      for (std::size_t x = 0; x < side_; x += step) {
        const float corner = wrapped(x, y);
        const float middle = wrapped(x + half, y + half);
        displace_one(x + half, y, corner + wrapped(x + step, y) + middle + wrapped(x + half, y + side_ - half), reach);
        displace_one(x, y + half, corner + wrapped(x, y + step) + middle + wrapped(x + side_ - half, y + half), reach);
      }
    }
  }

  std::size_t side_;
  std::vector<float> heights_;
  const RandomStream& stream_;
};

/// 256, as published, or the next power of two that holds the picture. But no plasma above 4096 has more than eight
/// times the picture's pixels, so that a strip does not take gigabytes. Only pictures that are more than twice as long
/// as wide are so limited; along their length the cloud then repeats.
std::size_t plasma_side(const CodePlanes& picture) {
  constexpr std::size_t kLeast = 256;
  constexpr std::size_t kAlwaysAllowed = 4096;
  constexpr std::size_t kMostPerPixel = 8;
  std::size_t side = kLeast;
  while (side < static_cast<std::size_t>(std::max(picture.width, picture.height)) &&
         (2 * side <= kAlwaysAllowed || 4 * side * side <= kMostPerPixel * picture.area())) {
    side *= 2;
  }
  return side;
}

/// 255ths, cut.
float cut_to_code(float value) { return std::floor(std::clamp(value, 0.0F, 1.0F) * 255.0F) / 255.0F; }

}  // namespace

/// Flakes are enlarged noise above a threshold that falls at an angle, laid on twice, once turned by half a turn; under
/// them the picture is whitened.
void snow(CodePlanes& picture, const CorruptionSetting& setting) {
  struct Fall {
    float mean;
    float sigma;
    double zoom;
    float threshold;
    double radius;
    double blur;
    float kept;
  };
  constexpr std::array kFalls{Fall{0.1F, 0.3F, 3, 0.5F, 10, 4, 0.8F}, Fall{0.2F, 0.3F, 2, 0.5F, 12, 4, 0.7F},
                              Fall{0.55F, 0.3F, 4, 0.9F, 12, 8, 0.7F}, Fall{0.55F, 0.3F, 4.5, 0.85F, 12, 8, 0.65F},
                              Fall{0.55F, 0.3F, 2.5, 0.85F, 12, 12, 0.55F}};
  const Fall& fall = kFalls[setting.severity];
  std::vector<float> layer(picture.area());
  const auto width = static_cast<std::size_t>(picture.width);
  const RandomStream flakes = setting.random.stream("flakes");
  for (std::size_t y = 0; y < static_cast<std::size_t>(picture.height); ++y) {
    flakes.normals(y << 20U, {layer.data() + y * width, width});
  }
  std::ranges::transform(layer, layer.begin(), [&fall](float normal) { return fall.mean + fall.sigma * normal; });
  layer = zoomed_middle(layer, picture.width, picture.height, std::max(fall.zoom * setting.scale, 1.0));
  std::ranges::transform(layer, layer.begin(),
                         [&fall](float value) { return value < fall.threshold ? 0.0F : cut_to_code(value); });
  directed_blur(layer, picture.width, picture.height, fall.radius * setting.scale, fall.blur * setting.scale,
                setting.random.stream("angle").uniform(-135.0, -45.0));
  for (std::size_t i = 0; i < layer.size(); ++i) {
    const float white = 1.5F * luma(picture, i) + 0.5F;
    const float fallen = layer[i] + layer[layer.size() - 1 - i];
    for (std::vector<float>& plane : picture.colour) {
      plane[i] = fall.kept * plane[i] + (1.0F - fall.kept) * std::max(plane[i], white) + fallen;
    }
  }
}

/// The picture under a pane of frost. The published code has six photographs of frost; this pane is made.
void frost(CodePlanes& picture, const CorruptionSetting& setting) {
  struct Pane {
    float picture;
    float frost;
  };
  constexpr std::array kPanes{Pane{1.0F, 0.4F}, Pane{0.8F, 0.6F}, Pane{0.7F, 0.7F}, Pane{0.65F, 0.7F},
                              Pane{0.6F, 0.75F}};
  const Pane& pane = kPanes[setting.severity];
  const std::vector<float> ice = frost_pane(picture.width, picture.height, setting.scale, setting.random);
  for (std::size_t c = 0; c < picture.colour.size(); ++c) {
    const float tint = picture.colour.size() == 1 ? kFrostGrey : kFrostTint[c];
    for (std::size_t i = 0; i < ice.size(); ++i) {
      picture.colour[c][i] = pane.picture * picture.colour[c][i] + pane.frost * frost_colour(ice[i], tint);
    }
  }
}

/// A cloud of plasma that is added, and the whole darkened by what it may add at most.
void fog(CodePlanes& picture, const CorruptionSetting& setting) {
  struct Cloud {
    float density;
    double decay;
  };
  constexpr std::array kClouds{Cloud{1.5F, 2.0}, Cloud{2.0F, 2.0}, Cloud{2.5F, 1.7}, Cloud{2.5F, 1.5},
                               Cloud{3.0F, 1.4}};
  const Cloud& cloud = kClouds[setting.severity];
  const RandomStream stream = setting.random.stream("plasma");
  const Plasma plasma(plasma_side(picture), cloud.decay, stream);
  float highest = 0.0F;
  for (const std::vector<float>& plane : picture.colour) {
    highest = std::max(highest, *std::ranges::max_element(plane));
  }
  const float kept = highest / (highest + cloud.density);
  for (std::vector<float>& plane : picture.colour) {
    std::size_t i = 0;
    for (std::size_t y = 0; y < static_cast<std::size_t>(picture.height); ++y) {
      for (std::size_t x = 0; x < static_cast<std::size_t>(picture.width); ++x, ++i) {
        plane[i] = (plane[i] + cloud.density * plasma.at(x, y)) * kept;
      }
    }
  }
}

}  // namespace fairground
