#include "pipeline/flow/memory_needs.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <variant>

#include "augmenters/augmenter.h"
#include "pipeline/flow/shared_rooms.h"

namespace fairground {
namespace {

/// From the smallest to the largest that a parameter of the step may be; 1 where it has none of that name.
Range range_of(const Step& step, const char* parameter) {
  const std::optional<std::size_t> index = step.schema->find(parameter);
  if (!index) {
    return {1.0, 1.0};
  }
  const Setting& setting = step.settings[*index];
  const auto* const number = std::get_if<double>(&setting);
  const auto* const range = std::get_if<Range>(&setting);
  return number != nullptr ? Range{*number, *number} : range != nullptr ? *range : Range{1.0, 1.0};
}

/// How many times as many samples or pixels a chain may make of a source.
double growth_of(const std::vector<ChainStep>& chain) {
  double growth = 1.0;
  for (const ChainStep& step : chain) {
    const Stage stage = step.step->schema->stage;
    if (stage == Stage::file) {
      const double scale = range_of(*step.step, "scale").high;
      growth *= std::max(scale * scale, 1.0);
    } else if (stage == Stage::voice) {
      growth *= std::max(1.0 / range_of(*step.step, "rate").low, 1.0);
    }
  }
  return growth;
}

/// As noise_level_table() in augmenters/audio/parts has it.
bool refers_to_early_speech(const Step& step) {
  const std::optional<std::size_t> index = step.schema->find("reference");
  return index && step.settings[*index] == Setting(std::string("early"));
}

/// The rate at which a codec runs, in Hz; the highest at which one runs of itself, where none is asked for.
double codec_rate(const Step& step) {
  constexpr double kWideBand = 16000.0;  // of AMR-WB, whatever it is given
  const auto* const asked = std::get_if<std::int64_t>(&step.settings[step.schema->find("sample_rate_hz").value()]);
  return asked != nullptr ? static_cast<double>(*asked) : kWideBand;
}

/// How many floats each sample takes at most while a recording is rendered, its source's among them.
double floats_of(const std::vector<ChainStep>& chain, double rate, double frames, int channels) {
  double noises = 0.0;
  bool has_changes = false;
  bool has_room = false;
  bool has_early = false;
  double delivering = 3.0;  // the source, the mixture and its integers
  for (const ChainStep& step : chain) {
    const Augmenter& augmenter = *find_augmenter(step.step->schema->name);
    has_changes = has_changes || augmenter.prepare_audio;
    noises += augmenter.prepare_noise ? 1.0 : 0.0;
    has_room = has_room || augmenter.prepare_room;
    has_early = has_early || refers_to_early_speech(*step.step);
    if (augmenter.prepare_signal) {
      delivering = std::max(delivering, 5.0);
    }
    if (step.step->schema->find("sample_rate_hz")) {
      // A codec: the signal at its rate as it goes in, as integers, as it comes out, and as it is put together.
      delivering = std::max(delivering, 5.5 + 2.5 * std::max(codec_rate(*step.step) / rate, 1.0));
    }
  }
  // The source and the speech; what changes that, before any noise is made; all noises, and what one is made of.
  const double changing = has_changes ? 4.0 : 2.0;
  double mixing = noises > 0.0 ? noises + 3.0 : 2.0;
  if (has_room) {
    // The early part of the speech; what is kept of both for the next variant; and the spectra of the source.
    const double parts = has_early ? 2.0 : 1.0;
    mixing += parts - 1.0;
    mixing += frames * channels <= static_cast<double>(SharedSpeech::kMostKeptSamples) ? parts : 0.0;
    mixing += frames <= static_cast<double>(kLongestSharedSpectra) ? 4.0 : 0.0;
  }
  return std::max({changing, mixing, delivering});
}

/// What each pixel takes beside the source while a picture is encoded and, where that loses something, decoded again:
/// its codes, of up to 16 bits where the format has them, the file, and what the encoder holds.
double encoding_bytes(FileFormat format) {
  switch (format) {
    case FileFormat::jpeg:
      return 14.0;
    case FileFormat::webp:
      return 26.0;
    case FileFormat::tiff:
      return 36.0;
    default:
      return 22.0;
  }
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
    constexpr double kBytesOfPixel = 3.0 * sizeof(float) + 2.0 * 3.0 * 2.0;
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
  const std::vector<ChainStep>& chain = plan.of(variant.media).conditions[variant.condition].chain;
  if (variant.media == Media::audio) {
    const SourceSettings& settings = plan.config().sources[source.settings];
    const double rate = settings.sample_rate != 0 ? settings.sample_rate : file.sample_rate;
    const double frames = static_cast<double>(file.seconds) * rate;
    const int channels = settings.mono ? 1 : file.channels;
    constexpr double kFileBytes = 3.0;  // of a sample in the file, if that has 24 bits
    const double bytes = sizeof(float) * floats_of(chain, rate, frames, channels) + kFileBytes;
    return std::max(decoding, static_cast<std::size_t>(bytes * frames * channels * growth_of(chain)));
  }
  // Three floats for each pixel of the source. Steps that see the whole picture have a copy of it, and one more at
  // work, from which the codes are made.
  constexpr double kLinear = 3.0 * sizeof(float);
  const bool has_picture_steps = std::ranges::any_of(
      chain, [](const ChainStep& step) { return !find_augmenter(step.step->schema->name)->prepare_rows; });
  const FileFormat format = plan.of(variant.media).settings->output.format;
  const bool is_lossy = format == FileFormat::jpeg || format == FileFormat::webp;
  const double steps = has_picture_steps ? 2.0 * kLinear + (is_lossy ? 4.0 : 12.0) : 0.0;
  double bytes = kLinear + std::max(steps, encoding_bytes(format));
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
