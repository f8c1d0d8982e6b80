// A pool of made talkers.
#pragma once

#include <cmath>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/core/hash.h"
#include "pipeline/media/assets.h"
#include "tests/measure/signals.h"
#include "tests/support/wav.h"

namespace fairground {

/// The asset `pool`, to which recordings are added.
class MadePool {
 public:
  void add(const std::string& subject, const Audio& audio, std::vector<std::string> balance = {}) {
    const auto path = write_wav(*folder_ / ("t" + std::to_string(files_.size()) + ".wav"), audio);
    files_.push_back({path, sha256_hex(read_text(path)), subject, std::move(balance), files_.size() + 2});
  }
  /// Speech of another voice for each seed.
  void add_speech(const std::string& subject, double seconds, int rate, int seed, double rms_dbov = -30,
                  std::vector<std::string> balance = {}) {
    const std::vector<float> speech = speech_like(seconds, rate, rms_dbov, static_cast<std::uint64_t>(seed));
    add(subject, mono(rate, speech), std::move(balance));
  }
  /// A talker whom a Fourier transform tells from all others: a tone of whole periods in each second.
  void add_tone(const std::string& subject, double hz, double amplitude, double seconds = 1.0,
                std::vector<std::string> balance = {}) {
    add(subject, mono(16000, sine(seconds, 16000, hz, amplitude)), std::move(balance));
  }

  [[nodiscard]] Assets load(const std::vector<int>& rates) const {
    Assets assets;
    assets.load_talkers("pool", files_, rates, {}, /*total_seconds=*/1e4);
    return assets;
  }
  [[nodiscard]] std::vector<TalkerFile>& files() { return files_; }

 private:
  std::unique_ptr<TemporaryFolder> folder_ = std::make_unique<TemporaryFolder>();
  std::vector<TalkerFile> files_;
};

/// Amplitude of the tone of `hz` in whole seconds of sound.
[[nodiscard]] inline double tone_in(std::span<const float> samples, int rate, double hz) {
  double in_phase = 0.0;
  double quadrature = 0.0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double angle = kTwoPi * hz * static_cast<double>(i) / rate;
    in_phase += samples[i] * std::cos(angle);
    quadrature += samples[i] * std::sin(angle);
  }
  return 2.0 * std::hypot(in_phase, quadrature) / static_cast<double>(samples.size());
}

}  // namespace fairground
