#include "pipeline/measure/apparent_tone.h"

#include "pipeline/core/error.h"
#include "pipeline/core/skin_part.h"

namespace fairground {

ApparentTone measure_apparent_tone(const Image& image, const Mask& parts) {
  ApparentTone tone;
  for (const std::uint8_t part : parts.codes) {
    tone.pixels += is_skin(static_cast<SkinPart>(part)) ? 1 : 0;
  }
  if (image.channels != 3 || tone.pixels == 0) {
    throw ItemError("no skin to measure");
  }
  return tone;  // to be measured in the next commit
}

}  // namespace fairground
