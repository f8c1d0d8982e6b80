// The bands of telephony, without a codec: what lies outside them is gone.
//
// Narrowband 300 to 3400 Hz (ITU-T P.310), wideband 50 to 7000 Hz (ITU-T G.722, P.341), super-wideband 50 to 14000 Hz
// (ITU-T G.722 Annex B). At the edges 3 dB are missing. How fast the band ends there is empirical: lower edges take 60
// % of their frequency from pass band to stop band and upper ones 8 %, which is near the wideband filter of the ITU-T
// software tools. Linear phase and no delay: a difference of two sincs, each in Kaiser's window. Within 0.01 dB in the
// pass band and 60 dB down in the stop band.

#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "augmenters/augmenter.h"
#include "pipeline/core/convolution.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

enum class Band { narrow, wide, super_wide };

struct ChannelBandwidth {
  Band band = Band::narrow;
};

const ParameterTable<ChannelBandwidth>& table() {
  using P = ChannelBandwidth;
  static const auto instance = ParameterTable<P>().choice(
      "band", &P::band, {{"narrowband", Band::narrow}, {"wideband", Band::wide}, {"superwideband", Band::super_wide}},
      "Which one: 300 to 3400, 50 to 7000 or 50 to 14000 Hz; where the upper edge is not below half the rate, there is "
      "none.");
  return instance;
}

constexpr double kRippleDb = 66.0;  // of each sinc; both together then stay 60 dB down
constexpr double kLowerWidth = 0.6;
constexpr double kUpperWidth = 0.08;
/// In Kaiser's window of that ripple the gain is -3 dB so much of the width inside of where it is -6 dB. Measured.
constexpr double kEdgeInside = 0.1095;

/// A low-pass filter of gain 1, from its middle to its end.
std::vector<double> low_pass(double cutoff_hz, double width_hz, int sample_rate) {
  constexpr double kBeta = 0.1102 * (kRippleDb - 8.7);
  const double reach = 0.5 * (kRippleDb - 7.95) / (2.285 * 2.0 * plain::kPi * width_hz / sample_rate);
  std::vector<double> taps;
  double sum = 0.0;
  for (int i = 0; i < reach; ++i) {
    const double k = i;
    const double window = plain::bessel_i0(kBeta * std::sqrt(1.0 - k / reach * (k / reach)));
    const double turns = k * cutoff_hz / sample_rate;
    taps.push_back(window * (i == 0 ? 2.0 * cutoff_hz / sample_rate : plain::sine_of_turns(turns) / (plain::kPi * k)));
    sum += (i == 0 ? 1.0 : 2.0) * taps.back();
  }
  for (double& tap : taps) {
    tap /= sum;
  }
  return taps;
}

struct Filter {
  BlockSpectra response;
  std::size_t delay = 0;
};

Filter prepare(const ChannelBandwidth& p, const PrepareContext& context) {
  const double low_hz = p.band == Band::narrow ? 300.0 : 50.0;
  const double high_hz = p.band == Band::narrow ? 3400.0 : p.band == Band::wide ? 7000.0 : 14000.0;
  const double low_width = kLowerWidth * low_hz;
  const double high_width = kUpperWidth * high_hz;
  std::vector<double> taps = low_pass(low_hz - kEdgeInside * low_width, low_width, context.sample_rate);
  for (double& tap : taps) {
    tap = -tap;
  }
  if (high_hz >= 0.5 * context.sample_rate) {
    taps[0] += 1.0;  // all of what is there
  } else {
    const std::vector<double> upper = low_pass(high_hz + kEdgeInside * high_width, high_width, context.sample_rate);
    taps.resize(std::max(taps.size(), upper.size()));
    for (std::size_t k = 0; k < upper.size(); ++k) {
      taps[k] += upper[k];
    }
  }
  const std::size_t delay = taps.size() - 1;
  std::vector<float> whole(2 * delay + 1);
  for (std::size_t k = 0; k <= delay; ++k) {
    whole[delay - k] = whole[delay + k] = static_cast<float>(taps[k]);
  }
  return {BlockSpectra::of_response(whole), delay};
}

void apply(AudioSignal& signal, const Filter& filter, const ChannelBandwidth& /*p*/, const StepRandom& /*random*/) {
  std::vector<float> filtered(signal.audio.frames());
  for (int channel = 0; channel < signal.audio.channels; ++channel) {
    const std::span<float> samples = signal.audio.channel(channel);
    convolve(std::span<const float>(samples), filter.response, filtered, filter.delay);
    std::ranges::copy(filtered, samples.begin());
  }
}

const Registration registration(signal_augmenter<ChannelBandwidth>(
    {
        .name = "channel.bandwidth",
        .summary = "The narrow, wide or super-wide band of telephony, without a codec.",
        .source = "ITU-T P.310 (narrowband), G.722 and P.341 (wideband), G.722 Annex B (super-wideband)",
        .media = Media::audio,
        .stage = Stage::channel,
        .version = 2,
        .identity = "none: every band ends somewhere",
        .labels = "keeps all labels",
        .claim = "From 8 to 48 kHz, the gain is within 0.01 dB in the pass band, 60 dB down in the stop band, and -3 "
                 "dB at the band's edges within 0.05 dB. A tone comes through without delay.",
        .limits = "How fast the band ends at its edges is empirical.",
        .example = "narrowband: [{channel.bandwidth: {band: narrowband}}]\n"
                   "wideband: [{channel.bandwidth: {band: wideband}}]\n",
    },
    table(), prepare, apply));

}  // namespace
}  // namespace fairground
