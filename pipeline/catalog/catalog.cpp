#include "pipeline/catalog/catalog.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <string_view>
#include <utility>

#include "pipeline/catalog/convertible_rates.h"
#include "pipeline/catalog/gather_sources.h"
#include "pipeline/catalog/known_files.h"
#include "pipeline/catalog/matched_signals.h"
#include "pipeline/catalog/talker_pools.h"
#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "pipeline/core/parallel.h"
#include "pipeline/media/audio_file.h"
#include "pipeline/media/icc_profile.h"
#include "pipeline/media/image_header.h"
#include "pipeline/media/response_curve.h"

namespace fairground {
namespace {

/// Reads the bytes once to hash them, and the header. What is wrong with a file is that
/// file's problem, not the run's.
void inspect(MediaFile& file, Media medium, bool has_colours, const MediaLimits& limits, const KnownFiles* known) {
  if (known != nullptr && known->fill_in(file, kind_of_file(medium, !has_colours))) {
    return;
  }
  const std::string path = file.path.str();
  file.times = file_times(path).value_or(FileTimes{});
  try {
    const Bytes bytes = read_file(path, limits, Links::refused);
    file.sha256 = sha256(bytes);
    if (medium == Media::audio) {
      const AudioHeader header = read_audio_header(bytes, path, limits);
      file.sample_rate = header.sample_rate;
      file.channels = header.channels;
      file.seconds = static_cast<float>(header.seconds);
    } else {
      const ImageHeader header = read_image_header(bytes);
      const Bytes profile = has_colours ? read_icc_profile(header) : Bytes();
      if (!profile.empty()) {
        check_icc_profile(profile, header.is_grey);
      }
      file.megapixels =
          static_cast<float>(1e-6 * static_cast<double>(header.width) * static_cast<double>(header.height));
    }
  } catch (const ItemError& error) {
    file.problem = std::string_view(error.what());
  }
}

/// How many sources name each file.
std::vector<std::uint32_t> uses_of_files(const MediaCatalog& catalog) {
  std::vector<std::uint32_t> uses(catalog.files.size(), 0);
  for (const Source& source : catalog.sources) {
    ++uses[source.file];
  }
  return uses;
}

/// `uses`: how many sources name each file.
SharedBytes find_shared_bytes(const MediaCatalog& catalog, const std::vector<std::uint32_t>& uses) {
  constexpr std::size_t kMostIds = 6;
  const auto sha256_of = [&](std::uint32_t file) -> const Sha256Digest& { return catalog.files[file].sha256; };
  std::vector<std::uint32_t> sorted;
  sorted.reserve(catalog.files.size());
  for (std::uint32_t file = 0; file < catalog.files.size(); ++file) {
    if (!sha256_of(file).empty()) {
      sorted.push_back(file);
    }
  }
  std::ranges::sort(sorted, {}, sha256_of);
  SharedBytes shared;
  std::vector<bool> is_shared(catalog.files.size(), false);
  for (auto first = sorted.begin(); first != sorted.end();) {
    const auto end = std::find_if(first, sorted.end(), [&](auto file) { return sha256_of(file) != sha256_of(*first); });
    const auto sources =
        std::transform_reduce(first, end, std::size_t{0}, std::plus<>(), [&](auto f) { return uses[f]; });
    if (sources > 1) {
      shared.sources += sources;
      ++shared.contents;
      std::for_each(first, end, [&](std::uint32_t file) { is_shared[file] = true; });
    }
    first = end;
  }
  for (std::size_t i = 0; i < catalog.sources.size() && shared.ids.size() < std::min(kMostIds, shared.sources); ++i) {
    if (is_shared[catalog.sources[i].file]) {
      shared.ids.emplace_back(catalog.sources[i].id());
    }
  }
  return shared;
}

/// All that the manifests say, of sources and of pools, with the mistakes of both in one go.
void gather(const Config& config, Catalog& catalog) {
  std::vector<std::string> mistakes;
  for (const auto part : {gather_sources, gather_pools}) {
    try {
      part(config, catalog);
    } catch (const UserError& error) {
      mistakes.insert(mistakes.end(), error.messages().begin(), error.messages().end());
    }
  }
  if (!mistakes.empty()) {
    throw UserError(std::move(mistakes));
  }
}

}  // namespace

std::string MediaCatalog::problem_of(const Source& source) const {
  std::string problem = file_of(source).problem.str();
  for (std::size_t i = 0; i < maps.size() && problem.empty(); ++i) {
    const CompactText& of_map = map_of(source, maps[i])->problem;
    problem = of_map.empty() ? "" : std::string(kPictureMaps[maps[i]].name) + ": " + of_map.str();
  }
  return problem;
}

std::string MediaCatalog::labels_hash(const Source& source) const {
  if (!has_boxes && !has_keypoints && maps.empty()) {
    return {};
  }
  FieldHash hash;
  const auto add = [&](bool is_there, const char* name, std::string_view text) {
    if (is_there) {
      hash.add(name).add(text);
    }
  };
  add(has_boxes, "boxes", has_boxes ? boxes_of(source) : "");
  add(has_keypoints, "keypoints", has_keypoints ? keypoints_of(source) : "");
  for (const std::size_t map : maps) {
    add(true, kPictureMaps[map].name, map_of(source, map)->sha256.hex());
  }
  return hash.hex128();
}

MediaLimits media_limits(const Limits& limits) {
  return {limits.audio_seconds,  limits.image_megapixels,  limits.file_megabytes,
          limits.audio_channels, limits.audio_megasamples, limits.expansion};
}

namespace {

/// Whatever lies in the folder and may be read from it. Only where it matters, since cascades are many files.
void hash_face_model(const Config& config, Catalog& catalog) {
  const auto images = config.media.find(Media::image);
  if (images == config.media.end() || !images->second.needs_skin()) {
    return;
  }
  const std::filesystem::path& folder = config.face_model.empty() ? config.face_cascades : config.face_model;
  const auto source = std::ranges::find(config.sources, Media::image, &SourceSettings::media);
  if (folder.empty() || !source->mask.empty()) {
    return;
  }
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::filesystem::path extension = entry.path().extension();
    if (extension == ".onnx" || extension == ".xml") {
      files.push_back(entry.path());
    }
  }
  std::ranges::sort(files);
  try {
    for (const std::filesystem::path& file : files) {
      catalog.face_model_sha256.push_back(sha256_hex(read_file(file, media_limits(config.limits))));
    }
  } catch (const ItemError& failure) {
    throw UserError(config.path.string() + ": the models that faces are found with: " + failure.what());
  }
  if (error) {
    throw UserError(config.path.string() + ": " + folder.string() + ": " + error.message());
  }
}

}  // namespace

Catalog read_catalog(const Config& config, int jobs, Progress* progress, const std::atomic<bool>* stop,
                     const KnownFiles* known) {
  Catalog catalog;
  gather(config, catalog);
  if (progress != nullptr) {
    std::size_t total = 0;
    for (const auto& [medium, media_catalog] : catalog.media) {
      total += media_catalog.sources.size();
    }
    progress->expect(total);
  }
  const MediaLimits limits = media_limits(config.limits);
  for (auto& [medium, media_catalog] : catalog.media) {
    std::deque<MediaFile>& files = media_catalog.files;
    const std::vector<std::uint32_t> uses = uses_of_files(media_catalog);
    const auto read = [&files, &uses, &limits, progress, known, media = medium](std::size_t i) {
      inspect(files[i], media, /*has_colours=*/true, limits, known);
      for (std::size_t source = 0; source < uses[i] && progress != nullptr; ++source) {
        progress->add_one();
      }
    };
    parallel_for(files.size(), jobs, read, stop);
    std::deque<MediaFile>& maps = media_catalog.map_files;
    parallel_for(
        maps.size(), jobs, [&](std::size_t i) { inspect(maps[i], Media::image, /*has_colours=*/false, limits, known); },
        stop);
    media_catalog.shared_bytes = find_shared_bytes(media_catalog, uses);
  }
  if (catalog.media.contains(Media::audio)) {
    check_convertible_rates(config, catalog.media.at(Media::audio));
    check_matched_signals(config, catalog.media.at(Media::audio));
  }
  for (const AssetSettings& asset : config.assets) {
    if (asset.pool) {
      continue;
    }
    std::vector<std::string> hashes(asset.files.size());
    const auto read = [&](std::size_t i) {
      try {
        const Bytes bytes = read_file(asset.files[i], limits);
        hashes[i] = sha256_hex(bytes);
        if (asset.kind() == AssetKind::curves) {
          static_cast<void>(parse_response_curve(bytes, asset.files[i]));  // its mistakes show before anything is made
        }
      } catch (const ItemError& error) {
        throw UserError(config.path.string() + ": asset '" + asset.name + "': " + error.what());
      }
    };
    parallel_for(hashes.size(), jobs, read, stop);
    std::ranges::sort(hashes);
    catalog.asset_sha256[asset.name] = std::move(hashes);
  }
  read_pools(config, jobs, stop, catalog);
  hash_face_model(config, catalog);
  return catalog;
}

}  // namespace fairground
