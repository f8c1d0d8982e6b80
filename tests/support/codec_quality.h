// How near what came out of a codec is to what went in.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <vector>

#include "tests/measure/signals.h"

namespace fairground {

inline double waveform_snr_db(std::span<const float> sent, std::span<const float> heard) {
  double signal = 0.0;
  double error = 0.0;
  for (std::size_t i = 0; i < sent.size(); ++i) {
    const double difference = static_cast<double>(heard[i]) - static_cast<double>(sent[i]);
    signal += static_cast<double>(sent[i]) * static_cast<double>(sent[i]);
    error += difference * difference;
  }
  return 10.0 * std::log10(signal / error);
}

/// By how many samples `heard` comes late, by the peak of the cross-correlation within `most` samples either way.
inline int lag_of(std::span<const float> sent, std::span<const float> heard, int most) {
  double best = -1.0;
  int lag = 0;
  for (int shift = -most; shift <= most; ++shift) {
    double sum = 0.0;
    double sent_power = 1e-20;
    double heard_power = 1e-20;
    for (std::size_t i = static_cast<std::size_t>(most); i + static_cast<std::size_t>(most) < sent.size(); ++i) {
      const auto a = static_cast<double>(sent[i]);
      const auto b = static_cast<double>(heard[static_cast<std::size_t>(static_cast<int>(i) + shift)]);
      sum += a * b;
      sent_power += a * a;
      heard_power += b * b;
    }
    const double match = sum / std::sqrt(sent_power * heard_power);
    if (match > best) {
      best = match;
      lag = shift;
    }
  }
  return lag;
}

/// The level of every 20 ms in dB, smoothed over 20 ms at one value for each millisecond, which a codec without a
/// waveform keeps as well.
inline std::vector<float> envelope_db(std::span<const float> samples, int rate) {
  const double pole = 1.0 / (0.01 * rate);
  const std::size_t step = static_cast<std::size_t>(rate) / 1000;
  std::vector<float> envelope;
  double once = 0.0;
  double twice = 0.0;
  double mean = 0.0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    once += (std::abs(static_cast<double>(samples[i])) - once) * pole;
    twice += (once - twice) * pole;
    if (i % step == 0) {
      envelope.push_back(static_cast<float>(20.0 * std::log10(twice + 0.001)));
      mean += static_cast<double>(envelope.back());
    }
  }
  for (float& value : envelope) {
    value -= static_cast<float>(mean / static_cast<double>(envelope.size()));
  }
  return envelope;
}

/// The root mean square of the difference in dB between the two, over bands of a third octave from 125 Hz to 3150 Hz
/// and over blocks of 20 ms, where what was sent is within 30 dB of its loudest.
inline double spectral_distance_db(std::span<const float> sent, std::span<const float> heard, int rate) {
  const std::size_t block = static_cast<std::size_t>(rate) / 50;
  const std::size_t blocks = sent.size() / block;
  // A band-pass of constant peak gain: R. Bristow-Johnson, "Cookbook formulae for audio EQ biquad filter coefficients".
  const auto powers = [&](std::span<const float> samples, double hz) {
    const double w = kTwoPi * hz / rate;
    const double alpha = std::sin(w) / (2.0 * 4.318);  // a third of an octave
    const double a0 = 1.0 + alpha;
    const double b = alpha / a0;
    const double a1 = -2.0 * std::cos(w) / a0;
    const double a2 = (1.0 - alpha) / a0;
    std::array<double, 2> x{};
    std::array<double, 2> y{};
    std::vector<double> sums(blocks);
    for (std::size_t i = 0; i < blocks * block; ++i) {
      const auto in = static_cast<double>(samples[i]);
      const double out = b * (in - x[1]) - a1 * y[0] - a2 * y[1];
      x = {in, x[0]};
      y = {out, y[0]};
      sums[i / block] += out * out;
    }
    return sums;
  };
  std::vector<double> sent_powers;
  std::vector<double> heard_powers;
  for (int band = 0; band < 15; ++band) {
    const double hz = 125.0 * std::pow(2.0, band / 3.0);
    for (const double power : powers(sent, hz)) {
      sent_powers.push_back(power);
    }
    for (const double power : powers(heard, hz)) {
      heard_powers.push_back(power);
    }
  }
  const double floor = 1e-3 * *std::ranges::max_element(sent_powers);
  double sum = 0.0;
  double count = 0.0;
  for (std::size_t i = 0; i < sent_powers.size(); ++i) {
    if (sent_powers[i] > floor) {
      const double difference = 10.0 * std::log10((heard_powers[i] + 0.01 * floor) / (sent_powers[i] + 0.01 * floor));
      sum += difference * difference;
      count += 1.0;
    }
  }
  return std::sqrt(sum / count);
}

}  // namespace fairground
