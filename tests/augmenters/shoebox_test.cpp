// The sound field of augmenters/audio/parts/shoebox.h against physics and against a slow reference of its own.
#include "augmenters/audio/parts/shoebox.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <map>

#include "pipeline/measure/reverberation.h"

namespace fairground {
namespace {

constexpr int kRate = 16000;
constexpr StepRandom kRandom{0x5B0, 1};

Shoebox room_of(const Point& size, double absorption, bool air = false) {
  Shoebox room{size};
  for (RoomBands& wall : room.wall_nepers) {
    wall.fill(-std::log(1.0 - absorption));
  }
  if (air) {
    room.air_nepers_per_m = air_absorption();
  }
  return room;
}

/// A place at least half a metre from every wall.
Point draw_place(const Point& size, RandomStream& stream) {
  const auto within = [&](double length) { return stream.uniform(0.5, length - 0.5); };
  const double x = within(size.x);
  const double y = within(size.y);
  return {x, y, within(size.z)};
}

double energy(std::span<const float> samples) {
  double sum = 0.0;
  for (const float sample : samples) {
    sum += static_cast<double>(sample) * sample;
  }
  return sum;
}

// ISO 9613-1, table 1: dB per kilometre at 20 degrees Celsius, 50 % humidity, one atmosphere.
TEST(Shoebox, HasTheAirOfTheStandard) {
  const std::map<double, double> table{{125, 0.445}, {250, 1.32},  {500, 2.73}, {1000, 4.66},
                                       {2000, 9.89}, {4000, 29.7}, {8000, 105}};
  // The table is for exact centres, which are up to 0.7 % off the nominal ones; the frequency counts squared.
  constexpr double kNominal = 0.02;
  const RoomBands air = air_absorption();
  for (std::size_t b = 0; b < kRoomBandsHz.size(); ++b) {
    if (table.contains(kRoomBandsHz[b])) {
      const double db_per_km = air[b] * 10.0 / std::log(10.0) * 1000.0;
      EXPECT_NEAR(db_per_km, table.at(kRoomBandsHz[b]), kNominal * table.at(kRoomBandsHz[b])) << kRoomBandsHz[b];
    }
  }
}

// With the same absorption everywhere the first slope is Eyring's, since the mean way between walls is 4 V / S.
TEST(Shoebox, BeginsToDecayAsEyringSays) {
  const Shoebox room = room_of({6.0, 4.0, 3.0}, 0.2);
  const double volume = 72.0;
  const double surface = 2.0 * (24.0 + 18.0 + 12.0);
  constexpr double kStep = 0.01;
  constexpr double kGrid = 0.002;  // 256 directions stand for all
  const double slope = -(std::log(reflected_energy(room, 3, kStep)) - std::log(reflected_energy(room, 3, 0.0))) / kStep;
  EXPECT_NEAR(slope / (-std::log(0.8) * surface / (4.0 * volume)), 1.0, kGrid);
}

TEST(Shoebox, SetsTheDecayTime) {
  for (const double rt60_s : {0.15, 0.5, 1.5}) {
    for (const bool air : {false, true}) {
      Shoebox room = room_of({7.0, 4.5, 2.6}, 0.3, air);
      set_decay_time(room, rt60_s);
      for (std::size_t b = 0; b < kRoomBandsHz.size() - 1; ++b) {
        if (air && kRoomBandsHz[b] > 4000.0) {
          continue;  // air alone damps 8 kHz in 1.6 s
        }
        EXPECT_NEAR(decay_time_s(room, b) / rt60_s, 1.0, 0.002) << rt60_s << " at " << kRoomBandsHz[b];
      }
    }
  }
  Shoebox room = room_of({7.0, 4.5, 2.6}, 0.3, true);
  set_decay_time(room, 4.0);
  EXPECT_NEAR(decay_time_s(room, 6), 60.0 / (0.105 * kSpeedOfSound), 0.02);  // 8 kHz: air alone
  EXPECT_EQ(room.wall_nepers[0][6], 0.0);
}

// ---- The slow reference

/// The pressure of all images at one frequency: a sum of waves, so no windowed sinc and no filters. Walls and air are
/// between the octaves' centres as raised cosines of the logarithm put them.
std::complex<double> reference_at(const Shoebox& room, const Point& s, const Point& m, double hz, double reach) {
  const double octave = std::clamp(std::log2(hz / 125.0), 0.0, 7.0);
  const auto lower = std::min(static_cast<std::size_t>(octave), std::size_t{6});
  const double t = octave - static_cast<double>(lower);
  const double to_upper = 0.5 - 0.5 * std::cos(M_PI * t);
  const auto amplitude_in = [&](std::size_t band, const std::array<int, 6>& hits, double way) {
    double nepers = way * room.air_nepers_per_m[band];
    for (std::size_t w = 0; w < 6; ++w) {
      nepers += hits[w] * room.wall_nepers[w][band];
    }
    return std::exp(-0.5 * nepers) / way;
  };
  const double direct = distance(s, m);
  std::complex<double> sum = 0.0;
  const int most = static_cast<int>(reach / 2.0 / std::min({room.size.x, room.size.y, room.size.z})) + 2;
  for (int l = -most; l <= most; ++l) {
    for (int j = -most; j <= most; ++j) {
      for (int k = -most; k <= most; ++k) {
        for (int p = 0; p < 8; ++p) {
          const int u = p & 1, v = p >> 1 & 1, w = p >> 2 & 1;
          const double x = (u != 0 ? -s.x : s.x) + 2 * l * room.size.x - m.x;
          const double y = (v != 0 ? -s.y : s.y) + 2 * j * room.size.y - m.y;
          const double z = (w != 0 ? -s.z : s.z) + 2 * k * room.size.z - m.z;
          const double way = std::sqrt(x * x + y * y + z * z);
          if (way > reach) {
            continue;
          }
          const std::array<int, 6> hits{std::abs(l - u), std::abs(l),     std::abs(j - v),
                                        std::abs(j),     std::abs(k - w), std::abs(k)};
          const double amplitude =
              (1.0 - to_upper) * amplitude_in(lower, hits, way) + to_upper * amplitude_in(lower + 1, hits, way);
          sum += amplitude * std::polar(1.0, -2.0 * M_PI * hz * (way - direct) / kSpeedOfSound);
        }
      }
    }
  }
  // The Butterworth high-pass of second order at 20 Hz, as the bilinear transform puts it.
  const double warped = std::tan(M_PI * hz / kRate) / std::tan(M_PI * 20.0 / kRate);
  const std::complex<double> g(0.0, warped);
  return sum * (g * g / (1.0 + std::sqrt(2.0) * g + g * g));
}

std::complex<double> transform_at(std::span<const float> response, double hz) {
  std::complex<double> sum = 0.0;
  for (std::size_t n = 0; n < response.size(); ++n) {
    sum += static_cast<double>(response[n]) *
           std::polar(1.0, -2.0 * M_PI * hz * (static_cast<double>(n) - static_cast<double>(kResponseLead)) / kRate);
  }
  return sum;
}

TEST(Shoebox, AgreesWithASlowReference) {
  constexpr double kErrorDb = -60.0;
  constexpr double kShareOfNyquist = 0.85;
  Shoebox room{{3.1, 2.7, 2.4}};
  RandomStream stream(1, 0, "walls");
  for (RoomBands& wall : room.wall_nepers) {
    const double absorption = stream.uniform(0.4, 0.8);
    for (double& value : wall) {
      value = -std::log(1.0 - absorption) * stream.uniform(0.9, 1.1);
    }
  }
  room.air_nepers_per_m = air_absorption();
  const Point source{1.0, 1.9, 1.1};
  const Point microphone{2.2, 0.9, 1.5};
  const std::vector<float> response = shoebox_response(room, source, microphone, {kRate}, "speech", kRandom);
  const double reach =
      distance(source, microphone) + static_cast<double>(response.size() - kResponseLead - 1) / kRate * kSpeedOfSound;
  double difference = 0.0;
  double whole = 0.0;
  for (double hz = 60.0; hz < kShareOfNyquist * kRate / 2; hz += 41.0) {
    const std::complex<double> expected = reference_at(room, source, microphone, hz, reach);
    difference += std::norm(transform_at(response, hz) - expected);
    whole += std::norm(expected);
  }
  EXPECT_LT(10.0 * std::log10(difference / whole), kErrorDb);
}

// ---- Decays, levels, times

struct Case {
  Shoebox room;
  double rt60_s = 0.0;
};

Case case_of(double rt60_s, const Point& size = {6.2, 4.7, 2.9}) {
  Case c{room_of(size, 0.3, true), rt60_s};
  set_decay_time(c.room, rt60_s);
  return c;
}

std::vector<float> response_of(const Case& c, const Point& source, const Point& microphone, std::uint64_t seed) {
  const double mixing_s = mixing_time_s(c.room, distance(source, microphone));
  return shoebox_response(c.room, source, microphone, {kRate, 0.08, mixing_s}, "speech", {seed, 0});
}

class DecayTime : public testing::TestWithParam<double> {};

// The mean is that of the decays (ISO 3382-2 calls it ensemble averaging) and not of the times: with the scatter that
// the standard expects in short rooms and low octaves, 16 % at 0.2 s and 250 Hz, a mean of times is too long even for
// noise that decays exactly.
TEST_P(DecayTime, IsMetInEveryOctave) {
  constexpr int kPositions = 60;
  constexpr double kMeanShare = 0.05;
  constexpr double kDeviations = 3.0;
  // Of a normal law 0.27 % lie farther out, so that of 60 there are more than two in one case of 1400.
  constexpr int kBeyond = 2;
  const Case c = case_of(GetParam());
  RandomStream stream(2, 0, "places");
  std::map<double, std::vector<double>> times;
  std::map<double, std::vector<float>> decays;
  for (int i = 0; i < kPositions; ++i) {
    // As ISO 3382-2 wants it, no nearer than where the reverberation is as loud as the direct sound, about.
    const double volume = c.room.size.x * c.room.size.y * c.room.size.z;
    const double nearest = 2.0 * std::sqrt(volume / (kSpeedOfSound * c.rt60_s));
    Point source, microphone;
    do {
      source = draw_place(c.room.size, stream);
      microphone = draw_place(c.room.size, stream);
    } while (distance(source, microphone) < std::min(nearest, 2.0));
    const std::vector<float> response = response_of(c, source, microphone, static_cast<std::uint64_t>(i));
    for (const double hz : {250.0, 500.0, 1000.0, 2000.0, 4000.0}) {
      const OctaveBand band = octave_band(response, kRate, hz);
      std::vector<float>& mean = decays[hz];
      mean.resize(std::max(mean.size(), band.samples.size()));
      for (std::size_t n = 0; n < band.samples.size(); ++n) {
        mean[n] = std::sqrt(mean[n] * mean[n] + band.samples[n] * band.samples[n]);
      }
      const auto time = reverberation_time_s(band.samples, kRate);
      ASSERT_TRUE(time.has_value());
      times[hz].push_back(*time);
    }
  }
  for (const auto& [hz, all] : times) {
    // ISO 3382-2:2008, equation for T20 and one position; an integrated response counts as ten decays.
    const double deviation = 0.88 * c.rt60_s * std::sqrt((1.0 + 1.9 / 10.0) / (0.71 * hz * c.rt60_s));
    const auto beyond =
        std::ranges::count_if(all, [&](double time) { return std::abs(time - c.rt60_s) > kDeviations * deviation; });
    EXPECT_NEAR(reverberation_time_s(decays[hz], kRate).value(), c.rt60_s, kMeanShare * c.rt60_s) << hz;
    EXPECT_LE(beyond, kBeyond) << hz;
  }
}
INSTANTIATE_TEST_SUITE_P(Targets, DecayTime, testing::Values(0.2, 0.4, 0.8, 1.5));

// The direct sound is the first sample; it falls as 1 / distance.
TEST(Shoebox, BeginsWithTheDirectSoundAndItsLevel) {
  const Shoebox room = room_of({12.0, 11.0, 10.0}, 0.4);
  const Point microphone{2.0, 2.0, 5.0};
  double before = 0.0;
  for (const double metres : {1.0, 2.0, 4.0, 8.0}) {
    const Point source{2.0 + metres * 0.8, 2.0 + metres * 0.6, 5.0};
    const std::vector<float> response = shoebox_response(room, source, microphone, {kRate}, "speech", kRandom);
    // The nearest wall is 2 m away, so that 1 ms hold nothing else.
    const double direct = energy(std::span(response).first(kResponseLead + 8));
    if (before > 0.0) {
      EXPECT_NEAR(10.0 * std::log10(before / direct), 6.02, 0.05) << metres;
    }
    before = direct;
    // Its time, by the phase of what is in the first millisecond: the centre of mass of a pulse at 0 is 0.
    const double phase = std::arg(transform_at(std::span(response).first(kResponseLead + 8), 4000.0));
    EXPECT_NEAR(phase / (2.0 * M_PI * 4000.0) * kRate, 0.0, 0.1) << metres;
    EXPECT_NEAR(response[kResponseLead], 1.0 / metres, 0.02 / metres);
  }
}

// Barron and Lee, J. Acoust. Soc. Am. 84, 1988: reflections begin no earlier than the direct sound, so their level
// falls by 0.174 r / T dB with the distance r.
TEST(Shoebox, HasLessReverberationFartherAway) {
  constexpr int kPositions = 24;
  constexpr double kWithinDb = 1.5;
  const Case c = case_of(0.6, {9.0, 7.0, 4.0});
  RandomStream stream(3, 0, "places");
  for (int i = 0; i < kPositions; ++i) {
    const Point source = draw_place(c.room.size, stream);
    const Point microphone = draw_place(c.room.size, stream);
    const double metres = distance(source, microphone);
    const std::vector<float> response = response_of(c, source, microphone, static_cast<std::uint64_t>(i));
    const double reflected = 10.0 * std::log10(energy(std::span(response).subspan(kResponseLead + 8)));
    // 31200 T / V against the direct sound at 10 m is 4 pi c T / (6 ln 10 V) against that at 1 m.
    const double expected = 10.0 * std::log10(4.0 * M_PI * kSpeedOfSound * c.rt60_s / (6.0 * std::log(10.0) * 252.0)) -
                            0.174 * metres / c.rt60_s;
    EXPECT_NEAR(reflected, expected, kWithinDb) << metres << " m";
  }
}

}  // namespace
}  // namespace fairground
