#include "pipeline/media/resample.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/core/bounded_cache.h"
#include "pipeline/core/error.h"
#include "pipeline/media/handles.h"
#include "pipeline/media/polyphase.h"

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

/// The taps of a ratio take longer to find than a short recording to convert, and all recordings share a few ratios.
std::shared_ptr<const RateConverter> converter_between(int from, int to) {
  constexpr std::size_t kBytes = std::size_t{32} << 20U;  // that of any ratio takes less than 2 MB
  static BoundedCache<RateConverter> kept(kBytes);
  const std::string key = std::to_string(from) + " " + std::to_string(to);
  std::shared_ptr<const RateConverter> converter = kept.find(key);
  if (!converter) {
    converter = std::make_shared<const RateConverter>(from, to);
    kept.keep(key, converter, converter->bytes());
  }
  return converter;
}

}  // namespace

bool can_resample(int from, int to, Resampler resampler) {
  if (from <= 0 || to <= 0) return false;
  if (from == to) return true;
  return resampler == Resampler::polyphase ? RateConverter::serves(from, to)
                                           : src_is_valid_ratio(static_cast<double>(to) / from) != 0;
}

Audio resample(Audio audio, int sample_rate, Resampler resampler) {
  if (sample_rate == audio.sample_rate) return audio;
  if (!can_resample(audio.sample_rate, sample_rate, resampler)) {
    throw ItemError(
        "audio at " + std::to_string(audio.sample_rate) + " Hz cannot be converted to " + std::to_string(sample_rate) +
        " Hz; " +
        (resampler == Resampler::polyphase
             ? "`resampler: polyphase` takes ratios of whole numbers up to 1000; set `resampler: libsamplerate`"
             : "the ratio may be 1/256 to 256"));
  }
  if (resampler == Resampler::polyphase) return converter_between(audio.sample_rate, sample_rate)->apply(audio);
  const double ratio = static_cast<double>(sample_rate) / audio.sample_rate;
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
