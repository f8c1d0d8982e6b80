// What is wrong with single rows and pixels of an image sensor.
#pragma once

#include <array>

#include "pipeline/core/random.h"
#include "pipeline/media/image.h"

namespace fairground {

/// Where light is scarce, each row has an offset of its own, which is normal (Wei, Fu, Yang and Huang, "A physics-based
/// noise formation model for extreme low-light raw denoising", CVPR 2020, arXiv 2003.12751). `sigmas` are its standard
/// deviations by channel; white balance multiplies the same offset by other gains.
void add_row_noise(const ImageRow& row, const std::array<double, 3>& sigmas, const RandomStream& stream);

/// Hot pixels leak charge while they are exposed. Each pixel is one with that probability, and its charge is spread
/// exponentially, which is empirical; `means` are its means in linear light by channel. It has the colour that a sensor
/// with red in its upper left corner has there. Where they are hangs on the place alone, so that a wider picture begins
/// with those of a narrower one.
void add_hot_pixels(const ImageRow& row, double probability, const std::array<double, 3>& means,
                    const RandomStream& stream);

}  // namespace fairground
