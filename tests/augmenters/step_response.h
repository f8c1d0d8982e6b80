// How the gain of a processing step answers to a step of level, for the tests of such steps.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/core/error.h"
#include "tests/measure/signals.h"
#include "tests/support/apply.h"

namespace fairground {

struct LevelStep {
  double from_dbov = 0.0;
  double to_dbov = 0.0;
  double before_s = 0.0;
  double after_s = 0.0;
};

/// A tone of 1 kHz, or noise where a seed is given, of one level and then of another.
[[nodiscard]] inline Audio stepped(const LevelStep& step, int rate, std::uint64_t noise_seed = 0) {
  Audio clip(rate, 1, 0);
  clip.samples = sine(step.before_s + step.after_s, rate, 1000.0, std::sqrt(2.0));
  if (noise_seed != 0) {
    RandomStream(noise_seed, 0, "noise").normals(0, clip.samples);
  }
  const auto at = static_cast<std::size_t>(step.before_s * rate);
  for (std::size_t i = 0; i < clip.samples.size(); ++i) {
    clip.samples[i] *= static_cast<float>(amplitude_from_db(i < at ? step.from_dbov : step.to_dbov));
  }
  return clip;
}

/// The gain in dB of each millisecond, in which a tone of 1 kHz has a whole period.
[[nodiscard]] inline std::vector<double> gains_db(const Audio& in, const Audio& out) {
  const auto block = static_cast<std::size_t>(in.sample_rate / 1000);
  std::vector<double> gains;
  for (std::size_t first = 0; first + block <= in.samples.size(); first += block) {
    double energy_in = 1e-20;
    double energy_out = 1e-20;
    for (std::size_t i = first; i < first + block; ++i) {
      energy_in += static_cast<double>(in.samples[i]) * in.samples[i];
      energy_out += static_cast<double>(out.samples[i]) * out.samples[i];
    }
    gains.push_back(db_from_power(energy_out / energy_in));
  }
  return gains;
}

struct StepResponse {
  double before_db = 0.0;  ///< the gain, over the last half second before the step
  double after_db = 0.0;   ///< and at the end
  double time_ms = 0.0;    ///< until the gain has made 63 % of the way between them
};

[[nodiscard]] inline StepResponse step_response(const std::vector<double>& gains, double before_s) {
  constexpr std::size_t kOver = 500;
  const auto at = static_cast<std::size_t>(before_s * 1000.0);
  const auto mean = [&gains](std::size_t first) {
    double sum = 0.0;
    for (std::size_t i = first; i < first + kOver; ++i) {
      sum += gains[i];
    }
    return sum / kOver;
  };
  StepResponse response{mean(at - kOver), mean(gains.size() - kOver), -1.0};
  const double way = response.after_db - response.before_db;
  const double wanted = response.before_db + (1.0 - std::exp(-1.0)) * way;
  for (std::size_t i = at; i < gains.size(); ++i) {
    if ((gains[i] - wanted) * way >= 0.0) {
      const double last = gains[i - 1];
      const double over = gains[i] == last ? 0.0 : (gains[i] - wanted) / (gains[i] - last);
      response.time_ms = static_cast<double>(i - at) + 0.5 - over;
      break;
    }
  }
  return response;
}

/// Full scale of both signs, the hardest clip of all.
[[nodiscard]] inline Audio full_scale(int rate, int channels, std::size_t frames) {
  Audio clip(rate, channels, frames);
  for (std::size_t i = 0; i < clip.samples.size(); ++i) {
    clip.samples[i] = i % 3 == 0 ? -1.0F : 1.0F;
  }
  return clip;
}

/// Whether a step takes empty, very short, silent and full clips of every shape, and leaves finite samples, or rejects
/// what has no sound in it. Gives the first that it does not take.
[[nodiscard]] inline std::string takes_every_clip(const std::string& name, const Given& given,
                                                  const Assets* assets = nullptr) {
  for (const int rate : {8000, 16000, 44100, 48000, 96000, 192000}) {
    for (const int channels : {1, 2, 6}) {
      for (const std::size_t frames : {0U, 1U, 2U, 63U, 5000U}) {
        for (const Audio& clip : {Audio(rate, channels, frames), full_scale(rate, channels, frames)}) {
          const std::string what =
              std::to_string(rate) + " Hz, " + std::to_string(channels) + " x " + std::to_string(frames);
          Audio out;
          try {
            out = apply_signal(name, given, {clip}, {1, 2}, assets).audio;
          } catch (const GateError& error) {
            // Where nothing is heard, or too short, some have nothing to go by.
            const bool silent = std::ranges::all_of(clip.samples, [](float x) { return x == 0.0F; });
            if (silent || frames < 5000U) {
              continue;
            }
            return what + ": " + error.what();
          }
          const bool fine = out.sample_rate == rate && out.channels == channels && out.frames() == frames &&
                            std::ranges::all_of(out.samples, [](float x) { return std::isfinite(x); });
          if (!fine) {
            return what;
          }
        }
      }
    }
  }
  return "";
}

}  // namespace fairground
