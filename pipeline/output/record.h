// The labels of one variant, as one JSON line. The fields are docs/design.md, section 7.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "augmenters/augmenter.h"
#include "pipeline/catalog/words.h"
#include "pipeline/design/plan.h"
#include "pipeline/measure/audio_level.h"
#include "pipeline/measure/image_level.h"
#include "pipeline/measure/skin_region.h"
#include "pipeline/media/picture_labels.h"

namespace fairground {

/// One noise at the mixer, in dB against the active speech level. Noise that is made of events is measured while it is
/// active, other noise over the clip.
struct StemMeasure {
  std::string augmenter;
  Weighting band = Weighting::full;
  double requested_snr_db = 0.0;
  double measured_snr_db = 0.0;
  std::vector<NoiseEvent> events = {};
  std::vector<std::string> voices = {};  ///< who speaks in it
};

/// What is known of the way from the speaker to the microphone, measured on the room's impulse response.
struct RoomMeasure {
  double delay_s = 0.0;  ///< time on the way, which was taken out
  std::optional<double> distance_m = {};
  std::optional<double> t20_s =
      {};  ///< ISO 3382-2, mean of the octaves at 500 and 1000 Hz; empty where it cannot be found
  double clarity_50_db = 0.0;
  double direct_to_reverberant_db = 0.0;
};

/// What the mixer measured, on the stems.
struct MixMeasure {
  double speech_active_level_dbov = 0.0;
  std::vector<StemMeasure> stems;
  std::optional<double> total_snr_db;  ///< speech over all noise together; empty without noise
  std::optional<RoomMeasure> room = {};
};

struct AudioLabels {
  AudioMeasures file;
  MixMeasure mix;
  std::vector<StepMeasure> steps = {};  ///< what the steps behind the mixer found out, those that did
  double duration_s = 0.0;
  std::vector<SpokenWord> words = {};  ///< when they are spoken in this file
};

/// What is known of the skin of a picture's subject. Tones are empty where no skin was found.
struct ToneLabels {
  /// Before light, camera and file, but after steps that change skin: the same whatever the light.
  std::optional<ApparentTone> reference = {};
  std::optional<ApparentTone> measured = {};  ///< of the file's own pixels
  std::optional<MaskSource> mask_source = {};
  double mask_confidence = 0.0;
};

struct ImageLabels {
  ImageMeasures file;
  int width_px = 0;
  int height_px = 0;
  std::vector<StepMeasure> steps = {};  ///< what the steps found out, those that did
  std::vector<Box> boxes = {};          ///< where they are in this picture
  std::vector<KeyPoint> keypoints = {};
  std::string mask_sha256 = {};         ///< of the mask's file, where there is one
  std::optional<ToneLabels> tone = {};  ///< where the config has steps that work on skin
};

/// The measurements that every line of a medium has, by their names in the record, rounded as they stand there.
[[nodiscard]] nlohmann::ordered_json measured_columns(const AudioMeasures& file, double duration_s);
[[nodiscard]] nlohmann::ordered_json measured_columns(const ImageLabels& labels);

/// The drawn values of each step of a variant's chain.
using DrawnChain = std::vector<std::vector<Value>>;

[[nodiscard]] std::string record_line(const Plan& plan, const Variant& variant, const DrawnChain& drawn,
                                      const AudioLabels& labels, const std::string& sha256);
[[nodiscard]] std::string record_line(const Plan& plan, const Variant& variant, const DrawnChain& drawn,
                                      const ImageLabels& labels, const std::string& sha256);

}  // namespace fairground
