// The constants a and b are facts out of the noise profiles that darktable 4.2.1 publishes (noiseprofiles.json): those
// of the green channel, fitted to photographs of a defocused gradient. Of other cameras than these, it has no phones.
//
// How they relate to white balance: the profiles are fitted behind white balance and demosaicing, so that the published
// a of red and blue is that of green times a gain which is the same at every speed, within 5 % (OnePlus 6: 2.7 and
// 2.1). A raw sensor's a is the same in all colours, and those ratios are the gains. The table keeps green, and the
// median ratio of red and blue. Their read noise must then be b times the gain squared; the published b of red and blue
// is less than that, 0.5 to 2 times that of green, as the fit sees a picture whose values below black were cut off.
// (darktable itself takes green's constants and the gains of white balance as well.) The colour matrix of a camera,
// which mixes channels, is left out.
//
// The f-numbers are those of the makers' data sheets; of cameras with changeable lenses, that of a usual one. Longest
// times are empirical: what automatic exposure allows itself by hand, or at the frame rate of a video.
#include "augmenters/image/parts/cameras.h"

#include <algorithm>
#include <cstddef>

#include "pipeline/core/plain.h"

namespace fairground {
namespace {

std::vector<CameraModel> make_models() {
  // One exposes by hand up to 1/15 s with a phone that steadies its lens.
  const std::vector<SpeedNoise> oneplus_6{{100, 6.39e-6, 1.76e-8}, {200, 1.12e-5, 3.77e-8},  {400, 2.10e-5, 8.19e-8},
                                          {800, 4.22e-5, 2.18e-7}, {1600, 8.80e-5, 5.44e-7}, {3200, 1.79e-4, 1.69e-6},
                                          {6400, 3.13e-4, 2.85e-6}};
  return {
      {"oneplus_6", "phone of 2018", 2.705, 2.126, {1.7, 100, 3200, 1.0 / 15}, oneplus_6},
      {"nexus_5",
       "phone of 2013",
       1.776,
       2.143,
       {2.4, 100, 3200, 1.0 / 15},
       {{100, 1.34e-5, 5.90e-8},
        {200, 2.69e-5, 1.25e-7},
        {400, 5.39e-5, 2.93e-7},
        {800, 1.07e-4, 8.89e-7},
        {1600, 2.11e-4, 3.38e-6},
        {3200, 4.24e-4, 1.27e-5}}},
      {"nexus_5x",
       "budget phone of 2015",
       2.027,
       2.015,
       {2.0, 60, 3200, 1.0 / 15},
       {{60, 1.06e-5, 9.56e-8},
        {100, 1.64e-5, 1.95e-7},
        {200, 3.03e-5, 2.83e-7},
        {400, 5.98e-5, 5.85e-7},
        {800, 1.17e-4, 1.53e-6},
        {1600, 2.44e-4, 5.07e-6},
        {3200, 6.34e-4, 1.32e-5},
        {6400, 1.45e-3, 4.47e-5}}},
      // The published speed of 800 has nearly the noise of 400, so that it is no gain of the sensor, and is left out.
      {"raspberry_pi_hq",
       "IMX477, as in surveillance and web cameras",
       3.938,
       1.677,
       {2.0, 100, 400, 1.0 / 25},
       {{100, 2.06e-5, 3.85e-8}, {200, 4.00e-5, 8.80e-8}, {400, 7.87e-5, 2.08e-7}}},
      {"dji_fc220",
       "1/2.3 inch, as in action and body cameras",
       2.592,
       2.174,
       {2.2, 100, 1600, 1.0 / 30},
       {{100, 3.88e-6, 1.06e-8},
        {200, 7.54e-6, 2.46e-8},
        {400, 1.51e-5, 6.11e-8},
        {800, 3.09e-5, 1.47e-7},
        {1600, 6.43e-5, 3.63e-7}}},
      {"sony_rx100_vii",
       "compact camera, 1 inch",
       2.712,
       1.812,
       {2.8, 100, 6400, 1.0 / 30},
       {{100, 6.11e-6, 5.23e-9},
        {200, 1.21e-5, 8.42e-9},
        {400, 2.39e-5, 1.79e-8},
        {800, 4.95e-5, 3.21e-8},
        {1600, 9.91e-5, 8.58e-8},
        {3200, 1.95e-4, 3.19e-7},
        {6400, 2.48e-4, 7.86e-7}}},
      {"sony_a7iii",
       "full frame",
       2.651,
       1.533,
       {2.8, 100, 12800, 1.0 / 60},
       {{100, 1.39e-6, 7.02e-11},
        {200, 2.32e-6, 3.49e-9},
        {400, 4.09e-6, 1.06e-8},
        {800, 7.81e-6, 1.36e-8},
        {1600, 1.48e-5, 3.51e-8},
        {3200, 2.90e-5, 7.95e-8},
        {6400, 5.75e-5, 1.73e-7},
        {12800, 1.13e-4, 3.34e-7},
        {25600, 2.16e-4, 5.07e-7}}},
      {"any", "a phone like oneplus_6, unless the chain has another camera", 2.705, 2.126, {}, oneplus_6, true},
  };
}

/// The value at `iso` of the power law through two points.
double between(double iso, double low_iso, double low, double high_iso, double high) {
  const double place = plain::log(iso / low_iso) / plain::log(high_iso / low_iso);
  return low * plain::exp(place * plain::log(high / low));
}

}  // namespace

double CameraModel::slowest() const { return std::min(programme.lowest_iso, speeds.front().iso); }
double CameraModel::fastest() const { return std::max(programme.highest_iso, speeds.back().iso); }

const std::vector<CameraModel>& camera_models() {
  static const std::vector<CameraModel> models = make_models();
  return models;
}

std::vector<std::pair<std::string, std::string>> camera_choices() {
  std::vector<std::pair<std::string, std::string>> choices{{"none", "none"}};
  for (const CameraModel& model : camera_models()) {
    choices.emplace_back(model.name, model.name);
  }
  return choices;
}

std::string camera_list() {
  std::string text;
  for (const CameraModel& model : camera_models()) {
    text.append(text.empty() ? "" : ", ").append(model.name).append(" (").append(model.what).append(")");
  }
  return text;
}

const CameraModel& camera_model(const std::string& name) {
  return *std::ranges::find(camera_models(), name, &CameraModel::name);
}

SpeedNoise noise_at(const CameraModel& camera, double iso) {
  const std::vector<SpeedNoise>& speeds = camera.speeds;
  std::size_t i = 1;
  while (i + 1 < speeds.size() && iso > speeds[i].iso) {
    ++i;
  }
  const SpeedNoise& low = speeds[i - 1];
  const SpeedNoise& high = speeds[i];
  return {iso, between(iso, low.iso, low.a, high.iso, high.a), between(iso, low.iso, low.b, high.iso, high.b)};
}

}  // namespace fairground
