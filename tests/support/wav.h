// Sound into files, for tests that read it back.
#pragma once

#include <filesystem>
#include <utility>
#include <vector>

#include "pipeline/media/audio_file.h"
#include "tests/support/temporary_folder.h"

namespace fairground {

[[nodiscard]] inline Audio mono(int rate, std::vector<float> samples) {
  Audio audio(rate, 1, 0);
  audio.samples = std::move(samples);
  return audio;
}

/// Gives the path back.
inline std::filesystem::path write_wav(const std::filesystem::path& path, const Audio& audio, int bits = 24) {
  write_bytes(path, encode_audio(quantise(audio, bits), AudioContainer::wav));
  return path;
}

}  // namespace fairground
