// Conversions between rates, in multiples of real time and against libsamplerate's best converter; and what share of a
// run from 48 kHz they take by either.
//
// That run is of speech at 48 kHz, brought to 16 kHz: pink noise at an SNR, a room of 0.5 s, a handset, WAV in and out.

#include <benchmark/benchmark.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/core/random.h"
#include "pipeline/media/polyphase.h"
#include "pipeline/media/resample.h"
#include "tests/benchmark/figures.h"
#include "tests/benchmark/workload.h"

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

/// The config of a set with one recording, which lies beside its manifest, and `variants` variants of it.
std::filesystem::path write_set(const std::filesystem::path& folder, Resampler resampler, int variants) {
  std::string levels;
  for (int i = 0; i < variants; ++i) {
    levels += "    l" + std::to_string(i) + ": [{noise.coloured: {colour: pink, snr_db: " + std::to_string(10 + i) +
              "}}, {room.shoebox: {rt60_s: 0.5}}, {device.handset: {mask: irs}}]\n";
  }
  const std::filesystem::path config = folder / (to_string(resampler) + std::to_string(variants) + ".yaml");
  write_file(config,
             "fairground: 1\nname: audio\nseed: 1\nsources:\n  - {media: audio, manifest: a.csv, id: id, file: path, "
             "subject: subject, groups: [group], sample_rate: 16000}\nresampler: " +
                 std::string(to_string(resampler)) + "\naxes:\n  noise:\n" + levels +
                 "design: {include_clean: false}\noutput: {directory: out, audio: {format: wav}}\n");
  return config;
}

struct RunFromStudio {
  Resampler resampler;
  int variants;
  BenchmarkSet set;

  [[nodiscard]] std::string name() const {
    return "from 48000 Hz by " + std::string(to_string(resampler)) + ", " + std::to_string(variants) +
           (variants == 1 ? " variant" : " variants");
  }
};

int run(int argc, char** argv) {
  const bool smoke = take_smoke_flag(argc, argv);
  // P.56 finds no active level in what is much shorter than a second.
  const double seconds = smoke ? 1.0 : 10.0;
  const ScratchFolder folder;
  write_file(folder.path() / "a.wav", speech_like_wav(seconds, 48000, /*seed=*/1));
  write_file(folder.path() / "a.csv", std::string("id,path,subject,group\na,a.wav,s,g\n"));
  std::vector<std::unique_ptr<RunFromStudio>> runs;
  for (const int variants : {1, 8}) {
    for (const Resampler resampler : {Resampler::libsamplerate, Resampler::polyphase}) {
      runs.emplace_back(
          new RunFromStudio{resampler, variants, BenchmarkSet(write_set(folder.path(), resampler, variants))});
    }
  }
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
        benchmark::DoNotOptimize(resample(conversion.audio, conversion.to, Resampler::libsamplerate).samples.data());
      }
    });
  }
  for (const auto& run : runs) {
    benchmark::RegisterBenchmark(run->name().c_str(), [&run](benchmark::State& state) {
      for (auto _ : state) {
        run->set.make_first_source();
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
    const Conversion& studio = conversions[2];
    for (const auto& run : runs) {
      const bool ours = run->resampler == Resampler::polyphase;
      const double share = t.cpu_s(ours ? studio.name() : studio.floor_name()) / t.cpu_s(run->name());
      figures.push_back({run->name(), "x real time", run->variants * seconds / t.cpu_s(run->name())});
      figures.push_back({run->name() + ", share of resampling", "%", 100.0 * share});
    }
    return figures;
  });
}

}  // namespace
}  // namespace fairground

int main(int argc, char** argv) { return fairground::run(argc, argv); }
