// The way from the microphone to the network: each step, and a phone call of microphone, handset and mu-law, in
// multiples of real time. The floor is what the call cannot do without: both conversions of the rate, the codec's own
// arithmetic, and the file's samples in and out.

#include <benchmark/benchmark.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "augmenters/augmenter.h"
#include "pipeline/media/audio_file.h"
#include "pipeline/media/polyphase.h"
#include "tests/benchmark/figures.h"
#include "tests/measure/signals.h"
#include "tests/support/apply.h"

namespace fairground {
namespace {

constexpr double kLeastCall = 2000.0;  // x real time: microphone, handset and mu-law, both conversions with it
constexpr int kRate = 16000;
constexpr double kFullScaleDba = 86.0;  // where speech of -26 dBov is at 60 dBA

struct Job {
  std::string name;
  std::vector<std::pair<std::string, Given>> steps;
};

const std::vector<Job>& jobs() {
  using Text = std::string;
  static const std::pair<std::string, Given> microphone{"device.microphone", {{"profile", Text("budget_phone")}}};
  static const std::pair<std::string, Given> handset{"device.handset", {}};
  static const std::pair<std::string, Given> mu_law{"channel.codec", {{"codec", Text("mu_law")}}};
  static const std::vector<Job> all{
      {"microphone + handset + mu-law", {microphone, handset, mu_law}},
      {"microphone", {microphone}},
      {"handset", {handset}},
      {"mu-law", {mu_law}},
      {"gsm", {{"channel.codec", {{"codec", Text("gsm")}}}}},
      {"opus", {{"channel.codec", {{"codec", Text("opus")}}}}},
      {"agc", {{"processing.agc", {}}}},
      {"compressor", {{"processing.compressor", {}}}},
      {"noise suppression", {{"processing.noise_suppression", {}}}},
  };
  return all;
}

/// Steps that are ready, as a run has them: units are made once.
class Chain {
 public:
  explicit Chain(const Job& job) {
    for (const auto& [name, given] : job.steps) {
      const Augmenter& step = augmenter(name);
      values_.push_back(values_of(step.schema, given));
      steps_.push_back(step.prepare_signal(values_.back(), {kRate, nullptr}));
    }
  }
  void run(const Audio& audio) const {
    AudioSignal signal{audio, [] { return std::optional<double>(kFullScaleDba); }};
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      steps_[i](signal, values_[i], {/*key=*/1, /*realization=*/2});
    }
    benchmark::DoNotOptimize(signal.audio.samples.data());
  }

 private:
  std::vector<std::vector<Value>> values_;
  std::vector<PreparedSignal> steps_;
};

/// Full scale to mu-law's 14 bits and back by way of its eight: what any implementation has to do, as a table.
void mu_law_floor(std::vector<float>& samples, const std::vector<float>& table) {
  for (float& sample : samples) {
    sample = table[static_cast<std::size_t>(static_cast<int>(sample * 8192.0F) + 8192) & 0x3FFFU];
  }
}

int run(int argc, char** argv) {
  const bool smoke = take_smoke_flag(argc, argv);
  const double seconds = smoke ? 0.5 : 5.0;
  Audio audio(kRate, 1, 0);
  audio.samples = speech_like(seconds, kRate, -26.0, 1);
  std::map<std::string, Chain> chains;
  for (const Job& job : jobs()) {
    chains.emplace(job.name, job);
    benchmark::RegisterBenchmark(job.name.c_str(), [&audio, &chains, name = job.name](benchmark::State& state) {
      for (auto _ : state) {
        chains.at(name).run(audio);
      }
    });
  }
  const RateConverter down(kRate, 8000);
  const RateConverter up(8000, kRate);
  const std::vector<float> table(16384, 0.1F);
  benchmark::RegisterBenchmark("floor", [&](benchmark::State& state) {
    for (auto _ : state) {
      Audio narrow = down.apply(audio);
      mu_law_floor(narrow.samples, table);
      const Audio wide = up.apply(narrow, audio.frames());
      benchmark::DoNotOptimize(encode_audio(quantise(wide, 16), AudioContainer::wav).data());
    }
  });
  return run_benchmarks(argc, argv, smoke, "Behind the mixer, 16 kHz mono; one core", [&](const Times& t) {
    std::vector<Figure> figures;
    for (const Job& job : jobs()) {
      figures.push_back({job.name, "x real time", seconds / t.cpu_s(job.name)});
    }
    figures[0].least = kLeastCall;
    figures.push_back({"floor of the call", "x real time", seconds / t.cpu_s("floor")});
    figures.push_back({"the call, of its floor", "", t.cpu_s("floor") / t.cpu_s(jobs()[0].name)});
    return figures;
  });
}

}  // namespace
}  // namespace fairground

int main(int argc, char** argv) { return fairground::run(argc, argv); }
