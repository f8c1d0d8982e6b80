// The earpiece at the other end of a telephone line: the response from the line to the ear.
//
// The receiving side of the intermediate reference system (ITU-T P.48) and of its modified form (P.830, annex D), for
// tests of what a listener hears; a service that takes the line's signal has no earpiece. As device.handset otherwise,
// which is the other end. It is the last on the signal path, behind codec and network.

#include "augmenters/audio/parts/telephone_masks.h"
#include "augmenters/augmenter.h"

namespace fairground {
namespace {

struct DeviceReceiver {
  TelephoneMask mask = TelephoneMask::modified_irs_receive;
  double tolerance_db = 1.0;
};

const ParameterTable<DeviceReceiver>& table() {
  using P = DeviceReceiver;
  static const auto instance =
      ParameterTable<P>()
          .choice("mask", &P::mask,
                  {{"irs", TelephoneMask::irs_receive}, {"modified_irs", TelephoneMask::modified_irs_receive}},
                  "Narrowband telephone (P.48), or the same without the network's band edges (P.830).")
          .number("tolerance_db", &P::tolerance_db, "dB", {0.0, 6.0},
                  "How far a receiver may be from its mask at any frequency, either way; the default is empirical.");
  return instance;
}

int prepare(const DeviceReceiver& /*p*/, const PrepareContext& context) { return context.sample_rate; }

DeviceFilter realize(const int& sample_rate, const DeviceReceiver& p, const StepRandom& random) {
  return mask_filter(p.mask, sample_rate, DrawnCurve::within(p.tolerance_db, random.stream("response")));
}

void apply(AudioSignal& signal, const DeviceFilter& receiver, const DeviceReceiver& /*p*/,
           const StepRandom& /*random*/) {
  receiver.apply(signal.audio);
}

const Registration registration(signal_augmenter<DeviceReceiver, int, DeviceFilter>(
    {
        .name = "device.receiver",
        .summary = "The receiving side of a telephone by its standard's response, each receiver within a tolerance.",
        .source = "ITU-T P.48, P.830 annex D, G.191 (filters)",
        .media = Media::audio,
        .stage = Stage::receiver,
        .version = 2,
        .identity = "none: every mask shapes the spectrum",
        .labels = "keeps all labels: the filter has no delay",
        .claim = "Where a mask lets speech pass, the response is within 1 dB of it, and elsewhere no more than 1 dB "
                 "above. Nothing moves in time (0.05 samples).",
        .limits = "It is for tests of what a listener hears: a service that takes the line's signal has no earpiece. "
                  "The tolerance of receivers is empirical.",
        .example = "irs: [{device.receiver: {mask: irs}}]\n"
                   "modified_irs: [{device.receiver: {mask: modified_irs}}]\n",
    },
    table(), prepare, realize, apply));

}  // namespace
}  // namespace fairground
