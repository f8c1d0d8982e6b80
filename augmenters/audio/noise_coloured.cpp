// Gaussian noise whose power density follows a power of frequency: white (0 dB per octave), pink (-3), brown
// (-6), blue (+3) and violet (+6). The names are those of ATIS Telecom Glossary (T1.523-2001).
//
// The spectrum is drawn rather than filtered: each block is the inverse transform of independent complex
// normals that are weighted by the wanted amplitude (Timmer and Koenig, "On generating power law noise",
// Astronomy and Astrophysics 300, 1995). So the slope is exact at every rate, without a filter's ripple or
// start. Blocks are joined by a cross-fade that keeps the power.

#include <algorithm>
#include <cmath>

#include "augmenters/augmenter.h"
#include "pipeline/core/fourier.h"
#include "pipeline/core/hot.h"

namespace fairground {
namespace {

enum class Colour { white, pink, brown, blue, violet };

struct NoiseColoured {
  Colour colour = Colour::pink;
  double snr_db = 0.0;
  double low_hz = 20.0;
};

const ParameterTable<NoiseColoured>& table() {
  using P = NoiseColoured;
  static const auto instance =
      ParameterTable<P>()
          .choice("colour", &P::colour,
                  {{"white", Colour::white},
                   {"pink", Colour::pink},
                   {"brown", Colour::brown},
                   {"blue", Colour::blue},
                   {"violet", Colour::violet}},
                  "How the power density goes with frequency: 0, -3, -6, +3 or +6 dB per octave.")
          .required_number("snr_db", &P::snr_db, "dB", {-30.0, 60.0},
                           "Active speech level (ITU-T P.56) over the noise's RMS level, at the mixer.")
          .number("low_hz", &P::low_hz, "Hz", {1.0, 500.0},
                  "No noise lies below this frequency; without it, brown noise would be mostly inaudible rumble.");
  return instance;
}

// The constant block keeps a longer signal's start equal to a shorter one's. 16384 samples resolve 1 Hz at
// 16 kHz and 12 Hz at 192 kHz.
constexpr std::size_t kBlock = kFourierSize;
constexpr std::size_t kFade = 2048;
constexpr std::size_t kHop = kBlock - kFade;

struct State {
  int sample_rate = 0;
  std::vector<float> fade_in;
  std::vector<float> fade_out;
};

State prepare(const NoiseColoured&, const PrepareContext& context) {
  State state;
  state.sample_rate = context.sample_rate;
  for (std::size_t i = 0; i < kFade; ++i) {
    // Square roots add up in power: the neighbours are independent.
    const float t = (static_cast<float>(i) + 0.5F) / static_cast<float>(kFade);
    state.fade_in.push_back(std::sqrt(t));
    state.fade_out.push_back(std::sqrt(1.0F - t));
  }
  return state;
}

// Square roots and quotients only: unlike pow they are exact on every machine.
double amplitude(Colour colour, double hz) {
  switch (colour) {
    case Colour::white:
      return 1.0;
    case Colour::pink:
      return 1.0 / std::sqrt(hz);
    case Colour::brown:
      return 1.0 / hz;
    case Colour::blue:
      return std::sqrt(hz);
    case Colour::violet:
      return hz;
  }
  return 0.0;
}

/// Amplitude of each bin, the negative frequencies mirrored.
std::vector<float> bin_weights(const NoiseColoured& p, int sample_rate) {
  std::vector<float> weights(kBlock, 0.0F);
  // Scaled so that the strongest bin is 1: the level is the mixer's business, the range of floats is not.
  const double hz_per_bin = static_cast<double>(sample_rate) / static_cast<double>(kBlock);
  const double nyquist = sample_rate / 2.0;
  const double strongest = std::max(amplitude(p.colour, p.low_hz), amplitude(p.colour, nyquist));
  for (std::size_t k = 1; k < kBlock / 2; ++k) {
    const double hz = static_cast<double>(k) * hz_per_bin;
    if (hz >= p.low_hz) {
      weights[k] = weights[kBlock - k] = static_cast<float>(amplitude(p.colour, hz) / strongest);
    }
  }
  return weights;
}

FAIRGROUND_HOT void multiply(float* samples, const float* factors, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    samples[i] *= factors[i];
  }
}

FAIRGROUND_HOT void add_product(float* out, const float* samples, const float* factors, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    out[i] += samples[i] * factors[i];
  }
}

/// Two independent blocks: with the same weight at both signs of a frequency, the real and the imaginary part of
/// the transform are two independent real noises, so that no half of the work is thrown away.
struct BlockPair {
  std::vector<float> values = std::vector<float>(2 * kBlock);

  void draw(const std::vector<float>& weights, const RandomStream& stream, std::size_t pair) {
    const auto real = std::span(values).first<kBlock>();
    const auto imaginary = std::span(values).last<kBlock>();
    stream.normals(pair * 2 * kBlock, values);
    multiply(real.data(), weights.data(), kBlock);
    multiply(imaginary.data(), weights.data(), kBlock);
    inverse_fourier(real, imaginary);
  }
  [[nodiscard]] float* block(std::size_t index) { return values.data() + index % 2 * kBlock; }
};

void synthesise(std::span<float> out, const State& state, const std::vector<float>& weights,
                const RandomStream& stream) {
  BlockPair pair;
  for (std::size_t block = 0; block * kHop < out.size(); ++block) {
    if (block % 2 == 0) {
      pair.draw(weights, stream, block / 2);
    }
    float* const samples = pair.block(block);
    multiply(samples + kHop, state.fade_out.data(), kFade);
    const std::span<float> rest = out.subspan(block * kHop);
    const std::size_t length = std::min(kBlock, rest.size());
    const std::size_t faded = block == 0 ? 0 : std::min(kFade, length);
    add_product(rest.data(), samples, state.fade_in.data(), faded);
    std::copy(samples + faded, samples + length, rest.begin() + static_cast<std::ptrdiff_t>(faded));
  }
}

void apply(AudioScene& scene, const State& state, const NoiseColoured& p, const StepRandom& random) {
  Audio& noise = scene.add_noise("noise.coloured", p.snr_db);
  const std::vector<float> weights = bin_weights(p, state.sample_rate);
  for (int channel = 0; channel < noise.channels; ++channel) {
    synthesise(noise.channel(channel), state, weights, random.stream("spectrum " + std::to_string(channel)));
  }
}

const Registration registration(audio_augmenter<NoiseColoured, State>(
    {
        .name = "noise.coloured",
        .summary = "Stationary noise of a named colour, at an SNR against the active speech level.",
        .source = "Timmer and Koenig 1995 (drawn spectrum); ATIS Telecom Glossary (colours); ITU-T P.56 (level)",
        .media = Media::audio,
        .stage = Stage::scene,
        .version = 1,
        .identity = "none: every SNR adds noise",
        .labels = "keeps all labels",
    },
    table(), prepare, apply));

}  // namespace
}  // namespace fairground
