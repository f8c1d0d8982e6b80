// Ten kinds of microphone as figures, each with where it comes from.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "pipeline/media/response_curve.h"

namespace fairground {

enum class MicrophoneProfile {
  studio,
  headset,
  laptop,
  flagship_phone,
  budget_phone,
  old_phone,
  smart_speaker,
  conference_puck,
  body_worn,
  hearing_aid
};

/// A number and its source, which is a data sheet, a standard or a paper, or begins with "empirical".
struct Figure {
  double value = 0.0;
  std::string_view source;
};

struct MicrophoneModel {
  MicrophoneProfile profile = MicrophoneProfile::studio;
  std::string_view name;
  Figure self_noise_dba;         ///< equivalent input noise (EIN), A-weighted, in dB re 20 uPa
  Figure overload_db_spl;        ///< acoustic overload point: the level of a tone that comes out with 10 % of THD
  Figure low_cut_hz;             ///< where a high-pass of Butterworth's kind is down by 3 dB
  Figure low_cut_order;          ///< 1 or 2
  Figure resonance_hz;           ///< of the port in front of the capsule (Helmholtz); 0: none
  Figure resonance_db;           ///< gain there, against far below
  Figure bits;                   ///< of the words that the device gives
  Figure sensitivity_db;         ///< tolerance: how far a unit may be from its model, either way
  Figure spread_db;              ///< standard deviation of a unit's response from its model's, up to 4 kHz
  std::vector<GainPoint> shape;  ///< what else the body does to the response
  std::string_view shape_source;
};

/// In the order of MicrophoneProfile.
[[nodiscard]] const std::vector<MicrophoneModel>& microphone_models();
[[nodiscard]] const MicrophoneModel& microphone_model(MicrophoneProfile profile);

/// The second-order low-pass that a port makes of the air in it: `peak_db` at `resonance_hz`, 0 dB far below, and 12 dB
/// less for each octave far above.
[[nodiscard]] double resonance_gain_db(double hz, double resonance_hz, double peak_db);
/// Butterworth's high-pass of order 1 or 2.
[[nodiscard]] double low_cut_gain_db(double hz, double low_cut_hz, int order);

}  // namespace fairground
