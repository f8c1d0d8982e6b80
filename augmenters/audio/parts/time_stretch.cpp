#include "augmenters/audio/parts/time_stretch.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "pipeline/core/hot.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

constexpr double kHopS = 0.015;     // from joint to joint, and as long as a cross-fade
constexpr double kSearchS = 0.008;  // to either side, so that a period of 63 Hz is in reach
constexpr double kCoarseHz = 4000;  // the search looks at so many samples a second, and then at all near the best

/// In eight sums, so that it vectorises.
FAIRGROUND_HOT float dot(const float* a, const float* b, std::size_t count) {
  std::array<float, 8> sums{};
  std::size_t i = 0;
  for (; i + sums.size() <= count; i += sums.size()) {
    for (std::size_t lane = 0; lane < sums.size(); ++lane) {
      sums[lane] += a[i + lane] * b[i + lane];
    }
  }
  for (; i < count; ++i) {
    sums[0] += a[i] * b[i];
  }
  return ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
}

/// A place in the source, and how like it is to what was asked for.
struct Match {
  std::size_t place = 0;
  double correlation = 0.0;  ///< of all channels together
  double energy = 0.0;
  [[nodiscard]] double score() const { return energy > 0.0 ? correlation / std::sqrt(energy) : 0.0; }
};

class Stretcher {
 public:
  explicit Stretcher(const Audio& source)
      : hop_(samples(source, kHopS)),
        search_(samples(source, kSearchS)),
        step_(std::max<std::size_t>(1, static_cast<std::size_t>(source.sample_rate / kCoarseHz))),
        last_(source.frames() > hop_ ? source.frames() - hop_ : 0) {
    for (std::size_t i = 0; i < hop_; ++i) {
      const double place = (static_cast<double>(i) + 0.5) / (2.0 * static_cast<double>(hop_));
      fade_.push_back(0.5 + 0.5 * plain::cosine_of_turns(place));
    }
    for (int c = 0; c < source.channels; ++c) {
      // Behind its end, silence for what would have followed.
      std::vector<float>& full = full_.emplace_back(source.frames() + 2 * hop_);
      std::ranges::copy(source.channel(c), full.begin());
      coarse_.push_back(coarse_of(full.data(), full.size() / step_));
    }
  }

  Audio run(int sample_rate, std::size_t frames, double rate) {
    Audio out(sample_rate, static_cast<int>(full_.size()), frames);
    std::size_t place = 0;
    // A piece is at its fullest one hop after it was begun, and what is heard then must be what is due then.
    const double ahead = static_cast<double>(hop_) * (rate - 1.0);
    for (std::size_t begin = 0; begin < frames; begin += hop_) {
      const std::size_t next = begin == 0 ? 0 : place + hop_;
      const double due = std::max(0.0, std::round(static_cast<double>(begin) * rate + ahead));
      const Match match = begin == 0 ? Match{} : best_match(next, std::min(static_cast<std::size_t>(due), last_));
      join(next, match, begin, out);
      place = match.place;
    }
    return out;
  }

 private:
  static std::size_t samples(const Audio& source, double seconds) {
    return std::max<std::size_t>(1, static_cast<std::size_t>(std::round(seconds * source.sample_rate)));
  }

  /// Means of `step_` samples each.
  [[nodiscard]] std::vector<float> coarse_of(const float* from, std::size_t count) const {
    std::vector<float> means(count);
    for (std::size_t i = 0; i < count; ++i) {
      float sum = 0.0F;
      for (std::size_t k = 0; k < step_; ++k) {
        sum += from[i * step_ + k];
      }
      means[i] = sum / static_cast<float>(step_);
    }
    return means;
  }

  /// Where near `due` the source is most like itself at `next`.
  [[nodiscard]] Match best_match(std::size_t next, std::size_t due) const {
    const std::size_t low = due > search_ ? due - search_ : 0;
    const std::size_t high = std::min(due + search_, last_);
    const std::size_t count = hop_ / step_;
    std::vector<std::vector<float>> wanted;
    for (const std::vector<float>& channel : full_) {
      wanted.push_back(coarse_of(channel.data() + next, count));
    }
    std::size_t near = due;
    double best = 0.0;
    for (std::size_t i = (low + step_ - 1) / step_; i * step_ <= high; ++i) {
      Match match;
      for (std::size_t c = 0; c < full_.size(); ++c) {
        const float* candidate = coarse_[c].data() + i;
        match.correlation += dot(wanted[c].data(), candidate, count);
        match.energy += dot(candidate, candidate, count);
      }
      if (match.score() > best) {
        best = match.score();
        near = i * step_;
      }
    }
    Match found = match_at(next, due);
    for (std::size_t i = std::max(low, near > step_ ? near - step_ : 0); i <= std::min(high, near + step_); ++i) {
      const Match match = match_at(next, i);
      if (match.score() > found.score()) {
        found = match;
      }
    }
    return found;
  }

  [[nodiscard]] Match match_at(std::size_t next, std::size_t place) const {
    Match match{place};
    for (const std::vector<float>& channel : full_) {
      match.correlation += dot(channel.data() + next, channel.data() + place, hop_);
      match.energy += dot(channel.data() + place, channel.data() + place, hop_);
    }
    return match;
  }

  /// Writes one hop, from what would have followed at `next` over to the match.
  void join(std::size_t next, const Match& match, std::size_t begin, Audio& out) const {
    const double before = std::sqrt(match_at(next, next).energy);
    const double behind = std::sqrt(match.energy);
    const double together = std::clamp(match.correlation, 0.0, before * behind);
    const std::size_t count = std::min(hop_, out.frames() - begin);
    std::vector<float> fade_out(count);
    std::vector<float> fade_in(count);
    for (std::size_t i = 0; i < count; ++i) {
      const double a = fade_[i];
      const double b = 1.0 - a;
      // What two sides that are alike would have, over what these have.
      const double wanted = (a * before + b * behind) * (a * before + b * behind);
      const double power = a * before * (a * before) + b * behind * (b * behind) + 2.0 * a * b * together;
      const double gain = power > 0.0 ? std::sqrt(wanted / power) : 1.0;
      fade_out[i] = static_cast<float>(a * gain);
      fade_in[i] = static_cast<float>(b * gain);
    }
    for (std::size_t c = 0; c < full_.size(); ++c) {
      const std::span<float> channel = out.channel(static_cast<int>(c)).subspan(begin, count);
      for (std::size_t i = 0; i < count; ++i) {
        channel[i] = fade_out[i] * full_[c][next + i] + fade_in[i] * full_[c][match.place + i];
      }
    }
  }

  std::size_t hop_;
  std::size_t search_;
  std::size_t step_;          ///< of the coarse search
  std::size_t last_;          ///< the last place from which a whole hop is left
  std::vector<double> fade_;  ///< out of one piece; into the next is what is missing to 1
  std::vector<std::vector<float>> full_;
  std::vector<std::vector<float>> coarse_;
};

}  // namespace

Audio stretched(const Audio& source, std::size_t frames, double rate) {
  return Stretcher(source).run(source.sample_rate, frames, rate);
}

}  // namespace fairground
