// Small sets on disk, so that the benchmarks go through the same doors as `fairground run`.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "pipeline/catalog/catalog.h"
#include "pipeline/flow/workshop.h"

namespace fairground {

/// A new folder below the system's temporary one, deleted with everything in it.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

void write_file(const std::filesystem::path& path, std::span<const std::byte> bytes);
void write_file(const std::filesystem::path& path, const std::string& text);

/// A config, read and planned. Everything that a run makes ready before its flow graph starts.
class BenchmarkSet {
 public:
  explicit BenchmarkSet(const std::filesystem::path& config_file);

  [[nodiscard]] const Plan& plan() const { return plan_; }
  [[nodiscard]] const Workshop& workshop() const { return workshop_; }

  /// Makes every variant of the first source, as the flow graph does, and writes each into `file`, if there is one.
  /// Throws where one is not made.
  void make_first_source(const std::filesystem::path& file = {}) const;

 private:
  Config config_;
  Catalog catalog_;
  Plan plan_;
  Workshop workshop_;
};

/// A quarter second of noise with the swell of a syllable, again and again, in changing loudness, and pauses
/// between phrases; 16 bits in a WAV.
[[nodiscard]] Bytes speech_like_wav(double seconds, int sample_rate, std::uint64_t seed);

}  // namespace fairground
