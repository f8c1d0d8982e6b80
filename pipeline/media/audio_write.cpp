// From floating point to the integers of a lossless file, and from those to its bytes.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>

#include "pipeline/core/error.h"
#include "pipeline/core/hot.h"
#include "pipeline/media/audio_file.h"
#include "pipeline/media/memory_file.h"

namespace fairground {
namespace {

constexpr std::size_t kBlock = 4096;

void require_bits(int bits) {
  if (bits != 16 && bits != 24) {
    throw ItemError("audio cannot be written with " + std::to_string(bits) + " bits; 16 and 24 are possible");
  }
}

/// Half away from zero is truncation after adding one half. The number added is the float below one half: with 0.5
/// itself, 0.49999997 would become 1, and the sum is rounded so that no other sample is misjudged. A sample that is
/// not a number becomes the lowest code, so that the meter counts it as clipped.
FAIRGROUND_HOT void quantise_block(const float* __restrict in, std::int32_t* __restrict out, std::size_t count,
                                   float scale) {
  constexpr float kAlmostHalf = 0x1.fffffep-2F;
  const float lowest = -scale;
  const float highest = scale - 1.0F;
  for (std::size_t i = 0; i < count; ++i) {
    float value = in[i] * scale;
    value = value > lowest ? value : lowest;
    value = value < highest ? value : highest;
    out[i] = static_cast<std::int32_t>(value + std::copysign(kAlmostHalf, value));
  }
}

/// Full scale of `bits`, exact in float.
float full_scale(int bits) { return std::ldexp(1.0F, bits - 1); }

/// libsndfile's 16-bit call is by far the fastest one, as it only copies.
sf_count_t write_block(SNDFILE* file, std::span<const std::int32_t> samples, int bits) {
  const auto count = static_cast<sf_count_t>(samples.size());
  if (bits == 16) {
    std::array<short, kBlock> codes;
    std::transform(samples.begin(), samples.end(), codes.begin(), [](std::int32_t s) { return static_cast<short>(s); });
    return sf_write_short(file, codes.data(), count);
  }
  // Integers of libsndfile are left-aligned: a 24-bit file takes the upper 24 of 32 bits.
  std::array<int, kBlock> codes;
  std::transform(samples.begin(), samples.end(), codes.begin(), [](std::int32_t s) { return s * 256; });
  return sf_write_int(file, codes.data(), count);
}

}  // namespace

PcmAudio quantise(const Audio& audio, int bits) {
  require_bits(bits);
  PcmAudio pcm{audio.sample_rate, audio.channels, bits, {}};
  const float scale = full_scale(bits);
  std::array<std::int32_t, kBlock> block;
  if (audio.channels == 1) {
    pcm.samples.reserve(audio.samples.size());  // and not set to zero, which would be a way through memory
    for (auto rest = std::span(audio.samples); !rest.empty(); rest = rest.subspan(std::min(kBlock, rest.size()))) {
      const std::size_t count = std::min(kBlock, rest.size());
      quantise_block(rest.data(), block.data(), count, scale);
      pcm.samples.insert(pcm.samples.end(), block.data(), block.data() + count);
    }
    return pcm;
  }
  pcm.samples.resize(audio.samples.size());
  const auto channels = static_cast<std::size_t>(audio.channels);
  for (std::size_t c = 0; c < channels; ++c) {
    const std::span<const float> channel = audio.channel(static_cast<int>(c));
    for (std::size_t begin = 0; begin < channel.size(); begin += kBlock) {
      const std::size_t count = std::min(kBlock, channel.size() - begin);
      quantise_block(channel.data() + begin, block.data(), count, scale);
      std::int32_t* out = pcm.samples.data() + begin * channels + c;
      for (std::size_t i = 0; i < count; ++i) out[i * channels] = block[i];
    }
  }
  return pcm;
}

Bytes encode_audio(const PcmAudio& pcm, AudioContainer container) {
  require_bits(pcm.bits);
  const bool is_flac = container == AudioContainer::flac;
  const std::string what = std::string(is_flac ? "FLAC" : "WAV") + " of " + std::to_string(pcm.channels) +
                           " channels at " + std::to_string(pcm.sample_rate) + " Hz";
  const std::size_t data_bytes = pcm.samples.size() * static_cast<std::size_t>(pcm.bits / 8);
  constexpr std::size_t kLongestWav = 0xFFFF0000;  // Its lengths have 32 bits, and the header needs some of them.
  if (!is_flac && data_bytes > kLongestWav) throw ItemError("it is too long for WAV (4 GiB); write FLAC");

  SF_INFO info{};
  info.samplerate = pcm.sample_rate;
  info.channels = pcm.channels;
  info.format = (is_flac ? SF_FORMAT_FLAC : SF_FORMAT_WAV) | (pcm.bits == 16 ? SF_FORMAT_PCM_16 : SF_FORMAT_PCM_24);
  MemoryTarget target;
  target.bytes.reserve(is_flac ? data_bytes : data_bytes + 1024);
  SndFile file = open_memory(target, info);
  if (!file) throw ItemError("libsndfile cannot write " + what);

  // Neither may matter for integers; both would change bytes silently if a later libsndfile thought otherwise. Writing
  // out of range wraps without the first, and the second puts the time of day into the file.
  sf_command(file.get(), SFC_SET_CLIPPING, nullptr, SF_TRUE);
  sf_command(file.get(), SFC_SET_ADD_PEAK_CHUNK, nullptr, SF_FALSE);

  const std::span<const std::int32_t> samples(pcm.samples);
  const auto channels = static_cast<std::size_t>(pcm.channels);
  const std::size_t step = kBlock - kBlock % channels;  // libsndfile takes whole frames only
  for (std::size_t begin = 0; begin < samples.size(); begin += step) {
    const auto block = samples.subspan(begin, std::min(step, samples.size() - begin));
    if (write_block(file.get(), block, pcm.bits) != static_cast<sf_count_t>(block.size())) {
      throw ItemError("libsndfile cannot write " + what + ": " + sf_strerror(file.get()));
    }
  }
  // Closing completes the header, so it is done before the bytes are taken, and by hand to see whether it succeeds.
  if (const int failure = sf_close(file.release()); failure != SF_ERR_NO_ERROR) {
    throw ItemError("libsndfile cannot complete " + what + ": error " + std::to_string(failure));
  }
  return std::move(target.bytes);
}

}  // namespace fairground
