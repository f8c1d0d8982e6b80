// A recording's way from file to file, in multiples of real time and against the codec calls that no tool can do
// without.
//
// 16 kHz, mono, 16 bits, WAV in; pink noise at an SNR, and the same in a room; WAV or FLAC out. Noise and room are made
// once, as in a run of many sources. The floor reads the WAV once with libsndfile's
// 16-bit call and writes it with the same call for each variant.

#include <benchmark/benchmark.h>
#include <sndfile.h>

#include <algorithm>
#include <functional>
#include <stdexcept>

#include "pipeline/core/hash.h"
#include "pipeline/flow/mixer.h"
#include "pipeline/media/audio_file.h"
#include "pipeline/media/memory_file.h"
#include "tests/benchmark/figures.h"
#include "tests/benchmark/workload.h"

namespace fairground {
namespace {

constexpr int kRate = 16000;
constexpr double kLeastTimesRealTime = 2500.0;
constexpr double kLeastTimesRealTimeInRoom = 1500.0;
const std::string kRoom = ", {room.shoebox: {rt60_s: 0.5}}";

/// `more` are further steps of every level.
std::filesystem::path write_set(const std::filesystem::path& folder, const std::string& manifest, int variants,
                                const std::string& format, const std::string& more = "") {
  std::string levels;
  for (int i = 0; i < variants; ++i) {
    levels += "    l" + std::to_string(i) + ": [{noise.coloured: {colour: pink, snr_db: " + std::to_string(10 + i) +
              "}}" + more + "]\n";
  }
  const std::filesystem::path config =
      folder / (manifest + std::to_string(variants) + format + std::to_string(more.size()) + ".yaml");
  write_file(config, "fairground: 1\nname: audio\nseed: 1\nsources:\n  - {media: audio, manifest: " + manifest +
                         ", id: id, file: path, subject: subject, groups: [group], sample_rate: 16000}\n"
                         "axes:\n  noise:\n" +
                         levels + "design: {include_clean: false}\noutput: {directory: out, audio: {format: " + format +
                         "}}\n");
  return config;
}

std::vector<short> read_shorts(const Bytes& wav) {
  MemorySource source{wav};
  SF_INFO info{};
  const SndFile file = open_memory(source, info);
  std::vector<short> samples(static_cast<std::size_t>(info.frames));
  sf_read_short(file.get(), samples.data(), info.frames);
  return samples;
}

Bytes write_shorts(const std::vector<short>& samples, int container) {
  SF_INFO info{};
  info.samplerate = kRate;
  info.channels = 1;
  info.format = container | SF_FORMAT_PCM_16;
  MemoryTarget target;
  target.bytes.reserve(samples.size() * 2 + 1024);
  SndFile file = open_memory(target, info);
  sf_write_short(file.get(), samples.data(), static_cast<sf_count_t>(samples.size()));
  file.reset();
  return std::move(target.bytes);
}

/// One variant taken apart, so that each stage can be timed alone.
struct Stages {
  Bytes wav;
  Audio decoded;
  Audio speech;  // at its level
  SpeechLevel level;
  DrawnChain drawn;
  StepRandom random;
  const PreparedStep* noise;
  AudioScene scene;  // before the mixer
  Audio mixed;
  PcmAudio pcm;
  std::vector<short> codes;  // of the mixed signal, as the floor writes them

  Stages(const BenchmarkSet& set, const std::filesystem::path& source) : wav(read_file(source, MediaLimits{})) {
    decoded = decode_audio(wav, source, MediaLimits{});
    DecodedSource ready = decode_source(set.plan(), Media::audio, 0);
    speech = std::move(ready.audio);
    level = ready.speech_level;
    const ChainStep& step = set.plan().media().front().conditions.front().chain.front();
    random = step_random(set.plan().config(), step, /*realization=*/0, "");
    drawn = {draw_values(*step.step, random)};
    noise = &set.workshop().prepared(*step.step, kRate);
    scene.speech = speech;
    scene.noise.push_back({noise->augmenter->schema.name, noise->noise(scene.shape(), drawn[0], random),
                           noise->augmenter->noise_level(drawn[0])});
    AudioScene to_mix = scene;
    (void)mix(to_mix, level);
    mixed = std::move(to_mix.speech);
    pcm = quantise(mixed, /*bits=*/16);
    codes.assign(pcm.samples.begin(), pcm.samples.end());
  }

  void run_floor(int variants, int container) const {
    benchmark::DoNotOptimize(read_shorts(wav));
    for (int i = 0; i < variants; ++i) {
      benchmark::DoNotOptimize(write_shorts(codes, container));
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
  BenchmarkSet wav_1, wav_8, flac_1, flac_8;
  BenchmarkSet wav_room_1, wav_room_8, flac_room_1, flac_room_8;
  Stages stages;

  Clip(const std::filesystem::path& folder, double length, const std::string& name)
      : seconds(length),
        prefix(name + " "),
        wav_1(write_set(folder, name + ".csv", 1, "wav")),
        wav_8(write_set(folder, name + ".csv", 8, "wav")),
        flac_1(write_set(folder, name + ".csv", 1, "flac")),
        flac_8(write_set(folder, name + ".csv", 8, "flac")),
        wav_room_1(write_set(folder, name + ".csv", 1, "wav", kRoom)),
        wav_room_8(write_set(folder, name + ".csv", 8, "wav", kRoom)),
        flac_room_1(write_set(folder, name + ".csv", 1, "flac", kRoom)),
        flac_room_8(write_set(folder, name + ".csv", 8, "flac", kRoom)),
        stages(wav_1, folder / (name + ".wav")) {
    add(prefix + "wav 1", [this] { wav_1.make_first_source(); });
    add(prefix + "wav 8", [this] { wav_8.make_first_source(); });
    add(prefix + "flac 1", [this] { flac_1.make_first_source(); });
    add(prefix + "flac 8", [this] { flac_8.make_first_source(); });
    add(prefix + "wav room 1", [this] { wav_room_1.make_first_source(); });
    add(prefix + "wav room 8", [this] { wav_room_8.make_first_source(); });
    add(prefix + "flac room 1", [this] { flac_room_1.make_first_source(); });
    add(prefix + "flac room 8", [this] { flac_room_8.make_first_source(); });
    for (const int variants : {1, 8}) {
      add(prefix + "wav floor " + std::to_string(variants), [=, this] { stages.run_floor(variants, SF_FORMAT_WAV); });
      add(prefix + "flac floor " + std::to_string(variants), [=, this] { stages.run_floor(variants, SF_FORMAT_FLAC); });
    }
  }

  void add_figures(const Times& t, std::vector<Figure>& figures) const {
    for (const int variants : {1, 8}) {
      const std::string count = std::to_string(variants);
      const std::string what = prefix + "clip, " + count + (variants == 1 ? " variant" : " variants");
      const auto ratio = [&](const std::string& container) {
        return t.cpu_s(prefix + container + " floor " + count) / t.cpu_s(prefix + container + " " + count);
      };
      figures.push_back(
          {what + ", WAV", "x real time", variants * seconds / t.cpu_s(prefix + "wav " + count), kLeastTimesRealTime});
      figures.push_back({what + ", WAV, of libsndfile's floor", "", ratio("wav")});
      figures.push_back({what + ", FLAC", "x real time", variants * seconds / t.cpu_s(prefix + "flac " + count)});
      figures.push_back({what + ", FLAC, of its encoder's floor", "", ratio("flac")});
      const auto in_room = [&](const std::string& container) { return t.cpu_s(prefix + container + " room " + count); };
      const auto of_floor = [&](const std::string& container) {
        return t.cpu_s(prefix + container + " floor " + count) / in_room(container);
      };
      figures.push_back({what + ", in a room of 0.5 s, WAV", "x real time", variants * seconds / in_room("wav"),
                         kLeastTimesRealTimeInRoom});
      figures.push_back({what + ", in a room of 0.5 s, WAV, of libsndfile's floor", "", of_floor("wav")});
      figures.push_back({what + ", in a room of 0.5 s, FLAC", "x real time", variants * seconds / in_room("flac"),
                         kLeastTimesRealTimeInRoom});
      figures.push_back({what + ", in a room of 0.5 s, FLAC, of its encoder's floor", "", of_floor("flac")});
    }
  }
};

/// Stages in the order in which a variant passes them.
class Breakdown {
 public:
  explicit Breakdown(const Clip& clip, const std::filesystem::path& file) : clip_(clip), s_(clip.stages), file_(file) {
    add_value("read and hash", [this] { return sha256_hex(read_file(file_, MediaLimits{})); });
    add_value("decode", [this] { return decode_audio(s_.wav, file_, MediaLimits{}); });
    add_value("P.56 of the speech", [this] { return measure_speech_level(s_.decoded); });
    add_value("noise.coloured",
              [this] { return s_.noise->noise(s_.scene.shape(), s_.drawn[0], s_.random).signal.samples.size(); });
    add_value("noise draws", [this] {
      std::vector<float> normals(s_.speech.samples.size());
      RandomStream(1, 0, "draws").normals(0, normals);
      return normals.back();
    });
    add_value("copy and mix", [this] {
      AudioScene scene = s_.scene;
      return mix(scene, s_.level).stems.size();
    });
    add_value("quantise", [this] { return quantise(s_.mixed, /*bits=*/16); });
    add_value("measure", [this] { return measure_audio(s_.pcm); });
    add_value("encode", [this] { return encode_audio(s_.pcm, AudioContainer::wav); });
    out_ = encode_audio(s_.pcm, AudioContainer::wav);
    add_value("hash", [this] { return sha256_hex(out_); });
    variant_ = clip.wav_1.plan().at(0);
    labels_.file = measure_audio(s_.pcm);
    AudioScene scene = s_.scene;
    labels_.mix = mix(scene, s_.level);
    add_value("record", [this] { return record_line(clip_.wav_1.plan(), variant_, s_.drawn, labels_, "0"); });
  }

  void add_figures(const Times& t, std::vector<Figure>& figures) const {
    const auto stage = [&](const std::string& name, const std::string& note) {
      figures.push_back({name + note, "us/s audio", 1e6 * t.cpu_s(name) / clip_.seconds});
    };
    stage("read and hash", ", once");
    stage("decode", ", once");
    stage("P.56 of the speech", ", once (two or three times)");
    for (const char* name : {"noise.coloured", "copy and mix", "quantise", "measure", "encode", "hash", "record"}) {
      stage(name, ", each variant");
    }
    stage("noise draws", " (a part of noise.coloured)");
  }

 private:
  const Clip& clip_;
  const Stages& s_;
  std::filesystem::path file_;
  Bytes out_;
  Variant variant_;
  AudioLabels labels_;
};

int run(int argc, char** argv) {
  const bool smoke = take_smoke_flag(argc, argv);
  const ScratchFolder folder;
  const double short_s = smoke ? 0.5 : 5.0;
  const double long_s = smoke ? 1.5 : 30.0;
  for (const auto& [name, seconds] : {std::pair{"5 s", short_s}, std::pair{"30 s", long_s}}) {
    const std::string file = std::string(name) + ".wav";
    write_file(folder.path() / file, speech_like_wav(seconds, kRate, /*seed=*/1));
    write_file(folder.path() / (std::string(name) + ".csv"), "id,path,subject,group\na," + file + ",s,g\n");
  }
  const Clip short_clip(folder.path(), short_s, "5 s");
  const Clip long_clip(folder.path(), long_s, "30 s");
  const Breakdown breakdown(long_clip, folder.path() / "30 s.wav");
  return run_benchmarks(argc, argv, smoke, "Sound: pink noise at an SNR, 16 kHz mono, 16 bits; one core",
                        [&](const Times& t) {
                          std::vector<Figure> figures;
                          short_clip.add_figures(t, figures);
                          long_clip.add_figures(t, figures);
                          breakdown.add_figures(t, figures);
                          return figures;
                        });
}

}  // namespace
}  // namespace fairground

int main(int argc, char** argv) { return fairground::run(argc, argv); }
