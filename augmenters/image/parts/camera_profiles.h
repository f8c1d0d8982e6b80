// What cameras of a kind do to a picture, as one table.
#pragma once

#include <string>
#include <vector>

#include "pipeline/config/schema.h"

namespace fairground {

struct CameraProfile {
  std::string name;                ///< as in the config
  std::vector<ProfileStep> steps;  ///< in the order of their stages
};

/// All of them.
[[nodiscard]] const std::vector<CameraProfile>& camera_profiles();

/// The one of that name, which there must be.
[[nodiscard]] const CameraProfile& camera_profile(const std::string& name);

}  // namespace fairground
