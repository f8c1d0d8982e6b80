#include "pipeline/catalog/convertible_rates.h"

#include <map>
#include <utility>

#include "pipeline/core/error.h"
#include "pipeline/core/text.h"
#include "pipeline/media/resample.h"

namespace fairground {

void check_convertible_rates(const Config& config, const MediaCatalog& catalog) {
  if (config.resampler != Resampler::polyphase) {
    return;
  }
  struct Found {
    std::string first;  ///< id of a source
    std::size_t count = 0;
  };
  std::map<std::pair<int, int>, Found> refused;  // by the rate of the file and the wanted one
  for (const Source& source : catalog.sources) {
    const int wanted = config.sources[source.settings].sample_rate;
    const int rate = catalog.file_of(source).sample_rate;
    if (wanted == 0 || rate == 0 || can_resample(rate, wanted, config.resampler)) {
      continue;
    }
    Found& found = refused[{rate, wanted}];
    if (found.count++ == 0) {
      found.first = std::string(source.id());
    }
  }
  std::vector<std::string> mistakes;
  mistakes.reserve(refused.size());
  for (const auto& [rates, found] : refused) {
    mistakes.push_back(config.path.string() + ": " + counted(found.count, "source") + " (" +
                       (found.count > 1 ? "the first is " : "") + in_ticks(found.first) + ") at " +
                       std::to_string(rates.first) + " Hz cannot be brought to " + std::to_string(rates.second) +
                       " Hz by `resampler: polyphase`, which takes ratios of whole numbers up to 1000: set "
                       "`resampler: libsamplerate` for all, or convert these files beforehand");
  }
  if (!mistakes.empty()) {
    throw UserError(std::move(mistakes));
  }
}

}  // namespace fairground
