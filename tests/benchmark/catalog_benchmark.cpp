// Time and memory for a manifest of a million rows: reading it, and the whole of `fairground plan --no-measure`.

#include <sys/resource.h>

#include <ctime>
#include <fstream>
#include <stdexcept>

#include "augmenters/augmenter.h"
#include "tests/benchmark/child_process.h"
#include "tests/benchmark/figures.h"
#include "tests/benchmark/workload.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;

// What a manifest of a million rows may cost, on two cores.
constexpr double kMostSeconds = 20.0;
constexpr double kMostMegabytes = 1500.0;

/// Peak resident memory of this process until now.
double peak_megabytes() {
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) != 0) {
    throw std::runtime_error("getrusage failed");
  }
  constexpr double kKilobytesPerMegabyte = 1024.0;
  return static_cast<double>(usage.ru_maxrss) / kKilobytesPerMegabyte;
}

/// `sources` rows of eleven columns that share `files` short recordings.
fs::path write_set(const fs::path& folder, std::size_t sources, std::size_t files) {
  for (std::size_t i = 0; i < files; ++i) {
    write_file(folder / ("f" + std::to_string(i) + ".wav"), speech_like_wav(0.1, 16000, i + 1));
  }
  constexpr std::size_t kSourcesPerSpeaker = 50;
  const std::vector<std::string> accents = {"english", "indian", "irish", "scots", "welsh"};
  std::ofstream csv(folder / "m.csv", std::ios::binary);
  csv << "clip,path,speaker,accent,gender,age,licence,rate,place,device,text\n";
  for (std::size_t i = 0; i < sources; ++i) {
    csv << "clip" << i << ",f" << i % files << ".wav,speaker" << i / kSourcesPerSpeaker << ','
        << accents[i % accents.size()] << ',' << (i / accents.size() % 2 == 0 ? "f" : "m") << ',' << 20 + i % 60
        << ",CC0-1.0,16000,studio,phone,some words of speech\n";
  }
  if (!csv.flush()) {
    throw std::runtime_error("cannot write the manifest");
  }
  const fs::path config = folder / "c.yaml";
  write_file(config, std::string("fairground: 1\nname: million\nseed: 1\nsources:\n"
                                 "  - {media: audio, manifest: m.csv, id: clip, file: path, subject: speaker, "
                                 "groups: [accent, gender], keep: [age, licence], transcript: text, "
                                 "sample_rate: 16000}\n"
                                 "axes:\n  noise:\n    none: []\n"
                                 "    hiss: [{noise.coloured: {colour: white, snr_db: 10}}]\n"
                                 "    hum: [{noise.coloured: {colour: brown, snr_db: 10}}]\n"
                                 "output: {directory: out}\n"));
  return config;
}

int run(int argc, char** argv) {
  const bool smoke = take_smoke_flag(argc, argv);
  const std::size_t sources = smoke ? 1000 : 1000000;
  const std::size_t files = smoke ? 10 : 1000;
  const ScratchFolder folder;
  const fs::path config_file = write_set(folder.path(), sources, files);
  const Config config = load_config(config_file, registered_schemas());
  const double megabytes_before = peak_megabytes();
  const std::clock_t clock_before = std::clock();
  const Catalog catalog = read_catalog(config, /*jobs=*/2);
  const double cpu_s = static_cast<double>(std::clock() - clock_before) / CLOCKS_PER_SEC;
  const double megabytes = peak_megabytes() - megabytes_before;
  if (catalog.media.at(Media::audio).sources.size() != sources ||
      catalog.media.at(Media::audio).files.size() != files) {
    throw std::runtime_error("the catalog is not what the manifest says");
  }
  const ProcessCost plan = run_process({FAIRGROUND_BINARY, "plan", config_file.string(), "--no-measure"});
  return print_figures(
      "A manifest of " + std::to_string(sources) + " rows that share " + std::to_string(files) + " files, 3 conditions",
      {
          {"reading the catalog, CPU time", "s", cpu_s},
          {"reading the catalog, peak memory", "MB", megabytes},
          {"fairground plan --no-measure, CPU time", "s", plan.cpu_s},
          {"fairground plan --no-measure, time", "s", plan.real_s, -1.0 / 0.0, kMostSeconds},
          {"fairground plan --no-measure, peak memory", "MB", plan.peak_megabytes, -1.0 / 0.0, kMostMegabytes},
      },
      smoke);
}

}  // namespace
}  // namespace fairground

int main(int argc, char** argv) { return fairground::run(argc, argv); }
