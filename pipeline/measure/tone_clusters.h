// Of the colours of skin, the clusters that its tone is taken from.
#pragma once

#include "pipeline/measure/tone_pixels.h"

namespace fairground {

/// Pixels that belong to a cluster, in parts of them too, and the tone that it stands for.
struct ToneCluster {
  double pixels = 0.0;
  double lightness = 0.0;  ///< L*
  double hue_deg = 0.0;
  double chroma = 0.0;  ///< C*ab
};

/// The mean of the lightest three of five clusters of lightness and hue. There is a pixel.
[[nodiscard]] ToneCluster lightest_clusters(const TonePixels& pixels);

}  // namespace fairground
