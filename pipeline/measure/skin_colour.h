// Colours of skin by their logarithms, in which light and tone are shifts that leave distances as they are.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "pipeline/measure/skin_shapes.h"
#include "pipeline/media/blur.h"
#include "pipeline/media/image.h"

namespace fairground {

/// The natural logarithm of the luminance, and those of red over green and of blue over green.
using LogColour = std::array<float, 3>;

/// A part of a picture, made coarser.
struct ColourField {
  double left = 0.0;  ///< in the picture's pixels
  double top = 0.0;
  double scale = 1.0;  ///< how many of the picture's pixels one of these is wide; at least 1
  int width = 0;
  int height = 0;
  std::vector<LogColour> colours;  ///< row after row
  /// Fourth roots of linear light: near enough to logarithms to serve any tone, and cheap at any size.
  std::array<Plane, 3> roots;

  [[nodiscard]] PixelPoint from_picture(PixelPoint point) const {
    return {(point.x - left) / scale, (point.y - top) / scale};
  }
};

/// What of a picture's pixels is looked at: columns `left` to `right` and rows `top` to `bottom`, without the latter.
struct Window {
  int left = 0;
  int top = 0;
  int right = 0;
  int bottom = 0;

  [[nodiscard]] bool empty() const { return right <= left || bottom <= top; }
};

/// Of a picture in three channels, by means over squares of `scale` pixels a side; `scale` is at least 1.
[[nodiscard]] ColourField colour_field(const Image& image, const Window& window, double scale);

/// The share of each pixel of a field that lies in the marked pixels of a picture; `marks` has one for each.
[[nodiscard]] std::vector<float> coarser_marks(const ColourField& field, const std::vector<std::uint8_t>& marks,
                                               int picture_width, int picture_height);

/// A normal law of colours.
struct ColourLaw {
  std::array<double, 3> mean{};
  std::array<std::array<double, 3>, 3> covariance{};
  std::array<std::array<double, 3>, 3> inverse{};
  double log_determinant = 0.0;
  double weight = 0.0;  ///< how many colours it was fitted to

  /// Squared, in standard deviations.
  [[nodiscard]] double distance(const LogColour& colour) const;
  /// Of the two chroma alone, whatever the luminance.
  [[nodiscard]] double chroma_distance(const LogColour& colour) const;
};

/// `least_deviation` is added to each axis, so that flat colours have a law too.
[[nodiscard]] ColourLaw fit_colours(std::span<const LogColour> colours, double least_deviation);

/// The same without what lies farther than `farthest` (squared), found in a few rounds that start at the medians.
[[nodiscard]] ColourLaw fit_most_colours(std::span<const LogColour> colours, double least_deviation, double farthest);

/// Several laws, as of a background. Split one after the other along their longest axis (Orchard and Bouman, "Color
/// quantization of images", IEEE Trans. Signal Processing 39(12), 1991), then each colour counts for its nearest law,
/// as in GrabCut (Rother, Kolmogorov and Blake, SIGGRAPH 2004).
class ColourMixture {
 public:
  ColourMixture(std::span<const LogColour> colours, std::size_t laws, double least_deviation);
  /// -log of the density, of the law that explains the colour best.
  [[nodiscard]] double cost(const LogColour& colour) const;
  [[nodiscard]] double weight() const;
  /// Lets each law reach farther in luminance, by a standard deviation that is added to its own.
  void widen_light(double deviation);
  /// Adds a law, which counts as if it were fitted to `weight` colours.
  void add(const ColourLaw& law, double weight);

 private:
  void refit(std::span<const LogColour> colours);
  [[nodiscard]] std::size_t best(const LogColour& colour) const;
  void find_offsets();

  double least_deviation_ = 0.0;
  std::vector<ColourLaw> laws_;
  std::vector<double> offsets_;
};

}  // namespace fairground
