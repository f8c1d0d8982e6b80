// Conversions between rates inside a chain, in multiples of real time and against libsamplerate's best converter, which
// serves sources.

#include <benchmark/benchmark.h>

#include <string>
#include <utility>
#include <vector>

#include "pipeline/core/random.h"
#include "pipeline/media/polyphase.h"
#include "pipeline/media/resample.h"
#include "tests/benchmark/figures.h"

namespace fairground {
namespace {

constexpr double kLeastThereAndBack = 5000.0;  // 16 kHz to 8 kHz and back, which every call has
constexpr double kLeastFromStudio = 3000.0;    // 48 kHz to 16 kHz

struct Conversion {
  int from;
  int to;
  Audio audio;
  RateConverter converter;

  Conversion(int from_hz, int to_hz, double seconds)
      : from(from_hz),
        to(to_hz),
        audio(from_hz, /*channel_count=*/1, static_cast<std::size_t>(seconds * from_hz)),
        converter(from_hz, to_hz) {
    RandomStream(/*key=*/1, /*realization=*/0, "noise").normals(0, audio.samples);
  }

  [[nodiscard]] std::string name() const { return std::to_string(from) + " to " + std::to_string(to) + " Hz"; }
  [[nodiscard]] std::string floor_name() const { return name() + ", libsamplerate"; }
};

int run(int argc, char** argv) {
  const bool smoke = take_smoke_flag(argc, argv);
  const double seconds = smoke ? 0.2 : 10.0;
  std::vector<Conversion> conversions;
  for (const auto& [from, to] : {std::pair{16000, 8000},
                                 {8000, 16000},
                                 {48000, 16000},
                                 {16000, 48000},
                                 {48000, 8000},
                                 {8000, 48000},
                                 {44100, 16000},
                                 {16000, 44100}}) {
    conversions.emplace_back(from, to, seconds);
  }
  for (const Conversion& conversion : conversions) {
    benchmark::RegisterBenchmark(conversion.name().c_str(), [&conversion](benchmark::State& state) {
      for (auto _ : state) {
        benchmark::DoNotOptimize(conversion.converter.apply(conversion.audio).samples.data());
      }
    });
    benchmark::RegisterBenchmark(conversion.floor_name().c_str(), [&conversion](benchmark::State& state) {
      for (auto _ : state) {
        benchmark::DoNotOptimize(resample(conversion.audio, conversion.to).samples.data());
      }
    });
  }
  return run_benchmarks(argc, argv, smoke, "Fixed ratios of rates, mono; one core", [&](const Times& t) {
    std::vector<Figure> figures;
    figures.push_back({"16000 to 8000 Hz and back", "x real time",
                       seconds / (t.cpu_s(conversions[0].name()) + t.cpu_s(conversions[1].name())),
                       kLeastThereAndBack});
    for (const Conversion& conversion : conversions) {
      Figure figure{conversion.name(), "x real time", seconds / t.cpu_s(conversion.name())};
      if (conversion.from == 48000 && conversion.to == 16000) {
        figure.least = kLeastFromStudio;
      }
      figures.push_back(figure);
      figures.push_back({conversion.name() + ", of libsamplerate's best", "",
                         t.cpu_s(conversion.floor_name()) / t.cpu_s(conversion.name())});
    }
    return figures;
  });
}

}  // namespace
}  // namespace fairground

int main(int argc, char** argv) { return fairground::run(argc, argv); }
