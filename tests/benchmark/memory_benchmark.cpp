// Peak memory of the real binary: it may depend neither on the number of sources nor on the variants of a source.

#include "tests/benchmark/child_process.h"
#include "tests/benchmark/figures.h"
#include "tests/benchmark/workload.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;

constexpr double kMostGrowth = 1.2;

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
  const auto conditions = [](int levels) { return std::to_string((levels + 1) * (levels + 1)) + " variants"; };
  return print_figures("Peak resident memory of `fairground run --jobs 2`",
                       {
                           {std::to_string(few_sources) + " sources x 4 variants", "MB", few},
                           {std::to_string(many_sources) + " sources x 4 variants", "MB", many},
                           {"growth with the sources", "", many / few, -1.0 / 0.0, kMostGrowth},
                           {"1 source x " + conditions(smoke ? 2 : 4), "MB", narrow},
                           {"1 source x " + conditions(many_levels), "MB", wide},
                           {"growth with the variants of a source", "", wide / narrow, -1.0 / 0.0, kMostGrowth},
                       },
                       smoke);
}

}  // namespace
}  // namespace fairground

int main(int argc, char** argv) { return fairground::run(argc, argv); }
