// Made media where the sample media would lie, for the examples of the augmenters.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <string>

#include "pipeline/core/random.h"
#include "pipeline/flow/picture_path.h"
#include "pipeline/media/audio_file.h"
#include "pipeline/media/image_file.h"
#include "tests/measure/signals.h"
#include "tests/support/rendered_skin.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/wav.h"

namespace fairground {

inline void write_flac(const std::filesystem::path& path, const Audio& audio) {
  write_bytes(path, encode_audio(quantise(audio, /*bits=*/16), AudioContainer::flac));
}

/// Half a second that dies away.
inline Audio made_response() {
  Audio response(16000, 1, 8000);
  RandomStream(1, 0, "response").normals(0, response.samples);
  for (std::size_t i = 0; i < response.samples.size(); ++i) {
    response.samples[i] *= i == 0 ? 0.0F : 0.05F * std::exp(-static_cast<float>(i) / 1000.0F);
  }
  response.samples[0] = 0.8F;
  return response;
}

/// A portrait of nobody, `side` x `side` pixels, with its mask and the row that names both.
inline void write_example_portrait(const std::filesystem::path& samples, int side) {
  constexpr int kDrawn = 176;
  RenderedSkinSettings settings;
  settings.width = settings.height = kDrawn;
  const RenderedSkin portrait = render_portrait(settings);
  Raster raster = render_rows(portrait.image, {}, /*bits=*/8);
  cv::Mat mask(kDrawn, kDrawn, CV_8UC1);
  std::ranges::copy(portrait.parts.codes, mask.ptr<std::uint8_t>());
  if (side != kDrawn) {
    cv::resize(raster.codes, raster.codes, {side, side}, 0, 0, cv::INTER_CUBIC);
    cv::resize(mask, mask, {side, side}, 0, 0, cv::INTER_NEAREST);
  }
  write_bytes(samples / "media/portrait.png", encode_image(raster, ImageContainer::png, /*quality=*/100));
  write_bytes(samples / "masks/portrait.png", encode_image({mask}, ImageContainer::png, /*quality=*/100));
  const auto at = [&](const char* name, int drawn) {
    return "\"\"" + std::string(name) + "\"\":" + std::to_string(drawn * side / kDrawn);
  };
  write_text(samples / "portraits.csv",
             "id,path,mask,subject,origin,licence,boxes\nportrait,media/portrait.png,masks/portrait.png,nobody,"
             "rendered,CC0-1.0,\"[{\"\"label\"\":\"\"face\"\"," +
                 at("x", 56) + "," + at("y", 40) + "," + at("width", 64) + "," + at("height", 76) + "}]\"\n");
}

/// All that the examples name, in `samples`: a recording of `seconds`, five voices, a noise, the response of a room,
/// and a portrait of `side` x `side` pixels.
inline void write_example_media(const std::filesystem::path& samples, double seconds = 3.0, int side = 176) {
  write_wav(samples / "media/reader.wav", mono(16000, speech_like(seconds, 16000, -30, 1)));
  write_text(samples / "reader.csv", "id,path,speaker,language,licence\nreader,media/reader.wav,somebody,en,CC0-1.0\n");
  std::string voices = "path,speaker,language,licence\n";
  for (int i = 0; i < 5; ++i) {
    const std::string name = "v" + std::to_string(i);
    write_wav(samples / ("media/" + name + ".wav"),
              mono(16000, speech_like(2.0, 16000, -30, static_cast<std::uint64_t>(i + 2))));
    voices += "media/" + name + ".wav," + name + ",en,CC0-1.0\n";
  }
  write_text(samples / "voices.csv", voices);
  Audio hiss(16000, 1, 5 * 16000);
  RandomStream(1, 0, "hiss").normals(0, hiss.samples);
  set_rms(hiss.samples, -30);
  write_flac(samples / "media/noise/hiss.flac", hiss);
  write_flac(samples / "responses/room.flac", made_response());
  write_example_portrait(samples, side);
}

}  // namespace fairground
