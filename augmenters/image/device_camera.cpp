// A camera as a whole: lens, sensor, processing and file of one kind of device.
//
// This is a profile: it stands for steps which are drawn and recorded as if they stood in the config themselves. Which,
// with what settings, says one table (parts/camera_profiles.cpp), which has the sources of its figures. What it gives
// as a range differs from realization to realization, as it does from unit to unit of one model.
//
// The sensor is a known camera, so that beside a declared illuminance (light.illuminance, light.place, light.dim) each
// device exposes as it would: twenty lux are noisier on a budget phone than on a flagship. A scanner has its own lamp.

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "augmenters/augmenter.h"
#include "augmenters/image/parts/camera_profiles.h"

namespace fairground {
namespace {

struct DeviceCamera {
  std::string profile;
  std::optional<double> iso;
};

std::vector<std::pair<std::string, std::string>> names() {
  std::vector<std::pair<std::string, std::string>> choices;
  for (const CameraProfile& profile : camera_profiles()) {
    choices.emplace_back(profile.name, profile.name);
  }
  return choices;
}

const ParameterTable<DeviceCamera>& table() {
  using P = DeviceCamera;
  static const auto instance =
      ParameterTable<P>()
          .required_choice("profile", &P::profile, names(), "The kind of device.")
          .number("iso", &P::iso, "ISO", {25.0, 102400.0},
                  "Speed, within what is published of the profile's sensor; by default what its exposure needs where a "
                  "step declares the illuminance, else its lowest. A scanner has none.");
  return instance;
}

std::vector<ProfileStep> expand(const std::vector<Setting>& settings) {
  std::vector<ProfileStep> steps = camera_profile(std::get<std::string>(settings[0])).steps;
  for (ProfileStep& step : steps) {
    if (step.augmenter == "sensor.noise" && !std::holds_alternative<std::monostate>(settings[1])) {
      step.settings.emplace_back("iso", settings[1]);
    }
  }
  return steps;
}

/// What the sensor itself says of an `iso` that it may not have.
std::string check(const std::vector<Setting>& settings) {
  if (std::holds_alternative<std::monostate>(settings[1])) {
    return {};
  }
  if (std::get<std::string>(settings[0]) == "scanner") {
    return "a scanner has its own lamp and no `iso`";
  }
  const std::vector<ProfileStep> steps = expand(settings);
  const ProfileStep& noise = *std::ranges::find(steps, "sensor.noise", &ProfileStep::augmenter);
  const StepSchema& schema = find_augmenter(noise.augmenter)->schema;
  std::vector<Setting> of_noise;
  for (const ParameterSpec& spec : schema.parameters) {
    of_noise.push_back(std::visit([](const auto& value) -> Setting { return value; }, spec.fallback));
  }
  for (const auto& [name, setting] : noise.settings) {
    if (const auto place = schema.find(name)) {
      of_noise[*place] = setting;
    }
  }
  return schema.check(of_noise);
}

const Registration registration(profile<DeviceCamera>(
    {
        .name = "device.camera",
        .summary = "A kind of camera as a whole: lens, sensor, processing and file; units of a kind differ.",
        .source = "darktable's noise profiles, lensfun (iPhone XS); the other figures are empirical",
        .media = Media::image,
        .stage = Stage::lens,
        .version = 1,
        .identity = "none: every camera is seen",
        .labels = "moves boxes, key points and masks where its lens distorts",
        .claim = "Every profile becomes steps in the order of their stages, each setting within its range. Units "
                 "differ from realization to realization, and in dim light the ISO is that of ISO 2720 within 1.",
        .limits = "Noise and one lens are as published; the other figures are empirical.",
        .example = "flagship: [{device.camera: {profile: flagship_phone}}]\n"
                   "webcam: [{device.camera: {profile: webcam}}]\n"
                   "cctv_at_2_lux: [{light.illuminance: {lux: 2}}, {device.camera: {profile: cctv}}]\n",
        .check = check,
    },
    table(), expand));

}  // namespace
}  // namespace fairground
