// What is published of the noise of some cameras' sensors, and how these cameras expose.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "augmenters/picture.h"

namespace fairground {

/// Noise of green at one speed: variance = a x + b, where x is linear light and 1 is the sensor's white.
struct SpeedNoise {
  double iso = 0.0;
  double a = 0.0;
  double b = 0.0;
};

struct CameraModel {
  std::string name;  ///< as in the config
  std::string what;  ///< a few words for the reference page
  double red_gain = 1.0;
  double blue_gain = 1.0;  ///< by which white balance multiplies, next to green
  ExposureProgramme programme = {};
  std::vector<SpeedNoise> speeds = {};  ///< from slow to fast
  /// It stands for any camera: where another one is known, that one counts.
  bool yields = false;

  [[nodiscard]] double slowest() const;  ///< the ISO range that may be asked for
  [[nodiscard]] double fastest() const;
};

/// All of them.
[[nodiscard]] const std::vector<CameraModel>& camera_models();

/// Their names as the words of a choice, after "none".
[[nodiscard]] std::vector<std::pair<std::string, std::string>> camera_choices();
/// "oneplus_6 (phone of 2018), nexus_5 (phone of 2013), …"
[[nodiscard]] std::string camera_list();

/// The one of that name, which there must be.
[[nodiscard]] const CameraModel& camera_model(const std::string& name);

/// Between the published speeds, a and b are powers of the ISO; beyond them the last power goes on.
[[nodiscard]] SpeedNoise noise_at(const CameraModel& camera, double iso);

}  // namespace fairground
