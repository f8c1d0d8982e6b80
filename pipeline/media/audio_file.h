// Audio files in and out, through libsndfile.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "pipeline/media/audio.h"
#include "pipeline/media/bytes.h"
#include "pipeline/media/limits.h"

namespace fairground {

/// What a file's header says.
struct AudioHeader {
  int sample_rate = 0;  ///< in Hz
  int channels = 0;
  double seconds = 0.0;  ///< as the header claims; headers lie
  std::string format;    ///< "WAV", "FLAC", …
};

/// Reads the header only. `name` is the file's name: its extension is checked against the content. Throws ItemError
/// where it is no audio or goes beyond the limits, as far as the header tells.
[[nodiscard]] AudioHeader read_audio_header(std::span<const std::byte> bytes, const std::filesystem::path& name,
                                            const MediaLimits& limits);

/// Decodes a whole file. Throws ItemError where it is no audio, contradicts its extension, is cut short,
/// holds no samples, holds NaN or infinity, or goes beyond the limits.
[[nodiscard]] Audio decode_audio(std::span<const std::byte> bytes, const std::filesystem::path& name,
                                 const MediaLimits& limits);

/// Decodes at most the first `seconds` of a file, to be looked at: `bytes` may be its beginning alone, and whether the
/// rest is there and sound is not asked. There are fewer where the bytes do not hold so many, and where that is more
/// than 16 million samples. Throws ItemError where it is no audio, contradicts its extension, holds no samples there,
/// or holds NaN or infinity there.
[[nodiscard]] Audio decode_audio_start(std::span<const std::byte> bytes, const std::filesystem::path& name,
                                       double seconds);

/// Rounds to `bits` (16 or 24), half away from zero, without dither; what lies beyond full scale saturates. The share
/// of saturated samples is measured by measure_audio, so nothing is clipped in silence.
[[nodiscard]] PcmAudio quantise(const Audio& audio, int bits);

enum class AudioContainer { wav, flac };

/// The file's bytes: the same for the same samples, always.
[[nodiscard]] Bytes encode_audio(const PcmAudio& pcm, AudioContainer container);

}  // namespace fairground
