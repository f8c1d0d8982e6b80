// A skin tone variant of a portrait whose mask is supplied, from the source's linear light to the variant's, gates
// included; 512 x 512 pixels, of which a fifth is skin. Once per source come finding the skin and its noise.

#include <benchmark/benchmark.h>

#include <opencv2/core/utility.hpp>

#include "augmenters/augmenter.h"
#include "pipeline/measure/skin_finder.h"
#include "tests/benchmark/figures.h"
#include "tests/support/apply.h"

namespace fairground {
namespace {

struct Portrait {
  Image image;
  PictureLabels labels;
};

/// A head on a neck with hair around it, in front of a wall, shaded and grainy: as much skin as in a portrait.
Portrait portrait(int side) {
  Portrait made{{side, side, 3, 8, {}, {}}, {}};
  made.image.samples.resize(made.image.row_size() * static_cast<std::size_t>(side));
  made.labels.mask = Mask{side, side, {}};
  made.labels.mask->codes.resize(made.image.samples.size() / 3);
  std::vector<float> grain(made.image.samples.size());
  RandomStream(1, 0, "grain").normals(0, grain);
  const std::array<std::array<float, 3>, 3> colours = {
      {{0.30F, 0.36F, 0.48F}, {0.42F, 0.25F, 0.15F}, {0.03F, 0.02F, 0.015F}}};
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      const double u = (x + 0.5) / side - 0.5;
      const double v = (y + 0.5) / side - 0.45;
      const double head = u * u / 0.045 + v * v / 0.075;
      const bool is_neck = v > 0.1 && v < 0.4 && u * u < 0.012;
      const bool is_skin = (head < 1.0 && v > -0.15) || is_neck;
      const std::size_t kind = is_skin ? 1 : head < 1.5 ? 2 : 0;
      const std::size_t at = static_cast<std::size_t>(y) * static_cast<std::size_t>(side) + static_cast<std::size_t>(x);
      made.labels.mask->codes[at] = is_skin ? (is_neck ? 3 : 1) : 0;
      const double shade = 1.0 - 0.5 * head * (is_skin ? 1.0 : 0.0);
      for (std::size_t c = 0; c < 3; ++c) {
        float& sample = made.image.row(y).channel(static_cast<int>(c))[static_cast<std::size_t>(x)];
        sample = colours[kind][c] * static_cast<float>(std::max(shade, 0.3)) * (1.0F + 0.02F * grain[3 * at + c]);
      }
    }
  }
  return made;
}

int run(int argc, char** argv) {
  const bool smoke = take_smoke_flag(argc, argv);
  cv::setNumThreads(0);
  const Portrait source = portrait(smoke ? 64 : 512);
  const SkinFinder finder{SkinModels{}};
  MaskCodes codes = plain_mask_codes();
  codes[3] = SkinPart::neck;
  const SkinFacts skin = finder.find(source.image, source.labels, codes);
  const auto variant = [&](const Given& given) {
    Shot shot;
    shot.skin = &skin;
    benchmark::DoNotOptimize(apply_picture("skin.tone", given, source.image, {1, 0}, shot));
  };
  const auto add = [](const std::string& name, const std::function<void()>& work) {
    benchmark::RegisterBenchmark(name.c_str(), [work](benchmark::State& state) {
      for (auto _ : state) {
        work();
      }
    });
  };
  const double own = skin.tone->lightness;
  add("find", [&] { benchmark::DoNotOptimize(finder.find(source.image, source.labels, codes)); });
  add("meter", [&] { benchmark::DoNotOptimize(measure_apparent_tone(source.image, skin.region->parts)); });
  add("darker", [&] { variant({{"lightness", own - 10.0}}); });
  add("lighter", [&] { variant({{"lightness", own + 4.0}}); });
  add("by shift", [&] { variant({{"shift_od", 0.5}}); });
  return run_benchmarks(argc, argv, smoke, "Skin tone, 512 x 512, supplied mask, one core", [&](const Times& t) {
    const double slowest = std::max({t.cpu_s("darker"), t.cpu_s("lighter"), t.cpu_s("by shift")});
    return std::vector<Figure>{
        {"variants per second before encoding, the slowest kind", "", 1.0 / slowest, 120.0},
        {"darker by 10 L*", "us", 1e6 * t.cpu_s("darker")},
        {"lighter by 4 L*", "us", 1e6 * t.cpu_s("lighter")},
        {"by a shift of 0.5", "us", 1e6 * t.cpu_s("by shift")},
        {"the meter once", "us", 1e6 * t.cpu_s("meter")},
        {"finding the skin, once per source", "us", 1e6 * t.cpu_s("find")},
    };
  });
}

}  // namespace
}  // namespace fairground

int main(int argc, char** argv) { return fairground::run(argc, argv); }
