// A windowed sinc at the common multiple of both rates, cut into phases (Crochiere and Rabiner, "Multirate digital
// signal processing", 1983, chapter 3). The window is Kaiser's ("Nonrecursive digital filter design using the I0-sinh
// window function", ISCAS 1974), with his formulas for its shape and length.
//
// With the ratio L / M in lowest terms, output n lies at input n M / L, and every L-th output has the same taps and
// lies M inputs on. So the input is dealt out into M streams, in which the inputs of such outputs are neighbours, and a
// vector of outputs is made with one load for each tap. The sum of each output keeps its order.

#include "pipeline/media/polyphase.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "pipeline/core/hot.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

constexpr double kStopDb = 101.0;  // 1 dB more than promised, which the rounding of the taps may take
constexpr double kPassEdge = 0.9;  // of the lower Nyquist frequency, at which the stop band begins
constexpr double kCutoff = 0.5 * (kPassEdge + 1.0);
constexpr double kBeta = 0.1102 * (kStopDb - 8.7);
/// Periods of the lower rate on each side of an output.
constexpr double kReach = 0.5 * (kStopDb - 7.95) / (2.285 * plain::kPi * (1.0 - kPassEdge));
constexpr std::size_t kLargestTerm = 1000;

/// The filter at `t` periods of the lower rate.
double prototype(double t) {
  const double place = t / kReach;
  if (place * place >= 1.0) {
    return 0.0;
  }
  const double window = plain::bessel_i0(kBeta * std::sqrt(1.0 - place * place));
  const double x = plain::kPi * kCutoff * t;
  return window * (t == 0.0 ? 1.0 : plain::sine_of_turns(0.5 * kCutoff * t) / x);
}

/// About as many samples are in a block's streams, or in what is made of them if that is more: they stay in the cache.
constexpr std::size_t kBlock = 4096;
/// Outputs of a phase are made side by side, and a block has a multiple of so many.
constexpr std::size_t kTogether = 16;
/// And so many at least: of ratios with many phases, as that of 44.1 kHz to 16 kHz, fewer would leave each pass over
/// them so short that setting it up takes a third of the time. Such streams no longer fit into the nearest cache, but
/// the next.
constexpr std::size_t kLeastGroups = 64;
/// So many terms of each sum are added in one pass over the outputs. A phase is filled up with taps of 0.
constexpr std::size_t kTerms = 8;

/// Adds kTerms terms to each of `count` sums.
FAIRGROUND_HOT void add_terms(const float* streams, const float* taps, const std::size_t* places, std::size_t count,
                              float* sums) {
  const float t0 = taps[0], t1 = taps[1], t2 = taps[2], t3 = taps[3];
  const float t4 = taps[4], t5 = taps[5], t6 = taps[6], t7 = taps[7];
  const float *x0 = streams + places[0], *x1 = streams + places[1], *x2 = streams + places[2];
  const float *x3 = streams + places[3], *x4 = streams + places[4], *x5 = streams + places[5];
  const float *x6 = streams + places[6], *x7 = streams + places[7];
  FAIRGROUND_INDEPENDENT
  for (std::size_t i = 0; i < count; ++i) {
    float sum = sums[i];
    sum += t0 * x0[i];
    sum += t1 * x1[i];
    sum += t2 * x2[i];
    sum += t3 * x3[i];
    sum += t4 * x4[i];
    sum += t5 * x5[i];
    sum += t6 * x6[i];
    sum += t7 * x7[i];
    sums[i] = sum;
  }
}

/// Every `step`-th of `from`, or to every `step`-th of `to`. The common steps are constants, which makes vectors of
/// them.
template <class Copy>
void with_step(std::size_t step, Copy copy) {
  switch (step) {
    case 1:
      return copy(std::integral_constant<std::size_t, 1>{});
    case 2:
      return copy(std::integral_constant<std::size_t, 2>{});
    case 3:
      return copy(std::integral_constant<std::size_t, 3>{});
    case 6:
      return copy(std::integral_constant<std::size_t, 6>{});
    default:
      return copy(step);
  }
}

void deal(const float* from, std::size_t step, std::size_t count, float* to) {
  with_step(step, [=](auto constant) {
    for (std::size_t i = 0; i < count; ++i) {
      to[i] = from[i * constant];
    }
  });
}

void gather(std::span<const float> from, std::size_t step, std::span<float> to) {
  with_step(step, [=](auto constant) {
    for (std::size_t i = 0; i < from.size(); ++i) {
      to[i * constant] = from[i];
    }
  });
}

}  // namespace

bool RateConverter::serves(int from, int to) {
  return from > 0 && to > 0 && static_cast<std::size_t>(std::max(from, to) / std::gcd(from, to)) <= kLargestTerm;
}

std::size_t RateConverter::bytes() const {
  std::size_t taps = 0;
  for (const Phase& phase : phases_) {
    taps += phase.taps.size();
  }
  return sizeof(*this) + phases_.size() * sizeof(Phase) + taps * (sizeof(float) + sizeof(std::size_t));
}

RateConverter::RateConverter(int from, int to) : from_(from), to_(to) {
  if (from <= 0 || to <= 0) {
    throw std::invalid_argument("cannot convert " + std::to_string(from) + " Hz to " + std::to_string(to) + " Hz");
  }
  const int common = std::gcd(from, to);
  up_ = static_cast<std::size_t>(to / common);
  down_ = static_cast<std::size_t>(from / common);
  if (!serves(from, to)) {
    throw std::invalid_argument("the ratio of " + std::to_string(to) + " Hz to " + std::to_string(from) +
                                " Hz needs more than " + std::to_string(kLargestTerm) + " phases");
  }
  // The prototype has `larger` steps in a period of the lower rate, and inputs stand `up` steps apart, outputs `down`.
  const auto larger = static_cast<std::ptrdiff_t>(std::max(up_, down_));
  const auto up = static_cast<std::ptrdiff_t>(up_);
  const auto down = static_cast<std::ptrdiff_t>(down_);
  const auto reach = static_cast<std::ptrdiff_t>(kReach * static_cast<double>(larger));
  const std::ptrdiff_t inputs = reach / up + 1;  // on each side of an output
  groups_ = std::max(kLeastGroups, kBlock / std::max(up_, down_) / kTogether * kTogether);
  before_ = static_cast<std::size_t>((inputs + down - 1) / down);
  stride_ = before_ + groups_ + static_cast<std::size_t>((inputs + down - 1) / down) + 1;

  // One half of the prototype, which is the image of the other.
  std::vector<double> half;
  double sum = 0.0;
  for (std::ptrdiff_t i = 0; i <= reach; ++i) {
    half.push_back(prototype(static_cast<double>(i) / static_cast<double>(larger)));
    sum += (i == 0 ? 1.0 : 2.0) * half.back();
  }
  const double gain = static_cast<double>(up) / sum;
  for (std::ptrdiff_t n = 0; n < up; ++n) {
    Phase phase;
    const std::ptrdiff_t centre = n * down;
    const auto first = centre < reach ? -((reach - centre) / up) : (centre - reach + up - 1) / up;
    for (std::ptrdiff_t input = first; input * up <= centre + reach; ++input) {
      phase.taps.push_back(static_cast<float>(gain * half[static_cast<std::size_t>(std::abs(input * up - centre))]));
      phase.places.push_back(place(input));
    }
    while (phase.taps.size() % kTerms != 0) {
      phase.taps.push_back(0.0F);
      phase.places.push_back(phase.places.back());
    }
    phases_.push_back(std::move(phase));
  }
}

/// Where a block's streams have its input of that number.
std::size_t RateConverter::place(std::ptrdiff_t input) const {
  const auto shifted = static_cast<std::size_t>(input + static_cast<std::ptrdiff_t>(before_ * down_));
  return shifted % down_ * stride_ + shifted / down_;
}

/// The streams of the block that begins with that input.
void RateConverter::fill(std::span<const float> in, std::ptrdiff_t begin, std::vector<float>& streams) const {
  const std::ptrdiff_t start = begin - static_cast<std::ptrdiff_t>(before_ * down_);
  const auto size = static_cast<std::ptrdiff_t>(in.size());
  const auto step = static_cast<std::ptrdiff_t>(down_);
  for (std::ptrdiff_t s = 0; s < step; ++s) {
    const std::ptrdiff_t at = start + s;
    float* const stream = streams.data() + s * static_cast<std::ptrdiff_t>(stride_);
    // Of its places, those from `skip` to before `end` have an input; the others lie outside the clip.
    const std::ptrdiff_t skip = std::min(static_cast<std::ptrdiff_t>(stride_), at < 0 ? (step - 1 - at) / step : 0);
    const std::ptrdiff_t behind = at < size ? (size - at + step - 1) / step : 0;
    const std::ptrdiff_t end = std::clamp(behind, skip, static_cast<std::ptrdiff_t>(stride_));
    std::fill_n(stream, skip, 0.0F);
    if (skip < end) {
      deal(in.data() + at + skip * step, down_, static_cast<std::size_t>(end - skip), stream + skip);
    }
    std::fill(stream + end, stream + stride_, 0.0F);
  }
}

Audio RateConverter::apply(const Audio& audio) const {
  return apply(audio, (2 * audio.frames() * up_ + down_) / (2 * down_));
}

Audio RateConverter::apply(const Audio& audio, std::size_t frames) const {
  if (audio.sample_rate != from_) {
    throw std::invalid_argument("audio at " + std::to_string(audio.sample_rate) + " Hz came to a converter from " +
                                std::to_string(from_) + " Hz");
  }
  Audio result(to_, audio.channels, frames);
  std::vector<float> streams(down_ * stride_);
  std::vector<float> sums(groups_);
  for (int channel = 0; channel < audio.channels; ++channel) {
    const std::span<const float> in = audio.channel(channel);
    const std::span<float> out = result.channel(channel);
    for (std::size_t begin = 0; begin * up_ < frames; begin += groups_) {
      fill(in, static_cast<std::ptrdiff_t>(begin * down_), streams);
      for (std::size_t n = 0; n < up_ && begin * up_ + n < frames; ++n) {
        const Phase& phase = phases_[n];
        const std::size_t wanted = std::min(groups_, (frames - begin * up_ - n + up_ - 1) / up_);
        std::ranges::fill(sums, 0.0F);
        // Some more than are wanted, so that whole vectors make them all.
        const std::size_t count = (wanted + kTogether - 1) / kTogether * kTogether;
        for (std::size_t k = 0; k < phase.taps.size(); k += kTerms) {
          add_terms(streams.data(), &phase.taps[k], &phase.places[k], count, sums.data());
        }
        gather(std::span<const float>(sums).first(wanted), up_, out.subspan(begin * up_ + n));
      }
    }
  }
  return result;
}

}  // namespace fairground
