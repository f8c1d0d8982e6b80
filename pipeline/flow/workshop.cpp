#include "pipeline/flow/workshop.h"

#include <algorithm>
#include <opencv2/core/utility.hpp>
#include <set>

#include "pipeline/core/error.h"

namespace fairground {
namespace {

// A thousand seconds at 16 kHz. Much more would be felt beside what a run needs otherwise.
constexpr std::size_t kSharedNoiseBytes = std::size_t{64} << 20U;
// Some hundred ways through rooms of one second.
constexpr std::size_t kSharedRoomBytes = std::size_t{32} << 20U;

/// The settings that do not vary. A drawn parameter stands at its default or is empty; see Augmenter.
std::vector<Value> fixed_values(const Step& step) {
  std::vector<Value> values;
  for (std::size_t i = 0; i < step.settings.size(); ++i) {
    values.push_back(std::visit(
        [&](const auto& setting) -> Value {
          if constexpr (std::is_same_v<std::decay_t<decltype(setting)>, Range>) {
            return step.schema->parameters[i].fallback;
          } else {
            return setting;
          }
        },
        step.settings[i]));
  }
  return values;
}

}  // namespace

Workshop::Workshop(const Plan& plan, const Variant* only)
    : plan_(plan), shared_noise_(kSharedNoiseBytes), shared_rooms_(kSharedRoomBytes) {
  cv::setNumThreads(0);  // what renders is parallel already
  const Config& config = plan.config();
  std::set<int> rates;
  const auto add_rate = [&](const MediaCatalog& catalog, const Source& source) {
    const int wanted = config.sources[source.settings].sample_rate;
    const MediaFile& file = catalog.file_of(source);
    if (file.problem.empty()) {
      rates.insert(wanted != 0 ? wanted : file.sample_rate);
    }
  };
  // Every step that some condition has, once: a design need not use all levels, and identity controls have steps of
  // their own.
  std::map<Media, std::set<const Step*>> steps;
  std::set<std::uint64_t> rooms;
  for (const MediaPlan& media : plan.media()) {
    if (only != nullptr && only->media != media.media) {
      continue;
    }
    const std::vector<Source>& sources = media.catalog->sources;
    for (std::size_t i = 0; i < sources.size() && media.media == Media::audio; ++i) {
      if (only == nullptr || only->source == i) {
        add_rate(*media.catalog, sources[i]);
      }
    }
    for (std::size_t i = 0; i < media.conditions.size(); ++i) {
      for (const ChainStep& chain_step : media.conditions[i].chain) {
        if (only == nullptr || only->condition == i) {
          steps[media.media].insert(chain_step.step);
          if (find_augmenter(chain_step.step->schema->name)->prepare_room) {
            rooms.insert(step_random(config, chain_step, /*realization=*/0, /*independent_source=*/"").key);
          }
        }
      }
    }
  }
  room_count_ = rooms.size();
  std::set<const Step*> of_all_media;
  for (const auto& [media, of_media] : steps) {
    of_all_media.insert(of_media.begin(), of_media.end());
  }
  load_assets(of_all_media, rates);
  const auto images = config.media.find(Media::image);
  if (images != config.media.end() && images->second.needs_skin() && (only == nullptr || only->media == Media::image)) {
    skin_finder_ = std::make_unique<const SkinFinder>(SkinModels{config.face_model, config.face_cascades});
  }
  for (const auto& [media, of_media] : steps) {
    for (const Step* step : of_media) {
      prepare(media, *step, rates);
    }
  }
}

void Workshop::prepare(Media media, const Step& step, const std::set<int>& rates) {
  const Augmenter& augmenter = *find_augmenter(step.schema->name);
  for (const int rate : media == Media::image ? std::set<int>{0} : rates) {
    const auto [place, is_new] = steps_.try_emplace({&step, rate});
    if (!is_new) {
      continue;
    }
    const PrepareContext context{rate, &assets_};
    const std::vector<Value> values = fixed_values(step);
    const auto prepared_by = [&](const auto& prepare) { return prepare ? prepare(values, context) : nullptr; };
    place->second = {&augmenter,
                     rate,
                     prepared_by(augmenter.prepare_audio),
                     prepared_by(augmenter.prepare_noise),
                     prepared_by(augmenter.prepare_spectrum),
                     prepared_by(augmenter.prepare_room),
                     prepared_by(augmenter.prepare_signal),
                     prepared_by(augmenter.prepare_rows),
                     prepared_by(augmenter.prepare_picture),
                     prepared_by(augmenter.prepare_file)};
  }
}

/// Only assets that some step draws from: they are held in memory for the whole run.
void Workshop::load_assets(const std::set<const Step*>& steps, const std::set<int>& rates) {
  std::set<std::string> used;
  for (const Step* step : steps) {
    for (std::size_t i = 0; i < step->settings.size(); ++i) {
      if (step->schema->parameters[i].kind == ParameterKind::asset) {
        if (const auto* name = std::get_if<std::string>(&step->settings[i])) {
          used.insert(*name);
        }
      }
    }
  }
  const Config& config = plan_.config();
  for (const AssetSettings& asset : config.assets) {
    if (!used.contains(asset.name)) {
      continue;
    }
    const std::vector<int> all_rates(rates.begin(), rates.end());
    const MediaLimits limits = media_limits(config.limits);
    if (asset.kind() == AssetKind::talkers) {
      const std::vector<TalkerFile>& files = plan_.catalog().pools.at(asset.name).files;
      assets_.load_talkers(asset.name, files, all_rates, limits, config.limits.asset_seconds, config.resampler);
    } else if (asset.kind() == AssetKind::curves) {
      assets_.load_curves(asset.name, asset.files, limits);
    } else {
      assets_.load(asset.name, asset.files, all_rates, limits, config.limits.asset_seconds, config.resampler);
    }
    const std::vector<std::string>& planned = plan_.catalog().asset_sha256.at(asset.name);
    const auto check_unchanged = [&](const auto& loaded) {
      using Loaded = typename std::decay_t<decltype(loaded)>::value_type;
      if (!std::ranges::equal(loaded, planned, {}, &Loaded::sha256)) {
        throw UserError("asset '" + asset.name + "': a file has changed since the plan was made; run again");
      }
    };
    if (asset.kind() == AssetKind::curves) {
      check_unchanged(assets_.curves(asset.name));
      continue;
    }
    for (const int rate : rates) {
      check_unchanged(assets_.recordings(asset.name, rate));
    }
  }
}

const PreparedStep& Workshop::prepared(const Step& step, int sample_rate) const {
  return steps_.at({&step, sample_rate});
}

}  // namespace fairground
