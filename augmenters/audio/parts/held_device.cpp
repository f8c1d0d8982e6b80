#include "augmenters/audio/parts/held_device.h"

#include <vector>

#include "pipeline/core/plain.h"
#include "pipeline/media/response_curve.h"

namespace fairground {

double held_gain_db(Held held, double reflection_s, double hz) {
  static const std::vector<GainPoint> cloth{{500, 0}, {1000, -2}, {2000, -6}, {4000, -12}, {8000, -18}, {16000, -24}};
  static const std::vector<GainPoint> hand{{125, 0}, {250, -3}, {500, -6}, {1000, -10}, {2000, -15}, {8000, -25}};
  constexpr double kReflected = 0.4;  // of the direct sound's amplitude
  switch (held) {
    case Held::ear:
      return 0.0;
    case Held::speakerphone:
      return 10.0 / plain::kLn10 *
             plain::log(1.0 + kReflected * kReflected + 2.0 * kReflected * plain::cosine_of_turns(hz * reflection_s));
    case Held::pocket:
      return interpolated_db(cloth, hz);
    case Held::hand_over_mic:
      return interpolated_db(hand, hz);
  }
  return 0.0;
}

}  // namespace fairground
