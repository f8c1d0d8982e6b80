// What `compare` finds, before it is printed.
#pragma once

#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include "pipeline/measure/noise_character.h"

namespace fairground {

struct ComparedBand {
  double hz = 0.0;
  double real_db = 0.0;  ///< over the A-weighted level, like synth_db
  double synth_db = 0.0;
  bool counts = false;  ///< for the verdict
};

/// One thing that the verdict asks. A value that is not there is NaN.
struct CompareCheck {
  std::string name;
  std::string unit;
  double real = 0.0;
  double synth = 0.0;
  double difference = 0.0;
  double allowed = 0.0;
  bool holds = false;
};

struct NoiseComparison {
  std::string name;
  std::filesystem::path path;
  NoiseCharacter synth;
  double offset_db = 0.0;
  std::vector<ComparedBand> bands;
  std::vector<CompareCheck> checks;
  std::vector<std::string> notes;

  [[nodiscard]] bool stands_in() const;
};

struct ComparedNoises {
  std::filesystem::path real_path;
  NoiseCharacter real;
  std::vector<std::string> notes;
  std::vector<NoiseComparison> comparisons;
  std::vector<std::pair<std::string, std::string>> not_compared;  ///< condition, reason
};

[[nodiscard]] NoiseComparison compare_characters(const NoiseCharacter& real, NoiseCharacter synth);

[[nodiscard]] ComparedNoises compare_noises(const std::filesystem::path& real, const std::filesystem::path& synth);

void print_compare_page(std::ostream& out, const ComparedNoises& compared);
void print_compare_json(std::ostream& out, const ComparedNoises& compared);

}  // namespace fairground
