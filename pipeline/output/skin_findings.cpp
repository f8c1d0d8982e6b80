#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "pipeline/core/text.h"
#include "pipeline/measure/skin_region.h"
#include "pipeline/output/skin_counts.h"

namespace fairground {
namespace {

/// Sources are split at this L* where two halves are compared, so that small sets have something in each.
constexpr int kFirstLightBand = 5;
constexpr const char* kLight = "of L* 50 or more";
constexpr const char* kDark = "below L* 50";

struct Share {
  std::size_t part = 0;
  std::size_t whole = 0;

  [[nodiscard]] double value() const { return static_cast<double>(part) / static_cast<double>(whole); }
  /// "8 of 10 (80 %)".
  [[nodiscard]] std::string text() const {
    return std::to_string(part) + " of " + std::to_string(whole) + " (" +
           std::to_string((200 * part + whole) / (2 * whole)) + " %)";
  }
};

/// Shares that differ by more than 20 points are worth a warning. Empirical: what a reader of a table would call
/// uneven.
bool is_uneven(const Share& one, const Share& other) {
  // In whole numbers, as 0.8 less 0.6 is more than 0.2.
  const std::size_t first = one.part * other.whole;
  const std::size_t second = other.part * one.whole;
  return 5 * (std::max(first, second) - std::min(first, second)) > one.whole * other.whole;
}

/// Everything that is known of some of the sources.
struct Sum {
  std::size_t sources = 0;
  std::size_t sought = 0;  ///< sources in which skin was looked for
  std::size_t without_mask = 0;
  std::vector<SkinLevelCounts> levels = {};
  SkinLevelCounts all = {};

  void add(const SkinBandCounts& band) {
    sources += band.sources;
    sought += band.sources - band.unread;
    without_mask += band.masks[kNoMask].sources;
    levels.resize(band.levels.size());
    for (std::size_t i = 0; i < band.levels.size(); ++i) {
      levels[i].add(band.levels[i]);
      all.add(band.levels[i]);
    }
  }
};

std::string group_text(const SkinGroupCounts& group) {
  std::string text;
  for (const auto& [column, label] : group.labels) {
    text += (text.empty() ? "" : ", ") + column + "=" + label;
  }
  return text.empty() ? "the only group" : "group " + text;
}

/// "; rejected: skin_rims 3, skin_noise 1", the most frequent first.
std::string rejections_text(const SkinLevelCounts& counts) {
  std::vector<std::pair<std::size_t, std::string>> gates;
  for (const auto& [gate, count] : counts.rejected) {
    gates.emplace_back(count, gate);
  }
  std::ranges::stable_sort(gates, [](const auto& one, const auto& other) { return one.first > other.first; });
  std::string text;
  for (const auto& [count, gate] : gates) {
    text += (text.empty() ? "; rejected there: " : ", ") + gate + " " + std::to_string(count);
  }
  return text;
}

/// What was done to sources of a tone.
std::string direction_text(const SkinLevelCounts& all) {
  if (all.darker > 0 && all.lighter > 0) {
    return "made both darker and lighter";
  }
  return all.darker > 0    ? "only made darker"
         : all.lighter > 0 ? "only made lighter"
                           : "made neither darker nor lighter";
}

class Finder {
 public:
  explicit Finder(const SkinCounts& counts) : counts_(counts), groups_(counts.groups.size()) {
    for (std::size_t g = 0; g < counts.groups.size(); ++g) {
      for (const auto& [band, of_band] : counts.groups[g].bands) {
        groups_[g].add(of_band);
        bands_[band].add(of_band);
        if (band != kUnknownBand) {
          (band < kFirstLightBand ? dark_ : light_).add(of_band);
        }
      }
    }
  }

  SkinFindings find() {
    compare_directions();
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      tell_direction(g);
    }
    for (std::size_t level = 0; level < counts_.levels.size(); ++level) {
      compare_halves(level);
    }
    compare_groups();
    compare_bands();
    compare_masks();
    tell_unknown();
    return std::move(found_);
  }

 private:
  void note(bool is_warning, std::string text) {
    (is_warning ? found_.warnings : found_.findings).push_back(std::move(text));
  }

  void compare_directions() {
    if (dark_.sources == 0 || light_.sources == 0) {
      if (dark_.sources + light_.sources > 0) {
        note(false, "All " + counted(dark_.sources + light_.sources, "source") +
                        " whose tone is known have a measured tone " + (dark_.sources == 0 ? kLight : kDark) +
                        ": of others this set shows nothing.");
      }
      return;
    }
    const std::string light = direction_text(light_.all);
    const std::string dark = direction_text(dark_.all);
    if (light != dark) {
      note(true, "Sources with a measured tone " + std::string(kLight) + " were " + light + ", those " + kDark +
                     " were " + dark +
                     ": an effect of the change cannot be told from one of the tone that it starts from.");
    }
  }

  void tell_direction(std::size_t g) {
    const Sum& sum = groups_[g];
    const std::string group = group_text(counts_.groups[g]);
    const std::string sources =
        sum.sources == 1 ? "its only source was not" : "none of its " + counted(sum.sources, "source") + " was";
    if (sum.all.planned > 0 && sum.all.written == 0) {
      note(true, "Nothing was made of " + group + ": all of its " + counted(sum.all.planned, "variant") +
                     " of other tones were rejected or failed.");
    } else if (sum.all.darker > 0 && sum.all.lighter == 0) {
      note(false, "All sources of " + group + " were darkened only: " + sources + " made lighter.");
    } else if (sum.all.lighter > 0 && sum.all.darker == 0) {
      note(false, "All sources of " + group + " were lightened only: " + sources + " made darker.");
    }
  }

  [[nodiscard]] std::string level_text(std::size_t level) const {
    return counts_.levels[level].axis + "=" + counts_.levels[level].level;
  }

  static std::optional<Share> reach(const Sum& sum, std::size_t level) {
    if (level >= sum.levels.size() || sum.levels[level].sources == 0) {
      return std::nullopt;
    }
    return Share{sum.levels[level].reached, sum.levels[level].sources};
  }

  void compare_halves(std::size_t level) {
    const auto light = reach(light_, level);
    const auto dark = reach(dark_, level);
    if (!light || !dark || light->value() == dark->value()) {
      return;
    }
    const Sum& fewer = light->value() < dark->value() ? light_ : dark_;
    note(is_uneven(*light, *dark), "The level " + level_text(level) + " was reached by " + light->text() +
                                       " sources with a measured tone " + kLight + " and by " + dark->text() + " " +
                                       kDark + rejections_text(fewer.levels[level]) + ".");
  }

  /// The groups that reached least and most of a level.
  struct Extremes {
    std::size_t least;
    std::size_t most;
    Share least_share;
    Share most_share;

    [[nodiscard]] double difference() const { return most_share.value() - least_share.value(); }
  };

  [[nodiscard]] std::optional<Extremes> extremes(std::size_t level) const {
    std::optional<Extremes> found;
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      const auto share = reach(groups_[g], level);
      if (share && !found) {
        found = Extremes{g, g, *share, *share};
      } else if (share && share->value() < found->least_share.value()) {
        found->least = g;
        found->least_share = *share;
      } else if (share && share->value() > found->most_share.value()) {
        found->most = g;
        found->most_share = *share;
      }
    }
    return found;
  }

  /// One sentence, as groups that differ in tone differ in most levels at once.
  void compare_groups() {
    std::optional<std::size_t> widest;
    std::vector<std::size_t> uneven;
    for (std::size_t level = 0; level < counts_.levels.size(); ++level) {
      const auto here = extremes(level);
      if (here && is_uneven(here->least_share, here->most_share)) {
        uneven.push_back(level);
        widest = !widest || here->difference() > extremes(*widest)->difference() ? level : *widest;
      }
    }
    if (!widest) {
      return;
    }
    const Extremes there = *extremes(*widest);
    std::string others;
    for (const std::size_t level : uneven) {
      others += level == *widest ? "" : (others.empty() ? "; so do groups at " : ", ") + level_text(level);
    }
    note(true, "Groups differ: the level " + level_text(*widest) + " was reached by " + there.most_share.text() +
                   " sources of " + group_text(counts_.groups[there.most]) + " and by " + there.least_share.text() +
                   " of " + group_text(counts_.groups[there.least]) +
                   rejections_text(groups_[there.least].levels[*widest]) + others + ".");
  }

  /// Whatever the reason, tones whose variants are rejected more often are tested less.
  void compare_bands() {
    const auto share = [this](int band) { return Share{bands_[band].all.rejections(), bands_[band].all.planned}; };
    std::optional<int> least;
    std::optional<int> most;
    for (const auto& [band, sum] : bands_) {
      if (band != kUnknownBand && sum.all.planned > 0) {
        least = !least || share(band).value() < share(*least).value() ? band : *least;
        most = !most || share(band).value() > share(*most).value() ? band : *most;
      }
    }
    if (least && is_uneven(share(*least), share(*most))) {
      note(true, "Rejected were " + share(*most).text() + " variants of sources with a measured tone of L* " +
                     band_name(*most) + " and " + share(*least).text() + " of those of L* " + band_name(*least) +
                     ": the set tests some tones less than others" + rejections_text(bands_[*most].all) + ".");
    }
  }

  /// Masks that fail more often on some tones or in some groups would spoil what the set is for.
  void compare_masks() {
    constexpr const char* kWhat = "No mask that can be trusted was found of ";
    constexpr const char* kWhy = ": look at the sources that were refused before you rely on this set.";
    const auto refused = [](const Sum& sum) { return Share{sum.without_mask, sum.sought}; };
    if (dark_.sought > 0 && light_.sought > 0 && is_uneven(refused(dark_), refused(light_))) {
      note(true, kWhat + refused(light_).text() + " sources with a measured tone " + kLight + " and of " +
                     refused(dark_).text() + " " + kDark + kWhy);
    }
    std::optional<std::size_t> least;
    std::optional<std::size_t> most;
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      if (groups_[g].sought > 0) {
        least = !least || refused(groups_[g]).value() < refused(groups_[*least]).value() ? g : *least;
        most = !most || refused(groups_[g]).value() > refused(groups_[*most]).value() ? g : *most;
      }
    }
    if (least && is_uneven(refused(groups_[*least]), refused(groups_[*most]))) {
      note(true, kWhat + refused(groups_[*most]).text() + " sources of " + group_text(counts_.groups[*most]) +
                     " and of " + refused(groups_[*least]).text() + " of " + group_text(counts_.groups[*least]) + kWhy);
    }
  }

  void tell_unknown() {
    const auto unknown = bands_.find(kUnknownBand);
    if (unknown == bands_.end()) {
      return;
    }
    std::size_t sources = 0;
    for (const auto& [band, sum] : bands_) {
      sources += sum.sources;
    }
    note(false, "Of " + Share{unknown->second.sources, sources}.text() +
                    " sources no tone is known, as no skin was found in them or they could not be read: whether some "
                    "tones are lost more often than others, nobody can tell of these.");
  }

  const SkinCounts& counts_;
  std::vector<Sum> groups_;
  std::map<int, Sum> bands_;
  Sum light_;
  Sum dark_;
  SkinFindings found_;
};

}  // namespace

std::size_t SkinLevelCounts::rejections() const {
  std::size_t count = 0;
  for (const auto& [gate, of_gate] : rejected) {
    count += of_gate;
  }
  return count;
}

void SkinLevelCounts::add(const SkinLevelCounts& other) {
  planned += other.planned;
  written += other.written;
  failed += other.failed;
  for (const auto& [gate, count] : other.rejected) {
    rejected[gate] += count;
  }
  darker += other.darker;
  lighter += other.lighter;
  sources += other.sources;
  reached += other.reached;
}

const char* mask_kind_name(std::size_t kind) {
  return kind == kNoMask ? "none" : to_string(static_cast<MaskSource>(kind));
}

int band_of(double lightness) {
  constexpr int kLightestBand = 9;  // white is in it too
  return std::min(kLightestBand, static_cast<int>(std::floor(lightness / 10.0)));
}

std::string band_name(int band) {
  return band == kUnknownBand ? "unknown" : std::to_string(10 * band) + "-" + std::to_string(10 * (band + 1));
}

SkinFindings find_in(const SkinCounts& counts) { return Finder(counts).find(); }

const std::vector<std::string>& skin_statement() {
  static const std::vector<std::string> sentences = {
      "Variants of levels that work on skin change the apparent tone of the pixels of skin and nothing else; they ask "
      "whether a model's answer changes with that.",
      "They test sensitivity to tone. They stand for no group of people, since tone is not what makes a group, and "
      "they "
      "add nothing to the coverage of groups or subjects: who is missing there can only be photographed.",
      "One axis of tone is not diversity of people.",
      "Tones are those of pixels, which hang on light, camera and processing too: they are not what an instrument "
      "would "
      "measure on the skin itself, and say nothing of who somebody is."};
  return sentences;
}

}  // namespace fairground
