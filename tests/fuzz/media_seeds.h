// Tiny media files of every format that is read, by the project's encoders and the libraries behind them.
#pragma once

#include <string>
#include <vector>

#include "pipeline/media/bytes.h"

namespace fairground {

struct SeedFile {
  std::string name;
  Bytes bytes;
};

/// The same bytes at every call.
[[nodiscard]] std::vector<SeedFile> audio_seeds();
[[nodiscard]] std::vector<SeedFile> image_seeds();
/// Inputs of fuzz_icc: a byte that says what picture the profile is for, and the profile.
[[nodiscard]] std::vector<SeedFile> icc_seeds();

}  // namespace fairground
