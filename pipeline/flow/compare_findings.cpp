#include "pipeline/flow/compare_findings.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "augmenters/augmenter.h"
#include "pipeline/core/error.h"
#include "pipeline/core/text.h"
#include "pipeline/core/units.h"
#include "pipeline/flow/compare.h"
#include "pipeline/flow/verify_differences.h"
#include "pipeline/measure/audio_level.h"
#include "pipeline/measure/weighted_level.h"
#include "pipeline/media/audio_file.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

constexpr double kLowestBandHz = 48.0;  // the band of 50 Hz
constexpr double kBandsBelowLoudestDb = 30.0;
constexpr double kToneThatCountsDb = 20.0;  // under the A-weighted level a tone is not heard out; empirical
constexpr double kToneSlackHz = 2.0;
// Rounding to 16 bits makes noise of -98 dBov, which would be measured along.
constexpr double kLeastNoiseDbov = -75.0;

Audio read_audio(const fs::path& path) {
  const MediaLimits limits;
  return decode_audio(read_file(path, limits), path, limits);
}

NoiseCharacter character_of(const Audio& audio, std::vector<std::string>& notes) {
  const std::string problem = noise_character_problem(audio);
  if (!problem.empty()) {
    throw ItemError(problem);
  }
  if (audio.seconds() > kMostNoiseSeconds) {
    notes.push_back("Of its " + shortest(std::round(audio.seconds())) + " s, the first " + shortest(kMostNoiseSeconds) +
                    " were looked at.");
  }
  return measure_noise_character(audio);
}

double band_db(const NoiseCharacter& character, std::size_t band) {
  return db_from_power(std::max(character.thirds[band].power, 1e-20) / character.a_power);
}

void compare_bands(const NoiseCharacter& real, NoiseComparison& comparison) {
  // Up to the lower of two rates.
  const std::size_t count = std::min(real.thirds.size(), comparison.synth.thirds.size());
  double loudest = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < count; ++i) {
    comparison.bands.push_back({real.thirds[i].hz, band_db(real, i), band_db(comparison.synth, i), false});
    if (real.thirds[i].hz >= kLowestBandHz) {
      loudest = std::max(loudest, comparison.bands.back().real_db);
    }
  }
  CompareCheck worst{"worst third of an octave", "dB", kNone, kNone, 0.0, kMostBandDb, false};
  double heard = 0.0;
  double weighted = 0.0;
  for (ComparedBand& band : comparison.bands) {
    band.counts = band.hz >= kLowestBandHz && band.real_db >= loudest - kBandsBelowLoudestDb;
    const double difference = band.synth_db - band.real_db;
    if (band.counts && (std::isnan(worst.real) || std::abs(difference) > std::abs(worst.difference))) {
      worst.real = band.real_db;
      worst.synth = band.synth_db;
      worst.difference = difference;
      worst.name = "worst third of an octave, at " + shortest(std::round(band.hz)) + " Hz";
    }
    const double share = power_from_db(band.real_db) * weighting_gain(Weighting::a_weighted, band.hz);
    heard += share;
    weighted += share * std::abs(difference);
  }
  worst.holds = std::abs(worst.difference) <= worst.allowed;
  comparison.checks.push_back(worst);
  const double distance = weighted / heard;
  comparison.checks.push_back({"mean difference of the bands, A-weighted", "dB", kNone, kNone, distance,
                               kMostSpectrumDba, distance <= kMostSpectrumDba});
}

void compare_rhythms(const NoiseCharacter& real, NoiseComparison& comparison) {
  const bool has_real = !real.rhythms.empty();
  const bool has_synth = !comparison.synth.rhythms.empty();
  const double real_hz = has_real ? real.rhythms.front().peak_hz : kNone;
  double synth_hz = has_synth ? comparison.synth.rhythms.front().peak_hz : kNone;
  double synth_depth = has_synth ? comparison.synth.rhythms.front().peak_depth : kNone;
  if (!has_real && !has_synth) {
    comparison.notes.emplace_back("Neither beats in a rhythm that stands out.");
    return;
  }
  // The recording's rhythm may be the second strongest here.
  for (const Rhythm& rhythm : comparison.synth.rhythms) {
    if (has_real && std::abs(rhythm.peak_hz / real_hz - 1.0) < std::abs(synth_hz / real_hz - 1.0)) {
      synth_hz = rhythm.peak_hz;
      synth_depth = rhythm.peak_depth;
    }
  }
  const double off = synth_hz / real_hz - 1.0;
  comparison.checks.push_back(
      {"main beat of the level", "Hz", real_hz, synth_hz, off, kMostRhythmRatio, std::abs(off) <= kMostRhythmRatio});
  const double real_depth = has_real ? real.rhythms.front().peak_depth : kNone;
  const double ratio = synth_depth / real_depth;
  comparison.checks.push_back({"depth of that beat", "", real_depth, synth_depth, ratio, kMostDepthRatio,
                               ratio <= kMostDepthRatio && ratio >= 1.0 / kMostDepthRatio});
}

double tone_db(const NoiseCharacter& character, const Tone& tone) {
  return db_from_power(tone.power * weighting_gain(Weighting::a_weighted, tone.hz) / character.a_power);
}

void compare_tones(const NoiseCharacter& real, NoiseComparison& comparison) {
  for (const Tone& tone : real.spectrum.tones) {
    const double real_db = tone_db(real, tone);
    if (real_db < -kToneThatCountsDb) {
      continue;
    }
    double synth_db = kNone;
    for (const Tone& other : comparison.synth.spectrum.tones) {
      if (std::abs(other.hz - tone.hz) <= std::max(kToneSlackHz, kMostToneRatio * tone.hz)) {
        const double db = tone_db(comparison.synth, other);
        synth_db = std::isnan(synth_db) || db > synth_db ? db : synth_db;
      }
    }
    const double difference = synth_db - real_db;
    comparison.checks.push_back({"tone at " + shortest(std::round(tone.hz * 10.0) / 10.0) + " Hz, over all", "dBA",
                                 real_db, synth_db, difference, kMostToneDb, std::abs(difference) <= kMostToneDb});
  }
}

/// What a condition of a run adds to its clean references.
struct ConditionNoise {
  std::string fault;     // why its noise cannot be told
  double seconds = 0.0;  // of its longest variant
  json record;
};

std::string fault_of(const json& record) {
  const json steps = json::parse(text_field(record, "augmentations"), nullptr, /*allow_exceptions=*/false);
  if (!steps.is_array() || !record.contains("clean_file_name")) {
    return "its records do not say what was done, or name no clean reference";
  }
  for (const json& step : steps) {
    const std::string name = text_field(step, "augmenter");
    const Augmenter* augmenter = find_augmenter(name);
    if (augmenter == nullptr) {
      return name + " is not in this binary";
    }
    if (!augmenter->prepare_noise) {
      return name + " changes what is heard besides, so that the noise cannot be told from the rest";
    }
  }
  return steps.empty() ? "it adds no noise" : "";
}

std::map<std::string, ConditionNoise> conditions_of(const fs::path& run) {
  const auto lines_of = [](const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::vector<json> lines;
    for (std::string line; std::getline(file, line);) {
      lines.push_back(json::parse(line, nullptr, /*allow_exceptions=*/false));
      if (!lines.back().is_object()) {
        throw UserError(path.string() + ":" + std::to_string(lines.size()) +
                        ": is no JSON object; is the run damaged?");
      }
    }
    return lines;
  };
  std::error_code ignored;
  if (!fs::is_regular_file(run / "run.json", ignored)) {
    throw UserError(run.string() + ": there is no run.json; is this the folder of a finished run?");
  }
  std::map<std::string, std::string> names;  // of conditions, by variant
  for (const json& line : lines_of(run / "plan.jsonl")) {
    std::string name;
    const json condition = line.value("condition", json::object());
    for (const auto& [axis, level] : condition.items()) {
      name += (name.empty() ? "" : ", ") + axis + ": " + (level.is_string() ? level.get<std::string>() : level.dump());
    }
    names[text_field(line, "variant_id")] = name;
  }
  std::map<std::string, ConditionNoise> conditions;
  for (json& record : lines_of(run / "audio" / "metadata.jsonl")) {
    if (text_field(record, "control") != "none" || !record.value("synthetic", false)) {
      continue;
    }
    ConditionNoise& condition = conditions[names[text_field(record, "variant_id")]];
    const double seconds = record.value("measured_duration_s", 0.0);
    if (condition.record.is_null() || seconds > condition.seconds) {
      condition.fault = fault_of(record);
      condition.seconds = seconds;
      condition.record = std::move(record);
    }
  }
  if (conditions.empty()) {
    throw UserError(run.string() + ": the run holds no variant of sound, so there is no noise to compare");
  }
  return conditions;
}

Audio noise_of(const fs::path& run, const json& record) {
  Audio noise = read_audio(run / "audio" / text_field(record, "file_name"));
  const Audio clean = read_audio(run / "audio" / text_field(record, "clean_file_name"));
  if (clean.sample_rate != noise.sample_rate || clean.samples.size() != noise.samples.size()) {
    throw ItemError("variant and clean reference differ in size");
  }
  std::ranges::transform(noise.samples, clean.samples, noise.samples.begin(), std::minus<>());
  if (level_dbov(mean_power(noise.samples)) < kLeastNoiseDbov) {
    throw ItemError("its noise is so soft that the rounding of the files is measured along");
  }
  return noise;
}

/// Adds the comparison, or gives the reason why there is none.
template <class Read>
std::string add_comparison(ComparedNoises& compared, const std::string& name, const fs::path& path, const Read& read) {
  try {
    std::vector<std::string> notes;
    NoiseCharacter synth = character_of(read(), notes);
    compared.comparisons.push_back(compare_characters(compared.real, std::move(synth)));
    compared.comparisons.back().name = name;
    compared.comparisons.back().path = path;
    std::vector<std::string>& all = compared.comparisons.back().notes;
    all.insert(all.begin(), notes.begin(), notes.end());
  } catch (const ItemError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

bool NoiseComparison::stands_in() const {
  return std::ranges::all_of(checks, [](const CompareCheck& check) { return check.holds; });
}

NoiseComparison compare_characters(const NoiseCharacter& real, NoiseCharacter synth) {
  NoiseComparison comparison;
  comparison.synth = std::move(synth);
  comparison.offset_db = db_from_power(comparison.synth.a_power / real.a_power);
  compare_bands(real, comparison);
  const double real_range = real.l10_db - real.l90_db;
  const double synth_range = comparison.synth.l10_db - comparison.synth.l90_db;
  comparison.checks.push_back({"range of the level, L10 - L90", "dB", real_range, synth_range, synth_range - real_range,
                               kMostRangeDb, std::abs(synth_range - real_range) <= kMostRangeDb});
  compare_rhythms(real, comparison);
  compare_tones(real, comparison);
  return comparison;
}

ComparedNoises compare_noises(const fs::path& real, const fs::path& synth) {
  ComparedNoises compared;
  compared.real_path = real;
  std::vector<std::string> faults;
  try {
    compared.real = character_of(read_audio(real), compared.notes);
  } catch (const ItemError& error) {
    faults.push_back(real.string() + ": " + error.what());
  }
  std::error_code ignored;
  if (!fs::is_directory(synth, ignored)) {
    // What is wrong with both files is said at once.
    ComparedNoises any = faults.empty() ? std::move(compared) : ComparedNoises{};
    std::string fault;
    if (faults.empty()) {
      fault = add_comparison(any, synth.string(), synth, [&] { return read_audio(synth); });
    } else {
      try {
        std::vector<std::string> notes;
        static_cast<void>(character_of(read_audio(synth), notes));
      } catch (const ItemError& error) {
        fault = error.what();
      }
    }
    if (!fault.empty()) {
      faults.push_back(synth.string() + ": " + fault);
    }
    compared = std::move(any);
  } else if (faults.empty()) {
    for (const auto& [name, condition] : conditions_of(synth)) {
      const auto read = [&, &record = condition.record] { return noise_of(synth, record); };
      const std::string fault =
          condition.fault.empty()
              ? add_comparison(compared, name, synth / "audio" / text_field(condition.record, "file_name"), read)
              : condition.fault;
      if (!fault.empty()) {
        compared.not_compared.emplace_back(name, fault);
      }
    }
  }
  if (!faults.empty()) {
    throw UserError(std::move(faults));
  }
  return compared;
}

}  // namespace fairground
