// What the steps behind the mixer work on: one signal, on its way from the microphone to whoever listens in the end.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "augmenters/step_measure.h"
#include "pipeline/media/audio.h"
#include "pipeline/media/time_map.h"

namespace fairground {

/// What a codec sends, for a network that loses some of it.
struct CodedSignal {
  double frame_s = 0.0;  ///< how long each frame is
  std::size_t frames = 0;
  /// What the receiver makes of the frames that are left: where `lost[i]`, frame i never arrived, and the decoder
  /// conceals it as its standard says. As long, and at the rate, of the signal that the codec left behind.
  std::function<Audio(const std::vector<bool>& lost)> decode;
};

struct AudioSignal {
  Audio audio;
  /// Gives the A-weighted level in the air, in dB re 20 uPa, that 0 dBov stood for at the mixer, where the source's
  /// active speech is at the `speech_dba` of its sources. Empty where no active speech is found. It is found out when
  /// the first step asks, since few do.
  std::function<std::optional<double>()> full_scale_dba = [] { return std::optional<double>(); };
  /// What this step does to times. It starts as doing nothing; the renderer applies it to all labels.
  TimeMap time_map = {};
  /// What this step found out. The renderer collects it.
  StepMeasure measure = {};
  /// What the step just before this one sent, if that was a codec that can do without some of its frames.
  std::optional<CodedSignal> coded = {};
  /// The same of this step, for the one that follows.
  std::optional<CodedSignal> sends = {};
};

}  // namespace fairground
