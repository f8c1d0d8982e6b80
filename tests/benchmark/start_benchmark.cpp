// What a start of the real binary costs: against a program that does nothing, and against one that does nothing and has
// the same libraries.

#include <algorithm>
#include <map>

#include "tests/benchmark/child_process.h"
#include "tests/benchmark/figures.h"
#include "tests/benchmark/workload.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;

constexpr double kMostMilliseconds = 100.0;
// Of what the loader needs for the same libraries. What comes on top are the binary's own pages, its relocations, the
// registry and the command line.
constexpr double kMostOverLibraries = 2.0;

/// Recordings of a second and conditions by the dozen: a config as users begin with.
fs::path write_set(const fs::path& folder) {
  constexpr int kSources = 24;
  std::string csv = "id,path,speaker,accent\n";
  for (int i = 0; i < kSources; ++i) {
    const std::string n = std::to_string(i);
    write_file(folder / ("clip" + n + ".wav"), speech_like_wav(1.0, 16000, static_cast<std::uint64_t>(i) + 1));
    csv += "clip" + n + ",clip" + n + ".wav,speaker" + std::to_string(i / 2) + ",accent" + std::to_string(i % 3) + '\n';
  }
  write_file(folder / "speech.csv", csv);
  const fs::path config = folder / "small.yaml";
  write_file(config, std::string("fairground: 1\nname: small\nseed: 1\nsources:\n"
                                 "  - {media: audio, manifest: speech.csv, id: id, file: path, subject: speaker, "
                                 "groups: [accent], sample_rate: 16000}\n"
                                 "axes:\n"
                                 "  noise: {none: [], hiss: [{noise.coloured: {colour: white, snr_db: [5, 20]}}],\n"
                                 "          hum: [{noise.coloured: {colour: brown, snr_db: 10}}]}\n"
                                 "  room: {none: [], office: [{room.shoebox: {rt60_s: 0.5}}]}\n"
                                 "  device: {studio: [], handset: [{device.handset: {}}]}\n"
                                 "output: {directory: out}\n"));
  return config;
}

int run(int argc, char** argv) {
  const bool smoke = take_smoke_flag(argc, argv);
  const int repetitions = smoke ? 1 : 31;
  const ScratchFolder folder;
  const std::string config = write_set(folder.path()).string();
  const std::map<std::string, std::vector<std::string>> programs = {
      {"nothing", {"/bin/true"}},
      {"libraries", {FAIRGROUND_SAME_LIBRARIES}},
      {"help", {FAIRGROUND_BINARY, "--help"}},
      {"plan", {FAIRGROUND_BINARY, "plan", "--no-measure", config}},
  };
  Times times;
  for (int i = 0; i < repetitions; ++i) {
    for (const auto& [name, words] : programs) {
      const ProcessCost cost = run_process(words);
      times.add(name, cost.cpu_s, cost.real_s);
    }
  }
  const auto line = [&](const std::string& what, const std::string& name) {
    return Figure{what + ", CPU time", "ms", 1e3 * times.cpu_s(name)};
  };
  const auto limited = [&](const std::string& what, const std::string& name) {
    return Figure{what + ", time", "ms", 1e3 * times.real_s(name), -1.0 / 0.0, kMostMilliseconds};
  };
  return print_figures("Start of a process",
                       {
                           line("/bin/true", "nothing"),
                           line("a program that only loads the same libraries", "libraries"),
                           line("fairground --help", "help"),
                           limited("fairground --help", "help"),
                           {"fairground --help over loading the libraries, CPU time", "",
                            times.cpu_s("help") / times.cpu_s("libraries"), -1.0 / 0.0, kMostOverLibraries},
                           line("fairground plan --no-measure, 24 recordings", "plan"),
                           limited("fairground plan --no-measure, 24 recordings", "plan"),
                       },
                       smoke);
}

}  // namespace
}  // namespace fairground

int main(int argc, char** argv) { return fairground::run(argc, argv); }
