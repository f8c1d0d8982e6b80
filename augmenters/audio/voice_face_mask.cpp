// A speaker who wears a mask, as a microphone in front of the face hears it.
//
// Corey, Jones and Singer, "Acoustic effects of medical, cloth, and transparent face masks on speech signals" (Journal
// of the Acoustical Society of America 148, 2020, 2371-2375): masks do little below 1 kHz and take away from what lies
// above, surgical masks and KN95 respirators about 4 dB where they take most and N95 respirators about 6 dB. Goldin,
// Weinstein and Shiman, "How do medical masks degrade speech reception?" (Hearing Review, May 2020), have 3 to 4 dB
// from 2 to 7 kHz for surgical masks, and close to 12 dB for N95: `strength` 2 comes to that. How the attenuation rises
// from 1 to 3 kHz is empirical.
//
// Makes of one kind differ. Masks of cloth differ so much that none stands for them. Resonances under the mask, and
// that speakers raise their voices behind it, are left out. In front of the talker masks take most, at the lapel
// little.

#include <array>

#include "augmenters/audio/parts/linear_phase.h"
#include "augmenters/augmenter.h"

namespace fairground {
namespace {

enum class Mask { surgical, kn95, n95 };

struct VoiceFaceMask {
  Mask mask = Mask::surgical;
  double strength = 1.0;
};

const ParameterTable<VoiceFaceMask>& table() {
  using P = VoiceFaceMask;
  static const auto instance =
      ParameterTable<P>()
          .choice("mask", &P::mask, {{"surgical", Mask::surgical}, {"kn95", Mask::kn95}, {"n95", Mask::n95}},
                  "The kind of mask: surgical and KN95 take up to 4 dB, N95 up to 6 dB.")
          .number("strength", &P::strength, "", {0.0, 2.0},
                  "How much of that attenuation in dB; of N95 the two sources differ by a factor of 2.");
  return instance;
}

double most_db(Mask mask) { return mask == Mask::n95 ? 6.0 : 4.0; }

void apply(AudioScene& scene, const VoiceFaceMask& p, const StepRandom& /*random*/) {
  if (p.strength == 0.0) {
    return;
  }
  const std::array<GainPoint, 2> points{{{1000.0, 0.0}, {3000.0, -p.strength * most_db(p.mask)}}};
  const LinearPhaseFilter mask(scene.speech.sample_rate, [&points](double hz) { return interpolated_db(points, hz); });
  mask.apply(scene.speech);
}

const Registration registration(audio_augmenter<VoiceFaceMask>(
    {
        .name = "voice.face_mask",
        .summary = "The speaker wears a surgical mask or a respirator, which muffles what lies above 1 kHz.",
        .source =
            "Corey, Jones and Singer 2020; Goldin, Weinstein and Shiman 2020; the rise from 1 to 3 kHz is empirical",
        .media = Media::audio,
        .stage = Stage::voice,
        .version = 1,
        .identity = "strength: 0",
        .labels = "keeps all labels",
        .claim = "Up to 1 kHz nothing is taken away, and from 3 kHz on 4 dB (surgical and KN95) or 6 dB (N95), within "
                 "0.15 dB, or 0.25 dB around the two corners.",
        .limits = "Makes of one kind differ, and masks of cloth so much that none stands for them. Resonances under "
                  "the mask, and that speakers raise their voices behind it, are left out.",
        .example = "surgical: [{voice.face_mask: {mask: surgical}}]\n"
                   "n95_twice: [{voice.face_mask: {mask: n95, strength: 2}}]\n",
    },
    table(), apply));

}  // namespace
}  // namespace fairground
