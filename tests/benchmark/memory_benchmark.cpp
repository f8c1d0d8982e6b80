// Peak memory of the real binary: beside a few bytes for each source and variant it may depend neither on the number of
// sources nor on the variants of a source; it grows slowly with the length of a recording, and stays within `memory:`
// where pictures are huge.

#include <fstream>

#include "pipeline/media/image_file.h"
#include "tests/benchmark/child_process.h"
#include "tests/benchmark/figures.h"
#include "tests/benchmark/workload.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;

constexpr double kMostGrowth = 1.2;
constexpr double kMostOfDecoded = 5.0;
/// Of speech and of pictures of 512 x 512, with the libraries and all tables in it.
constexpr double kMostMegabytes = 250.0;
/// For each source and for each variant: what the manifest says of it, its path, hash and times, and its place in the
/// plan and in the journal.
constexpr double kMostBytesEach = 300.0;
constexpr double kVariantsOfSource = 4.0;
/// What the binary takes that `memory:` does not count: itself, its libraries, what it keeps from one variant to the
/// next.
constexpr double kMostBesideBudget = 250.0;

/// Peak resident memory in MB of `fairground run CONFIG`.
double peak_megabytes(const fs::path& config, const fs::path& out) {
  const ProcessCost cost =
      run_process({FAIRGROUND_BINARY, "run", config.string(), "--out", out.string(), "--jobs", "2", "--quiet"});
  fs::remove_all(out);
  return cost.peak_megabytes;
}

fs::path write_config(const fs::path& folder, const std::string& manifest, int levels);

/// Rows for `sources` clips that share a few files.
void write_shared_manifest(const fs::path& folder, const std::string& name, std::size_t sources) {
  std::ofstream csv(folder / name, std::ios::binary);
  csv << "id,path,speaker,accent,text\n";
  for (std::size_t i = 0; i < sources; ++i) {
    csv << "clip" << i << ",shared/clip" << i << ".wav,speaker" << i / 10 << ",accent" << i % 5
        << ",some words of speech\n";
  }
}

/// Peak in MB of `fairground plan` with these options for `sources` of which each names a file of its own. The files
/// are links to a few, which a source may not be: so they are names of the same ones.
double peak_of_plan(const fs::path& folder, std::size_t sources, const std::vector<std::string>& options) {
  fs::create_directories(folder / "shared");
  for (std::size_t i = 0; i < sources; ++i) {
    constexpr std::size_t kContents = 50;
    const auto clip = [&](std::size_t number) {
      return folder / "shared" / ("clip" + std::to_string(number) + ".wav");
    };
    if (i < kContents && !fs::exists(clip(i))) {
      write_file(clip(i), speech_like_wav(0.1, 16000, i + 1));
    } else if (!fs::exists(clip(i))) {
      fs::create_hard_link(clip(i % kContents), clip(i));
    }
  }
  const std::string name = "plan" + std::to_string(sources) + ".csv";
  write_shared_manifest(folder, name, sources);
  std::vector<std::string> command = {FAIRGROUND_BINARY, "plan", write_config(folder, name, 1).string()};
  command.insert(command.end(), options.begin(), options.end());
  return run_process(command).peak_megabytes;
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

/// Clips are too short for an active level to be set. An axis each for noise and for its ladder; `levels` of each,
/// besides the empty first.
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
                 ", id: id, file: path, subject: speaker, groups: [accent], transcript: text, sample_rate: 16000, "
                 "active_level: keep}\n"
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

/// Peak of a run that makes four variants of each of `pictures`, of `side` x `side` pixels, with so much `memory:`.
double peak_of_pictures(const fs::path& folder, int side, int pictures, int memory_mb) {
  cv::Mat codes(side, side, CV_8UC3);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      codes.at<cv::Vec3b>(y, x) = {static_cast<unsigned char>(x / 8), static_cast<unsigned char>(y / 8),
                                   static_cast<unsigned char>((x + y) / 16)};
    }
  }
  const std::string name = "side" + std::to_string(side);
  write_file(folder / (name + ".jpg"), encode_image({codes}, ImageContainer::jpeg, /*quality=*/90));
  std::string csv = "id,path,subject,place\n";
  for (int i = 0; i < pictures; ++i) {
    csv += "p" + std::to_string(i) + "," + name + ".jpg,s" + std::to_string(i) + ",here\n";
  }
  write_file(folder / (name + ".csv"), csv);
  const fs::path config = folder / (name + ".yaml");
  write_file(config, "fairground: 1\nname: memory\nseed: 1\nsources:\n  - {media: image, manifest: " + name +
                         ".csv, id: id, file: path, subject: subject, groups: [place]}\n"
                         "axes:\n  light: {day: [], dim: [{light.exposure: {ev: -2}}]}\n"
                         "  sensor: {none: [], iso: [{sensor.noise: {iso: 800}}]}\n"
                         "limits: {expansion: 100000}\nmemory: " +
                         std::to_string(memory_mb) +
                         "\noutput: {directory: out, image: {format: jpeg, quality: 85}}\n");
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
  // What a source and a variant cost, from sets twice as large as each other.
  const std::size_t half = smoke ? 100 : 200000;
  const double of_half = peak_of_plan(folder.path(), half, {"--no-measure"});
  const double of_whole = peak_of_plan(folder.path(), 2 * half, {"--no-measure"});
  const double measured_half = peak_of_plan(folder.path(), half, {});
  const double measured_whole = peak_of_plan(folder.path(), 2 * half, {});
  const auto bytes_each = [](double more, double fewer, std::size_t difference) {
    return 1e6 * (more - fewer) * 1.048576 / static_cast<double>(difference);
  };
  const double of_source = bytes_each(of_whole, of_half, half);
  const double of_run = bytes_each(many, few, many_sources - few_sources);
  // Pictures: the usual size, and such that one alone takes a gigabyte.
  const int large_side = smoke ? 256 : 7072;
  const int one_at_once = smoke ? 100 : 1000;
  const int two_at_once = smoke ? 200 : 2500;
  const double usual = peak_of_pictures(folder.path(), smoke ? 64 : 512, smoke ? 2 : 100, 1000);
  const double large_one = peak_of_pictures(folder.path(), large_side, 2, one_at_once);
  const double large_two = peak_of_pictures(folder.path(), large_side, 2, two_at_once);
  const double megapixels = 1e-6 * large_side * large_side;
  const auto conditions = [](int levels) { return std::to_string((levels + 1) * (levels + 1)) + " variants"; };
  const auto named = [](std::size_t number, const char* what) { return std::to_string(number) + what; };
  const auto large = [&](int memory_mb) {
    return named(static_cast<std::size_t>(megapixels + 0.5), " megapixels, memory: ") + std::to_string(memory_mb);
  };
  return print_figures("Peak resident memory of `fairground run --jobs 2`",
                       {
                           {named(few_sources, " sources x 4 variants"), "MB", few, -1.0 / 0.0, kMostMegabytes},
                           {named(many_sources, " sources x 4 variants"), "MB", many, -1.0 / 0.0, kMostMegabytes},
                           {"growth for each source with its 4 variants", "bytes", of_run, -1.0 / 0.0,
                            kMostBytesEach * (1.0 + kVariantsOfSource)},
                           {named(half, " sources: fairground plan --no-measure"), "MB", of_half},
                           {named(2 * half, " sources: fairground plan --no-measure"), "MB", of_whole},
                           {"growth for each source, of the plan", "bytes", of_source, -1.0 / 0.0, kMostBytesEach},
                           {"growth for each source, of a plan that measures them", "bytes",
                            bytes_each(measured_whole, measured_half, half), -1.0 / 0.0, kMostBytesEach},
                           {"growth for each variant, of the run", "bytes", (of_run - of_source) / kVariantsOfSource,
                            -1.0 / 0.0, kMostBytesEach},
                           {"1 source x " + conditions(smoke ? 2 : 4), "MB", narrow},
                           {"1 source x " + conditions(many_levels), "MB", wide},
                           {"growth with the variants of a source", "", wide / narrow, -1.0 / 0.0, kMostGrowth},
                           {"growth with a recording's length, of its decoded size", "",
                            more_megabytes / decoded_megabytes, -1.0 / 0.0, kMostOfDecoded},
                           {"pictures of 512 x 512", "MB", usual, -1.0 / 0.0, kMostMegabytes},
                           {large(one_at_once), "MB", large_one, -1.0 / 0.0, one_at_once + kMostBesideBudget},
                           {large(two_at_once), "MB", large_two, -1.0 / 0.0, two_at_once + kMostBesideBudget},
                       },
                       smoke);
}

}  // namespace
}  // namespace fairground

int main(int argc, char** argv) { return fairground::run(argc, argv); }
