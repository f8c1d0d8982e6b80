#include "pipeline/media/resample.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/core/error.h"
#include "pipeline/media/handles.h"

namespace fairground {
namespace {

/// libsamplerate ends its output a fraction early, and gives nothing at all for an input shorter than its filter. It
/// takes what follows the input for silence, so silence is appended until the output is certainly long enough, and
/// what is too much is dropped. 64 frames at either rate are far more than the fraction that it may lack.
constexpr double kSpareFrames = 64.0;

void resample_channel(std::span<const float> in, std::span<float> out, double ratio) {
  int error = 0;
  const SrcState state(src_new(SRC_SINC_BEST_QUALITY, /*channels=*/1, &error));
  if (!state) throw ItemError(std::string("libsamplerate cannot start: ") + src_strerror(error));

  std::vector<float> padded(in.begin(), in.end());
  padded.resize(in.size() + static_cast<std::size_t>(std::ceil(kSpareFrames * std::max(1.0, 1.0 / ratio))), 0.0F);

  std::size_t used = 0;
  std::size_t made = 0;
  while (made < out.size()) {
    SRC_DATA data{};
    data.data_in = padded.data() + used;
    data.input_frames = static_cast<long>(padded.size() - used);
    data.data_out = out.data() + made;
    data.output_frames = static_cast<long>(out.size() - made);
    data.end_of_input = 1;
    data.src_ratio = ratio;
    error = src_process(state.get(), &data);
    if (error != 0) throw ItemError(std::string("libsamplerate failed: ") + src_strerror(error));
    if (data.output_frames_gen == 0 && data.input_frames_used == 0) break;
    used += static_cast<std::size_t>(data.input_frames_used);
    made += static_cast<std::size_t>(data.output_frames_gen);
  }
  if (made < out.size()) {
    throw ItemError("libsamplerate gave " + std::to_string(made) + " of " + std::to_string(out.size()) + " frames");
  }
}

}  // namespace

Audio resample(Audio audio, int sample_rate) {
  if (sample_rate == audio.sample_rate) return audio;
  const double ratio = static_cast<double>(sample_rate) / audio.sample_rate;
  if (sample_rate <= 0 || audio.sample_rate <= 0 || src_is_valid_ratio(ratio) == 0) {
    throw ItemError("audio at " + std::to_string(audio.sample_rate) + " Hz cannot be converted to " +
                    std::to_string(sample_rate) + " Hz; the ratio may be 1/256 to 256");
  }
  const auto frames = static_cast<std::size_t>(std::llround(static_cast<double>(audio.frames()) * ratio));
  Audio out(sample_rate, audio.channels, frames);
  for (int c = 0; c < audio.channels; ++c) resample_channel(std::as_const(audio).channel(c), out.channel(c), ratio);
  return out;
}

Audio to_mono(Audio audio) {
  if (audio.channels <= 1) return audio;
  Audio mono(audio.sample_rate, 1, audio.frames());
  for (std::size_t i = 0; i < mono.samples.size(); ++i) {
    double sum = 0.0;
    for (int c = 0; c < audio.channels; ++c) sum += static_cast<double>(std::as_const(audio).channel(c)[i]);
    mono.samples[i] = static_cast<float>(sum / audio.channels);
  }
  return mono;
}

}  // namespace fairground
