// A telephone as its standards have it: the response from the mouth to the line.
//
// Intermediate reference system (IRS) of ITU-T P.48 and its modified form of P.830, annex D, which leaves the band's
// edges to the network; the wideband terminal of P.341; and the input of a GSM mobile (MSIN). P.48 says nothing of
// phase, so these filters have none, as those of ITU-T G.191's software tool library have only a delay: nothing moves
// in time. A realization is one handset, which keeps to its mask within `tolerance_db`. The tables are in
// parts/telephone_masks.cpp. Where the listener's earpiece matters as well, device.receiver stands at the chain's end.

#include "augmenters/audio/parts/telephone_masks.h"
#include "augmenters/augmenter.h"

namespace fairground {
namespace {

struct DeviceHandset {
  TelephoneMask mask = TelephoneMask::modified_irs_send;
  double tolerance_db = 1.0;
};

const ParameterTable<DeviceHandset>& table() {
  using P = DeviceHandset;
  static const auto instance =
      ParameterTable<P>()
          .choice(
              "mask", &P::mask,
              {{"irs", TelephoneMask::irs_send},
               {"modified_irs", TelephoneMask::modified_irs_send},
               {"p341", TelephoneMask::p341},
               {"mobile_input", TelephoneMask::mobile_input}},
              "Narrowband telephone (P.48), the same without the network's band edges (P.830), wideband (P.341), or "
              "the high-pass of a GSM mobile (MSIN).")
          .number("tolerance_db", &P::tolerance_db, "dB", {0.0, 6.0},
                  "How far a handset may be from its mask at any frequency, either way; the default is empirical.");
  return instance;
}

int prepare(const DeviceHandset& /*p*/, const PrepareContext& context) { return context.sample_rate; }

DeviceFilter realize(const int& sample_rate, const DeviceHandset& p, const StepRandom& random) {
  return mask_filter(p.mask, sample_rate, DrawnCurve::within(p.tolerance_db, random.stream("response")));
}

void apply(AudioSignal& signal, const DeviceFilter& handset, const DeviceHandset& /*p*/, const StepRandom& /*random*/) {
  handset.apply(signal.audio);
}

const Registration registration(signal_augmenter<DeviceHandset, int, DeviceFilter>(
    {
        .name = "device.handset",
        .summary = "The sending side of a telephone by its standard's response, each handset within a tolerance.",
        .source = "ITU-T P.48, P.830 annex D, P.341, G.191 (filters)",
        .media = Media::audio,
        .stage = Stage::microphone,
        .version = 2,
        .identity = "none: every mask shapes the spectrum",
        .labels = "keeps all labels: the filter has no delay",
        .claim = "Where a mask lets speech pass, the response is within 1 dB of it, and elsewhere no more than 1 dB "
                 "above. Nothing moves in time (0.05 samples), and a handset keeps to its tolerance within 0.2 dB.",
        .limits = "The tolerance of handsets is empirical.",
        .example = "irs: [{device.handset: {mask: irs}}]\n"
                   "modified_irs: [{device.handset: {mask: modified_irs}}]\n"
                   "wideband: [{device.handset: {mask: p341}}]\n",
    },
    table(), prepare, realize, apply));

}  // namespace
}  // namespace fairground
