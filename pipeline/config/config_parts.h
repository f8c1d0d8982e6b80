// The parts of a config's reader, for config.cpp alone. Each reads one key of the top level into `config`
// and notes its mistakes in the reader that it is given.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/config/config.h"
#include "pipeline/config/yaml_reader.h"

namespace fairground {

inline constexpr Media kAllMedia[] = {Media::audio, Media::image};

/// The path that `text` means in a config of this folder: absolute, without `..` or a slash at its end.
[[nodiscard]] std::filesystem::path path_in(const std::filesystem::path& folder, const std::string& text);

/// Notes a name that cannot stand in ids and paths. `what` is "axis" and the like.
void check_name(const std::string& what, const std::string& name, Place place, Mistakes& mistakes);

/// Fills `sources` and makes the entries of `media`. Where the medium of any source is unclear, `media` stays
/// empty, and what depends on it cannot be checked.
void read_sources(const ValueReader& sources, const std::filesystem::path& folder, Config& config);

/// The key `manifest`: the path of a file that is there.
void read_manifest(MapReader& map, const std::filesystem::path& folder, std::filesystem::path& manifest);

/// Sources must have been read before, since nobody may hear himself in a pool of talkers.
void read_assets(const ValueReader& assets, const std::filesystem::path& folder, Config& config);

/// What a step may use.
struct StepContext {
  Media media = Media::audio;
  std::span<const StepSchema* const> schemas;
  std::span<const AssetSettings> assets;
};

/// One step of a level, or the several that a profile stands for; none where there is a mistake in it.
[[nodiscard]] std::vector<Step> read_step(const ValueReader& step, const StepContext& context);

/// The key `order` of `design` for one medium. A mistake in it is left to read_designs, and gives `as_written`, which
/// finds no fault with the axes.
[[nodiscard]] Order read_order(const ValueReader& design, Media media);

/// The parts of a config without mistakes. What refers to the others cannot be checked.
struct GoodParts {
  bool sources = true;
  bool axes = true;
};

/// What a design is where the config says nothing.
[[nodiscard]] DesignSettings first_design(Media media);

/// Fills the designs of all media. The sources and the axes must have been read before.
void read_designs(const ValueReader& design, GoodParts good, Config& config);

void read_card(const ValueReader& value, Card& card);

/// The key `output`. The card and the sources must have been read before; `good_sources`: without mistakes. `card` is
/// where the card stands, for what a format asks of it.
void read_output(const ValueReader& output, const std::optional<ValueReader>& card, const std::filesystem::path& folder,
                 bool good_sources, Config& config);

/// The axes of one medium. Sources, assets and the design's order must have been read before.
void read_axes(const ValueReader& axes, Media media, std::span<const StepSchema* const> schemas, Config& config);

}  // namespace fairground
