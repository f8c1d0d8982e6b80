// What became of the levels that work on skin, by group and by the tone that sources have of themselves.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace fairground {

/// Of one level of one axis.
struct SkinLevelCounts {
  std::size_t planned = 0;  ///< variants, controls not among them
  std::size_t written = 0;
  std::size_t failed = 0;
  std::map<std::string, std::size_t> rejected = {};  ///< by the name of the gate
  std::size_t darker = 0;                            ///< written ones that are darker than their source
  std::size_t lighter = 0;                           ///< likewise
  std::size_t sources = 0;                           ///< that were to meet the level
  std::size_t reached = 0;                           ///< of which it has a variant

  [[nodiscard]] std::size_t rejections() const;
  void add(const SkinLevelCounts& other);
};

/// How sources' skin was found: by each MaskSource, and last those whose mask could not be trusted.
inline constexpr std::size_t kMaskKinds = 4;
inline constexpr std::size_t kNoMask = kMaskKinds - 1;
[[nodiscard]] const char* mask_kind_name(std::size_t kind);

struct MaskKindCounts {
  std::size_t sources = 0;
  double confidence = 0.0;  ///< the sum over them
};

/// Of the sources whose measured tone lies within ten L*.
struct SkinBandCounts {
  std::size_t sources = 0;
  std::size_t unread = 0;  ///< of them, those that failed before anybody looked for skin
  std::array<MaskKindCounts, kMaskKinds> masks = {};
  std::vector<SkinLevelCounts> levels = {};  ///< in the order of SkinCounts::levels
};

/// The band of sources of which no tone is known. It comes last.
inline constexpr int kUnknownBand = 1000;

/// The band of a tone: 3 for an L* from 30 to below 40.
[[nodiscard]] int band_of(double lightness);
/// "30-40" or "unknown".
[[nodiscard]] std::string band_name(int band);

struct SkinGroupCounts {
  std::vector<std::pair<std::string, std::string>> labels = {};  ///< with the columns that have them
  std::map<int, SkinBandCounts> bands = {};
};

struct SkinCounts {
  struct NamedLevel {
    std::string axis;
    std::string level;
  };
  std::vector<NamedLevel> levels = {};  ///< all that work on skin
  std::vector<SkinGroupCounts> groups = {};
};

/// What the counts say, in sentences.
struct SkinFindings {
  std::vector<std::string> findings;
  std::vector<std::string> warnings;  ///< where the set is not the same for all tones or groups
};
[[nodiscard]] SkinFindings find_in(const SkinCounts& counts);

/// What variants of apparent skin tone can show and what they cannot, in whole sentences.
[[nodiscard]] const std::vector<std::string>& skin_statement();

}  // namespace fairground
