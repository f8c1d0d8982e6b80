// Sound files from anywhere: each is decoded within its limits or refused.
#include <algorithm>
#include <cmath>

#include "pipeline/media/audio_file.h"
#include "tests/fuzz/fuzz_target.h"

namespace fairground {
namespace {

/// Enough for every seed, and little enough to reach in a file of some kilobytes.
const MediaLimits kLimits{.audio_seconds = 5};
/// Longer sound is decoded once, and not coded again.
constexpr std::size_t kMostCodedAgain = 20000;

/// What was decoded can be written as it is, or is refused, as what has more channels than FLAC.
void code_again(const Audio& audio) {
  const PcmAudio pcm = quantise(audio, 16);
  require(pcm.frames() == audio.frames(), "quantising keeps the length");
  for (const AudioContainer container : {AudioContainer::flac, AudioContainer::wav}) {
    try {
      const Audio again = decode_audio(encode_audio(pcm, container), "fuzz", kLimits);
      require(again.samples.size() == audio.samples.size(), "what is written is as long as what was read");
      require(quantise(again, 16).samples == pcm.samples, "what is written holds the codes that were asked for");
    } catch (const ItemError& fault) {
      require_good_message(fault);
    }
  }
}

}  // namespace
}  // namespace fairground

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fairground;
  const std::span<const std::byte> bytes = bytes_of(data, size);
  try {
    const AudioHeader header = read_audio_header(bytes, "fuzz", kLimits);
    require(header.channels >= 1 && header.channels <= 64, "the header has 1 to 64 channels");
    require(header.sample_rate >= 1000 && header.sample_rate <= 768000, "the header has a sane rate");
  } catch (const ItemError& fault) {
    require_good_message(fault);
  }
  try {
    const Audio audio = decode_audio(bytes, "fuzz", kLimits);
    require(audio.frames() > 0 && audio.seconds() <= kLimits.audio_seconds, "the length is within the limits");
    require(std::ranges::all_of(audio.samples, [](float sample) { return std::isfinite(sample); }),
            "every sample is finite");
    if (audio.samples.size() <= kMostCodedAgain) {
      code_again(audio);
    }
  } catch (const ItemError& fault) {
    require_good_message(fault);
  }
  return 0;
}
