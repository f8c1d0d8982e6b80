// Peak memory of the real binary under each augmenter's example, on a long recording or a large picture, beside what
// the flow graph takes it to need: where that is too little, `memory:` is not kept.

#include <algorithm>
#include <stdexcept>

#include "augmenters/augmenter.h"
#include "pipeline/config/reference.h"
#include "pipeline/flow/memory_needs.h"
#include "tests/benchmark/child_process.h"
#include "tests/benchmark/figures.h"
#include "tests/benchmark/workload.h"
#include "tests/support/example_media.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;

constexpr double kMebibyte = 1.048576;  // in the megabytes in which the graph reckons

struct Case {
  std::string what;
  std::string config;
};

std::string with(std::string text, const std::string& what, const std::string& instead) {
  const std::size_t at = text.find(what);
  if (at == std::string::npos) {
    throw std::logic_error("an example without " + what);
  }
  return text.replace(at, what.size(), instead);
}

/// Every augmenter's example, and what takes most of those that have a choice.
std::vector<Case> cases() {
  std::vector<Case> all;
  for (const StepSchema* const schema : registered_schemas()) {
    const std::string config = reference_example(*schema);
    all.push_back({schema->name, config});
    if (schema->name == "channel.codec") {
      StepSchema hungriest = *schema;
      hungriest.example = "it: [{channel.codec: {codec: opus, sample_rate_hz: 48000}}]\n";
      all.push_back({schema->name + " at 48 kHz", reference_example(hungriest)});
    } else if (schema->name == "light.exposure") {
      for (const std::string format : {"jpeg, quality: 100", "png", "webp, quality: 100", "tiff"}) {
        all.push_back(
            {schema->name + ", " + format, with(config, "output: {", "output: {image: {format: " + format + "}, ")});
      }
    }
  }
  return all;
}

/// A config on made media of one size.
class Example {
 public:
  Example(const fs::path& folder, const std::string& config)
      : config_file_(folder / "example.yaml"), out_(folder / "out") {
    write_file(config_file_, config);
  }

  /// Of a run of all of its levels, one after another.
  [[nodiscard]] double peak_megabytes() const {
    const ProcessCost cost = run_process(
        {FAIRGROUND_BINARY, "run", config_file_.string(), "--out", out_.string(), "--jobs", "1", "--quiet"});
    fs::remove_all(out_);
    return kMebibyte * cost.peak_megabytes;
  }

  /// What the graph takes the hungriest of its variants to need.
  [[nodiscard]] double charged_megabytes() const {
    const Config config = load_config(config_file_, registered_schemas());
    const Catalog catalog = read_catalog(config, /*jobs=*/1);
    const Plan plan(config, catalog);
    std::size_t most = 0;
    for (std::size_t i = 0; i < plan.size(); ++i) {
      most = std::max(most, rendering_bytes(plan, i));
    }
    return static_cast<double>(most) / 1e6;
  }

 private:
  fs::path config_file_;
  fs::path out_;
};

int run(int argc, char** argv) {
  const bool smoke = take_smoke_flag(argc, argv);
  // So long that no noise and no spectrum is kept for the next variant, since what is kept is not charged.
  const double seconds = smoke ? 3.0 : 1200.0;
  const int side = smoke ? 176 : 3464;
  const ScratchFolder large;
  const ScratchFolder small;
  write_example_media(large.path() / "samples", seconds, side);
  write_example_media(small.path() / "samples");
  std::vector<Figure> figures;
  for (const auto& [what, config] : cases()) {
    // A smoke test only sees that it works; all of them would take long.
    if (smoke && what != "noise.coloured" && what != "light.exposure") {
      continue;
    }
    const Example example(large.path(), config);
    const double peak = example.peak_megabytes() - Example(small.path(), config).peak_megabytes();
    figures.push_back({what, "", peak / example.charged_megabytes(), -1.0 / 0.0, /*most=*/1.0});
  }
  return print_figures("Peak memory of each augmenter's example, of what it is taken to need: a recording of " +
                           std::to_string(static_cast<int>(seconds)) + " s, or a picture of " + std::to_string(side) +
                           " x " + std::to_string(side),
                       figures, smoke);
}

}  // namespace
}  // namespace fairground

int main(int argc, char** argv) { return fairground::run(argc, argv); }
