// Codecs of libsndfile, in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pipeline/media/audio_codec.h"

namespace fairground {

struct SndFileDecoded {
  std::vector<float> samples;  ///< as many as were given
  double bitrate_kbps = 0.0;   ///< without what the file has around it
};

/// One channel through one of mu_law, a_law, g726, gsm, ima_adpcm, ms_adpcm, vorbis and mp3, and back.
[[nodiscard]] SndFileDecoded through_sndfile(const CodecSetting& setting, std::span<const std::int16_t> samples);

}  // namespace fairground
