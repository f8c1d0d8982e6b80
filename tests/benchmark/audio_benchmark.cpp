// A recording's way from file to file, in multiples of real time and against the codec calls that no tool can do
// without.
//
// 16 kHz, mono, 16 bits, WAV in; pink noise at an SNR, a room of 0.5 s, and the mask of a handset; WAV or FLAC out.
// Noise, room and handset are made once, as in a run of many sources. The floor reads the file once with libsndfile's
// 16-bit call and writes a file with the same call for each variant.

#include <benchmark/benchmark.h>
#include <sndfile.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <stdexcept>

#include "pipeline/core/convolution.h"
#include "pipeline/core/hash.h"
#include "pipeline/flow/scene.h"
#include "pipeline/flow/signal_path.h"
#include "pipeline/media/audio_file.h"
#include "pipeline/media/memory_file.h"
#include "tests/benchmark/figures.h"
#include "tests/benchmark/workload.h"

namespace fairground {
namespace {

constexpr int kRate = 16000;
constexpr double kSpeechDba = 60.0;
// Of libsndfile's floor, with one variant and with eight.
constexpr double kLeastOfFloor1 = 0.11;
constexpr double kLeastOfFloor8 = 0.12;
const std::string kRoomAndHandset = ", {room.shoebox: {rt60_s: 0.5}}, {device.handset: {mask: modified_irs}}";

std::filesystem::path write_set(const std::filesystem::path& folder, const std::string& manifest, int variants,
                                const std::string& format) {
  std::string levels;
  for (int i = 0; i < variants; ++i) {
    levels += "    l" + std::to_string(i) + ": [{noise.coloured: {colour: pink, snr_db: " + std::to_string(10 + i) +
              "}}" + kRoomAndHandset + "]\n";
  }
  const std::filesystem::path config = folder / (manifest + std::to_string(variants) + format + ".yaml");
  write_file(config, "fairground: 1\nname: audio\nseed: 1\nsources:\n  - {media: audio, manifest: " + manifest +
                         ", id: id, file: path, subject: subject, groups: [group], sample_rate: 16000}\n"
                         "axes:\n  noise:\n" +
                         levels + "design: {include_clean: false}\noutput: {directory: out, audio: {format: " + format +
                         "}}\n");
  return config;
}

std::vector<short> read_shorts(const std::filesystem::path& path) {
  SF_INFO info{};
  const SndFile file(sf_open(path.c_str(), SFM_READ, &info));
  std::vector<short> samples(static_cast<std::size_t>(info.frames));
  sf_read_short(file.get(), samples.data(), info.frames);
  return samples;
}

void write_shorts(const std::filesystem::path& path, const std::vector<short>& samples, int container) {
  SF_INFO info{};
  info.samplerate = kRate;
  info.channels = 1;
  info.format = container | SF_FORMAT_PCM_16;
  const SndFile file(sf_open(path.c_str(), SFM_WRITE, &info));
  sf_write_short(file.get(), samples.data(), static_cast<sf_count_t>(samples.size()));
}

/// One variant taken apart, so that each stage can be timed alone.
struct Stages {
  const BenchmarkSet& set;
  std::filesystem::path file;
  Bytes wav;
  DecodedSource source;
  DrawnChain drawn;
  std::vector<StepRandom> randoms;
  std::vector<ReadyStep> steps;
  MixedScene mixed;
  Audio delivered;
  PcmAudio pcm;
  std::vector<short> codes;  // of what is delivered, as the floor writes them
  Bytes out;

  Stages(const BenchmarkSet& of, const std::filesystem::path& source_file)
      : set(of), file(source_file), wav(read_file(file, MediaLimits{})) {
    source = decode_source(set.plan(), Media::audio, 0);
    const std::vector<ChainStep>& chain = set.plan().media().front().conditions.front().chain;
    for (const ChainStep& step : chain) {
      randoms.push_back(step_random(set.plan().config(), step, /*realization=*/0, ""));
      drawn.push_back(draw_values(*step.step, randoms.back()));
    }
    steps = ready_steps(set.workshop(), chain, drawn, randoms, kRate);
    mixed = mix_scene(set.workshop(), steps, source, kSpeechDba);
    delivered = deliver_mixed();
    pcm = quantise(delivered, /*bits=*/16);
    codes.assign(pcm.samples.begin(), pcm.samples.end());
    out = encode_audio(pcm, AudioContainer::wav);
  }

  [[nodiscard]] Audio deliver_mixed() const {
    return deliver(steps, mixed.scene.speech, [] { return std::nullopt; }).audio;
  }

  void run_floor(int variants, int container, const std::filesystem::path& target) const {
    benchmark::DoNotOptimize(read_shorts(file));
    for (int i = 0; i < variants; ++i) {
      write_shorts(target, codes, container);
    }
  }
};

void add(const std::string& name, std::function<void()> work) {
  benchmark::RegisterBenchmark(name.c_str(), [work](benchmark::State& state) {
    for (auto _ : state) {
      work();
    }
  });
}

template <class Work>
void add_value(const std::string& name, Work work) {
  add(name, [work] { benchmark::DoNotOptimize(work()); });
}

/// A clip, its sets and its benchmarks. Names begin with its length.
struct Clip {
  double seconds;
  std::string prefix;
  std::optional<double> usual_1;  ///< of the floor, as WAV
  std::optional<double> usual_8;
  std::filesystem::path target;
  BenchmarkSet wav_1, wav_8, flac_1, flac_8;
  Stages stages;

  Clip(const std::filesystem::path& folder, double length, const std::string& name, std::optional<double> of_floor_1,
       std::optional<double> of_floor_8)
      : seconds(length),
        prefix(name + " "),
        usual_1(of_floor_1),
        usual_8(of_floor_8),
        target(folder / "out"),
        wav_1(write_set(folder, name + ".csv", 1, "wav")),
        wav_8(write_set(folder, name + ".csv", 8, "wav")),
        flac_1(write_set(folder, name + ".csv", 1, "flac")),
        flac_8(write_set(folder, name + ".csv", 8, "flac")),
        stages(wav_1, folder / (name + ".wav")) {
    add(prefix + "wav 1", [this] { wav_1.make_first_source(target); });
    add(prefix + "wav 8", [this] { wav_8.make_first_source(target); });
    add(prefix + "flac 1", [this] { flac_1.make_first_source(target); });
    add(prefix + "flac 8", [this] { flac_8.make_first_source(target); });
    for (const int variants : {1, 8}) {
      const std::string count = std::to_string(variants);
      add(prefix + "wav floor " + count, [=, this] { stages.run_floor(variants, SF_FORMAT_WAV, target); });
      add(prefix + "flac floor " + count, [=, this] { stages.run_floor(variants, SF_FORMAT_FLAC, target); });
    }
  }

  void add_figures(const Times& t, std::vector<Figure>& figures) const {
    for (const int variants : {1, 8}) {
      const std::string count = std::to_string(variants);
      const std::string what = prefix + "clip, " + count + (variants == 1 ? " variant" : " variants");
      for (const auto& [name, container] : {std::pair{", WAV", "wav"}, std::pair{", FLAC", "flac"}}) {
        const double job = t.cpu_s(prefix + container + " " + count);
        const double floor = t.cpu_s(prefix + container + " floor " + count);
        figures.push_back({what + name, "x real time", variants * seconds / job});
        figures.push_back({what + name + ", floor", "x real time", variants * seconds / floor});
        Figure ratio{what + name + ", of the floor", "", floor / job};
        if (container == std::string("wav")) {
          ratio.least = variants == 1 ? kLeastOfFloor1 : kLeastOfFloor8;
          ratio.usual = variants == 1 ? usual_1 : usual_8;
        }
        figures.push_back(std::move(ratio));
      }
    }
  }
};

/// Stages in the order in which a variant passes them.
class Breakdown {
 public:
  explicit Breakdown(const Clip& clip) : clip_(clip), s_(clip.stages) {
    add_value("read and hash", [this] { return sha256_hex(read_file(s_.file, MediaLimits{})); });
    add_value("decode", [this] { return decode_audio(s_.wav, s_.file, MediaLimits{}); });
    add_value("P.56 of the speech", [this] { return measure_speech_level(s_.source.audio); });
    add_value("spectra of the speech", [this] { return BlockSpectra::of_signal(s_.source.audio.samples).count(); });
    add_value("scene", [this] { return mix_scene(s_.set.workshop(), s_.steps, s_.source, kSpeechDba).measure; });
    add_value("handset", [this] { return s_.deliver_mixed(); });
    add_value("quantise", [this] { return quantise(s_.delivered, /*bits=*/16); });
    add_value("measure", [this] { return measure_audio(s_.pcm); });
    add_value("encode", [this] { return encode_audio(s_.pcm, AudioContainer::wav); });
    add_value("hash", [this] { return sha256_hex(s_.out); });
    add("write", [this] { write_file(clip_.target, s_.out); });
    variant_ = clip.wav_1.plan().at(0);
    labels_.file = measure_audio(s_.pcm);
    labels_.mix = s_.mixed.measure;
    add_value("record", [this] { return record_line(clip_.wav_1.plan(), variant_, s_.drawn, labels_, "0"); });
    add_value("noise", [this] {
      const AudioShape shape = s_.mixed.scene.shape();
      return s_.steps[0].step->noise(shape, s_.drawn[0], s_.randoms[0]).signal.samples.size();
    });
  }

  void add_figures(const Times& t, std::vector<Figure>& figures) const {
    const auto stage = [&](const std::string& name, const std::string& note) {
      figures.push_back({name + note, "us/s audio", 1e6 * t.cpu_s(name) / clip_.seconds});
    };
    for (const char* name : {"read and hash", "decode", "P.56 of the speech", "spectra of the speech"}) {
      stage(name, ", once");
    }
    for (const char* name : {"scene", "handset", "quantise", "measure", "encode", "hash", "write", "record"}) {
      stage(name, ", each variant");
    }
    stage("noise", ", each realization");
  }

 private:
  const Clip& clip_;
  const Stages& s_;
  Variant variant_;
  AudioLabels labels_;
};

int run(int argc, char** argv) {
  const bool smoke = take_smoke_flag(argc, argv);
  const bool guard = take_guard_flag(argc, argv);
  const ScratchFolder folder;
  const double short_s = smoke ? 0.5 : 5.0;
  const double long_s = smoke ? 1.5 : 30.0;
  for (const auto& [name, seconds] : {std::pair{"5 s", short_s}, std::pair{"30 s", long_s}}) {
    const std::string file = std::string(name) + ".wav";
    write_file(folder.path() / file, speech_like_wav(seconds, kRate, /*seed=*/1));
    write_file(folder.path() / (std::string(name) + ".csv"), "id,path,subject,group\na," + file + ",s,g\n");
  }
  const Clip short_clip(folder.path(), short_s, "5 s", usual_here(0.21, 0.14), usual_here(0.26, 0.24));
  const Clip long_clip(folder.path(), long_s, "30 s", usual_here(0.075, 0.06), usual_here(0.13, 0.12));
  const std::string title = "Sound: pink noise at an SNR, room of 0.5 s, handset; 16 kHz mono, 16 bits; one core";
  const auto ratios = [&](const Times& t) {
    std::vector<Figure> figures;
    short_clip.add_figures(t, figures);
    long_clip.add_figures(t, figures);
    return figures;
  };
  if (guard) {
    return run_guard(argc, argv, title, ratios);
  }
  const Breakdown breakdown(long_clip);
  return run_benchmarks(argc, argv, smoke, title, [&](const Times& t) {
    std::vector<Figure> figures = ratios(t);
    breakdown.add_figures(t, figures);
    return figures;
  });
}

}  // namespace
}  // namespace fairground

int main(int argc, char** argv) { return fairground::run(argc, argv); }
