// Images: Allen and Berkley, "Image method for efficiently simulating small-room acoustics", J. Acoust. Soc. Am. 65,
// 1979, with delays between samples by a windowed sinc, and with displaced images (De Sena et al., "On the modeling of
// rectangular geometries in room acoustic simulations", IEEE/ACM Trans. Audio Speech Lang. Process. 23, 2015), because
// those of an ideal room line up to sweeping echoes. Tail: Lehmann and Johansson, "Diffuse reverberation model for
// efficient image-source simulation of room impulse responses", IEEE Trans. Audio Speech Lang. Process. 18, 2010: noise
// under the envelope that the images would have had; here it falls straight from where it takes over, since real rooms
// have furniture.

#include "augmenters/audio/parts/shoebox.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>
#include <string>

#include "pipeline/core/bounded_cache.h"
#include "pipeline/core/convolution.h"
#include "pipeline/core/hot.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

constexpr std::size_t kBands = kRoomBandsHz.size();

// ---- Decay

/// Directions of an eighth of the sphere, evenly spread; all others are mirrored ones.
const std::vector<Point>& directions() {
  static const std::vector<Point> instance = [] {
    constexpr int kSteps = 16;  // with which the first slope is Eyring's within 0.2 %
    std::vector<Point> all;
    for (int i = 0; i < kSteps; ++i) {
      const double z = (i + 0.5) / kSteps;
      const double across = std::sqrt(1.0 - z * z);
      for (int k = 0; k < kSteps; ++k) {
        const double turns = 0.25 * (k + 0.5) / kSteps;
        all.push_back({across * plain::cosine_of_turns(turns), across * plain::sine_of_turns(turns), z});
      }
    }
    return all;
  }();
  return instance;
}

/// By how many nepers energy falls in a metre of way, in each direction.
std::vector<double> losses(const Shoebox& room, std::size_t band, double wall_factor = 1.0) {
  const auto pair = [&](std::size_t axis, double length) {
    return wall_factor * 0.5 * (room.wall_nepers[2 * axis][band] + room.wall_nepers[2 * axis + 1][band]) / length;
  };
  const Point per_metre{pair(0, room.size.x), pair(1, room.size.y), pair(2, room.size.z)};
  std::vector<double> all;
  for (const Point& d : directions()) {
    all.push_back(d.x * per_metre.x + d.y * per_metre.y + d.z * per_metre.z + room.air_nepers_per_m[band]);
  }
  return all;
}

/// What is left of the energy after some way, and integrated from there on.
struct Energy {
  double here = 0.0;
  double behind = 0.0;
};

Energy energy_after(const std::vector<double>& losses, double metres) {
  Energy energy;
  for (const double loss : losses) {
    const double left = plain::exp(-std::min(loss * metres, 600.0));
    energy.here += left;
    energy.behind += left / loss;
  }
  return energy;
}

/// The way after which the energy behind has fallen by so much. Its logarithm falls ever more slowly, so that Newton's
/// steps from the start come ever nearer and never pass the place.
double way_to(const std::vector<double>& losses, double fall_db) {
  const double wanted = plain::log(energy_after(losses, 0.0).behind * plain::power_from_db(-fall_db));
  constexpr int kMostSteps = 100;
  constexpr double kSmall = 1e-10;
  double way = 0.0;
  for (int i = 0; i < kMostSteps; ++i) {
    const Energy energy = energy_after(losses, way);
    const double step = (plain::log(energy.behind) - wanted) * energy.behind / energy.here;
    way += step;
    if (step <= kSmall * way) {
      break;
    }
  }
  return way;
}

double decay_time_s(const std::vector<double>& losses) {
  return 3.0 * (way_to(losses, 25.0) - way_to(losses, 5.0)) / kSpeedOfSound;
}

// ---- Images

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

constexpr std::size_t kTaps = 64;
constexpr std::size_t kPhases = 128;  // with lines between them
constexpr double kKaiser = 8.0;       // by Kaiser's formula, a ripple at -80 dB and flat up to 0.92 of half the rate

/// A sinc under a Kaiser window at every phase, and at the first again.
using Sinc = std::vector<std::array<float, kTaps>>;

double bessel_i0(double x) {
  double term = 1.0;
  double sum = 1.0;
  for (int k = 1; k < 60; ++k) {
    term *= 0.25 * x * x / (k * k);
    sum += term;
  }
  return sum;
}

const Sinc& sinc() {
  static const Sinc instance = [] {
    Sinc rows(kPhases + 1);
    for (std::size_t phase = 0; phase <= kPhases; ++phase) {
      for (std::size_t k = 0; k < kTaps; ++k) {
        const double t = static_cast<double>(k) - (kTaps / 2 - 1) - static_cast<double>(phase) / kPhases;
        const double edge = t / (kTaps / 2);
        const double window =
            edge * edge < 1.0 ? bessel_i0(kKaiser * std::sqrt(1.0 - edge * edge)) / bessel_i0(kKaiser) : 0.0;
        rows[phase][k] =
            static_cast<float>(window * (t == 0.0 ? 1.0 : plain::sine_of_turns(0.5 * t) / (plain::kPi * t)));
      }
    }
    return rows;
  }();
  return instance;
}

FAIRGROUND_HOT void between(const float* low, const float* high, float part, float* out) {
  for (std::size_t k = 0; k < kTaps; ++k) {
    out[k] = low[k] + part * (high[k] - low[k]);
  }
}

FAIRGROUND_HOT void add_scaled(const float* in, float factor, float* out) {
  for (std::size_t k = 0; k < kTaps; ++k) {
    out[k] += factor * in[k];
  }
}

static_assert(kResponseLead >= kTaps / 2 - 1);

/// Pulses of every band in a buffer of its own. The direct sound is at kResponseLead.
class Pulses {
 public:
  explicit Pulses(std::size_t frames) : frames_(frames) {
    for (std::vector<float>& band : bands_) {
      band.resize(frames + kResponseLead + kTaps);
    }
  }

  /// At `position` samples after the direct sound, which may lie between samples.
  void add(double position, const RoomBands& amplitude) {
    const auto whole = static_cast<std::size_t>(position);
    if (whole >= frames_) {
      return;
    }
    const double phase = (position - static_cast<double>(whole)) * kPhases;
    const auto row = static_cast<std::size_t>(phase);
    std::array<float, kTaps> taps;
    between(sinc()[row].data(), sinc()[row + 1].data(), static_cast<float>(phase - static_cast<double>(row)),
            taps.data());
    for (std::size_t b = 0; b < kBands; ++b) {
      add_scaled(taps.data(), static_cast<float>(amplitude[b]),
                 bands_[b].data() + whole + kResponseLead - (kTaps / 2 - 1));
    }
  }

  [[nodiscard]] std::span<float> band(std::size_t b) { return bands_[b]; }

 private:
  std::size_t frames_;
  std::array<std::vector<float>, kBands> bands_;
};

/// A share that goes from 1 to 0 over a while around the start of the tail; the tail has what is missing in power.
constexpr double kFadeS = 0.01;

double image_share(double seconds, const std::optional<double>& tail_after_s) {
  if (!tail_after_s) {
    return 1.0;
  }
  const double t = std::clamp((seconds - *tail_after_s) / kFadeS + 0.5, 0.0, 1.0);
  return plain::cosine_of_turns(0.25 * t);
}

void add_images(Pulses& pulses, const Shoebox& room, const Point& source, const Point& microphone,
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

// ---- Tail

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

// ---- Bands

constexpr std::size_t kFilterTaps = kConvolutionBlock;
constexpr std::size_t kFilterCentre = kFilterTaps / 2;

/// The share of a frequency that belongs to a band: raised cosines over the octaves between centres, which add up to 1.
double band_share(std::size_t band, double hz) {
  const double octaves = hz > 0.0 ? plain::log(hz / kRoomBandsHz[band]) / plain::kLn2 : -100.0;
  const bool outside = (band == 0 && octaves < 0.0) || (band == kBands - 1 && octaves > 0.0);
  if (outside) {
    return 1.0;
  }
  return std::abs(octaves) >= 1.0 ? 0.0 : 0.5 + 0.5 * plain::cosine_of_turns(0.5 * octaves);
}

/// Filters without phase, whose centre is at kFilterCentre.
std::vector<BlockSpectra> make_band_filters(int rate) {
  std::vector<BlockSpectra> filters;
  for (std::size_t b = 0; b < kBands; ++b) {
    std::vector<float> values(2 * kFourierSize);
    const auto real = std::span(values).first<kFourierSize>();
    const auto imaginary = std::span(values).last<kFourierSize>();
    for (std::size_t k = 0; k <= kFourierSize / 2; ++k) {
      const double hz = static_cast<double>(k) * rate / static_cast<double>(kFourierSize);
      real[k] = static_cast<float>(band_share(b, hz) / static_cast<double>(kFourierSize));
      real[(kFourierSize - k) % kFourierSize] = real[k];
    }
    inverse_fourier(real, imaginary);
    std::vector<float> taps(kFilterTaps);
    for (std::size_t i = 0; i < kFilterTaps; ++i) {
      const double turns = (static_cast<double>(i) - static_cast<double>(kFilterCentre)) / kFilterTaps;
      const double window = 0.5 + 0.5 * plain::cosine_of_turns(turns);
      taps[i] = static_cast<float>(window * real[(i + kFourierSize - kFilterCentre) % kFourierSize]);
    }
    filters.push_back(BlockSpectra::of_response(taps));
  }
  return filters;
}

/// The same for every room at this rate, and so made once.
std::shared_ptr<const std::vector<BlockSpectra>> band_filters(int rate) {
  static BoundedCache<std::vector<BlockSpectra>> kept(std::size_t{16} << 20U);
  const std::string key = std::to_string(rate);
  std::shared_ptr<const std::vector<BlockSpectra>> filters = kept.find(key);
  if (!filters) {
    filters = std::make_shared<const std::vector<BlockSpectra>>(make_band_filters(rate));
    std::size_t bytes = 0;
    for (const BlockSpectra& filter : *filters) {
      bytes += filter.bytes();
    }
    kept.keep(key, filters, bytes);
  }
  return filters;
}

/// Adds what the band holds of `in`.
void add_band(std::span<const float> in, const BlockSpectra& filter, std::span<float> out) {
  std::vector<float> filtered(kFilterCentre + out.size());
  convolve(in, filter, filtered);
  for (std::size_t n = 0; n < out.size(); ++n) {
    out[n] += filtered[kFilterCentre + n];
  }
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

double distance(const Point& a, const Point& b) {
  const double x = a.x - b.x;
  const double y = a.y - b.y;
  const double z = a.z - b.z;
  return std::sqrt(x * x + y * y + z * z);
}

RoomBands air_absorption() {
  // ISO 9613-1:1993, equations 3 to 5, at its reference temperature and pressure.
  constexpr double kKelvin = 293.15;
  constexpr double kVapour = 50.0 * 0.023058;  // percent of molecules: humidity times the saturation pressure
  const double oxygen_hz = 24.0 + 4.04e4 * kVapour * (0.02 + kVapour) / (0.391 + kVapour);
  const double nitrogen_hz = 9.0 + 280.0 * kVapour;
  const double oxygen = 0.01275 * plain::exp(-2239.1 / kKelvin);
  const double nitrogen = 0.1068 * plain::exp(-3352.0 / kKelvin);
  RoomBands air;
  for (std::size_t b = 0; b < kBands; ++b) {
    const double f2 = kRoomBandsHz[b] * kRoomBandsHz[b];
    // The standard's factor 8.686 makes decibels of nepers of pressure; of energy there are twice as many.
    air[b] =
        2.0 * f2 * (1.84e-11 + oxygen / (oxygen_hz + f2 / oxygen_hz) + nitrogen / (nitrogen_hz + f2 / nitrogen_hz));
  }
  return air;
}

double reflected_energy(const Shoebox& room, std::size_t band, double metres) {
  const std::vector<double> all = losses(room, band);
  double sum = 0.0;
  for (const double loss : all) {
    sum += plain::exp(-std::min(loss * metres, 600.0));
  }
  return sum / static_cast<double>(all.size());
}

double decay_time_s(const Shoebox& room, std::size_t band) { return decay_time_s(losses(room, band)); }

void set_decay_time(Shoebox& room, double rt60_s) {
  for (std::size_t b = 0; b < kBands; ++b) {
    const double air_s =
        room.air_nepers_per_m[b] > 0.0 ? 6.0 * plain::kLn10 / (room.air_nepers_per_m[b] * kSpeedOfSound) : 1e9;
    double factor = 0.0;
    if (air_s > rt60_s) {
      // Rates of loss add up, but for the directions, which the later steps take into account.
      factor = 1.0;
      constexpr int kSteps = 4;
      for (int i = 0; i < kSteps; ++i) {
        const double now_s = decay_time_s(losses(room, b, factor));
        factor *= (1.0 / rt60_s - 1.0 / air_s) / (1.0 / now_s - 1.0 / air_s);
      }
    }
    for (RoomBands& wall : room.wall_nepers) {
      wall[b] *= factor;
    }
  }
}

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
    way = std::max(way, way_to(losses(room, b), 60.0));
  }
  const auto frames = static_cast<std::size_t>(std::ceil((way - direct) / kSpeedOfSound * rate)) + 1;
  const double reach = how.tail_after_s ? std::min(way, kSpeedOfSound * (*how.tail_after_s + 0.5 * kFadeS)) : way;
  Pulses pulses(frames);
  const std::string name(who);
  add_images(pulses, room, source, microphone, how, std::max(reach, direct * 1.0001), random.stream("jitter " + name));
  std::vector<float> noise;
  if (how.tail_after_s) {
    noise.resize(frames);
    random.stream("tail " + name).normals(0, noise);
  }
  const std::shared_ptr<const std::vector<BlockSpectra>> filters = band_filters(rate);
  std::vector<float> response(kResponseLead + frames);
  for (std::size_t b = 0; b < kBands; ++b) {
    const std::span<float> band = pulses.band(b);
    if (how.tail_after_s) {
      const std::vector<float> envelope = tail_envelope(room, b, direct, *how.tail_after_s, rate, frames);
      add_product(noise.data(), envelope.data(), band.data() + kResponseLead, frames);
    }
    add_band(band, (*filters)[b], response);
  }
  remove_offset(response, rate);
  return response;
}

}  // namespace fairground
