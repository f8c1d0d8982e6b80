#include "pipeline/flow/survey.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <mutex>

#include "pipeline/core/error.h"
#include "pipeline/core/memory_budget.h"
#include "pipeline/core/parallel.h"
#include "pipeline/core/text.h"
#include "pipeline/core/units.h"
#include "pipeline/flow/memory_needs.h"
#include "pipeline/flow/ready_source.h"
#include "pipeline/measure/bandwidth.h"
#include "pipeline/measure/image_level.h"
#include "pipeline/measure/sharpness.h"
#include "pipeline/measure/source_snr.h"
#include "pipeline/media/resample.h"

namespace fairground {
namespace {

constexpr double kNotKnown = std::numeric_limits<double>::quiet_NaN();

/// In a recording that was brought to a higher rate, what lies above its own is empty, and the meter, which judges
/// every part of the spectrum, finds no pauses any more: telephone recordings would have no SNR beside studio ones.
double own_snr_db(const Audio& audio, int file_rate, Resampler resampler) {
  return measure_source_snr_db(file_rate < audio.sample_rate ? resample(audio, file_rate, resampler) : audio);
}

/// In the order of measured_qualities(). `file_rate` is that of a recording's file.
std::vector<double> measure(Media media, DecodedSource decoded, int file_rate, Resampler resampler) {
  if (media == Media::image) {
    return {rounded_unit(measure_sharpness(decoded.image)), rounded_unit(measure_exposure_ev(decoded.image))};
  }
  const double seconds = decoded.audio.seconds();
  const double level_dbov = decoded.own_level_dbov;
  const double snr_db = own_snr_db(decoded.audio, file_rate, resampler);
  // That of the prepared recording: what the run's own rate cannot carry will not be in the set.
  const double bandwidth_hz = measure_bandwidth_hz(to_mono(std::move(decoded.audio)));
  return {rounded_db(snr_db), rounded_unit(bandwidth_hz), rounded_db(level_dbov), rounded_unit(seconds)};
}

double number_in(std::string_view cell) {
  double number = kNotKnown;
  const char* const end = cell.data() + cell.size();
  const auto [read, fault] = std::from_chars(cell.data(), end, number);
  return fault == std::errc{} && read == end && std::isfinite(number) ? number : kNotKnown;
}

/// A column of the manifest that a design matches on.
struct NumericColumn {
  std::string name;
  std::size_t index = 0;  ///< into MediaCatalog::columns
};

std::vector<NumericColumn> numeric_columns(const Config& config, const MediaCatalog& catalog, Media media,
                                           bool measured) {
  std::vector<NumericColumn> columns;
  for (const std::string& name : config.media.at(media).design.match_on) {
    const std::vector<QualityInfo> qualities = measured_qualities(media);
    if (std::ranges::find(qualities, name, &QualityInfo::name) != qualities.end()) {
      if (!measured) {
        throw UserError(place_in_design(config, media, "match_on") + ": `match_on: " + name +
                        "` needs the sources measured; leave out --no-measure");
      }
      continue;
    }
    const auto column = std::ranges::find(catalog.columns, name);
    if (column == catalog.columns.end()) {
      std::string known;
      for (const QualityInfo& quality : qualities) {
        known += (known.empty() ? "" : ", ") + quality.name;
      }
      throw UserError(place_in_design(config, media, "match_on") + ": `match_on` names " + in_ticks(name) +
                      ", which is neither measured (" + known + ") nor a column that `keep` names");
    }
    const auto index = static_cast<std::size_t>(column - catalog.columns.begin());
    const auto is_number = [&](const Source& source) { return !std::isnan(number_in(source.carried(index))); };
    const auto odd = std::ranges::find_if(
        catalog.sources, [&](const Source& source) { return !source.carried(index).empty() && !is_number(source); });
    if (odd != catalog.sources.end()) {
      throw UserError(place_in_design(config, media, "match_on") + ": `match_on` names the column " + in_ticks(name) +
                      ", which should hold numbers, but source " + in_ticks(odd->id()) + " has " +
                      in_ticks(odd->carried(index)));
    }
    columns.push_back({name, index});
  }
  return columns;
}

Survey survey_media(const Config& config, const MediaCatalog& catalog, Media media, bool measured, int jobs,
                    Progress* progress, const std::atomic<bool>* stop) {
  const std::vector<Source>& sources = catalog.sources;
  const std::vector<NumericColumn> columns = numeric_columns(config, catalog, media, measured);
  Survey survey;
  if (measured) {
    survey.qualities.qualities = measured_qualities(media);
  }
  const std::size_t own = survey.qualities.qualities.size();
  for (const NumericColumn& column : columns) {
    survey.qualities.qualities.push_back({column.name, "", false, 0.0});
  }
  survey.fates.assign(sources.size(), Fate::written);
  survey.qualities.values.assign(survey.qualities.qualities.size(), std::vector<double>(sources.size(), kNotKnown));
  MemoryBudget memory(memory_bytes(config, jobs));
  std::mutex mutex;
  const auto lose = [&](std::size_t source, Fate fate, std::string_view reason) {
    survey.fates[source] = fate;
    const std::lock_guard lock(mutex);
    survey.reasons.emplace(source, reason);
  };
  const auto look_at = [&](std::size_t i) {
    std::vector<double> values(own, kNotKnown);
    if (measured) {
      const MemoryBudget::Share share(memory, decoding_bytes(config, catalog, media, i));
      DecodedSource decoded = decode_source(config, catalog, media, i);
      if (decoded.passing) {
        throw PassingFault(std::string(sources[i].id()) + ": " + decoded.reason);
      }
      if (decoded.fate == Fate::written) {
        values = measure(media, std::move(decoded), catalog.file_of(sources[i]).sample_rate, config.resampler);
      } else {
        lose(i, decoded.fate, decoded.reason);
      }
    } else if (!catalog.problem_of(sources[i]).empty()) {
      lose(i, Fate::failed, catalog.problem_of(sources[i]));
    }
    for (const NumericColumn& column : columns) {
      values.push_back(number_in(sources[i].carried(column.index)));
    }
    for (std::size_t q = 0; q < values.size(); ++q) {
      survey.qualities.values[q][i] = values[q];
    }
    if (progress != nullptr) {
      progress->add_one();
    }
  };
  parallel_for(sources.size(), jobs, look_at, stop);
  return survey;
}

}  // namespace

std::vector<QualityInfo> measured_qualities(Media media) {
  // The least spreads are about what the meters themselves are uncertain by, so that no difference is made of that.
  if (media == Media::image) {
    return {{"sharpness", "cycles/px", true, 0.05}, {"exposure_ev", "EV", false, 0.05}};
  }
  return {{"snr_db", "dB", false, 0.5},
          {"bandwidth_hz", "Hz", true, 0.05},
          {"active_level_dbov", "dBov", false, 0.1},
          {"duration_s", "s", true, 0.01}};
}

std::map<Media, Survey> survey_sources(const Config& config, const Catalog& catalog, bool measure, int jobs,
                                       Progress* progress, const std::atomic<bool>* stop) {
  if (progress != nullptr) {
    std::size_t total = 0;
    for (const auto& [media, of_media] : catalog.media) {
      total += of_media.sources.size();
    }
    progress->expect(total);
  }
  std::map<Media, Survey> surveys;
  for (const auto& [media, of_media] : catalog.media) {
    surveys[media] = survey_media(config, of_media, media, measure, jobs, progress, stop);
  }
  return surveys;
}

}  // namespace fairground
