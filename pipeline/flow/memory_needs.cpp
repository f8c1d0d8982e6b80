#include "pipeline/flow/memory_needs.h"

#include <algorithm>
#include <optional>
#include <variant>

#include "augmenters/augmenter.h"
#include "pipeline/flow/shared_rooms.h"

namespace fairground {
namespace {

/// How many times as many pixels a chain may make of a picture.
double growth_of(const std::vector<ChainStep>& chain) {
  double growth = 1.0;
  for (const ChainStep& step : chain) {
    const std::optional<std::size_t> scale = step.step->schema->find("scale");
    if (step.step->schema->stage != Stage::file || !scale) {
      continue;
    }
    const Setting& setting = step.step->settings[*scale];
    const auto* const number = std::get_if<double>(&setting);
    const auto* const range = std::get_if<Range>(&setting);
    const double largest = number != nullptr ? *number : range != nullptr ? range->high : 1.0;
    growth *= std::max(largest * largest, 1.0);
  }
  return growth;
}

}  // namespace

std::size_t memory_bytes(const Config& config, int jobs) {
  constexpr std::size_t kMegabyte = 1'000'000;
  const int megabytes = config.memory_mb != 0 ? config.memory_mb : kRunMemoryMbOfThread;
  return static_cast<std::size_t>(megabytes) * static_cast<std::size_t>(config.memory_mb != 0 ? 1 : jobs) * kMegabyte;
}

std::size_t decoding_bytes(const Config& config, const MediaCatalog& catalog, Media media, std::size_t source) {
  const MediaFile& file = catalog.file_of(catalog.sources[source]);
  if (media == Media::image) {
    // Codes of up to 16 bits, upright and as they lay in the file, three floats for each pixel, and the file.
    constexpr double kBytesOfPixel = 3 * sizeof(float) + 2 * 3 * 2;
    return file.times.bytes + static_cast<std::size_t>(kBytesOfPixel * static_cast<double>(file.megapixels) * 1e6);
  }
  const SourceSettings& settings = config.sources[catalog.sources[source].settings];
  const double frames = static_cast<double>(file.seconds) * file.sample_rate;
  const int channels = settings.mono ? 1 : file.channels;
  const double out_frames =
      settings.sample_rate != 0 ? static_cast<double>(file.seconds) * settings.sample_rate : frames;
  // Twice what the file holds, as it is brought from the file's order to channel after channel; then one copy for each
  // of its channels and its rate.
  const double decoding = 2.0 * frames * file.channels;
  const double resampling = frames * channels + out_frames * channels;
  return file.times.bytes + static_cast<std::size_t>(sizeof(float) * std::max(decoding, resampling));
}

std::size_t rendering_bytes(const Plan& plan, std::size_t index) {
  const Variant variant = plan.unnamed(index);
  const MediaCatalog& catalog = *plan.of(variant.media).catalog;
  const Source& source = catalog.sources[variant.source];
  const MediaFile& file = catalog.file_of(source);
  const std::size_t decoding = decoding_bytes(plan.config(), catalog, variant.media, variant.source);
  if (variant.media == Media::audio) {
    // The source, the speech, a noise and the mixture's integers, of four bytes for each sample; and the file. Steps
    // behind the mixer have copies of the signal, up to three at a time in a recording of two hours.
    const std::vector<ChainStep>& chain = plan.of(variant.media).conditions[variant.condition].chain;
    const bool has_signal_steps =
        std::ranges::any_of(chain, [](const ChainStep& step) { return step.step->schema->stage > Stage::scene; });
    // Speech in a room, and its early part, may be kept beside what becomes of them; and the spectra of a source. Of
    // recordings too long to be kept this asks for more than is taken.
    const bool has_room = std::ranges::any_of(
        chain, [](const ChainStep& step) { return find_augmenter(step.step->schema->name)->prepare_room != nullptr; });
    const SourceSettings& settings = plan.config().sources[source.settings];
    const double rate = settings.sample_rate != 0 ? settings.sample_rate : file.sample_rate;
    const double frames = static_cast<double>(file.seconds) * rate;
    const bool may_have_spectra = has_room && frames <= static_cast<double>(kLongestSharedSpectra);
    const unsigned floats = (has_signal_steps ? 7U : 4U) + (has_room ? 2U : 0U) + (may_have_spectra ? 4U : 0U);
    const double bytes = static_cast<double>(floats * sizeof(float) + 2U);
    return std::max(decoding, static_cast<std::size_t>(bytes * frames * (settings.mono ? 1.0 : file.channels)));
  }
  // Three floats for each pixel, the codes of up to 16 bits, and the file. Steps that see the whole picture have copies
  // of it.
  const std::vector<ChainStep>& chain = plan.of(variant.media).conditions[variant.condition].chain;
  const bool has_picture_steps = std::ranges::any_of(
      chain, [](const ChainStep& step) { return !find_augmenter(step.step->schema->name)->prepare_rows; });
  double bytes = static_cast<double>((has_picture_steps ? 9U : 3U) * sizeof(float) + 3U * 2U + 3U);
  // Skin: a weight and a part for each pixel of the source, and to tell its tone, the file again in linear light; and
  // of the step that moves it, the patch with its grain, seven floats where skin fills the picture.
  if (plan.of(variant.media).settings->needs_skin()) {
    bytes += static_cast<double>((1U + 3U + 7U) * sizeof(float)) + 1.0;
  }
  // Maps stand beside the source, and moved beside the variant.
  for (const std::size_t map : catalog.maps) {
    bytes += map == kMaskMap ? 2.0 : static_cast<double>((map == kDepthMap ? 2U : 6U) * sizeof(float));
  }
  return std::max(decoding,
                  static_cast<std::size_t>(bytes * growth_of(chain) * static_cast<double>(file.megapixels) * 1e6));
}

}  // namespace fairground
