#include "pipeline/flow/preview.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "pipeline/config/wording.h"
#include "pipeline/core/error.h"
#include "pipeline/core/progress.h"
#include "pipeline/core/text.h"
#include "pipeline/flow/contact_sheet.h"
#include "pipeline/flow/output_target.h"
#include "pipeline/flow/render.h"
#include "pipeline/media/audio_file.h"
#include "pipeline/media/image_file.h"
#include "pipeline/output/atomic_file.h"

namespace fairground {
namespace {

constexpr int kSpectrogramFrames = 240;  // one for each column of a tile
constexpr std::size_t kMostLevels = 400;

/// A source of one medium that can be shown.
struct Shown {
  std::size_t source = 0;
  DecodedSource decoded;
};

/// The source that is asked for or, if none is, the first one that can be read.
std::optional<Shown> choose_source(const Config& config, const MediaCatalog& catalog, Media media,
                                   const std::string& id) {
  std::string problem;
  for (std::size_t i = 0; i < catalog.sources.size(); ++i) {
    if (!id.empty() && catalog.sources[i].id() != id) {
      continue;
    }
    Shown shown{i, decode_source(config, catalog, media, i)};
    if (shown.decoded.fate == Fate::written) {
      return shown;
    }
    problem = problem.empty() ? in_ticks(catalog.sources[i].id()) + ": " + shown.decoded.reason : problem;
  }
  if (!problem.empty()) {
    throw UserError("no source can be shown: " + problem);
  }
  return std::nullopt;
}

/// The config with one axis and no design, so that its conditions are that axis's levels.
Config only_axis(const Config& config, Media media, const Axis& axis) {
  Config one = config;
  MediaSettings settings = config.media.at(media);
  settings.axes = {axis};
  const DesignSettings& own = config.media.at(media).design;
  settings.design = {};
  settings.design.realizations = own.realizations;
  settings.design.pairing = own.pairing;
  settings.design.order = own.order;
  one.media = {{media, std::move(settings)}};
  return one;
}

SheetTile tile_of(const std::string& name, const Outcome& outcome) {
  if (outcome.fate != Fate::written) {
    return {name, {}, std::string(outcome.fate == Fate::rejected ? "rejected: " : "failed: ") + outcome.reason};
  }
  if (outcome.variant.media == Media::image) {
    return {name, tile_picture(decode_own_image(outcome.file).codes)};
  }
  const Audio audio = decode_audio(outcome.file, outcome.variant.file_name, {});
  return {name, tile_picture(measure_spectrogram(audio, kSpectrogramFrames))};
}

SheetRow row_of_axis(const Config& config, const Catalog& catalog, Media media, const Axis& axis, const Shown& shown,
                     Progress& progress, const std::atomic<bool>& stop) {
  const Config one = only_axis(config, media, axis);
  Catalog of_medium = catalog;
  of_medium.media = {{media, catalog.media.at(media)}};
  // What was observed belongs to axes that are gone.
  of_medium.media.at(media).observed_axes.clear();
  of_medium.media.at(media).observed_levels.clear();
  const Plan plan(one, of_medium);
  const Workshop workshop(plan);
  const MediaPlan& of_plan = plan.of(media);
  SheetRow row{"axis " + axis.name, {}};
  DecodedSource source = shown.decoded;
  analyse_source(workshop, media, shown.source, source);
  for (std::size_t i = of_plan.starts[shown.source]; i < of_plan.starts[shown.source + 1] && !stop; ++i) {
    const Condition& condition = of_plan.conditions[plan.unnamed(i).condition];
    row.tiles.push_back(tile_of(condition.level_name(0), render_variant(workshop, i, source)));
    progress.add_one();
  }
  return row;
}

/// The axes that are asked for, of all media.
std::size_t count_levels(const Config& config, const std::string& axis_name) {
  std::size_t levels = 0;
  std::vector<std::string> names;
  for (const auto& [media, settings] : config.media) {
    for (const Axis& axis : settings.axes) {
      names.push_back(axis.name);
      levels += axis_name.empty() || axis.name == axis_name ? axis.levels.size() : 0;
    }
  }
  if (levels == 0) {
    throw UserError("there is no axis " + in_ticks(axis_name) + "; " + suggestion(axis_name, names));
  }
  if (levels > kMostLevels) {
    throw UserError("there are " + std::to_string(levels) + " levels, and a sheet holds " +
                    std::to_string(kMostLevels) + " of them; choose an axis with --axis");
  }
  return levels;
}

}  // namespace

void preview(const Config& config, const PreviewOptions& options, const std::atomic<bool>& stop, std::ostream& progress,
             std::ostream& summary) {
  const std::filesystem::path out = options.out.empty() ? config.name + "-preview.png" : options.out.string();
  check_target(config, out, "the sheet");
  const std::size_t levels = count_levels(config, options.axis);
  const ProgressStyle style = progress_style(options.quiet);
  Catalog catalog;
  {
    Progress line(progress, style, "sources read");
    catalog = read_catalog(config, options.jobs, &line, &stop);
  }
  if (stop) {
    throw PassingFault("interrupted; nothing was written");
  }
  check_target(catalog, config, out, "the sheet");

  std::vector<SheetRow> rows;
  std::string title = config.name;
  Progress line(progress, style, "levels rendered", levels);
  for (const auto& [media, settings] : config.media) {
    const MediaCatalog& of_medium = catalog.media.at(media);
    const std::optional<Shown> shown = choose_source(config, of_medium, media, options.source);
    if (!shown) {
      continue;
    }
    title += ": " + std::string(of_medium.sources[shown->source].id());
    for (const Axis& axis : settings.axes) {
      if (options.axis.empty() || axis.name == options.axis) {
        rows.push_back(row_of_axis(config, catalog, media, axis, *shown, line, stop));
      }
    }
  }
  if (stop) {
    throw PassingFault("interrupted; nothing was written");
  }
  if (rows.empty()) {
    throw UserError("there is no source " + in_ticks(options.source));
  }
  write_atomically(out, encode_image({contact_sheet(title, rows)}, ImageContainer::png, /*quality=*/100));
  summary << out.string() << '\n';
}

}  // namespace fairground
