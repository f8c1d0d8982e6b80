// Where figures come from:
// - noise and exposure: the cameras of sensor.noise, whose constants are published (darktable's noise profiles). One of
//   2018 stands for flagship phones, one of 2015 for budget phones and for surveillance, which goes to high gains as
//   it does, one of 2013 for front cameras, and the sensors of web and body cameras for these.
// - vignetting of phones: lensfun's coefficients of the iPhone XS, of which the phone takes most back.
// - chromatic aberration of the flagship: lensfun's of the iPhone XS, 1.0001039 and 0.9999747.
// - everything else is empirical: what was seen of files of such devices, and fields of view from their data sheets.
//
// A range is how units of a model, and shots of a unit, differ: each is drawn once per realization. White balance,
// saturation, sharpening and JPEG come on top of what the source's own camera did.
//
// Front cameras have no distortion here, as phones correct it.
//
// Resolution stands before noise: the noise is that of the pixels which the picture has.

#include "augmenters/image/parts/camera_profiles.h"

#include <algorithm>

namespace fairground {
namespace {

using Text = std::string;

std::vector<CameraProfile> make_profiles() {
  return {
      {"flagship_phone",
       {{"lens.defocus", {{"radius_fraction", Range{0.0, 0.0004}}}},
        {"lens.chromatic_aberration", {{"red_scale", Range{1.0, 1.0002}}, {"blue_scale", Range{0.9999, 1.0}}}},
        {"lens.vignetting", {{"model", Text("measured")}, {"strength", Range{0.1, 0.2}}}},
        {"sensor.noise", {{"camera", Text("oneplus_6")}, {"hot_pixels", 2.0}}},
        {"sensor.mosaic", {{"method", Text("malvar")}}},
        {"processing.white_balance_error", {{"shift_mired", Range{-8.0, 12.0}}, {"tint_duv", Range{-0.002, 0.002}}}},
        {"processing.denoise", {{"luma_strength", 0.015}, {"chroma_strength", 0.05}, {"radius_px", std::int64_t{2}}}},
        {"processing.local_tone", {{"shadows", 0.3}, {"highlights", 0.2}, {"detail", 0.1}}},
        {"processing.tone_curve",
         {{"curve", Text("s_curve")}, {"contrast", 1.25}, {"channel_spread", 0.01}, {"strength", 0.5}}},
        {"processing.saturation", {{"saturation", Range{1.06, 1.14}}}},
        {"processing.sharpen", {{"amount", Range{0.5, 0.8}}, {"radius_px", 1.0}}},
        {"file.jpeg", {{"quality", Range{91.0, 95.0}}}}}},
      {"budget_phone",
       {{"lens.defocus", {{"radius_fraction", Range{0.0006, 0.0014}}}},
        {"lens.chromatic_aberration", {{"red_scale", Range{1.0004, 1.001}}, {"blue_scale", Range{0.9992, 0.9997}}}},
        {"lens.vignetting", {{"model", Text("measured")}, {"strength", Range{0.3, 0.5}}}},
        {"sensor.resolution", {{"scale", 0.8}}},
        {"sensor.noise", {{"camera", Text("nexus_5x")}, {"hot_pixels", 15.0}}},
        {"sensor.mosaic", {{"method", Text("bilinear")}}},
        {"processing.white_balance_error", {{"shift_mired", Range{-22.0, 25.0}}, {"tint_duv", Range{-0.004, 0.005}}}},
        {"processing.denoise", {{"luma_strength", 0.035}, {"chroma_strength", 0.1}, {"radius_px", std::int64_t{3}}}},
        {"processing.tone_curve", {{"curve", Text("s_curve")}, {"contrast", 1.3}, {"channel_spread", 0.03}}},
        {"processing.saturation", {{"saturation", Range{1.15, 1.28}}}},
        {"processing.sharpen", {{"amount", Range{1.0, 1.5}}, {"radius_px", 1.5}}},
        {"file.jpeg", {{"quality", Range{80.0, 88.0}}}}}},
      {"front_camera",
       {{"lens.defocus", {{"radius_fraction", Range{0.0006, 0.0014}}}},
        {"lens.vignetting", {{"field_of_view_deg", 80.0}, {"strength", Range{0.3, 0.5}}}},
        {"sensor.resolution", {{"scale", Range{0.55, 0.7}}}},
        {"sensor.noise", {{"camera", Text("nexus_5")}, {"hot_pixels", 5.0}}},
        {"sensor.mosaic", {{"method", Text("malvar")}}},
        {"processing.white_balance_error", {{"shift_mired", Range{-12.0, 18.0}}, {"tint_duv", Range{-0.003, 0.003}}}},
        {"processing.denoise", {{"luma_strength", 0.03}, {"chroma_strength", 0.1}, {"radius_px", std::int64_t{3}}}},
        {"processing.local_tone", {{"shadows", 0.35}, {"highlights", 0.2}}},
        {"processing.tone_curve",
         {{"curve", Text("s_curve")}, {"contrast", 1.25}, {"channel_spread", 0.02}, {"strength", 0.5}}},
        {"processing.saturation", {{"saturation", Range{1.03, 1.12}}}},
        {"processing.beautify", {{"smoothing", 0.5}, {"brighten", Range{0.04, 0.1}}}},
        {"processing.sharpen", {{"amount", Range{0.5, 0.9}}, {"radius_px", 1.2}}},
        {"file.jpeg", {{"quality", Range{85.0, 91.0}}}}}},
      {"webcam",
       {{"lens.defocus", {{"radius_fraction", Range{0.0008, 0.0016}}}},
        {"lens.distortion", {{"k1", Range{-0.05, -0.01}}}},
        {"lens.chromatic_aberration", {{"red_scale", Range{1.0005, 1.0012}}, {"blue_scale", Range{0.999, 0.9996}}}},
        {"lens.vignetting", {{"field_of_view_deg", 78.0}, {"strength", Range{0.5, 0.8}}}},
        {"sensor.resolution", {{"scale", Range{0.5, 0.6}}}},
        {"sensor.noise", {{"camera", Text("raspberry_pi_hq")}, {"row_noise", 0.2}, {"hot_pixels", 20.0}}},
        {"sensor.mosaic", {{"method", Text("bilinear")}}},
        {"processing.white_balance_error", {{"shift_mired", Range{-30.0, 30.0}}, {"tint_duv", Range{-0.005, 0.006}}}},
        {"processing.denoise", {{"luma_strength", 0.03}, {"chroma_strength", 0.12}, {"radius_px", std::int64_t{3}}}},
        {"processing.tone_curve", {{"curve", Text("s_curve")}, {"contrast", 1.35}, {"channel_spread", 0.03}}},
        {"processing.saturation", {{"saturation", Range{0.82, 1.0}}}},
        {"processing.sharpen", {{"amount", Range{1.0, 1.6}}, {"radius_px", 1.6}}},
        {"file.jpeg", {{"quality", Range{58.0, 72.0}}, {"subsampling", Text("4:2:2")}}}}},
      {"cctv",
       {{"lens.defocus", {{"radius_fraction", Range{0.001, 0.002}}}},
        {"lens.distortion", {{"k1", Range{-0.16, -0.1}}}},
        {"lens.chromatic_aberration", {{"red_scale", Range{1.001, 1.002}}, {"blue_scale", Range{0.998, 0.9992}}}},
        {"lens.vignetting", {{"field_of_view_deg", 95.0}, {"strength", Range{0.5, 0.7}}}},
        {"lens.smudge", {{"strength", Range{0.05, 0.25}}, {"size", 0.5}}},
        {"sensor.resolution", {{"scale", Range{0.36, 0.46}}}},
        {"sensor.noise", {{"camera", Text("nexus_5x")}, {"row_noise", 0.4}, {"hot_pixels", 60.0}}},
        {"sensor.mosaic", {{"method", Text("bilinear")}}},
        {"processing.white_balance_error", {{"shift_mired", Range{-32.0, 32.0}}, {"tint_duv", Range{-0.005, 0.008}}}},
        {"processing.denoise", {{"luma_strength", 0.04}, {"chroma_strength", 0.18}, {"radius_px", std::int64_t{4}}}},
        {"processing.tone_curve", {{"curve", Text("s_curve")}, {"contrast", 1.25}, {"channel_spread", 0.03}}},
        {"processing.saturation", {{"saturation", Range{0.6, 0.8}}}},
        {"processing.sharpen", {{"amount", Range{1.2, 2.0}}, {"radius_px", 2.0}}},
        {"file.jpeg", {{"quality", Range{32.0, 48.0}}}}}},
      {"body_camera",
       {{"lens.defocus", {{"radius_fraction", Range{0.0008, 0.0016}}}},
        {"lens.motion", {{"path", Text("hand")}, {"shake_deg_s", Range{3.0, 8.0}}, {"field_of_view_deg", 120.0}}},
        {"lens.distortion", {{"k1", Range{-0.26, -0.18}}}},
        {"lens.chromatic_aberration", {{"red_scale", Range{1.0008, 1.0016}}, {"blue_scale", Range{0.9984, 0.9994}}}},
        {"lens.vignetting", {{"field_of_view_deg", 110.0}, {"strength", Range{0.4, 0.6}}}},
        {"lens.smudge", {{"strength", Range{0.05, 0.25}}, {"size", 0.4}}},
        {"sensor.resolution", {{"scale", Range{0.5, 0.6}}}},
        {"sensor.noise", {{"camera", Text("dji_fc220")}, {"row_noise", 0.2}, {"hot_pixels", 20.0}}},
        {"sensor.mosaic", {{"method", Text("bilinear")}}},
        {"processing.white_balance_error", {{"shift_mired", Range{-25.0, 25.0}}, {"tint_duv", Range{-0.004, 0.005}}}},
        {"processing.denoise", {{"luma_strength", 0.035}, {"chroma_strength", 0.12}, {"radius_px", std::int64_t{3}}}},
        {"processing.local_tone", {{"shadows", 0.3}, {"highlights", 0.1}}},
        {"processing.tone_curve", {{"curve", Text("s_curve")}, {"contrast", 1.4}, {"channel_spread", 0.03}}},
        {"processing.saturation", {{"saturation", Range{0.85, 1.05}}}},
        {"processing.sharpen", {{"amount", Range{0.8, 1.3}}, {"radius_px", 1.6}}},
        {"file.jpeg", {{"quality", Range{50.0, 66.0}}}}}},
      // A print under the scanner's own lamp: no exposure hangs on the scene's light, and a line of sensors sees each
      // colour everywhere.
      {"scanner",
       {{"lens.defocus", {{"radius_fraction", Range{0.0003, 0.0007}}}},
        {"lens.chromatic_aberration", {{"red_scale", Range{1.0, 1.0004}}, {"blue_scale", Range{0.9996, 1.0}}}},
        {"sensor.noise", {{"a", 1e-5}, {"b", Range{1e-7, 1e-6}}}},
        {"processing.white_balance_error", {{"shift_mired", Range{-8.0, 8.0}}, {"tint_duv", Range{-0.002, 0.003}}}},
        {"processing.tone_curve", {{"curve", Text("gamma")}, {"gamma", Range{0.9, 1.0}}, {"channel_spread", 0.01}}},
        {"processing.saturation", {{"saturation", Range{0.85, 0.95}}}},
        {"processing.sharpen", {{"amount", Range{0.4, 0.8}}, {"radius_px", 1.0}}},
        {"file.jpeg", {{"quality", Range{86.0, 92.0}}, {"subsampling", Text("4:4:4")}}}}},
  };
}

}  // namespace

const std::vector<CameraProfile>& camera_profiles() {
  static const std::vector<CameraProfile> profiles = make_profiles();
  return profiles;
}

const CameraProfile& camera_profile(const std::string& name) {
  return *std::ranges::find(camera_profiles(), name, &CameraProfile::name);
}

}  // namespace fairground
