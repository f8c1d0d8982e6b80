// What a second core brings: to the flow graph alone, with work that only waits and so is not disturbed by what else
// the machine does; and to whole runs of the binary, which want an idle machine of two cores.

#include <sched.h>

#include <chrono>
#include <cstdint>
#include <fstream>
#include <map>
#include <opencv2/core.hpp>
#include <stdexcept>
#include <thread>

#include "pipeline/flow/graph.h"
#include "pipeline/flow/work_order.h"
#include "pipeline/media/image_file.h"
#include "tests/benchmark/child_process.h"
#include "tests/benchmark/figures.h"
#include "tests/benchmark/workload.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;

constexpr double kLeastSpeedUp = 1.9;
constexpr double kLeastSpeedUpMixed = 1.85;
// A second thread may cost no more work: what is measured twice, or waited for by spinning, shows here on any machine.
constexpr double kMostMoreWork = 1.08;

/// Sources of one length after the other, each with some variants: a fifth of the time is decoding.
struct Waiting {
  std::vector<double> source_ms;
  std::size_t variants_per_source = 1;
};

/// As a run orders its sources.
Waiting ordered(const Waiting& waiting, int jobs) {
  std::vector<std::uint64_t> costs;
  std::vector<std::uint64_t> longest;
  for (const double ms : waiting.source_ms) {
    const double of_one = ms * (0.2 + 0.8 / static_cast<double>(waiting.variants_per_source));
    costs.push_back(static_cast<std::uint64_t>(1000.0 * ms));
    longest.push_back(static_cast<std::uint64_t>(1000.0 * of_one));
  }
  Waiting result{{}, waiting.variants_per_source};
  for (const std::size_t source : long_ones_first(costs, longest, jobs)) {
    result.source_ms.push_back(waiting.source_ms[source]);
  }
  return result;
}

/// Seconds that the graph takes for it.
double seconds_of(const Waiting& as_planned, int jobs) {
  const Waiting waiting = ordered(as_planned, jobs);
  const auto wait = [](double milliseconds) {
    std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(milliseconds));
  };
  GraphWork work;
  work.variants = waiting.source_ms.size() * waiting.variants_per_source;
  work.source_of = [&](std::size_t variant) { return variant / waiting.variants_per_source; };
  work.decode = [&](std::size_t variant) {
    wait(0.2 * waiting.source_ms[variant / waiting.variants_per_source]);
    return DecodedSource();
  };
  work.render = [&](std::size_t variant, const DecodedSource&) {
    wait(0.8 * waiting.source_ms[variant / waiting.variants_per_source] /
         static_cast<double>(waiting.variants_per_source));
    Outcome outcome;
    outcome.index = variant;
    return outcome;
  };
  work.write = [](const Outcome&) {};
  const auto start = std::chrono::steady_clock::now();
  if (run_graph(work, jobs, std::atomic<bool>(false)) != work.variants) {
    throw std::logic_error("variants were lost");
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// `count` short sources and then some that are a hundred times as long, as where recordings of minutes stand at the
/// end of a manifest.
Waiting long_ones_last(std::size_t count, std::size_t long_ones, double short_ms, std::size_t variants_per_source) {
  Waiting waiting{std::vector<double>(count, short_ms), variants_per_source};
  waiting.source_ms.insert(waiting.source_ms.end(), long_ones, 100.0 * short_ms);
  return waiting;
}

/// The CPUs that this process may use.
std::vector<int> own_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  ::sched_getaffinity(0, sizeof set, &set);
  std::vector<int> cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(static_cast<std::size_t>(cpu), &set)) {
      cpus.push_back(cpu);
    }
  }
  return cpus;
}

Bytes picture(int side) {
  cv::RNG random(1);
  cv::Mat small(side / 8, side / 8, CV_8UC3);
  random.fill(small, cv::RNG::UNIFORM, 0, 256);
  cv::Mat codes(side, side, CV_8UC3);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      codes.at<cv::Vec3b>(y, x) = small.at<cv::Vec3b>(y / 8, x / 8);
    }
  }
  return encode_image({codes}, ImageContainer::jpeg, /*quality=*/92);
}

/// A config of one medium in a folder of its own. `media`: the sources, in the manifest's order.
fs::path write_set(const fs::path& folder, Media medium, const std::vector<const Bytes*>& media) {
  fs::create_directories(folder);
  std::ofstream csv(folder / "sources.csv", std::ios::binary);
  csv << "id,path,group\n";
  std::map<const Bytes*, std::string> names;
  for (std::size_t i = 0; i < media.size(); ++i) {
    const auto [name, is_new] = names.try_emplace(media[i], "file" + std::to_string(names.size()));
    if (is_new) {
      write_file(folder / name->second, *media[i]);
    }
    csv << "source" << i << ',' << name->second << ",group" << i % 4 << '\n';
  }
  const fs::path config = folder / "set.yaml";
  const bool is_audio = medium == Media::audio;
  write_file(config, std::string("fairground: 1\nname: cores\nseed: 1\nsources:\n  - {media: ") + to_string(medium) +
                         ", manifest: sources.csv, id: id, file: path, groups: [group]" +
                         (is_audio ? ", sample_rate: 16000" : "") + "}\naxes:\n" +
                         (is_audio ? "  noise: {none: [], pink: [{noise.coloured: {colour: pink, snr_db: 10}}]}\n"
                                     "  room: {none: [], office: [{room.shoebox: {rt60_s: 0.5}}]}\n"
                                   : "  light: {day: [], dim: [{light.exposure: {ev: -2}}]}\n"
                                     "  sensor: {none: [], iso: [{sensor.noise: {iso: 800}}]}\n") +
                         "gates: {clipped_fraction: 1}\noutput: {directory: out, " +
                         (is_audio ? "audio: {format: wav}}\n" : "image: {format: jpeg, quality: 85}}\n"));
  return config;
}

/// Medians of whole runs on one CPU and on two, in turn.
struct Runs {
  Times times;

  [[nodiscard]] double speed_up() const { return times.real_s("one") / times.real_s("two"); }
  [[nodiscard]] double more_work() const { return times.cpu_s("two") / times.cpu_s("one"); }
};

Runs run_on_one_and_two(const fs::path& config, const std::vector<int>& cpus, int repetitions) {
  const std::string out = (config.parent_path() / "out").string();
  const std::string one = std::to_string(cpus.front());
  const std::string two = cpus.size() > 1 ? one + ',' + std::to_string(cpus[1]) : one;
  Runs runs;
  for (int i = 0; i < repetitions; ++i) {
    for (const auto& [name, list, jobs] : {std::tuple("one", one, "1"), std::tuple("two", two, "2")}) {
      const ProcessCost cost = run_process({"/usr/bin/taskset", "--cpu-list", list, FAIRGROUND_BINARY, "run",
                                            config.string(), "--out", out, "--jobs", jobs, "--quiet"});
      runs.times.add(name, cost.cpu_s, cost.real_s);
      fs::remove_all(out);
    }
  }
  return runs;
}

void add_runs(const std::string& what, const Runs& runs, double least, std::vector<Figure>& figures) {
  figures.push_back({what + ": one core", "s", runs.times.real_s("one")});
  figures.push_back({what + ": speed-up of two", "", runs.speed_up(), least});
  figures.push_back({what + ": CPU time with two over one", "", runs.more_work(), -1.0 / 0.0, kMostMoreWork});
}

int run(int argc, char** argv) {
  const bool smoke = take_smoke_flag(argc, argv);
  std::vector<Figure> figures;
  const auto add_waiting = [&](const std::string& what, const Waiting& waiting, double least) {
    figures.push_back({"graph alone, " + what + ": speed-up of two threads", "",
                       seconds_of(waiting, 1) / seconds_of(waiting, 2), least});
  };
  const std::size_t shorts = smoke ? 4 : 400;
  const double short_ms = smoke ? 0.1 : 4.0;
  add_waiting("equal sources", {std::vector<double>(shorts, short_ms), 4}, kLeastSpeedUp);
  add_waiting("4 long ones last, 4 variants", long_ones_last(shorts, 4, short_ms, 4), kLeastSpeedUpMixed);
  add_waiting("3 long ones last, 4 variants", long_ones_last(shorts, 3, short_ms, 4), kLeastSpeedUpMixed);
  add_waiting("3 long ones last, 1 variant", long_ones_last(shorts, 3, short_ms, 1), kLeastSpeedUpMixed);

  // Runs of 1 to 3 s told more of what else the machine did than of a second core.
  const ScratchFolder folder;
  const std::vector<int> cpus = own_cpus();
  const int repetitions = smoke ? 1 : 5;
  const Bytes brief = speech_like_wav(smoke ? 0.5 : 3.0, 16000, 1);
  const Bytes lasting = speech_like_wav(smoke ? 2.0 : 300.0, 16000, 2);
  const Bytes photo = picture(smoke ? 64 : 512);
  const std::vector<const Bytes*> speech(smoke ? 4 : 4000, &brief);
  const std::vector<const Bytes*> photos(smoke ? 4 : 800, &photo);
  std::vector<const Bytes*> mixed(smoke ? 4 : 2000, &brief);
  mixed.insert(mixed.end(), smoke ? 4 : 20, &lasting);
  add_runs("speech of 3 s",
           run_on_one_and_two(write_set(folder.path() / "speech", Media::audio, speech), cpus, repetitions),
           kLeastSpeedUp, figures);
  add_runs("pictures of 512 x 512",
           run_on_one_and_two(write_set(folder.path() / "photos", Media::image, photos), cpus, repetitions),
           kLeastSpeedUp, figures);
  add_runs("2000 recordings of 3 s and then 20 of 300 s",
           run_on_one_and_two(write_set(folder.path() / "mixed", Media::audio, mixed), cpus, repetitions),
           kLeastSpeedUpMixed, figures);
  return print_figures("A second core", figures, smoke);
}

}  // namespace
}  // namespace fairground

int main(int argc, char** argv) { return fairground::run(argc, argv); }
