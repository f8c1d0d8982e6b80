#include "pipeline/design/cost.h"

#include <array>
#include <cmath>

namespace fairground {
namespace {

// Empirical, measured on the variants of samples/demo.yaml: FLAC keeps 0.60 of 16-bit speech in noise, and pictures,
// half of which have sensor noise, take so many bytes for each pixel.
constexpr double kFlacShare = 0.60;
constexpr double kPngBytesPerPixel = 1.8;
constexpr double kTiffBytesPerPixel = 2.2;

/// Of the lossy formats, at some qualities.
struct QualitySize {
  double quality = 0.0;
  double bytes_per_pixel = 0.0;
};
constexpr std::array<QualitySize, 7> kJpegSizes{
    {{10, 0.035}, {30, 0.065}, {60, 0.105}, {80, 0.166}, {90, 0.257}, {97, 0.501}, {100, 0.817}}};
constexpr std::array<QualitySize, 7> kWebpSizes{
    {{10, 0.027}, {30, 0.047}, {60, 0.078}, {80, 0.125}, {90, 0.228}, {97, 0.397}, {100, 0.464}}};

/// Between the qualities that were measured, and below the lowest, along lines of the logarithm.
double at_quality(const std::array<QualitySize, 7>& sizes, double quality) {
  std::size_t above = 1;
  while (above + 1 < sizes.size() && sizes[above].quality < quality) {
    ++above;
  }
  const QualitySize& low = sizes[above - 1];
  const QualitySize& high = sizes[above];
  const double part = (quality - low.quality) / (high.quality - low.quality);
  return low.bytes_per_pixel * std::pow(high.bytes_per_pixel / low.bytes_per_pixel, part);
}

double bytes_per_pixel(const OutputFormat& output) {
  switch (output.format) {
    case FileFormat::png:
      return kPngBytesPerPixel;
    case FileFormat::tiff:
      return kTiffBytesPerPixel;
    case FileFormat::webp:
      return at_quality(kWebpSizes, output.quality);
    default:
      return at_quality(kJpegSizes, output.quality);
  }
}

}  // namespace

VariantSize estimate_variant(const Config& config, Media media, const MediaCatalog& catalog, std::size_t index) {
  const Source& source = catalog.sources[index];
  const MediaFile& file = catalog.file_of(source);
  const SourceSettings& settings = config.sources[source.settings];
  const OutputFormat& output = config.media.at(media).output;
  VariantSize size;
  if (!catalog.problem_of(source).empty()) {
    return size;
  }
  if (media == Media::audio) {
    const double rate = settings.sample_rate != 0 ? settings.sample_rate : file.sample_rate;
    const double channels = settings.mono ? 1.0 : file.channels;
    const double pcm = file.seconds * rate * channels * output.bits / 8.0;
    size.audio_seconds = file.seconds;
    size.bytes = output.format == FileFormat::flac ? kFlacShare * pcm : pcm;
  } else {
    size.megapixels = file.megapixels;
    size.bytes = file.megapixels * 1e6 * bytes_per_pixel(output);
  }
  return size;
}

Cost cost_of(const Config& config, const MediaPlan& plan) {
  Cost cost;
  cost.variants = plan.variants();
  for (std::size_t source = 0; source < plan.catalog->sources.size(); ++source) {
    const auto count = static_cast<double>(plan.starts[source + 1] - plan.starts[source]);
    if (count > 0.0) {
      const VariantSize one = estimate_variant(config, plan.media, *plan.catalog, source);
      cost.total.audio_seconds += count * one.audio_seconds;
      cost.total.megapixels += count * one.megapixels;
      cost.total.bytes += count * one.bytes;
    }
  }
  return cost;
}

}  // namespace fairground
