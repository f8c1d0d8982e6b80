// The beauty filter of front cameras: skin is smoothed, and with many makers lightened, before anybody asked. What it
// does to faces of different tone is a question of fairness of its own, so that nothing here looks for skin or guesses
// who somebody is: it works alike on every pixel of the labelled face, or of the whole frame where no face is labelled.
// Labels may be missing for some, so that the share of the picture that took part is measured.
//
// On encoded values, luma and the colour differences R' - Y' and B' - Y' go through guided filters (He, Sun and Tang,
// "Guided image filtering", IEEE TPAMI 35(6), 2013). The edge that is kept is the same in encoded units for dark and
// light skin, so that equal texture in codes is smoothed equally. Equal texture in *reflectance* is not: at encoded 0.3
// it is 2.4 times weaker in codes than at 0.8, and so dark skin loses more. Of a texture of 10 % on four pixels, 16 %
// is left at 0.3 and 31 % at 0.8, smoothed wholly by squares of 19 pixels.
//
// Lightening is e -> e (1 + b (1 - e)) of each channel with the factor of its luma. It keeps black and white and is
// relatively stronger the darker the skin is, as a curve that lifts the middle must be. Constants are empirical.

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include "augmenters/augmenter.h"
#include "pipeline/media/blur.h"
#include "augmenters/image/parts/encoded_light.h"
#include "augmenters/image/parts/luma.h"
#include "pipeline/core/hot.h"

namespace fairground {
namespace {

enum class Region { labels, frame };

struct Beautify {
  double smoothing = 0.6;
  double brighten = 0.0;
  double radius = 0.025;
  double edge = 0.06;
  Region region = Region::labels;
};

const ParameterTable<Beautify>& table() {
  using P = Beautify;
  static const auto instance =
      ParameterTable<P>()
          .number("smoothing", &P::smoothing, "", {0.0, 1.0}, "How much of the way to the filtered skin; 0 leaves it.")
          .number("brighten", &P::brighten, "", {0.0, 1.0},
                  "How much faces are lightened, as the relative gain of the darkest encoded value; 0 leaves them.")
          .number("radius", &P::radius, "of the diagonal", {0.003, 0.1},
                  "Reach of the filter to each side, as a part of the diagonal of the face's box, or of the picture "
                  "where no face is labelled.")
          .number("edge", &P::edge, "of encoded white", {0.01, 0.3},
                  "Standard deviation of luma in the filter's window of which half is kept; less is texture.")
          .choice("region", &P::region, {{"labels", Region::labels}, {"frame", Region::frame}},
                  "Where: in the boxes labelled `face` and in the mask (its codes above 0), as far as the picture has "
                  "them, wherever they have moved to, and without either everywhere; or in all of the frame.");
  return instance;
}

/// A rectangle of pixels that is worked on.
struct Part {
  int left = 0;
  int top = 0;
  Plane weight;  ///< how much each pixel takes part
  int radius_px = 1;
  Plane share = {};  ///< of what this part makes of each pixel; empty where there is no other part
};

/// 1 from `begin` to `end`, and down to 0 within `fade` beyond.
double inside(double place, double begin, double end, double fade) {
  const double beyond = std::max({begin - place, place - end, 0.0});
  const double t = std::clamp(1.0 - beyond / fade, 0.0, 1.0);
  return t * t * (3.0 - 2.0 * t);
}

int radius_of(const Beautify& p, double width, double height) {
  return static_cast<int>(std::max(std::floor(p.radius * std::sqrt(width * width + height * height) + 0.5), 1.0));
}

/// The part around a box, with as much around it as the filter sees.
Part part_of(const Box& box, const Image& image, const Beautify& p) {
  constexpr double kFade = 0.1;  // of the box's sides
  const double fade_x = std::max(kFade * box.width, 1.0);
  const double fade_y = std::max(kFade * box.height, 1.0);
  Part part;
  part.radius_px = radius_of(p, box.width, box.height);
  const double sight = 2.0 * part.radius_px + 1.0;
  const auto within = [](double place, int size) {
    return static_cast<int>(std::floor(std::clamp(place, 0.0, static_cast<double>(size))));
  };
  part.left = within(box.x - fade_x - sight, image.width);
  part.top = within(box.y - fade_y - sight, image.height);
  const int right = within(box.x + box.width + fade_x + sight + 1.0, image.width);
  const int bottom = within(box.y + box.height + fade_y + sight + 1.0, image.height);
  part.weight = Plane(right - part.left, bottom - part.top);
  for (int y = 0; y < part.weight.height; ++y) {
    const double down = inside(part.top + y + 0.5, box.y, box.y + box.height, fade_y);
    for (int x = 0; x < part.weight.width; ++x) {
      part.weight.row(y)[static_cast<std::size_t>(x)] =
          static_cast<float>(down * inside(part.left + x + 0.5, box.x, box.x + box.width, fade_x));
    }
  }
  return part;
}

/// Soft over a few pixels, so that the filter has no seam.
void apply_mask(const Mask& mask, Part& part) {
  Plane soft(mask.width, mask.height);
  std::ranges::transform(mask.codes, soft.samples.begin(), [](std::uint8_t code) { return code > 0 ? 1.0F : 0.0F; });
  running_mean(soft, part.radius_px);
  for (int y = 0; y < part.weight.height; ++y) {
    const std::span<const float> row = soft.row(part.top + y).subspan(static_cast<std::size_t>(part.left));
    std::ranges::transform(part.weight.row(y), row, part.weight.row(y).begin(), std::multiplies<>());
  }
}

std::vector<Part> parts_of(const Picture& picture, const Beautify& p) {
  const Image& image = picture.image;
  const PictureLabels* labels = p.region == Region::labels ? picture.shot.labels : nullptr;
  std::vector<Part> parts;
  if (labels != nullptr) {
    for (const Box& box : labels->boxes) {
      if (box.label == "face") {
        parts.push_back(part_of(box, image, p));
      }
    }
  }
  if (parts.empty()) {
    parts.push_back({0, 0, Plane(image.width, image.height), radius_of(p, image.width, image.height)});
    std::ranges::fill(parts.back().weight.samples, 1.0F);
  }
  if (labels != nullptr && labels->mask) {
    for (Part& part : parts) {
      apply_mask(*labels->mask, part);
    }
  }
  return parts;
}

/// Where faces overlap, a pixel takes part as in the one where it does so most. What they make of it is mixed by their
/// weights, so that there is no seam, and no face comes first.
void share_overlaps(std::vector<Part>& parts, int width, int height) {
  if (parts.size() < 2) {
    return;
  }
  Plane most(width, height);
  Plane sum(width, height);
  const auto for_pixels = [&](auto change) {
    for (Part& part : parts) {
      for (int y = 0; y < part.weight.height; ++y) {
        const std::span<float> weight = part.weight.row(y);
        const std::span<float> share = part.share.row(y);
        const auto left = static_cast<std::size_t>(part.left);
        const std::span<float> most_row = most.row(part.top + y).subspan(left);
        const std::span<float> sum_row = sum.row(part.top + y).subspan(left);
        for (std::size_t x = 0; x < weight.size(); ++x) {
          change(weight[x], share[x], most_row[x], sum_row[x]);
        }
      }
    }
  };
  for (Part& part : parts) {
    part.share = Plane(part.weight.width, part.weight.height);
  }
  for_pixels([](float weight, float&, float& most_there, float& sum_there) {
    most_there = std::max(most_there, weight);
    sum_there += weight;
  });
  for_pixels([](float& weight, float& share, float most_there, float sum_there) {
    share = weight > 0.0F ? weight / sum_there : 0.0F;
    weight = weight > 0.0F ? most_there : 0.0F;
  });
}

/// Goes a part of the way to what is smooth.
FAIRGROUND_HOT void blend_row(const float* __restrict smooth, const float* __restrict weight, float* __restrict samples,
                              std::size_t count, float smoothing) {
  for (std::size_t i = 0; i < count; ++i) {
    samples[i] += weight[i] * smoothing * (smooth[i] - samples[i]);
  }
}

FAIRGROUND_HOT void brighten_row(const float* __restrict luma, const float* __restrict weight,
                                 float* __restrict samples, std::size_t count, float brighten) {
  for (std::size_t i = 0; i < count; ++i) {
    samples[i] *= 1.0F + weight[i] * brighten * (1.0F - std::clamp(luma[i], 0.0F, 1.0F));
  }
}

/// Where a part's rows begin in those of the picture.
std::size_t first_of(const Part& part, const Image& image, int channel) {
  return static_cast<std::size_t>(channel) * static_cast<std::size_t>(image.width) +
         static_cast<std::size_t>(part.left);
}

/// The part's pixels, encoded.
Image cut_out(const Image& image, const Part& part) {
  Image cut{part.weight.width, part.weight.height, image.channels, image.bits, {}, {}};
  cut.samples.resize(cut.row_size() * static_cast<std::size_t>(cut.height));
  for (int y = 0; y < cut.height; ++y) {
    for (int channel = 0; channel < cut.channels; ++channel) {
      std::ranges::copy(
          image.row(part.top + y).subspan(first_of(part, image, channel), static_cast<std::size_t>(cut.width)),
          cut.row(y).channel(channel).begin());
    }
  }
  encode_light(cut.samples);
  return cut;
}

/// Back to linear light where the part has any weight; other pixels keep their bits. `before` has no part put back.
void put_back(Image cut, const Part& part, const Image& before, Image& image) {
  decode_light(cut.samples);
  for (int y = 0; y < cut.height; ++y) {
    const std::span<const float> weight = part.weight.row(y);
    const std::span<const float> share = part.share.samples.empty() ? std::span<const float>() : part.share.row(y);
    for (int channel = 0; channel < cut.channels; ++channel) {
      const std::size_t begin = first_of(part, image, channel);
      const std::span<const float> from = cut.row(y).channel(channel);
      const float* old = before.row(part.top + y).data() + begin;
      float* to = image.row(part.top + y).samples.data() + begin;
      for (std::size_t x = 0; x < from.size(); ++x) {
        if (weight[x] > 0.0F) {
          const bool is_alone = share.empty() || share[x] == 1.0F;
          to[x] = is_alone ? from[x] : to[x] + share[x] * (from[x] - old[x]);
        }
      }
    }
  }
}

void beautify(const Part& part, const Beautify& p, const Image& before, Image& image) {
  if (part.weight.samples.empty()) {
    return;  // a box beside the picture
  }
  constexpr double kColourEdge = 0.5;  // of that of luma, as colour varies less
  Image cut = cut_out(before, part);
  Plane luma = luma_plane(cut);
  const auto for_rows = [&](auto change) {
    for (int y = 0; y < cut.height; ++y) {
      for (int channel = 0; channel < cut.channels; ++channel) {
        change(y, cut.row(y).channel(channel));
      }
    }
  };
  for_rows([&](int y, std::span<float> row) { subtract(luma.row(y), row); });
  Plane smooth(cut.width, cut.height);
  const auto smoothen = [&](PlaneView plane, double edge) {
    for (int y = 0; y < cut.height; ++y) {
      std::ranges::copy(plane.row(y), smooth.row(y).begin());
    }
    guided_filter(smooth, part.radius_px, edge);
    for (int y = 0; y < cut.height; ++y) {
      blend_row(smooth.row(y).data(), part.weight.row(y).data(), plane.row(y).data(), plane.row(y).size(),
                static_cast<float>(p.smoothing));
    }
  };
  if (p.smoothing > 0.0) {
    smoothen(luma, p.edge);
    if (cut.channels == 3) {
      smoothen(channel_view(cut, 0), kColourEdge * p.edge);
      smoothen(channel_view(cut, 2), kColourEdge * p.edge);
      for (int y = 0; y < cut.height; ++y) {
        green_difference(cut.row(y).channel(0), cut.row(y).channel(2), cut.row(y).channel(1));
      }
    }
  }
  for_rows([&](int y, std::span<float> row) {
    add(luma.row(y), row);
    brighten_row(luma.row(y).data(), part.weight.row(y).data(), row.data(), row.size(), static_cast<float>(p.brighten));
  });
  put_back(std::move(cut), part, before, image);
}

void apply(Picture& picture, const Beautify& p, const StepRandom&) {
  if (p.smoothing == 0.0 && p.brighten == 0.0) {
    return;
  }
  std::vector<Part> parts = parts_of(picture, p);
  share_overlaps(parts, picture.image.width, picture.image.height);
  // A face is filtered as the picture was, whichever of its neighbours is done already.
  const std::optional<Image> copy = parts.size() > 1 ? std::optional(picture.image) : std::nullopt;
  double touched = 0.0;
  for (const Part& part : parts) {
    beautify(part, p, copy ? *copy : picture.image, picture.image);
    for (std::size_t i = 0; i < part.weight.samples.size(); ++i) {
      const float share = copy ? part.share.samples[i] : 1.0F;
      touched += static_cast<double>(part.weight.samples[i]) * static_cast<double>(share);
    }
  }
  const double pixels = static_cast<double>(picture.image.width) * static_cast<double>(picture.image.height);
  picture.measure.values = {{"beautified_fraction", touched / pixels}};
}

const Registration registration(picture_augmenter<Beautify>(
    {
        .name = "processing.beautify",
        .summary = "A beauty filter: the labelled face, or all of the frame, smoothed and, if asked for, lightened.",
        .source = "He et al. 2013 (guided filter)",
        .media = Media::image,
        .stage = Stage::processing_image,
        .version = 1,
        .identity = "smoothing: 0, brighten: 0",
        .labels = "keeps all labels",
        .claim = "Equal texture in codes is smoothed alike on dark and on light skin, within 0.001. Equal texture in "
                 "reflectance is not: of 10 % on four pixels, 16 % is left at encoded 0.3 and 31 % at 0.8, each within "
                 "a point.",
        .limits = "It looks for no skin and does not guess who somebody is: where no face is labelled, it works on the "
                  "whole frame. Constants are empirical.",
        .example = "smoothed: [{processing.beautify: {smoothing: 1}}]\n"
                   "and_lightened: [{processing.beautify: {smoothing: 1, brighten: 0.6}}]\n",
    },
    table(), apply));

}  // namespace
}  // namespace fairground
