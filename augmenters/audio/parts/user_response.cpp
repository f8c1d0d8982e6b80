#include "augmenters/audio/parts/user_response.h"

#include <algorithm>
#include <cmath>

#include "pipeline/core/error.h"
#include "pipeline/core/plain.h"
#include "pipeline/core/short_filter.h"

namespace fairground {
namespace {

// What is kept before and behind the largest sample, by time and by what a filter can hold.
constexpr double kReachS = 0.1;
constexpr std::size_t kMostReach = 3072;
constexpr double kRest = 1e-6;        // of the energy that may lie beyond: -60 dB
constexpr double kLeastGain = 0.001;  // at 1 kHz, against the largest sample: -60 dB, as of a curve

double gain_at(const std::vector<float>& taps, double hz, int sample_rate) {
  double real = 0.0;
  double imaginary = 0.0;
  for (std::size_t n = 0; n < taps.size(); ++n) {
    const double turns = hz * static_cast<double>(n) / sample_rate;
    real += static_cast<double>(taps[n]) * plain::cosine_of_turns(turns);
    imaginary += static_cast<double>(taps[n]) * plain::sine_of_turns(turns);
  }
  return std::sqrt(real * real + imaginary * imaginary);
}

double energy(std::span<const float> samples) {
  double sum = 0.0;
  for (const float sample : samples) {
    sum += static_cast<double>(sample) * static_cast<double>(sample);
  }
  return sum;
}

UserResponse impulse_response(const AssetRecording& recording) {
  const Audio& audio = recording.audio;
  if (audio.channels != 1) {
    throw ItemError("has " + std::to_string(audio.channels) +
                    " channels; impulse responses must have one, so split it into files");
  }
  const std::span<const float> samples = audio.samples;
  const auto louder = [](float a, float b) { return std::abs(a) < std::abs(b); };
  const auto peak = static_cast<std::size_t>(std::ranges::max_element(samples, louder) - samples.begin());
  const std::size_t reach = std::min(kMostReach, static_cast<std::size_t>(kReachS * audio.sample_rate));
  const std::size_t begin = peak - std::min(peak, reach);
  const std::size_t end = std::min(samples.size(), peak + reach);
  if (energy(samples.first(begin)) + energy(samples.subspan(end)) > kRest * energy(samples)) {
    throw ItemError(
        "goes on for longer than a device's response does; if it is that of a room, use it in "
        "room.impulse_response");
  }
  UserResponse response;
  response.delay = peak - begin;
  const std::span<const float> kept = samples.subspan(begin, end - begin);
  response.impulse.assign(kept.begin(), kept.end());
  const double gain = gain_at(response.impulse, 1000.0, audio.sample_rate);
  if (gain < kLeastGain * static_cast<double>(std::abs(samples[peak]))) {
    throw ItemError("has hardly any gain at 1 kHz, by which it would be levelled");
  }
  for (float& tap : response.impulse) {
    tap = static_cast<float>(static_cast<double>(tap) / gain);
  }
  return response;
}

}  // namespace

std::vector<UserResponse> user_responses(const Assets& assets, const std::string& asset, int sample_rate) {
  std::vector<UserResponse> responses;
  for (const AssetCurve& curve : assets.curves(asset)) {
    responses.push_back({curve.points, {}, 0});
  }
  if (!responses.empty()) {
    return responses;
  }
  std::vector<std::string> faults;
  for (const AssetRecording& recording : assets.recordings(asset, sample_rate)) {
    try {
      responses.push_back(impulse_response(recording));
    } catch (const ItemError& fault) {
      faults.push_back("asset '" + asset + "': '" + recording.path.string() + "' " + fault.what());
    }
  }
  if (!faults.empty()) {
    throw UserError(std::move(faults));
  }
  return responses;
}

std::vector<float> one_after_the_other(const std::vector<float>& first, const std::vector<float>& second) {
  std::vector<double> sums(std::min(first.size() + second.size() - 1, ShortFilter::kMostTaps));
  for (std::size_t i = 0; i < first.size(); ++i) {
    for (std::size_t k = 0; k < second.size() && i + k < sums.size(); ++k) {
      sums[i + k] += static_cast<double>(first[i]) * static_cast<double>(second[k]);
    }
  }
  return {sums.begin(), sums.end()};
}

}  // namespace fairground
