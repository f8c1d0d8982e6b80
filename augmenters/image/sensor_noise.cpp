// Noise of an image sensor in linear light: photons come one by one, so the variance grows with the signal x, and
// reading adds a constant: variance = a x + b (Foi, Trimeche, Katkovnik and Egiazarian, "Practical
// Poissonian-Gaussian noise modeling and fitting for single-image raw-data", IEEE TIP 17(10), 2008).
//
// A normal draw n is bent so that the third cumulant of the photons' part is the Poisson one too, a^2 x, which matters
// where few photons fall: s n + k (n^2 - 1), with k = a / 6 and s^2 = a x - 2 k^2 (the second-order Cornish-Fisher
// expansion). Mean and variance are exact. Reading adds a normal draw of its own.
//
// A named camera has published constants (parts/cameras.cpp). Behind its white balance, which multiplies red and blue
// by gains g, their variance is g^2 (a x / g + b) = a g x + b g^2. Grey pictures are taken as green.
//
// Rows and pixels may have flaws of their own on top of that (parts/sensor_flaws.h).

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>

#include "augmenters/augmenter.h"
#include "augmenters/image/parts/cameras.h"
#include "augmenters/image/parts/normal_pool.h"
#include "augmenters/image/parts/sensor_flaws.h"
#include "pipeline/config/config.h"
#include "pipeline/core/hot.h"
#include "pipeline/core/text.h"

namespace fairground {
namespace {

struct SensorNoise {
  std::optional<double> iso;
  std::optional<double> a;
  std::optional<double> b;
  std::string camera = "none";
  double row_noise = 0.0;
  double hot_pixels = 0.0;
  double hot_pixel_rate = 0.05;
};

const ParameterTable<SensorNoise>& table() {
  using P = SensorNoise;
  static const auto instance =
      ParameterTable<P>()
          .number(
              "iso", &P::iso, "ISO", {25.0, 102400.0},
              "Speed of the camera, within what is published of it; by default what its exposure needs where a step "
              "declares the illuminance, else its lowest. Without a camera, of a typical phone sensor: with s = ISO "
              "/ 100, a = 1.34e-5 s and b = 1.5e-8 + 3.4e-8 s + 1.05e-8 s^2.")
          .number("a", &P::a, "linear", {0.0, 0.1}, "Variance of shot noise at white: the linear value of one photon.")
          .number("b", &P::b, "linear^2", {0.0, 0.1}, "Variance of read noise.")
          .choice(
              "camera", &P::camera, camera_choices(),
              "The camera whose published noise it is, and whose exposure the chain then has: " + camera_list() + ".")
          .number("row_noise", &P::row_noise, "", {0.0, 1.0},
                  "Standard deviation of each row's own offset, as a share of that of the read noise.")
          .number("hot_pixels", &P::hot_pixels, "per megapixel", {0.0, 1000.0},
                  "How many pixels are hot, in places that belong to the realization.")
          .number(
              "hot_pixel_rate", &P::hot_pixel_rate, "1/s", {0.0, 10.0},
              "Mean linear light that a hot pixel gains at ISO 100 per second of exposure, which lasts 1/60 s where "
              "no step declares the illuminance.");
  return instance;
}

constexpr std::size_t kCameraAt = 3;  // among the settings

std::string check(const std::vector<Setting>& settings) {
  const auto given = [&](std::size_t i) { return !std::holds_alternative<std::monostate>(settings[i]); };
  const auto& camera = std::get<std::string>(settings[kCameraAt]);
  if (camera != "none") {
    if (given(1) || given(2)) {
      return "the camera says what `a` and `b` are; leave these out";
    }
    const CameraModel& model = camera_model(camera);
    const auto* number = std::get_if<double>(&settings[0]);
    const auto* range = std::get_if<Range>(&settings[0]);
    const double low = number != nullptr ? *number : range != nullptr ? range->low : model.slowest();
    const double high = number != nullptr ? *number : range != nullptr ? range->high : model.slowest();
    if (low < model.slowest() || high > model.fastest()) {
      return "`iso` of " + camera + " is known from " + shortest(model.slowest()) + " to " + shortest(model.fastest());
    }
    return {};
  }
  const bool by_iso = given(0);
  const bool by_law = given(1) && given(2);
  if (by_iso == by_law || given(1) != given(2)) {
    return "give a `camera`, or `iso`, or both `a` and `b`";
  }
  return {};
}

std::string check_chain(const std::vector<const Step*>& chain) {
  const auto is_camera = [](const Step* step) {
    if (step->schema->name != "sensor.noise") {
      return false;
    }
    const auto& camera = std::get<std::string>(step->settings[kCameraAt]);
    return camera != "none" && !camera_model(camera).yields;
  };
  return std::ranges::count_if(chain, is_camera) > 1
             ? "a picture is taken by one camera, and two steps name one (device.camera has it in it); keep one, or "
               "forbid the combination with `except`"
             : "";
}

struct NoiseLaw {
  float a;
  float b;
};

/// What one variant's sensor does, by channel.
struct Sensor {
  std::optional<double> iso;
  std::array<double, 3> gains{1.0, 1.0, 1.0};
  std::array<NoiseLaw, 3> laws{};

  [[nodiscard]] std::array<double, 3> row_sigmas(double share) const {
    return {share * std::sqrt(laws[0].b), share * std::sqrt(laws[1].b), share * std::sqrt(laws[2].b)};
  }
};

/// The speed of a camera that is known by name.
double camera_iso(const Shot& shot, const SensorNoise& p, const CameraModel& camera) {
  if (p.iso) {
    return *p.iso;
  }
  return shot.exposure ? shot.exposure->iso : camera.programme.lowest_iso;
}

// Without a camera: the LG Nexus 5 as measured for darktable 4.2's noise profiles (green channel, ISO 100 to 3200),
// fitted by hand: a within 3 % at every ISO, b within 9 %. Read noise before the amplifier grows with s^2, after it not
// at all.
Sensor sensor_of(const Shot& shot, const SensorNoise& p) {
  Sensor sensor;
  SpeedNoise green;
  if (p.camera != "none") {
    const CameraModel& camera = camera_model(p.camera);
    green = noise_at(camera, camera_iso(shot, p, camera));
    sensor.iso = green.iso;
    if (shot.channels == 3) {
      sensor.gains = {camera.red_gain, 1.0, camera.blue_gain};
    }
  } else if (p.iso) {
    const double speed = *p.iso / 100.0;
    green = {*p.iso, 1.34e-5 * speed, 1.5e-8 + 3.4e-8 * speed + 1.05e-8 * speed * speed};
    sensor.iso = p.iso;
  } else {
    green = {0.0, *p.a, *p.b};
  }
  for (std::size_t c = 0; c < 3; ++c) {
    const double gain = sensor.gains[c];
    sensor.laws[c] = {static_cast<float>(green.a * gain), static_cast<float>(green.b * gain * gain)};
  }
  return sensor;
}

/// The constants of the loop below.
struct NoiseTerms {
  explicit NoiseTerms(NoiseLaw law)
      : a(law.a), bend(law.a / 6.0F), few(law.a / 18.0F), half(0.5F * law.a), read(std::sqrt(law.b)) {}

  float a;
  float bend;
  float few;  ///< light below which the whole variance is in the bend
  float half;
  float read;
};

/// Below a / 18, a small part of one photon, the third cumulant gives way to the variance. One root serves as k there,
/// and as s elsewhere.
[[gnu::always_inline]] inline float noisy(float sample, float n, float m, const NoiseTerms& law) {
  const float light = std::max(sample, 0.0F);
  const float over = light - law.few;
  const float root = std::sqrt(over > 0.0F ? law.a * over : law.half * light);
  const float s = over > 0.0F ? root : 0.0F;
  const float k = over > 0.0F ? law.bend : root;
  return sample + (s * n + k * (n * n - 1.0F) + law.read * m);
}

FAIRGROUND_HOT void add_noise(float* __restrict samples, std::size_t count, const NormalPool& pool,
                              const std::uint32_t* words, const NoiseTerms& terms) {
  const NoiseTerms law = terms;
  constexpr std::size_t kAhead = 3;  // runs whose numbers are on their way from far memory meanwhile
  for (std::size_t begin = 0; begin < count; begin += NormalPool::kRun, ++words) {
    if (begin + kAhead * NormalPool::kRun < count) {
      NormalPool::fetch(pool.first(words[kAhead]));
      NormalPool::fetch(pool.second(words[kAhead]));
    }
    const float* __restrict first = pool.first(*words);
    const float* __restrict second = pool.second(*words);
    float* __restrict run = samples + begin;
    if (count - begin >= NormalPool::kRun) {
      for (std::size_t i = 0; i < NormalPool::kRun; ++i) {  // a fixed length, which needs no code around the vectors
        run[i] = noisy(run[i], first[i] + second[i], first[i] - second[i], law);
      }
    } else {
      for (std::size_t i = 0; i < count - begin; ++i) {
        run[i] = noisy(run[i], first[i] + second[i], first[i] - second[i], law);
      }
    }
  }
}

RowOperation rows(const Shot& shot, const SensorNoise& p, const StepRandom& random) {
  if (p.camera != "none" && camera_model(p.camera).yields && shot.declared.programme) {
    return [](const ImageRow&) {};
  }
  // A row of one channel has room for 2^20 words, so that a pixel's draw depends on (y, x, channel) only.
  constexpr std::uint64_t kRowWords = std::uint64_t{1} << 20U;
  constexpr std::uint64_t kChannels = 3;
  constexpr double kUsualTime = 1.0 / 60.0;  // in seconds
  const Sensor sensor = sensor_of(shot, p);
  const double time = shot.exposure ? shot.exposure->time_s : kUsualTime;
  const double charge = p.hot_pixel_rate * time * sensor.iso.value_or(100.0) / 100.0;
  const std::size_t runs = (static_cast<std::size_t>(shot.width) + NormalPool::kRun - 1) / NormalPool::kRun;
  const auto change = [p, sensor, charge, stream = random.stream("pixels"), row_stream = random.stream("rows"),
                       hot_stream = random.stream("hot pixels"),
                       words = std::vector<std::uint32_t>(runs)](const ImageRow& row) mutable {
    for (int channel = 0; channel < row.channels; ++channel) {
      const std::uint64_t line = static_cast<std::uint64_t>(row.y) * kChannels + static_cast<std::uint64_t>(channel);
      stream.words(line * kRowWords, words);
      const std::span<float> samples = row.channel(channel);
      add_noise(samples.data(), samples.size(), normal_pool(), words.data(),
                NoiseTerms(sensor.laws[static_cast<std::size_t>(channel)]));
    }
    if (p.row_noise > 0.0) {
      add_row_noise(row, sensor.row_sigmas(p.row_noise), row_stream);
    }
    if (p.hot_pixels > 0.0) {
      add_hot_pixels(row, p.hot_pixels * 1e-6,
                     {sensor.gains[0] * charge, sensor.gains[1] * charge, sensor.gains[2] * charge}, hot_stream);
    }
  };
  if (p.camera == "none") {
    return change;
  }
  return {change, [iso = *sensor.iso] { return std::vector<std::pair<std::string, double>>{{"iso", iso}}; }};
}

void declare(ShotDeclaration& shot, const SensorNoise& p) {
  if (p.camera != "none" && !camera_model(p.camera).yields) {
    shot.programme = camera_model(p.camera).programme;
  }
}

const Registration registration(declaring(
    row_augmenter<SensorNoise>(
        {
            .name = "sensor.noise",
            .summary = "Noise of an image sensor, in linear light, of a camera, by ISO, or by its two constants.",
            .source = "Foi et al. 2008 (law); darktable 4.2.1's noise profiles (cameras, and ISO by those of the LG "
                      "Nexus 5); Wei et al. 2020 (rows)",
            .media = Media::image,
            .stage = Stage::sensor,
            .version = 2,
            .identity = "a: 0, b: 0",
            .labels = "keeps all labels",
            .claim = "The variance is within 1.5 % of a x + b without a bias (5 % in a file of 16 bits), and within 5 "
                     "% of what is published of each camera. In codes it is 1.15 to 1.4 times as strong on the darkest "
                     "2 % of 739 photographed tones of skin as on the lightest 2 %.",
            .limits = "By `iso` alone it is the noise of one phone. Grey pictures are taken as green.",
            .example = "iso_3200: [{sensor.noise: {iso: 3200}}]\n"
                       "iso_25600: [{sensor.noise: {iso: 25600}}]\n"
                       "rows: [{sensor.noise: {iso: 25600, row_noise: 1, hot_pixels: 500, hot_pixel_rate: 5}}]\n",
            .check = check,
            .check_chain = check_chain,
        },
        table(), rows),
    table(), declare));

}  // namespace
}  // namespace fairground
