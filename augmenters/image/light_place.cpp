// The light of a place: how much, of what colour, from where and how soft, and what a camera in a hand makes of it.
//
// This is a profile: it stands for light.illuminance, light.illuminant, light.direction, where tubes flicker
// light.flicker, lens.motion and sensor.noise, each of which is drawn and recorded as if it stood in the config itself.
// The figures of each place and their sources are in parts/places.cpp.

#include <optional>
#include <string>
#include <vector>

#include "augmenters/augmenter.h"
#include "augmenters/image/parts/places.h"

namespace fairground {
namespace {

struct LightPlace {
  std::string place;
  double awb = 0.8;
  std::optional<double> lux;
};

std::string description() {
  std::string text = "Where: ";
  const char* separator = "";
  for (const Place& place : places()) {
    text += separator + std::string(place.name) + " (" + place.described + ")";
    separator = "; ";
  }
  return text + ".";
}

const ParameterTable<LightPlace>& table() {
  using P = LightPlace;
  static const auto instance = [] {
    std::vector<std::pair<std::string, std::string>> names;
    for (const Place& place : places()) {
      names.emplace_back(place.name, place.name);
    }
    return ParameterTable<P>()
        .required_choice("place", &P::place, names, description())
        .number("awb", &P::awb, "", {0.0, 1.0},
                "Share of the light's cast that the camera's white balance takes back, as in light.illuminant.")
        .number("lux", &P::lux, "lx", {0.01, 200000.0}, "Illuminance, if it is not that of the place.");
  }();
  return instance;
}

std::vector<ProfileStep> expand(const std::vector<Setting>& settings) {
  using Text = std::string;
  constexpr double kHandShake = 1.5;  // deg/s; empirical, see lens.motion
  const Place& place = place_of(std::get<Text>(settings[0]));
  const bool has_lux = !std::holds_alternative<std::monostate>(settings[2]);
  std::vector<ProfileStep> steps{
      {"light.illuminance", {{"lux", has_lux ? settings[2] : Setting(place.lux)}}},
      {"light.illuminant", {{"cct_kelvin", place.cct_kelvin}, {"duv", place.duv}, {"awb", settings[1]}}},
      {"light.direction",
       {{"azimuth_deg", Range{-place.azimuth_deg, place.azimuth_deg}},
        {"elevation_deg", place.elevation_deg},
        {"softness", place.softness},
        {"ambient", place.ambient}}}};
  if (place.flicker_depth > 0.0) {
    steps.push_back({"light.flicker", {{"depth", place.flicker_depth}}});
  }
  steps.push_back({"lens.motion", {{"path", Text("hand")}, {"shake_deg_s", kHandShake}}});
  steps.push_back({"sensor.noise", {{"camera", Text("any")}}});
  return steps;
}

const Registration registration(profile<LightPlace>(
    {
        .name = "light.place",
        .summary = "The light of a place, with what a camera in a hand makes of it: exposure, white balance, shake and "
                   "noise.",
        .source = "EN 12464-1:2002; EN 13201-2:2015; CIE 15:2004 (figures by place)",
        .media = Media::image,
        .stage = Stage::light,
        .version = 1,
        .identity = "none: every place has a light of its own",
        .labels = "keeps all labels",
        .claim = "Each of the nine places becomes steps in the order of their stages, with the figures of its table. "
                 "The colours of four of them are within 0.001 in u'v' of the CIE's illuminants.",
        .limits = "It has the limits of its steps: where neither depth nor normals are known, light falls on a "
                  "supposed head.",
        .example = "candle: [{light.place: {place: candle}}]\n"
                   "street_at_night: [{light.place: {place: street_at_night}}]\n"
                   "noon_sun: [{light.place: {place: noon_sun}}]\n",
    },
    table(), expand));

}  // namespace
}  // namespace fairground
