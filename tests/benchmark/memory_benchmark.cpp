// Peak memory of the real binary: it may depend neither on the number of sources nor on the variants of a source, and
// grows slowly with the length of a recording.

#include "tests/benchmark/child_process.h"
#include "tests/benchmark/figures.h"
#include "tests/benchmark/workload.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;

constexpr double kMostGrowth = 1.2;
constexpr double kMostOfDecoded = 5.0;

/// Peak resident memory in MB of `fairground run CONFIG`.
double peak_megabytes(const fs::path& config, const fs::path& out) {
  const ProcessCost cost =
      run_process({FAIRGROUND_BINARY, "run", config.string(), "--out", out.string(), "--jobs", "2", "--quiet"});
  fs::remove_all(out);
  return cost.peak_megabytes;
}

/// `sources` clips of 0.3 s. Their contents repeat, as only their number is the question.
void write_manifest(const fs::path& folder, const std::string& name, std::size_t sources) {
  constexpr std::size_t kContents = 50;
  std::string csv = "id,path,speaker,accent,text\n";
  std::vector<Bytes> contents;
  for (std::size_t i = 0; i < sources; ++i) {
    const std::string id = "clip" + std::to_string(i);
    const fs::path path = folder / (id + ".wav");
    if (contents.size() < kContents) {
      contents.push_back(speech_like_wav(0.3, 16000, i + 1));
    }
    if (!fs::exists(path)) {
      write_file(path, contents[i % contents.size()]);
    }
    csv += id + "," + id + ".wav,speaker" + std::to_string(i / 10) + ",accent" + std::to_string(i % 5) +
           ",some words of speech\n";
  }
  write_file(folder / name, csv);
}

/// An axis each for noise and for its ladder; `levels` of each, besides the empty first.
fs::path write_config(const fs::path& folder, const std::string& manifest, int levels) {
  const auto axis = [&](const std::string& name, const std::string& colour) {
    std::string text = "  " + name + ":\n    none: []\n";
    for (int i = 0; i < levels; ++i) {
      text += "    l" + std::to_string(i) + ": [{noise.coloured: {colour: " + colour +
              ", snr_db: " + std::to_string(10 + i) + "}}]\n";
    }
    return text;
  };
  const fs::path config = folder / (manifest + std::to_string(levels) + ".yaml");
  write_file(config,
             "fairground: 1\nname: memory\nseed: 1\nsources:\n  - {media: audio, manifest: " + manifest +
                 ", id: id, file: path, subject: speaker, groups: [accent], transcript: text, sample_rate: 16000}\n"
                 "axes:\n" +
                 axis("hiss", "white") + axis("hum", "brown") + "output: {directory: out, audio: {format: wav}}\n");
  return config;
}

/// Peak of a set of one recording, alone and with noise in a room.
double peak_of_length(const fs::path& folder, double seconds) {
  const std::string name = "long" + std::to_string(static_cast<int>(seconds));
  write_file(folder / (name + ".wav"), speech_like_wav(seconds, 16000, /*seed=*/1));
  write_file(folder / (name + ".csv"), "id,path,speaker,accent\na," + name + ".wav,speaker,accent\n");
  const fs::path config = folder / (name + ".yaml");
  write_file(config, "fairground: 1\nname: memory\nseed: 1\nsources:\n  - {media: audio, manifest: " + name +
                         ".csv, id: id, file: path, subject: speaker, groups: [accent], sample_rate: 16000}\n"
                         "axes:\n  noise: {none: [], pink: [{noise.coloured: {colour: pink, snr_db: 15}}]}\n"
                         "  room: {none: [], office: [{room.shoebox: {rt60_s: 0.5}}]}\n"
                         "gates: {clipped_fraction: 1}\noutput: {directory: out}\n");
  return peak_megabytes(config, folder / "out");
}

int run(int argc, char** argv) {
  const bool smoke = take_smoke_flag(argc, argv);
  const std::size_t few_sources = smoke ? 5 : 200;
  const std::size_t many_sources = smoke ? 10 : 20000;
  const int many_levels = smoke ? 3 : 44;  // 45 x 45 conditions with the empty ones
  const ScratchFolder folder;
  write_manifest(folder.path(), "many.csv", many_sources);
  write_manifest(folder.path(), "few.csv", few_sources);
  write_manifest(folder.path(), "one.csv", 1);
  const fs::path out = folder.path() / "out";
  const double few = peak_megabytes(write_config(folder.path(), "few.csv", 1), out);
  const double many = peak_megabytes(write_config(folder.path(), "many.csv", 1), out);
  const double narrow = peak_megabytes(write_config(folder.path(), "one.csv", smoke ? 2 : 4), out);
  const double wide = peak_megabytes(write_config(folder.path(), "one.csv", many_levels), out);
  // What the length costs, beside what the recording takes decoded.
  const double short_s = 1.0;
  const double long_s = smoke ? 2.0 : 2400.0;
  const double decoded_megabytes = (long_s - short_s) * 16000.0 * sizeof(float) / 1e6;
  const double more_megabytes = peak_of_length(folder.path(), long_s) - peak_of_length(folder.path(), short_s);
  const auto conditions = [](int levels) { return std::to_string((levels + 1) * (levels + 1)) + " variants"; };
  return print_figures("Peak resident memory of `fairground run --jobs 2`",
                       {
                           {std::to_string(few_sources) + " sources x 4 variants", "MB", few},
                           {std::to_string(many_sources) + " sources x 4 variants", "MB", many},
                           {"growth with the sources", "", many / few, -1.0 / 0.0, kMostGrowth},
                           {"1 source x " + conditions(smoke ? 2 : 4), "MB", narrow},
                           {"1 source x " + conditions(many_levels), "MB", wide},
                           {"growth with the variants of a source", "", wide / narrow, -1.0 / 0.0, kMostGrowth},
                           {"growth with a recording's length, of its decoded size", "",
                            more_megabytes / decoded_megabytes, -1.0 / 0.0, kMostOfDecoded},
                       },
                       smoke);
}

}  // namespace
}  // namespace fairground

int main(int argc, char** argv) { return fairground::run(argc, argv); }
