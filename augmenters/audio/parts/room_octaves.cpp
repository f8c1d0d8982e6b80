#include "augmenters/audio/parts/room_octaves.h"

#include <cmath>
#include <string>

#include "augmenters/audio/parts/shoebox_room.h"
#include "pipeline/core/bounded_cache.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

constexpr std::size_t kBands = kRoomBandsHz.size();

constexpr std::size_t kFilterTaps = kConvolutionBlock;
constexpr std::size_t kFilterCentre = kFilterTaps / 2;

/// The share of a frequency that belongs to a band: raised cosines over the octaves between centres, which add up to 1.
double band_share(std::size_t band, double hz) {
  const double octaves = hz > 0.0 ? plain::log(hz / kRoomBandsHz[band]) / plain::kLn2 : -100.0;
  const bool outside = (band == 0 && octaves < 0.0) || (band == kBands - 1 && octaves > 0.0);
  if (outside) {
    return 1.0;
  }
  return std::abs(octaves) >= 1.0 ? 0.0 : 0.5 + 0.5 * plain::cosine_of_turns(0.5 * octaves);
}

/// Filters without phase, whose centre is at kFilterCentre.
std::vector<BlockSpectra> make_band_filters(int rate) {
  std::vector<BlockSpectra> filters;
  for (std::size_t b = 0; b < kBands; ++b) {
    std::vector<float> values(2 * kFourierSize);
    const auto real = std::span(values).first<kFourierSize>();
    const auto imaginary = std::span(values).last<kFourierSize>();
    for (std::size_t k = 0; k <= kFourierSize / 2; ++k) {
      const double hz = static_cast<double>(k) * rate / static_cast<double>(kFourierSize);
      real[k] = static_cast<float>(band_share(b, hz) / static_cast<double>(kFourierSize));
      real[(kFourierSize - k) % kFourierSize] = real[k];
    }
    inverse_fourier(real, imaginary);
    std::vector<float> taps(kFilterTaps);
    for (std::size_t i = 0; i < kFilterTaps; ++i) {
      const double turns = (static_cast<double>(i) - static_cast<double>(kFilterCentre)) / kFilterTaps;
      const double window = 0.5 + 0.5 * plain::cosine_of_turns(turns);
      taps[i] = static_cast<float>(window * real[(i + kFourierSize - kFilterCentre) % kFourierSize]);
    }
    filters.push_back(BlockSpectra::of_response(taps));
  }
  return filters;
}

}  // namespace

std::shared_ptr<const std::vector<BlockSpectra>> octave_filters(int sample_rate) {
  static BoundedCache<std::vector<BlockSpectra>> kept(std::size_t{16} << 20U);
  const std::string key = std::to_string(sample_rate);
  std::shared_ptr<const std::vector<BlockSpectra>> filters = kept.find(key);
  if (!filters) {
    filters = std::make_shared<const std::vector<BlockSpectra>>(make_band_filters(sample_rate));
    std::size_t bytes = 0;
    for (const BlockSpectra& filter : *filters) {
      bytes += filter.bytes();
    }
    kept.keep(key, filters, bytes);
  }
  return filters;
}

void add_octave(std::span<const float> in, const BlockSpectra& filter, std::span<float> out) {
  std::vector<float> filtered(kFilterCentre + out.size());
  convolve(in, filter, filtered);
  for (std::size_t n = 0; n < out.size(); ++n) {
    out[n] += filtered[kFilterCentre + n];
  }
}

}  // namespace fairground
