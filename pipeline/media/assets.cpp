#include "pipeline/media/assets.h"

#include <algorithm>
#include <cmath>

#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "pipeline/core/text.h"
#include "pipeline/core/units.h"
#include "pipeline/media/audio_file.h"
#include "pipeline/media/resample.h"

namespace fairground {
namespace {

AssetRecording read_recording(const std::filesystem::path& path, const MediaLimits& limits, Links links) {
  const Bytes bytes = read_file(path, limits, links);
  AssetRecording recording{path, sha256_hex(bytes), decode_audio(bytes, path, limits)};
  double energy = 0.0;
  for (const float sample : recording.audio.samples)
    energy += static_cast<double>(sample) * static_cast<double>(sample);
  if (level_dbov(energy / static_cast<double>(recording.audio.samples.size())) <= kSilenceDbov) {
    throw ItemError("it is silent");
  }
  return recording;
}

}  // namespace

const std::vector<AssetRecording>& Assets::recordings(const std::string& asset, int sample_rate) const {
  return recordings_.at({asset, sample_rate});
}

const std::vector<AssetCurve>& Assets::curves(const std::string& asset) const {
  static const std::vector<AssetCurve> none;
  const auto found = curves_.find(asset);
  return found == curves_.end() ? none : found->second;
}

void Assets::load_curves(const std::string& asset, const std::vector<std::filesystem::path>& files,
                         const MediaLimits& limits) {
  std::vector<std::string> faults;
  std::vector<AssetCurve> curves;
  for (const std::filesystem::path& path : files) {
    try {
      const Bytes bytes = read_file(path, limits);
      AssetCurve curve{path, sha256_hex(bytes), parse_response_curve(bytes, path)};
      const auto same = std::ranges::find(curves, curve.sha256, &AssetCurve::sha256);
      if (same != curves.end()) {
        faults.push_back("asset '" + asset + "': '" + on_one_line(path.string()) + "' holds the same bytes as '" +
                         on_one_line(same->path.string()) + "'; remove one of them");
      }
      curves.push_back(std::move(curve));
    } catch (const ItemError& fault) {
      faults.push_back("asset '" + asset + "': '" + on_one_line(path.string()) + "': " + fault.what());
    } catch (const UserError& mistakes) {
      faults.emplace_back(mistakes.what());
    }
  }
  if (!faults.empty()) throw UserError(std::move(faults));
  std::ranges::sort(curves, {}, &AssetCurve::sha256);
  curves_[asset] = std::move(curves);
}

void Assets::load(const std::string& asset, const std::vector<std::filesystem::path>& files,
                  const std::vector<int>& rates, const MediaLimits& limits, double total_seconds, Resampler resampler) {
  std::vector<TalkerFile> nameless;
  nameless.reserve(files.size());
  for (const std::filesystem::path& path : files) nameless.push_back({path, {}, {}, {}});
  load_files(asset, nameless, /*as_mono=*/false, rates, limits, total_seconds, resampler);
}

void Assets::load_talkers(const std::string& asset, const std::vector<TalkerFile>& files, const std::vector<int>& rates,
                          const MediaLimits& limits, double total_seconds, Resampler resampler) {
  load_files(asset, files, /*as_mono=*/true, rates, limits, total_seconds, resampler);
}

void Assets::load_files(const std::string& asset, const std::vector<TalkerFile>& files, bool as_mono,
                        const std::vector<int>& rates, const MediaLimits& limits, double total_seconds,
                        Resampler resampler) {
  const auto place = [&asset](const std::filesystem::path& path) {
    return "asset '" + asset + "': '" + on_one_line(path.string()) + "': ";
  };
  std::vector<std::string> faults;
  if (files.empty()) faults.push_back("asset '" + asset + "' has no files");

  std::map<int, std::vector<AssetRecording>> loaded;  // by rate
  std::map<std::string, std::filesystem::path> first_with;
  double seconds = 0.0;
  // The manifest of a pool of talkers may be a stranger's; the files of other assets are named by the config.
  const Links links = as_mono ? Links::refused : Links::followed;
  for (const TalkerFile& file : files) {
    const std::filesystem::path& path = file.path;
    try {
      AssetRecording recording = read_recording(path, limits, links);
      recording.subject = file.subject;
      recording.balance = file.balance;
      if (as_mono) recording.audio = to_mono(std::move(recording.audio));
      const auto [first, is_new] = first_with.emplace(recording.sha256, path);
      if (!is_new)
        throw ItemError("it holds the same bytes as '" + on_one_line(first->second.string()) + "'; remove one of them");
      seconds += recording.audio.seconds();
      // Beyond the limit the rest is only checked, so that memory stays bounded and every fault is still named.
      if (seconds > total_seconds) continue;
      for (const int rate : rates) {
        loaded[rate].push_back(
            {path, recording.sha256, resample(recording.audio, rate, resampler), recording.subject, recording.balance});
      }
    } catch (const ItemError& fault) {
      faults.push_back(place(path) + fault.what());
    }
  }
  if (seconds > total_seconds) {
    faults.push_back("asset '" + asset + "': its recordings have " + shortest(std::round(seconds * 10.0) / 10.0) +
                     " s in all, and limits.asset_seconds allows " + shortest(total_seconds));
  }
  if (!faults.empty()) throw UserError(std::move(faults));

  for (auto& [rate, recordings] : loaded) {
    std::sort(recordings.begin(), recordings.end(),
              [](const AssetRecording& a, const AssetRecording& b) { return a.sha256 < b.sha256; });
    recordings_[{asset, rate}] = std::move(recordings);
  }
}

}  // namespace fairground
