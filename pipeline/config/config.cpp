#include "pipeline/config/config.h"

#include <algorithm>
#include <span>
#include <system_error>

#include "pipeline/config/config_parts.h"
#include "pipeline/config/names.h"
#include "pipeline/config/wording.h"
#include "pipeline/config/yaml_reader.h"
#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "pipeline/core/input_file.h"
#include "pipeline/core/text.h"

namespace fairground {
namespace {

constexpr int kFormatVersion = 1;

void read_roots(const ValueReader& roots, const std::filesystem::path& folder, Config& config) {
  for (const auto& [place, value] : MapReader(roots, "names and folders").entries()) {
    check_name("root", value.name(), place, value.mistakes());
    const auto text = value.text();
    if (!text) {
      continue;
    }
    const std::filesystem::path root = path_in(folder, *text);
    std::error_code ignored;
    if (!std::filesystem::is_directory(root, ignored)) {
      value.error("there is no folder " + in_ticks(root.string()));
    }
    config.roots.emplace(value.name(), root);
  }
}

/// A folder, if the key is there.
void read_folder(MapReader& map, const std::string& key, const std::filesystem::path& folder,
                 std::filesystem::path& into, const std::string& otherwise = {}) {
  const auto value = map.find(key);
  const auto text = value ? value->text() : std::nullopt;
  if (!text) {
    return;
  }
  into = path_in(folder, *text);
  std::error_code ignored;
  if (!std::filesystem::is_directory(into, ignored)) {
    value->error("there is no folder " + in_ticks(into.string()) + otherwise);
  }
}

/// A step that works on skin must have some way to find it.
void check_that_skin_can_be_found(const Config& config, Place axes, Mistakes& mistakes) {
  const auto media = config.media.find(Media::image);
  if (media == config.media.end() || !media->second.needs_skin() || !config.face_model.empty() ||
      !config.face_cascades.empty()) {
    return;
  }
  const auto source = std::ranges::find(config.sources, Media::image, &SourceSettings::media);
  if (source->mask.empty()) {
    mistakes.add(axes,
                 "a level works on skin, and nothing tells where skin is: name the column `mask` of the sources, or a "
                 "folder of models as `face_model`, or of OpenCV's cascades as `face_cascades`");
  }
}

void read_limits(const ValueReader& value, Limits& limits) {
  // Generous ends, which only keep out what cannot be meant.
  constexpr Bounds kSeconds{0.001, 1e7};
  constexpr Bounds kSize{0.001, 1e6};
  constexpr std::int64_t kMostChannels = 1024;  // as many as libsndfile reads
  MapReader map(value);
  map.number("audio_seconds", limits.audio_seconds, kSeconds, "s");
  map.number("image_megapixels", limits.image_megapixels, kSize, "megapixels");
  map.number("file_megabytes", limits.file_megabytes, kSize, "megabytes");
  map.number("asset_seconds", limits.asset_seconds, kSeconds, "s");
  map.integer("audio_channels", limits.audio_channels, {1, kMostChannels});
  map.number("audio_megasamples", limits.audio_megasamples, kSize, "million samples");
  map.number("expansion", limits.expansion, {1, 1e6}, "times the file's size");
  map.finish();
}

void read_gates(const ValueReader& value, Gates& gates) {
  MapReader map(value);
  map.number("clipped_fraction", gates.clipped_fraction, {0, 1});
  map.finish();
}

/// With sources of both media, `axes` is divided into one map for each.
void read_all_axes(const ValueReader& value, std::span<const StepSchema* const> schemas, Config& config) {
  if (config.media.empty()) {
    return;
  }
  if (config.media.size() == 1) {
    read_axes(value, config.media.begin()->first, schemas, config);
    return;
  }
  MapReader map(value);
  for (const Media media : kAllMedia) {
    if (const auto part = map.find(to_string(media))) {
      read_axes(*part, media, schemas, config);
    }
  }
  map.finish();
}

/// A design without a clean reference must change something.
void check_that_something_is_made(const Config& config, Place place, Mistakes& mistakes) {
  const auto changes_something = [](const Axis& axis) {
    return std::ranges::any_of(axis.levels, [](const Level& level) { return !level.steps.empty(); });
  };
  for (const auto& [media, settings] : config.media) {
    if (!settings.design.include_clean && std::ranges::none_of(settings.axes, changes_something)) {
      mistakes.add(place, std::string("nothing would be made of ") + to_string(media) +
                              ": no level has steps, and `include_clean` is false");
    }
  }
}

void read_config(const ValueReader& root, std::span<const StepSchema* const> schemas, Config& config) {
  const std::filesystem::path folder = config.path.parent_path();
  MapReader map(root);
  int version = kFormatVersion;
  map.integer("fairground", version, {kFormatVersion, kFormatVersion}, Need::required);
  map.identifier("name", config.name, Need::required);
  map.integer("seed", config.seed, {0, IntegerBounds{}.maximum}, Need::required);
  GoodParts good;
  std::size_t mistakes_before = root.mistakes().count();
  if (const auto sources = map.find("sources", Need::required)) {
    read_sources(*sources, folder, config);
  }
  good.sources = root.mistakes().count() == mistakes_before;
  if (const auto roots = map.find("roots")) {
    read_roots(*roots, folder, config);
  }
  if (const auto limits = map.find("limits")) {
    read_limits(*limits, config.limits);
  }
  map.integer("memory", config.memory_mb, {kLeastRunMemoryMb, kMostRunMemoryMb});
  if (const auto assets = map.find("assets")) {
    read_assets(*assets, folder, config);
  }
  // Axes come after what their steps are checked against, wherever it stands in the file.
  for (auto& [media, settings] : config.media) {
    settings.output.format = media == Media::audio ? FileFormat::flac : FileFormat::png;
    settings.design = first_design(media);
  }
  const auto design = map.find("design");
  for (auto& [media, settings] : config.media) {
    settings.design.order = design ? read_order(*design, media) : Order::staged;
  }
  mistakes_before = root.mistakes().count();
  if (const auto axes = map.find("axes")) {
    read_all_axes(*axes, schemas, config);
  }
  good.axes = root.mistakes().count() == mistakes_before;
  if (design) {
    read_designs(*design, good, config);
  }
  if (good.axes) {
    check_that_something_is_made(config, map.place_of("axes"), root.mistakes());
  }
  read_folder(map, "face_model", folder, config.face_model, "; samples/face-models makes one");
  read_folder(map, "face_cascades", folder, config.face_cascades);
  if (good.axes && good.sources) {
    check_that_skin_can_be_found(config, map.place_of("axes"), root.mistakes());
  }
  std::vector<std::pair<std::string, Resampler>> resamplers;
  for (const Resampler resampler : kAllResamplers) {
    resamplers.emplace_back(to_string(resampler), resampler);
  }
  map.choice("resampler", config.resampler, resamplers);
  if (const auto gates = map.find("gates")) {
    read_gates(*gates, config.gates);
  }
  const auto card = map.find("card");
  if (card) {
    read_card(*card, config.card);
  }
  if (const auto output = map.find("output", Need::required)) {
    read_output(*output, card, folder, good.sources, config);
  }
  map.finish();
}

std::string read_file(const std::filesystem::path& path) {
  InputFile file(path);
  // One byte more than is allowed shows that there is too much, however much there is.
  std::string text(kLongestYaml + 1, '\0');
  std::size_t used = 0;
  while (used < text.size()) {
    const std::size_t got = file.read(std::span(text).subspan(used));
    if (got == 0) {
      break;
    }
    used += got;
  }
  if (!file.problem().empty()) {
    throw UserError(on_one_line(path.string()) + ": cannot be read: " + file.problem());
  }
  text.resize(used);
  return text;
}

}  // namespace

bool needs_skin(const Level& level) {
  return std::ranges::any_of(level.steps, [](const Step& step) { return step.schema->needs_skin; });
}

bool needs_skin(const Axis& axis) {
  return std::ranges::any_of(axis.levels, [](const Level& level) { return needs_skin(level); });
}

bool MediaSettings::needs_skin() const {
  return std::ranges::any_of(axes, [](const Axis& axis) { return fairground::needs_skin(axis); });
}

std::string place_in_design(const Config& config, Media media, const std::string& key) {
  const std::map<std::string, std::string>& places = config.media.at(media).design.places;
  const auto found = places.find(key);
  return found != places.end() ? found->second : config.path.string() + ": design of " + to_string(media);
}

const char* to_string(FileFormat format) {
  switch (format) {
    case FileFormat::flac:
      return "flac";
    case FileFormat::wav:
      return "wav";
    case FileFormat::png:
      return "png";
    case FileFormat::jpeg:
      return "jpeg";
    case FileFormat::webp:
      return "webp";
    case FileFormat::tiff:
      return "tiff";
  }
  return "unknown";
}

const char* extension(FileFormat format) { return format == FileFormat::jpeg ? "jpg" : to_string(format); }

std::filesystem::path path_in(const std::filesystem::path& folder, const std::string& text) {
  const std::filesystem::path path = (folder / text).lexically_normal();
  return path.has_filename() || path == path.root_path() ? path : path.parent_path();
}

void check_name(const std::string& what, const std::string& name, Place place, Mistakes& mistakes) {
  if (!is_name(name)) {
    mistakes.add(place,
                 "the " + what + " name " + in_ticks(name) + " must be made of letters (a-z, A-Z), digits, _ and -");
  }
}

Config parse_config(const std::string& text, const std::filesystem::path& path,
                    std::span<const StepSchema* const> schemas) {
  Mistakes mistakes(path.string());
  Config config;
  config.path = std::filesystem::absolute(path).lexically_normal();
  config.text = text;
  config.sha256 = sha256_hex(text);
  const YamlPointer root = load_yaml(text, mistakes);
  read_config(ValueReader(*root, "config", mistakes), schemas, config);
  mistakes.throw_if_any();
  return config;
}

Config load_config(const std::filesystem::path& path, std::span<const StepSchema* const> schemas) {
  return parse_config(read_file(path), path, schemas);
}

}  // namespace fairground
