// Recordings that levels draw from: read, resampled and measured once, then shared by all threads.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/core/resampler.h"
#include "pipeline/media/audio.h"
#include "pipeline/media/limits.h"
#include "pipeline/media/response_curve.h"

namespace fairground {

/// A recording of a pool of talkers, as its manifest names it.
struct TalkerFile {
  std::filesystem::path path;
  std::string sha256;                ///< of the file's bytes, as they were when the run was planned
  std::string subject;               ///< who speaks in it
  std::vector<std::string> balance;  ///< the talker's labels that draws are balanced over; may be empty
  std::size_t line = 0;              ///< in the manifest, for messages
};

struct AssetRecording {
  std::filesystem::path path;
  std::string sha256;  ///< of the file's bytes
  Audio audio;         ///< at the run's rate; with the file's own channels, or with one in a pool of talkers
  // Of a pool of talkers, as in TalkerFile:
  std::string subject = {};
  std::vector<std::string> balance = {};
};

struct AssetCurve {
  std::filesystem::path path;
  std::string sha256;  ///< of the file's bytes
  std::vector<GainPoint> points;
};

/// Immutable once it is loaded.
class Assets {
 public:
  /// The recordings of `asset` at `sample_rate`, sorted by sha256, so that renaming a file changes nothing.
  /// Throws std::out_of_range where load() was not called for the pair.
  [[nodiscard]] const std::vector<AssetRecording>& recordings(const std::string& asset, int sample_rate) const;

  /// The curves of `asset`, sorted by sha256 likewise. Empty where it holds none.
  [[nodiscard]] const std::vector<AssetCurve>& curves(const std::string& asset) const;

  /// Reads the files of an asset of curves. Throws UserError that lists every mistake in them, and files that hold the
  /// same bytes as another.
  void load_curves(const std::string& asset, const std::vector<std::filesystem::path>& files,
                   const MediaLimits& limits);
  /// Reads the files of an asset and brings them to each of the rates (in Hz). Throws UserError that lists every file
  /// that cannot be read or brought to a rate, is silent, holds the same bytes as another, or goes beyond the limits.
  void load(const std::string& asset, const std::vector<std::filesystem::path>& files, const std::vector<int>& rates,
            const MediaLimits& limits, double total_seconds, Resampler resampler = Resampler::polyphase);
  /// The same of a pool of talkers, whose recordings are mixed to one channel: a voice comes from one place.
  void load_talkers(const std::string& asset, const std::vector<TalkerFile>& files, const std::vector<int>& rates,
                    const MediaLimits& limits, double total_seconds, Resampler resampler = Resampler::polyphase);

 private:
  void load_files(const std::string& asset, const std::vector<TalkerFile>& files, bool as_mono,
                  const std::vector<int>& rates, const MediaLimits& limits, double total_seconds, Resampler resampler);

  std::map<std::pair<std::string, int>, std::vector<AssetRecording>> recordings_;
  std::map<std::string, std::vector<AssetCurve>> curves_;
};

}  // namespace fairground
