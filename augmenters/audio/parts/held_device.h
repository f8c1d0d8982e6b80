// Where a device is while it listens, and what that does to the sound at its microphone.
#pragma once

namespace fairground {

enum class Held { ear, speakerphone, pocket, hand_over_mic };

/// Gain in dB. On a table, as a speakerphone, the table's reflection comes `reflection_s` later and adds. The other
/// curves are empirical: no measurement was found. A hand is between nothing and the 15 dB that Realtek's requirements
/// want of a port that is sealed; cloth is some four of the face masks that lose up to 5 dB above 2 kHz (Schumaker and
/// Barnard, Inter-noise 2021).
[[nodiscard]] double held_gain_db(Held held, double reflection_s, double hz);

}  // namespace fairground
