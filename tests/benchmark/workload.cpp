#include "tests/benchmark/workload.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include "pipeline/flow/render.h"
#include "pipeline/media/audio_file.h"
#include "tests/measure/signals.h"

namespace fairground {

namespace fs = std::filesystem;

ScratchFolder::ScratchFolder() {
  std::string pattern = (fs::temp_directory_path() / "fairground-benchmark-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    throw std::runtime_error("cannot make a temporary folder at " + pattern);
  }
  path_ = pattern;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;  // A destructor may not throw, and what is left is in the temporary folder.
  fs::remove_all(path_, ignored);
}

void write_file(const fs::path& path, std::span<const std::byte> bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!file.flush()) {
    throw std::runtime_error("cannot write " + path.string());
  }
}

void write_file(const fs::path& path, const std::string& text) { write_file(path, std::as_bytes(std::span(text))); }

BenchmarkSet::BenchmarkSet(const fs::path& config_file)
    : config_(load_config(config_file, registered_schemas())),
      catalog_(read_catalog(config_, /*jobs=*/1)),
      plan_(config_, catalog_),
      workshop_(plan_) {}

void BenchmarkSet::make_first_source(const fs::path& file) const {
  const DecodedSource source = decode_source(plan_, plan_.media().front().media, /*source=*/0);
  for (std::size_t i = 0; i < plan_.media().front().conditions.size(); ++i) {
    const Outcome outcome = render_variant(workshop_, i, source);
    if (outcome.fate != Fate::written) {
      throw std::runtime_error("a variant is not made: " + outcome.reason);
    }
    if (!file.empty()) {
      write_file(file, outcome.file);
    }
  }
}

Bytes speech_like_wav(double seconds, int sample_rate, std::uint64_t seed) {
  Audio audio;
  audio.sample_rate = sample_rate;
  audio.channels = 1;
  audio.samples = speech_like(seconds, sample_rate, /*rms_dbov=*/-30.0, seed);
  return encode_audio(quantise(audio, /*bits=*/16), AudioContainer::wav);
}

}  // namespace fairground
