#include "pipeline/flow/compare.h"

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "pipeline/core/text.h"
#include "pipeline/core/units.h"
#include "pipeline/flow/compare_findings.h"
#include "pipeline/flow/report_text.h"

namespace fairground {
namespace {

using nlohmann::ordered_json;

ordered_json number_json(double number) {
  return std::isnan(number) ? ordered_json(nullptr) : ordered_json(rounded_db(number));
}

ordered_json character_json(const NoiseCharacter& character) {
  ordered_json json;
  json["seconds"] = rounded_unit(character.seconds);
  json["a_weighted_dbov"] = rounded_db(level_dbov(character.a_power));
  json["l10_db"] = rounded_db(character.l10_db);
  json["l50_db"] = rounded_db(character.l50_db);
  json["l90_db"] = rounded_db(character.l90_db);
  json["rhythms"] = ordered_json::array();
  for (const Rhythm& rhythm : character.rhythms) {
    json["rhythms"].push_back({{"hz", rounded_db(rhythm.hz)},
                               {"peak_hz", rounded_db(rhythm.peak_hz)},
                               {"peak_depth", rounded_db(rhythm.peak_depth)}});
  }
  json["modulation"] = ordered_json::array();
  for (std::size_t band = 0; band < kWaverBands; ++band) {
    json["modulation"].push_back(
        {{"low_hz", waver_low_hz(band)}, {"variance", rounded_unit(character.modulation[band])}});
  }
  json["tones"] = ordered_json::array();
  for (const Tone& tone : character.spectrum.tones) {
    json["tones"].push_back({{"hz", rounded_db(tone.hz)},
                             {"db", rounded_db(db_from_power(tone.power / character.a_power))},
                             {"over_db", rounded_db(tone.over_db)}});
  }
  return json;
}

std::string value_text(double value, int decimals) { return std::isnan(value) ? "none" : number_text(value, decimals); }

/// A difference in the terms in which it is allowed.
std::string difference_text(const CompareCheck& check, bool is_limit) {
  const double value = is_limit ? check.allowed : check.difference;
  if (std::isnan(value)) {
    return "-";
  }
  const std::string sign = is_limit ? "" : value >= 0.0 ? "+" : "";
  if (check.unit == "Hz") {
    return sign + number_text(100.0 * value, 2) + " %";
  }
  return check.unit.empty() ? "x " + number_text(value, 2) : sign + number_text(value, 2) + " dB";
}

/// The nominal centre of a third of an octave (IEC 61260-1): 3981 Hz is called 4000.
std::string nominal_text(double hz) {
  constexpr std::array kNominal{1.0, 1.25, 1.6, 2.0, 2.5, 3.15, 4.0, 5.0, 6.3, 8.0};
  const auto number = static_cast<std::size_t>(std::lround(db_from_power(hz)));
  return shortest(kNominal[number % 10] * std::pow(10.0, std::floor(static_cast<double>(number) / 10.0)));
}

void print_comparison(std::ostream& out, const ComparedNoises& compared, const NoiseComparison& comparison) {
  const NoiseCharacter& real = compared.real;
  const NoiseCharacter& synth = comparison.synth;
  out << '\n';
  print_wrapped(out, comparison.name, "noise      ");
  print_wrapped(out,
                number_text(synth.seconds, 1) + " s; A-weighted, it lies " +
                    number_text(std::abs(comparison.offset_db), 1) + " dB " +
                    (comparison.offset_db < 0.0 ? "below" : "above") +
                    " the recording, which is left out of all that follows",
                "           ");
  for (const std::string& note : comparison.notes) {
    print_wrapped(out, note, "           ");
  }
  out << '\n';
  std::vector<std::vector<std::string>> rows{{"", "recording", "noise", "difference", "allowed", ""}};
  for (const CompareCheck& check : comparison.checks) {
    const int decimals = check.unit == "Hz" ? 3 : 2;
    const bool has_values = !std::isnan(check.real) || !std::isnan(check.synth);
    rows.push_back({check.name, has_values ? value_text(check.real, decimals) : "",
                    has_values ? value_text(check.synth, decimals) : "", difference_text(check, false),
                    difference_text(check, true), check.holds ? "holds" : "FAILS"});
  }
  print_table(out, std::move(rows));
  out << "\nthird of an octave, in dB over the A-weighted level (* too soft or too low to count)\n";
  rows = {{"Hz", "recording", "noise", "difference", ""}};
  for (const ComparedBand& band : comparison.bands) {
    rows.push_back({nominal_text(band.hz), number_text(band.real_db, 1), number_text(band.synth_db, 1),
                    number_text(band.synth_db - band.real_db, 1), band.counts ? "" : "*"});
  }
  print_table(out, std::move(rows));
  out << "\nmodulation of the A-weighted power: standard deviation over its mean, in octaves\n";
  rows = {{"Hz", "recording", "noise"}};
  for (std::size_t band = 0; band < kWaverBands; ++band) {
    rows.push_back({number_text(waver_low_hz(band), 2) + " to " + number_text(2.0 * waver_low_hz(band), 2),
                    number_text(std::sqrt(real.modulation[band]), 3),
                    number_text(std::sqrt(synth.modulation[band]), 3)});
  }
  print_table(out, std::move(rows));
  out << "\nlevel exceeded in 10, 50 and 90 % of the time, in dB over the mean: recording "
      << number_text(real.l10_db, 1) << ", " << number_text(real.l50_db, 1) << ", " << number_text(real.l90_db, 1)
      << "; noise " << number_text(synth.l10_db, 1) << ", " << number_text(synth.l50_db, 1) << ", "
      << number_text(synth.l90_db, 1) << '\n';
  std::vector<std::string> failed;
  for (const CompareCheck& check : comparison.checks) {
    if (!check.holds) {
      failed.push_back(check.name);
    }
  }
  out << '\n';
  print_wrapped(out,
                failed.empty() ? "the noise stands in for the recording, as far as spectrum, level, beat and tones go"
                               : "the noise does NOT stand in for the recording: " + short_listing(failed),
                "verdict    ");
}

}  // namespace

void print_compare_page(std::ostream& out, const ComparedNoises& compared) {
  print_wrapped(out, compared.real_path.string(), "recording  ");
  print_wrapped(out,
                number_text(compared.real.seconds, 1) + " s, " + counted(compared.real.spectrum.tones.size(), "tone") +
                    ", " + counted(compared.real.rhythms.size(), "rhythm"),
                "           ");
  for (const std::string& note : compared.notes) {
    print_wrapped(out, note, "           ");
  }
  for (const NoiseComparison& comparison : compared.comparisons) {
    print_comparison(out, compared, comparison);
  }
  if (!compared.not_compared.empty()) {
    out << "\nnot compared\n";
    for (const auto& [condition, reason] : compared.not_compared) {
      print_wrapped(out, reason, "  " + condition + ": ");
    }
  }
  out << '\n';
  print_wrapped(
      out,
      "What is allowed is fairground's own choice and empirical. Single events, words and what ears make of them "
      "are not compared.");
}

void print_compare_json(std::ostream& out, const ComparedNoises& compared) {
  ordered_json json;
  json["real"] = {{"path", compared.real_path.string()}};
  json["real"].update(character_json(compared.real));
  json["comparisons"] = ordered_json::array();
  for (const NoiseComparison& comparison : compared.comparisons) {
    ordered_json one;
    one["name"] = comparison.name;
    one["path"] = comparison.path.string();
    one.update(character_json(comparison.synth));
    one["offset_db"] = rounded_db(comparison.offset_db);
    one["bands"] = ordered_json::array();
    for (const ComparedBand& band : comparison.bands) {
      one["bands"].push_back({{"hz", rounded_db(band.hz)},
                              {"real_db", rounded_db(band.real_db)},
                              {"synth_db", rounded_db(band.synth_db)},
                              {"difference_db", rounded_db(band.synth_db - band.real_db)},
                              {"counts", band.counts}});
    }
    one["checks"] = ordered_json::array();
    for (const CompareCheck& check : comparison.checks) {
      one["checks"].push_back({{"name", check.name},
                               {"real", number_json(check.real)},
                               {"synth", number_json(check.synth)},
                               {"difference", number_json(check.difference)},
                               {"allowed", check.allowed},
                               {"holds", check.holds}});
    }
    one["stands_in"] = comparison.stands_in();
    json["comparisons"].push_back(std::move(one));
  }
  json["not_compared"] = ordered_json::array();
  for (const auto& [condition, reason] : compared.not_compared) {
    json["not_compared"].push_back({{"condition", condition}, {"reason", reason}});
  }
  out << json.dump(2) << '\n';
}

void compare(const std::filesystem::path& real, const std::filesystem::path& synth, bool json, std::ostream& out) {
  const ComparedNoises compared = compare_noises(real, synth);
  if (json) {
    print_compare_json(out, compared);
  } else {
    print_compare_page(out, compared);
  }
}

}  // namespace fairground
