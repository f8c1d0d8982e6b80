// What a set of small files costs beside its media: planning, records, journal, and all that is written at the end. One
// thread's CPU time, since a run does these things one after the other; the system's share of writing files is in it.

#include <time.h>

#include <algorithm>
#include <fstream>
#include <opencv2/core.hpp>
#include <stdexcept>
#include <tuple>

#include "augmenters/augmenter.h"
#include "pipeline/core/kept_memory.h"
#include "pipeline/flow/publishing.h"
#include "pipeline/flow/render.h"
#include "pipeline/media/image_file.h"
#include "pipeline/output/journal.h"
#include "pipeline/output/record.h"
#include "pipeline/output/run_folder.h"
#include "tests/benchmark/figures.h"
#include "tests/benchmark/workload.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;

// Of everything that a run does. The rest is reading, decoding, rendering, encoding and writing.
constexpr double kMostShare = 0.05;
// A variant of a set five times as large costs as much, but for what is done once for each set.
constexpr double kMostGrowth = 1.25;
constexpr std::size_t kVariantsPerSource = 4;

double thread_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double with_clock(const auto& body) {
  const double start = thread_seconds();
  body();
  return thread_seconds() - start;
}

/// Where the clock is a call of the system it costs as much as a part of what is measured, which would be charged for
/// it.
double seconds_of_clock() {
  static const double seconds = [] {
    constexpr int kTimes = 20'000;
    double sum = 0.0;
    for (int i = 0; i < kTimes; ++i) {
      sum += with_clock([] {});
    }
    return sum / kTimes;
  }();
  return seconds;
}

double seconds_of(const auto& body) { return with_clock(body) - seconds_of_clock(); }

/// Seconds for a whole set.
struct Costs {
  double catalog = 0.0;    ///< manifest, bytes and headers of all sources
  double plan = 0.0;       ///< the plan, plan.jsonl and what else is written before the first variant
  double rendering = 0.0;  ///< from the source's bytes to the file's, without records
  double records = 0.0;
  double files = 0.0;  ///< writing them
  double journal = 0.0;
  double finish = 0.0;  ///< metadata, coverage, card and report

  [[nodiscard]] double ours() const { return plan + records + journal + finish; }
  [[nodiscard]] double all() const { return catalog + rendering + files + ours(); }
};

/// A folder with media of which some are the same, as only their number is the question.
class MediaSet {
 public:
  /// `size`: of each; seconds of sound, or the width of a square picture in pixels.
  MediaSet(const fs::path& folder, Media medium, int size, std::size_t sources)
      : folder_(folder), medium_(medium), size_(size) {
    fs::create_directories(folder);
    std::ofstream csv(folder / "sources.csv", std::ios::binary);
    csv << "id,path,subject,group,text\n";
    std::vector<Bytes> contents;
    for (std::size_t i = 0; i < sources; ++i) {
      constexpr std::size_t kContents = 40;
      if (contents.size() < kContents) {
        contents.push_back(medium == Media::audio ? speech_like_wav(size, 16000, i + 1) : picture(i, size));
      }
      const std::string id = "source" + std::to_string(i);
      write_file(folder / id, contents[i % kContents]);
      csv << id << ',' << id << ",subject" << i / 10 << ",group" << i % 5 << ",some words of speech\n";
    }
    const bool is_audio = medium == Media::audio;
    write_file(config(),
               std::string("fairground: 1\nname: small\nseed: 1\nsources:\n  - {media: ") + to_string(medium) +
                   ", manifest: sources.csv, id: id, file: path, subject: subject, groups: [group]" +
                   (is_audio ? ", transcript: text, sample_rate: 16000}\n" : ", keep: [text]}\n") + "axes:\n" +
                   (is_audio ? "  noise: {none: [], a: [{noise.coloured: {colour: white, snr_db: 5}}],"
                               " b: [{noise.coloured: {colour: white, snr_db: 10}}],"
                               " c: [{noise.coloured: {colour: white, snr_db: 15}}]}\n"
                             : "  light: {day: [], a: [{light.exposure: {ev: -1}}],"
                               " b: [{light.exposure: {ev: -2}}], c: [{light.exposure: {ev: -3}}]}\n") +
                   "gates: {clipped_fraction: 1}\noutput: {directory: out, " +
                   (is_audio ? "audio: {format: wav}}\n" : "image: {format: jpeg, quality: 85}}\n"));
  }
  ~MediaSet() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  MediaSet(const MediaSet&) = delete;
  MediaSet& operator=(const MediaSet&) = delete;

  [[nodiscard]] fs::path config() const { return folder_ / "small.yaml"; }
  [[nodiscard]] fs::path out() const { return folder_ / "out"; }
  [[nodiscard]] fs::path scratch() const { return folder_ / "scratch"; }
  [[nodiscard]] Media medium() const { return medium_; }
  [[nodiscard]] int size() const { return size_; }

 private:
  static Bytes picture(std::size_t number, int side) {
    const int cell = side / 8;
    cv::RNG random(number + 1);
    cv::Mat small(8, 8, CV_8UC3);
    random.fill(small, cv::RNG::UNIFORM, 0, 256);
    cv::Mat codes(side, side, CV_8UC3);
    for (int y = 0; y < side; ++y) {
      for (int x = 0; x < side; ++x) {
        codes.at<cv::Vec3b>(y, x) = small.at<cv::Vec3b>(y / cell, x / cell);
      }
    }
    return encode_image({codes}, ImageContainer::jpeg, /*quality=*/92);
  }

  fs::path folder_;
  Media medium_;
  int size_;
};

/// The record of a variant with labels like those of the job.
/// `size` as of a MediaSet.
std::string record_of(const Plan& plan, const Variant& variant, const DrawnChain& drawn, int size,
                      const std::string& sha256) {
  if (variant.media == Media::image) {
    return record_line(plan, variant, drawn, ImageLabels{{0.412345, 0.000123, 1.234567}, size, size}, sha256);
  }
  AudioLabels labels;
  labels.file = {-26.01234, 0.812345, -27.12345, -7.12345, 0.0};
  labels.duration_s = size;
  labels.mix.speech_active_level_dbov = -26.00123;
  if (!drawn.empty()) {
    labels.mix.stems = {{"noise.coloured", Weighting::full, 10.0, 10.00012}};
    labels.mix.total_snr_db = 10.00012;
  }
  return record_line(plan, variant, drawn, labels, sha256);
}

/// `is_made`: the media are really made; otherwise all files are the first one's, and the rest of a run is as it is.
Costs costs_of(const MediaSet& set, bool is_made) {
  Costs costs;
  const Config config = load_config(set.config(), registered_schemas());
  Catalog catalog;
  costs.catalog = seconds_of([&] { catalog = read_catalog(config, /*jobs=*/1); });
  std::optional<Plan> plan;
  costs.plan += seconds_of([&] { plan.emplace(config, catalog); });
  const Workshop workshop(*plan);
  Publishing publishing(*plan, "0");
  std::optional<RunFolder> folder;
  costs.plan += seconds_of([&] {
    folder.emplace(set.out(), *plan, RunFolderOptions{.tool_version = "0", .publisher = publishing.publisher()});
  });
  fs::create_directories(set.scratch());
  const OutputTree scratch(set.scratch());
  JournalWriter journal(scratch, "journal", 0);
  DecodedSource source;
  Outcome outcome;
  for (std::size_t i = 0; i < plan->size(); ++i) {
    const Variant variant = plan->at(i);
    const std::vector<ChainStep>& chain = plan->of(set.medium()).conditions[variant.condition].chain;
    DrawnChain drawn;
    for (const ChainStep& step : chain) {
      drawn.push_back(draw_values(*step.step, step_random(config, step, variant.realization, "")));
    }
    if (is_made || i == 0) {
      costs.rendering += seconds_of([&] {
        if (i % kVariantsPerSource == 0) {
          source = ready_source(workshop, set.medium(), variant.source);
        }
        outcome = render_variant(workshop, i, source);
      });
      if (outcome.fate != Fate::written) {
        throw std::runtime_error("a variant is not made: " + outcome.reason);
      }
    }
    outcome.index = i;
    outcome.variant = variant;
    // What rendering has done for its record is done once more and taken off; the last one stays.
    std::string record;
    const double of_record =
        seconds_of([&] { record = record_of(*plan, plan->at(i), drawn, set.size(), outcome.sha256); });
    costs.records += of_record;
    if (is_made) {
      costs.rendering -= of_record;
    }
    outcome.record = record;
    const double of_journal = seconds_of([&] { journal.add(journal_line(i, outcome)); });
    costs.journal += of_journal;
    costs.files += seconds_of([&] { folder->add(outcome); }) - of_journal;
  }
  costs.finish = seconds_of([&] { folder->finish(1.0); });
  fs::remove_all(set.out());
  return costs;
}

void add_shares(const std::string& what, const Costs& costs, std::size_t variants, std::vector<Figure>& figures) {
  const auto each = [&](const std::string& name, double seconds) {
    figures.push_back({what + ": " + name, "us", 1e6 * seconds / static_cast<double>(variants)});
  };
  each("reading the sources", costs.catalog);
  each("rendering", costs.rendering);
  each("writing files", costs.files);
  each("planning", costs.plan);
  each("records", costs.records);
  each("journal", costs.journal);
  each("metadata and report", costs.finish);
  figures.push_back({what + ": the last four of all", "", costs.ours() / costs.all(), -1.0 / 0.0, kMostShare});
}

int run(int argc, char** argv) {
  const bool smoke = take_smoke_flag(argc, argv);
  keep_freed_memory();  // as the binary does
  const ScratchFolder folder;
  const std::size_t sources = smoke ? 10 : 5000;
  const std::size_t variants = sources * kVariantsPerSource;
  std::vector<Figure> figures;
  for (const auto& [what, medium, size] :
       {std::tuple("speech of 1 s", Media::audio, 1), std::tuple("speech of 5 s", Media::audio, 5),
        std::tuple("picture of 64 x 64", Media::image, 64), std::tuple("picture of 256 x 256", Media::image, 256)}) {
    const MediaSet set(folder.path() / what, medium, size, sources);
    add_shares(what, costs_of(set, /*is_made=*/true), variants, figures);
  }
  const Costs few = costs_of(MediaSet(folder.path() / "few", Media::audio, 1, sources), /*is_made=*/false);
  const Costs many = costs_of(MediaSet(folder.path() / "many", Media::audio, 1, 5 * sources), /*is_made=*/false);
  figures.push_back({"a variant of " + std::to_string(5 * variants) + " over one of " + std::to_string(variants), "",
                     many.ours() / 5.0 / few.ours(), -1.0 / 0.0, kMostGrowth});
  return print_figures(std::to_string(variants) + " variants of small files, for each", figures, smoke);
}

}  // namespace
}  // namespace fairground

int main(int argc, char** argv) { return fairground::run(argc, argv); }
