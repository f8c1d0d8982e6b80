// Noise of an image sensor in linear light: photons come one by one, so the variance grows with the signal x, and
// reading adds a constant: variance = a x + b (Foi, Trimeche, Katkovnik and Egiazarian, "Practical
// Poissonian-Gaussian noise modeling and fitting for single-image raw-data", IEEE TIP 17(10), 2008).
//
// A normal draw n is bent so that the third cumulant is the Poisson one too, a^2 x, which matters where few
// photons fall: noise = s n + k (n^2 - 1), with k = a^2 x / (6 (a x + b)) and s^2 = a x + b - 2 k^2 (the
// second-order Cornish-Fisher expansion). Mean and variance are exact.

#include <algorithm>
#include <cmath>
#include <optional>

#include "augmenters/augmenter.h"
#include "pipeline/core/hot.h"

namespace fairground {
namespace {

struct SensorNoise {
  std::optional<double> iso;
  std::optional<double> a;
  std::optional<double> b;
};

const ParameterTable<SensorNoise>& table() {
  using P = SensorNoise;
  static const auto instance =
      ParameterTable<P>()
          .number("iso", &P::iso, "ISO", {25.0, 102400.0},
                  "Speed of a typical phone sensor; with s = ISO / 100, a = 1.34e-5 s and b = 1.5e-8 + 3.4e-8 s + "
                  "1.05e-8 s^2.")
          .number("a", &P::a, "linear", {0.0, 0.1}, "Variance of shot noise at white: the linear value of one photon.")
          .number("b", &P::b, "linear^2", {0.0, 0.1}, "Variance of read noise.");
  return instance;
}

std::string check(const std::vector<Setting>& settings) {
  const auto given = [&](std::size_t i) { return !std::holds_alternative<std::monostate>(settings[i]); };
  const bool by_iso = given(0);
  const bool by_law = given(1) && given(2);
  if (by_iso == by_law || given(1) != given(2)) {
    return "give either `iso`, or both `a` and `b`";
  }
  return {};
}

struct NoiseLaw {
  float a;
  float b;
};

// The LG Nexus 5 as measured for darktable 4.2's noise profiles (green channel, ISO 100 to 3200), fitted by hand:
// a within 3 % at every ISO, b within 9 %. Read noise before the amplifier grows with s^2, after it not at all.
NoiseLaw noise_law(const SensorNoise& p) {
  if (p.iso) {
    const double speed = *p.iso / 100.0;
    return {static_cast<float>(1.34e-5 * speed), static_cast<float>(1.5e-8 + 3.4e-8 * speed + 1.05e-8 * speed * speed)};
  }
  return {static_cast<float>(*p.a), static_cast<float>(*p.b)};
}

FAIRGROUND_HOT void add_noise(float* samples, const float* normals, std::size_t count, NoiseLaw law) {
  const float a = law.a;
  const float b = law.b;
  for (std::size_t i = 0; i < count; ++i) {
    const float shot = a * std::max(samples[i], 0.0F);
    const float variance = shot + b;
    // The smallest normal float keeps 0 / 0 out where both are zero, and changes nothing elsewhere. Below a / 18, a
    // small part of one photon, the whole variance is in the bend, and the third cumulant gives way to it.
    const float bend = a * shot / (6.0F * variance + 1.17549435e-38F);
    // One root serves as k where the bend is all, and as s elsewhere; roots are most of this loop's time.
    const float straight = variance - 2.0F * bend * bend;
    const float root = std::sqrt(straight > 0.0F ? straight : 0.5F * variance);
    const float k = straight > 0.0F ? bend : root;
    const float s = straight > 0.0F ? root : 0.0F;
    const float n = normals[i];
    samples[i] += s * n + k * (n * n - 1.0F);
  }
}

RowOperation rows(const Shot& shot, const SensorNoise& p, const StepRandom& random) {
  // A row of one channel has room for 2^20 draws, so that a pixel's draw depends on (y, x, channel) only.
  constexpr std::uint64_t kRowDraws = std::uint64_t{1} << 20U;
  constexpr std::uint64_t kChannels = 3;
  return [law = noise_law(p), stream = random.stream("pixels"),
          normals = std::vector<float>(static_cast<std::size_t>(shot.width))](const ImageRow& row) mutable {
    for (int channel = 0; channel < row.channels; ++channel) {
      const std::uint64_t line = static_cast<std::uint64_t>(row.y) * kChannels + static_cast<std::uint64_t>(channel);
      stream.normals(line * kRowDraws, normals);
      add_noise(row.channel(channel).data(), normals.data(), normals.size(), law);
    }
  };
}

const Registration registration(row_augmenter<SensorNoise>(
    {
        .name = "sensor.noise",
        .summary = "Shot and read noise of an image sensor, in linear light, by ISO or by its two constants.",
        .source = "Foi et al. 2008 (law); darktable noise profiles of the LG Nexus 5 (ISO)",
        .media = Media::image,
        .stage = Stage::sensor,
        .version = 1,
        .identity = "a: 0, b: 0",
        .labels = "keeps all labels",
        .check = check,
    },
    table(), rows));

}  // namespace
}  // namespace fairground
