#include "pipeline/catalog/matched_signals.h"

#include <map>
#include <optional>
#include <utility>

#include "pipeline/core/error.h"
#include "pipeline/core/text.h"

namespace fairground {
namespace {

/// "8000 Hz (1 source), 16000 Hz (2 sources)", of values with their wording.
template <typename Value, typename Wording>
std::string with_counts(const std::map<Value, std::size_t>& counts, const Wording& wording) {
  std::string text;
  for (const auto& [value, count] : counts) {
    text += (text.empty() ? "" : ", ") + wording(value) + " (" + counted(count, "source") + ")";
  }
  return text;
}

}  // namespace

void check_matched_signals(const Config& config, const MediaCatalog& catalog) {
  if (config.media.at(Media::audio).design.pairing == Pairing::independent) {
    return;
  }
  std::map<int, std::size_t> rates;
  std::map<int, std::size_t> channels;
  std::map<std::optional<double>, std::size_t> levels;
  for (const Source& source : catalog.sources) {
    const SourceSettings& settings = config.sources[source.settings];
    const MediaFile& file = catalog.file_of(source);
    const int rate = settings.sample_rate != 0 ? settings.sample_rate : file.sample_rate;
    const int channel_count = settings.mono ? 1 : file.channels;
    if (rate != 0) {
      ++rates[rate];
    }
    if (channel_count != 0) {
      ++channels[channel_count];
    }
    ++levels[settings.active_level_dbov];
  }
  std::vector<std::string> mistakes;
  const auto refuse = [&](const std::string& what, const std::string& found, const std::string& rule,
                          const std::string& setting) {
    mistakes.push_back(config.path.string() + ": the recordings would have different " + what + ": " + found +
                       ". Under matched pairing all groups must meet the same noise " + rule + ": set " + setting +
                       " for all audio sources, or `pairing: independent`");
  };
  if (rates.size() > 1) {
    refuse("sample rates", with_counts(rates, [](int rate) { return std::to_string(rate) + " Hz"; }),
           "at the same rate", "one `sample_rate`");
  }
  if (channels.size() > 1) {
    const auto wording = [](int count) { return counted(static_cast<std::size_t>(count), "channel"); };
    refuse("numbers of channels", with_counts(channels, wording), "in as many channels", "`channels: mono`");
  }
  if (levels.size() > 1) {
    const auto wording = [](const std::optional<double>& level) { return level ? shortest(*level) + " dBov" : "keep"; };
    refuse("active levels", with_counts(levels, wording), "beside speech of the same level",
           "one `active_level` (or `keep`)");
  }
  if (!mistakes.empty()) {
    throw UserError(std::move(mistakes));
  }
}

}  // namespace fairground
