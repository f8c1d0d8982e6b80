// Images: Allen and Berkley, "Image method for efficiently simulating small-room acoustics", J. Acoust. Soc. Am. 65,
// 1979, with delays between samples by a windowed sinc, and with displaced images (De Sena et al., "On the modeling of
// rectangular geometries in room acoustic simulations", IEEE/ACM Trans. Audio Speech Lang. Process. 23, 2015), because
// those of an ideal room line up to sweeping echoes. Tail: Lehmann and Johansson, "Diffuse reverberation model for
// efficient image-source simulation of room impulse responses", IEEE Trans. Audio Speech Lang. Process. 18, 2010: noise
// under the envelope that the images would have had; here it falls straight from where it takes over, since real rooms
// have furniture.

#include "augmenters/audio/parts/shoebox.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <span>
#include <string>

#include "augmenters/audio/parts/band_pulses.h"
#include "augmenters/audio/parts/room_octaves.h"
#include "pipeline/core/hot.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

constexpr std::size_t kBands = kRoomBandsHz.size();

static_assert(kResponseLead >= kPulseLead);

/// What mirrors a coordinate has, and how strongly each has been reflected.
struct Mirror {
  double offset = 0.0;  ///< from the microphone
  RoomBands amplitude = {};
};

std::vector<Mirror> mirrors(double source, double microphone, double length, const RoomBands& near_wall,
                            const RoomBands& far_wall, double reach) {
  std::vector<Mirror> all;
  const int order = static_cast<int>(std::ceil(0.5 * reach / length)) + 1;
  for (int r = -order; r <= order; ++r) {
    for (const int p : {0, 1}) {
      Mirror mirror{(1 - 2 * p) * source + 2.0 * r * length - microphone};
      if (std::abs(mirror.offset) > reach) {
        continue;
      }
      for (std::size_t b = 0; b < kBands; ++b) {
        const double nepers = std::abs(r - p) * near_wall[b] + std::abs(r) * far_wall[b];
        mirror.amplitude[b] = plain::exp(-std::min(0.5 * nepers, 300.0));
      }
      all.push_back(mirror);
    }
  }
  return all;
}

/// A share that goes from 1 to 0 over a while around the start of the tail; the tail has what is missing in power.
constexpr double kFadeS = 0.01;

double image_share(double seconds, const std::optional<double>& tail_after_s) {
  if (!tail_after_s) {
    return 1.0;
  }
  const double t = std::clamp((seconds - *tail_after_s) / kFadeS + 0.5, 0.0, 1.0);
  return plain::cosine_of_turns(0.25 * t);
}

void add_images(BandPulses& pulses, const Shoebox& room, const Point& source, const Point& microphone,
                const ShoeboxResponse& how, double reach, RandomStream jitter) {
  const auto axis = [&](double Point::*c, std::size_t wall) {
    return mirrors(source.*c, microphone.*c, room.size.*c, room.wall_nepers[wall], room.wall_nepers[wall + 1], reach);
  };
  const std::vector<Mirror> along_x = axis(&Point::x, 0);
  const std::vector<Mirror> along_y = axis(&Point::y, 2);
  const std::vector<Mirror> along_z = axis(&Point::z, 4);
  const double direct = distance(source, microphone);
  const double samples_per_m = how.sample_rate / kSpeedOfSound;
  for (const Mirror& x : along_x) {
    for (const Mirror& y : along_y) {
      for (const Mirror& z : along_z) {
        const double squared = x.offset * x.offset + y.offset * y.offset + z.offset * z.offset;
        if (squared > reach * reach) {
          continue;
        }
        double way = std::sqrt(squared);
        const bool is_direct = way <= direct;
        if (how.jitter_m > 0.0 && !is_direct) {
          const auto moved = [&](double offset) { return offset + jitter.uniform(-how.jitter_m, how.jitter_m); };
          const Point at{moved(x.offset), moved(y.offset), moved(z.offset)};
          way = std::max(direct, distance(at, {}));
        }
        const double share = image_share(way / kSpeedOfSound, how.tail_after_s) / way;
        RoomBands amplitude;
        for (std::size_t b = 0; b < kBands; ++b) {
          amplitude[b] = share * x.amplitude[b] * y.amplitude[b] * z.amplitude[b] *
                         plain::exp(-0.5 * room.air_nepers_per_m[b] * way);
        }
        pulses.add(is_direct ? 0.0 : (way - direct) * samples_per_m, amplitude);
      }
    }
  }
}

FAIRGROUND_HOT void add_product(const float* noise, const float* envelope, float* out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    out[i] += noise[i] * envelope[i];
  }
}

/// Amplitude of the tail in one band, for every sample after the direct sound.
std::vector<float> tail_envelope(const Shoebox& room, std::size_t band, double direct_m, double tail_after_s, int rate,
                                 std::size_t frames) {
  // Images in a shell, each of 1 / distance: 4 pi c / V for a second, whatever its radius.
  const double energy = 4.0 * plain::kPi * kSpeedOfSound / (room.size.x * room.size.y * room.size.z) / rate *
                        reflected_energy(room, band, kSpeedOfSound * tail_after_s);
  const double nepers_per_s = 3.0 * plain::kLn10 / decay_time_s(room, band);
  std::vector<float> envelope(frames);
  for (std::size_t n = 0; n < frames; ++n) {
    const double seconds = direct_m / kSpeedOfSound + static_cast<double>(n) / rate;
    const double share = image_share(seconds, tail_after_s);
    if (share < 1.0) {
      const double fall = plain::exp(-std::min(nepers_per_s * (seconds - tail_after_s), 300.0));
      envelope[n] = static_cast<float>(std::sqrt(energy) * fall * std::sqrt(1.0 - share * share));
    }
  }
  return envelope;
}

/// Pressure that all images have in common and no microphone hears: a Butterworth high-pass of second order.
constexpr double kLowestHz = 20.0;

void remove_offset(std::span<float> samples, int rate) {
  const double turns = 0.5 * kLowestHz / rate;
  const double t = plain::sine_of_turns(turns) / plain::cosine_of_turns(turns);
  const double root2 = std::sqrt(2.0);
  const double scale = 1.0 / (1.0 + root2 * t + t * t);
  const double a1 = 2.0 * (t * t - 1.0) * scale;
  const double a2 = (1.0 - root2 * t + t * t) * scale;
  double s1 = 0.0;
  double s2 = 0.0;
  for (float& sample : samples) {
    const double x = sample;
    const double y = scale * x + s1;
    s1 = -2.0 * scale * x - a1 * y + s2;
    s2 = scale * x - a2 * y;
    sample = static_cast<float>(y);
  }
}

}  // namespace

double mixing_time_s(const Shoebox& room, double distance_m) {
  const double volume = room.size.x * room.size.y * room.size.z;
  const double after_direct = distance_m / kSpeedOfSound + 2.0 * kFadeS;
  return std::max(0.0501 + 0.0000117 * volume, after_direct);
}

std::vector<float> shoebox_response(const Shoebox& room, const Point& source, const Point& microphone,
                                    const ShoeboxResponse& how, std::string_view who, const StepRandom& random) {
  const int rate = how.sample_rate;
  const double direct = distance(source, microphone);
  double way = direct;  // until every band has fallen by 60 dB
  for (std::size_t b = 0; b < kBands; ++b) {
    way = std::max(way, way_to_fall_m(room, b, 60.0));
  }
  const auto frames = static_cast<std::size_t>(std::ceil((way - direct) / kSpeedOfSound * rate)) + 1;
  const double reach = how.tail_after_s ? std::min(way, kSpeedOfSound * (*how.tail_after_s + 0.5 * kFadeS)) : way;
  BandPulses pulses(frames, kResponseLead);
  const std::string name(who);
  add_images(pulses, room, source, microphone, how, std::max(reach, direct * 1.0001), random.stream("jitter " + name));
  std::vector<float> noise;
  if (how.tail_after_s) {
    noise.resize(frames);
    random.stream("tail " + name).normals(0, noise);
  }
  const std::shared_ptr<const std::vector<BlockSpectra>> filters = octave_filters(rate);
  std::vector<float> response(kResponseLead + frames);
  for (std::size_t b = 0; b < kBands; ++b) {
    const std::span<float> band = pulses.band(b);
    if (how.tail_after_s) {
      const std::vector<float> envelope = tail_envelope(room, b, direct, *how.tail_after_s, rate, frames);
      add_product(noise.data(), envelope.data(), band.data() + kResponseLead, frames);
    }
    add_octave(band, (*filters)[b], response);
  }
  remove_offset(response, rate);
  return response;
}

}  // namespace fairground
