// A skin tone variant of a portrait whose mask is supplied, from the source's linear light to the variant's, gates
// included; 512 x 512 pixels. Once per source come finding the skin and its noise.

#include <benchmark/benchmark.h>

#include <opencv2/core/utility.hpp>

#include "augmenters/augmenter.h"
#include "pipeline/measure/skin_finder.h"
#include "tests/benchmark/figures.h"
#include "tests/support/apply.h"
#include "tests/support/rendered_skin.h"

namespace fairground {
namespace {

/// As much skin as in a portrait, with texture and grain.
RenderedSkin portrait(int side) {
  RenderedSkinSettings settings;
  settings.width = side;
  settings.height = side;
  settings.texture = 0.06;
  settings.noise_slope = 5e-5;
  return render_portrait(settings);
}

int run(int argc, char** argv) {
  const bool smoke = take_smoke_flag(argc, argv);
  cv::setNumThreads(0);
  const RenderedSkin source = portrait(smoke ? 96 : 512);
  PictureLabels labels;
  labels.mask = source.parts;
  const SkinFinder finder{SkinModels{}};
  MaskCodes codes = {};
  for (const SkinPart part : kAllSkinParts) {
    codes[static_cast<std::size_t>(part)] = part;
  }
  const SkinFacts skin = finder.find(source.image, labels, codes);
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
  add("find", [&] { benchmark::DoNotOptimize(finder.find(source.image, labels, codes)); });
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
