// The parameters that every noise has, so that all are set in the same terms.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "augmenters/augmenter.h"

namespace fairground {

/// A table that begins with the level's parameters. `P` derives from NoiseLevel. The augmenter's `check` must call
/// check_noise_level().
template <class P>
[[nodiscard]] ParameterTable<P> noise_level_table() {
  return ParameterTable<P>()
      .number("snr_db", &P::snr_db, "dB", {-30.0, 60.0},
              "Active speech level (ITU-T P.56) over the noise's level in `band`, at the mixer.")
      .number("noise_dba", &P::noise_dba, "dBA", {0.0, 130.0},
              "Level of the noise at the microphone, in place of an SNR; the speech is at its sources' `speech_dba`.")
      .choice("band", static_cast<Weighting P::*>(&P::band),
              {{"full", Weighting::full}, {"a_weighted", Weighting::a_weighted}, {"300-3400", Weighting::telephone}},
              "Where in the spectrum the SNR holds: everywhere, A-weighted (IEC 61672-1), or from 300 to 3400 Hz.")
      .choice("reference", static_cast<SpeechReference P::*>(&P::reference),
              {{"clean", SpeechReference::clean}, {"early", SpeechReference::early}},
              "Which speech the SNR refers to: all that the mixer gets, or what a room lets through within 50 ms.");
}

/// What is wrong with the level's settings, or nothing.
[[nodiscard]] std::string check_noise_level(const std::vector<Setting>& settings);

}  // namespace fairground
