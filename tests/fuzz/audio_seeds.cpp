#include <array>
#include <string_view>

#include "pipeline/media/audio_file.h"
#include "pipeline/media/memory_file.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/media_seeds.h"
#include "tests/support/test_media.h"

namespace fairground {
namespace {

struct AudioForm {
  std::string_view name;
  int format;
  int sample_rate = 8000;
  int channels = 1;
};

constexpr std::array kForms = {
    AudioForm{"u8.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_U8},
    AudioForm{"16.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 16000, 2},
    AudioForm{"24.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_24},
    AudioForm{"32.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_32},
    AudioForm{"float.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT},
    AudioForm{"double.wav", SF_FORMAT_WAV | SF_FORMAT_DOUBLE},
    AudioForm{"ulaw.wav", SF_FORMAT_WAV | SF_FORMAT_ULAW},
    AudioForm{"alaw.wav", SF_FORMAT_WAV | SF_FORMAT_ALAW},
    AudioForm{"ima.wav", SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM, 8000, 2},
    AudioForm{"ms.wav", SF_FORMAT_WAV | SF_FORMAT_MS_ADPCM, 8000, 2},
    AudioForm{"gsm.wav", SF_FORMAT_WAV | SF_FORMAT_GSM610},
    AudioForm{"g721.wav", SF_FORMAT_WAV | SF_FORMAT_G721_32},
    AudioForm{"nms16.wav", SF_FORMAT_WAV | SF_FORMAT_NMS_ADPCM_16},
    AudioForm{"big.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16 | SF_ENDIAN_BIG},
    AudioForm{"extensible.wav", SF_FORMAT_WAVEX | SF_FORMAT_PCM_16, 48000, 6},
    AudioForm{"16.rf64", SF_FORMAT_RF64 | SF_FORMAT_PCM_16},
    AudioForm{"16.w64", SF_FORMAT_W64 | SF_FORMAT_PCM_16},
    AudioForm{"ima.w64", SF_FORMAT_W64 | SF_FORMAT_IMA_ADPCM},
    AudioForm{"16.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 16000, 2},
    AudioForm{"24.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_24},
    AudioForm{"vorbis.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 16000, 2},
    AudioForm{"opus.opus", SF_FORMAT_OGG | SF_FORMAT_OPUS, 16000},
    AudioForm{"layer3.mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 16000},
    AudioForm{"layer3-stereo.mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 48000, 2},
    AudioForm{"16.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_16, 16000, 2},
    AudioForm{"24.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_24},
    AudioForm{"float.aifc", SF_FORMAT_AIFF | SF_FORMAT_FLOAT},
    AudioForm{"ima.aifc", SF_FORMAT_AIFF | SF_FORMAT_IMA_ADPCM},
    AudioForm{"dwvw.aifc", SF_FORMAT_AIFF | SF_FORMAT_DWVW_16},
    AudioForm{"gsm.aifc", SF_FORMAT_AIFF | SF_FORMAT_GSM610},
    AudioForm{"16.au", SF_FORMAT_AU | SF_FORMAT_PCM_16},
    AudioForm{"little.au", SF_FORMAT_AU | SF_FORMAT_FLOAT | SF_ENDIAN_LITTLE},
    AudioForm{"g723.au", SF_FORMAT_AU | SF_FORMAT_G723_24},
    AudioForm{"16.caf", SF_FORMAT_CAF | SF_FORMAT_PCM_16},
    AudioForm{"alac.caf", SF_FORMAT_CAF | SF_FORMAT_ALAC_16, 16000, 2},
    // libsndfile reads these from their content too, whatever the file is called.
    AudioForm{"voc", SF_FORMAT_VOC | SF_FORMAT_PCM_16},
    AudioForm{"sf", SF_FORMAT_IRCAM | SF_FORMAT_PCM_16},
    AudioForm{"nist", SF_FORMAT_NIST | SF_FORMAT_PCM_16},
    AudioForm{"paf", SF_FORMAT_PAF | SF_FORMAT_PCM_24},
    AudioForm{"8svx", SF_FORMAT_SVX | SF_FORMAT_PCM_16},
    AudioForm{"pvf", SF_FORMAT_PVF | SF_FORMAT_PCM_16},
    AudioForm{"xi", SF_FORMAT_XI | SF_FORMAT_DPCM_16, 44100},
    AudioForm{"htk", SF_FORMAT_HTK | SF_FORMAT_PCM_16},
    AudioForm{"avr", SF_FORMAT_AVR | SF_FORMAT_PCM_16},
    AudioForm{"mat4", SF_FORMAT_MAT4 | SF_FORMAT_PCM_16},
    AudioForm{"mat5", SF_FORMAT_MAT5 | SF_FORMAT_PCM_16},
    AudioForm{"mpc2k", SF_FORMAT_MPC2K | SF_FORMAT_PCM_16, 44100},
    AudioForm{"wve", SF_FORMAT_WVE | SF_FORMAT_ALAW},
    AudioForm{"sds", SF_FORMAT_SDS | SF_FORMAT_PCM_16},
};

/// The checksum of Ogg's pages (RFC 3533, section 6): CRC-32 by 0x04C11DB7, with nothing reflected or inverted.
std::uint32_t ogg_checksum(std::span<const std::byte> page) {
  std::uint32_t remainder = 0;
  for (const std::byte byte : page) {
    remainder ^= std::to_integer<std::uint32_t>(byte) << 24U;
    for (int bit = 0; bit < 8; ++bit) {
      remainder = remainder << 1U ^ ((remainder & 0x80000000U) != 0 ? 0x04C11DB7U : 0U);
    }
  }
  return remainder;
}

/// libsndfile draws a stream's number anew at each writing. Here it is always 1.
void fix_stream_number(Bytes& file) {
  constexpr std::size_t kHeader = 27;
  const auto put = [&file](std::size_t at, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i) {
      file[at + i] = static_cast<std::byte>(value >> (8 * i));
    }
  };
  for (std::size_t at = 0; at + kHeader <= file.size();) {
    const auto segments = std::to_integer<std::size_t>(file[at + kHeader - 1]);
    std::size_t length = kHeader + segments;
    for (std::size_t i = 0; i < segments; ++i) {
      length += std::to_integer<std::size_t>(file[at + kHeader + i]);
    }
    put(at + 14, 1);
    put(at + 22, 0);
    put(at + 22, ogg_checksum(std::span(file).subspan(at, length)));
    at += length;
  }
}

Bytes encoded(const AudioForm& form) {
  constexpr double kSeconds = 0.06;
  const Audio audio = test_speech(kSeconds, form.sample_rate, 1, form.channels);
  std::vector<float> interleaved(audio.samples.size());
  for (std::size_t i = 0; i < audio.frames(); ++i) {
    for (int c = 0; c < form.channels; ++c) {
      interleaved[i * static_cast<std::size_t>(form.channels) + static_cast<std::size_t>(c)] = audio.channel(c)[i];
    }
  }
  SF_INFO info{};
  info.samplerate = form.sample_rate;
  info.channels = form.channels;
  info.format = form.format;
  MemoryTarget target;
  {
    const SndFile file = open_memory(target, info);
    require(file != nullptr, "libsndfile writes " + std::string(form.name));
    sf_command(file.get(), SFC_SET_ADD_PEAK_CHUNK, nullptr, SF_FALSE);  // it holds the time of writing
    sf_command(file.get(), SFC_SET_CLIPPING, nullptr, SF_TRUE);
    sf_writef_float(file.get(), interleaved.data(), static_cast<sf_count_t>(audio.frames()));
  }
  if ((form.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_OGG) {
    fix_stream_number(target.bytes);
  }
  return std::move(target.bytes);
}

}  // namespace

std::vector<SeedFile> audio_seeds() {
  std::vector<SeedFile> seeds;
  for (const AudioForm& form : kForms) {
    seeds.push_back({std::string(form.name), encoded(form)});
  }
  return seeds;
}

}  // namespace fairground
