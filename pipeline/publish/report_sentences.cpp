#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <set>

#include "pipeline/core/text.h"
#include "pipeline/design/group_names.h"
#include "pipeline/publish/report_parts.h"
#include "pipeline/publish/report_words.h"

namespace fairground {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kMostSentences = 40;
constexpr std::size_t kMostConfounds = 3;

/// "a, b and c".
std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == words.size() ? " and " : ", ") + words[i];
  }
  return text;
}

std::string short_number(double number) {
  char text[32];
  std::snprintf(text, sizeof text, std::abs(number) < 100.0 ? "%.2g" : "%.0f", number);
  return text;
}

/// A sentence that begins with a capital and ends with a full stop.
std::string as_sentence(std::string text) {
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z') {
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  }
  if (!text.empty() && std::string_view(".!?").find(text.back()) == std::string_view::npos) {
    text += '.';
  }
  return text;
}

struct Totals {
  std::size_t sources = 0;
  std::size_t written = 0;
  std::size_t without_subject = 0;
  std::size_t unlabelled = 0;         ///< sources
  std::size_t unlabelled_groups = 0;  ///< of which the set has sources
  std::size_t groups = 0;             ///< likewise
};

Totals totals_of(const ReportFindings& media) {
  Totals totals;
  for (std::size_t g = 0; g < media.coverage.groups.size(); ++g) {
    const ReportStatistics::Group& group = media.statistics.groups[g];
    const bool is_unlabelled = media.coverage.groups[g].is_unlabelled;
    totals.sources += group.sources;
    totals.written += group.written;
    totals.without_subject += group.sources_without_subject;
    totals.unlabelled += is_unlabelled ? group.sources : 0;
    totals.groups += group.sources > 0 ? 1 : 0;
    totals.unlabelled_groups += group.sources > 0 && is_unlabelled ? 1 : 0;
  }
  return totals;
}

/// What one medium cannot show, by how much it matters.
class MediumLimits {
 public:
  MediumLimits(const ReportFindings& media, bool extends)
      : media_(media), extends_(extends), noun_(noun_of(media.facts.media)), totals_(totals_of(media)) {}

  std::vector<std::string> sentences() {
    add_comparability();
    add_confounds();
    add_tone();
    add_power();
    add_collect();
    add_synthesis();
    add_losses();
    add_labels();
    add_subjects();
    add_absent();
    add_design();
    add_controls();
    if (is_comparable()) {
      add_notes();
    }
    return std::move(sentences_);
  }

 private:
  void add(const std::string& sentence) { sentences_.push_back(as_sentence(sentence)); }

  [[nodiscard]] const ordered_json& design() const { return media_.facts.json.at("design"); }

  [[nodiscard]] bool is_comparable() const { return design().at("comparable_across_groups").get<bool>(); }

  void add_notes() {
    for (const ordered_json& note : media_.facts.json.at("notes")) {
      add(note.get<std::string>());
    }
  }

  void add_comparability() {
    if (!is_comparable()) {
      add_notes();  // the first of which says so
    } else if (media_.facts.json.at("settings").at("pairing") == "independent") {
      add("every source has draws of its own (`pairing: independent`), so that a difference between two groups may be "
          "one between their draws");
    }
    if (!media_.facts.include_clean) {
      add("there is no clean reference, so the set shows how groups fare in a condition and not what the condition "
          "does to them");
    }
  }

  void add_confounds() {
    const ReportBalance clean = balance_of_clean(media_.statistics, media_.facts.media);
    // Of many comparisons one in twenty is beyond chance by chance.
    const double by_chance = 0.05 * static_cast<double>(clean.compared);
    if (static_cast<double>(clean.beyond_chance) <= by_chance + 2.0 * std::sqrt(by_chance)) {
      return;
    }
    const std::vector<ReportQuantity>& quantities = report_quantities(media_.facts.media);
    std::vector<std::string> examples;
    for (std::size_t i = 0; i < std::min(kMostConfounds, clean.beyond_chance); ++i) {
      const GroupDifference& it = clean.differences[i];
      const std::string other = it.second == kAllOthers ? "all others" : media_.coverage.groups[it.second].name;
      examples.push_back(quantities[it.quantity].name + " in " + media_.coverage.groups[it.first].name + " and " +
                         other + " by " + short_number(it.value) + " standard deviations");
    }
    add("groups differ before anything is made of them: of " + counted(clean.compared, "comparison") +
        " between their clean references, " + std::to_string(clean.beyond_chance) +
        (clean.beyond_chance == 1 ? " is" : " are") + " beyond chance (some " + short_number(by_chance) +
        " would be if groups were alike), such as the " + listed(examples) +
        "; what a service does with these is not told from what it does with the groups");
  }

  void add_power() {
    const ordered_json& power = media_.json.at("power");
    if (!is_comparable()) {
      return;  // There is no difference between groups to be found, and add_comparability() has said so.
    }
    if (!power.at("not_told").is_null()) {
      add("how large a difference between groups would be found is not known: " +
          power.at("not_told").get<std::string>());
      return;
    }
    const auto small = power.at("n_too_small").get<std::size_t>();
    const auto told = power.at("pairs_told").get<std::size_t>();
    if (small > 0) {
      add("in " + share_text(small, told) + " pairs of groups the people are too few to find any difference");
    }
  }

  void add_collect() {
    std::vector<std::string> names;
    for (const ReportGroup& group : media_.coverage.groups) {
      if (group.sources_to_collect + group.subjects_to_collect > 0) {
        std::string what = group.sources_to_collect > 0 ? counted(group.sources_to_collect, "more " + noun_) : "";
        if (group.subjects_to_collect > 0) {
          what += (what.empty() ? "" : " and ") + std::to_string(group.subjects_to_collect) +
                  (group.subjects_to_collect == 1 ? " more person" : " more people");
        }
        names.push_back(group.name + " (" + what + ")");
      }
    }
    if (!names.empty()) {
      add("of " + counted(names.size(), "group") +
          " some condition has less than the config asks for, or nothing, and " +
          "no variant adds a person; collect: " + short_listing(names));
    }
  }

  void add_losses() {
    for (const ordered_json& warning : media_.json.at("losses").at("warnings")) {
      add(warning.get<std::string>());
    }
  }

  void add_labels() {
    if (totals_.unlabelled_groups > 0) {
      add("a label is missing of " + share_text(totals_.unlabelled, totals_.sources) + " " + noun_ + "s, in " +
          std::to_string(totals_.unlabelled_groups) + " of " + std::to_string(totals_.groups) +
          " groups; these groups are nobody in particular, and comparing them shows nothing about people");
    }
  }

  void add_subjects() {
    if (!media_.facts.subjects_known) {
      add("nobody knows how many people the " + noun_ + "s are of, so that one person may stand for a group");
    } else if (totals_.without_subject > 0) {
      add("of " + share_text(totals_.without_subject, totals_.sources) + " " + noun_ +
          "s the person is unknown; how many people they are nobody knows");
    }
    std::vector<std::string> alone;
    std::vector<std::size_t> people(media_.coverage.groups.size());
    for (const ReportStatistics::Subject& subject : media_.statistics.subjects) {
      ++people[subject.group];
    }
    for (std::size_t g = 0; g < people.size(); ++g) {
      if (people[g] == 1 && media_.statistics.groups[g].sources_without_subject == 0) {
        alone.push_back(media_.coverage.groups[g].name);
      }
    }
    if (!alone.empty()) {
      add(alone.size() == 1 ? "group " + alone.front() +
                                  " is one person, and what is found of it may be found of that "
                                  "person alone"
                            : std::to_string(alone.size()) +
                                  " groups are one person each, and what is found of one may be found of that person "
                                  "alone: " +
                                  short_listing(alone));
    }
  }

  void add_absent() {
    const ordered_json& absent = media_.json.at("gaps").at("absent");
    const auto total = absent.at("total").get<std::size_t>();
    if (total > 0) {
      std::vector<std::string> first;
      for (const ordered_json& name : absent.at("first")) {
        first.push_back(name.get<std::string>());
      }
      add(counted(total, "combination") + " of labels that occur " + (total == 1 ? "is" : "are") + " in no " + noun_ +
          (first.empty() ? std::string()
                         : ", such as " + listed({first.begin(),
                                                  first.begin() + std::min<std::ptrdiff_t>(3, std::ssize(first))})));
    }
  }

  /// The account's own section has more sentences; this one must not be missed.
  void add_tone() {
    const ordered_json& skin = media_.json.at("skin");
    if (skin.is_null()) {
      return;
    }
    add("variants of apparent skin tone are nobody: they test how sensitive a service is to tone, and stand for no "
        "group "
        "of people");
    for (const ordered_json& warning : skin.at("warnings")) {
      add(warning.get<std::string>());
    }
  }

  void add_design() {
    const ordered_json& combinations = design().at("combinations");
    const auto left = combinations.at("left_by_budget").get<std::size_t>();
    if (left > 0 && extends_) {
      add("of " + counted(combinations.at("demanded").get<std::size_t>(), "combination") + " of levels " +
          std::to_string(left) + (left == 1 ? " is" : " are") +
          " not in this folder: the set that it extends has them, "
          "or a budget left them out");
    } else if (left > 0) {
      add("the budget left out " + share_text(left, combinations.at("demanded").get<std::size_t>()) +
          " combinations of levels, in which nothing is seen");
    }
    if (const auto excluded = combinations.at("excluded").get<std::size_t>(); excluded > 0) {
      add(counted(excluded, "combination") + " of levels " + (excluded == 1 ? "is" : "are") +
          " ruled out by the config (`except`)");
    }
    if (design().at("ways").is_number() && media_.facts.axes.size() > 1 &&
        design().at("ways").get<std::size_t>() < media_.facts.axes.size()) {
      add("combinations of more than " + std::to_string(design().at("ways").get<std::size_t>()) +
          " axes are not all there: what only they would show is not seen");
    }
  }

  void add_synthesis() {
    if (media_.statistics.synthetic > 0) {
      add(counted(media_.statistics.synthetic, noun_) + " of " + std::to_string(totals_.written) +
          " are synthesised: they show what a service does with these models of noise, devices or light, and not what "
          "it does in the places that these stand for; they add no people, so that uncertainty is to be reckoned over "
          "people, or else over sources, and never over files");
    }
  }

  void add_controls() {
    if (media_.statistics.identity + media_.statistics.repeats == 0) {
      add("there are no controls, so the set does not show how often an answer changes without cause");
    }
  }

  const ReportFindings& media_;
  bool extends_;
  std::string noun_;
  Totals totals_;
  std::vector<std::string> sentences_;
};

void add_medium(const ReportFindings& it, std::vector<std::string>& sentences) {
  const ReportStatistics& statistics = it.statistics;
  const Totals totals = totals_of(it);
  const std::string noun = noun_of(it.facts.media);
  std::vector<std::string> parts;
  if (statistics.clean_references > 0) {
    parts.push_back(counted(statistics.clean_references, "clean reference"));
  }
  const std::size_t conditions = it.coverage.conditions.size() - (it.coverage.clean ? 1 : 0);
  parts.push_back(counted(statistics.synthetic, "variant") + " in " + counted(conditions, "condition"));
  if (statistics.identity + statistics.repeats > 0) {
    parts.push_back(counted(statistics.identity + statistics.repeats, "control"));
  }
  sentences.push_back(counted(totals.written, noun) + ", made of " + std::to_string(totals.sources) + ": " +
                      listed(parts) + ".");
  std::string text;
  if (!it.facts.groups.empty() && totals.groups > 0) {
    text = "They are of " + counted(totals.groups, "group") + " by " + listed(it.facts.groups);
  }
  if (it.facts.subjects_known) {
    const std::size_t people = it.facts.subjects.value_or(0);
    text += (text.empty() ? "They are of " : ", and of ") + std::to_string(people) +
            (people == 1 ? " person" : " people") + " known by name";
    if (totals.without_subject > 0) {
      text += "; of " + counted(totals.without_subject, noun) + " the person is unknown";
    }
  }
  if (!text.empty()) {
    sentences.push_back(text + ".");
  }
  const ordered_json& design = it.facts.json.at("design");
  if (statistics.synthetic > 0 && design.at("comparable_across_groups").get<bool>() &&
      it.facts.json.at("settings").at("pairing") == "matched") {
    const auto realizations = it.facts.json.at("settings").at("realizations").get<std::size_t>();
    const bool is_missed = std::ranges::any_of(
        it.coverage.groups, [](const ReportGroup& group) { return !group.realizations_missing.empty(); });
    const std::string sentence =
        "Every group meets the same conditions, and draws of what is random that are the same "
        "for all, of which there " +
        std::string(realizations == 1 ? "is " : "are ") + std::to_string(realizations) +
        (is_missed ? "; some groups have too few sources to meet each." : ".");
    if (std::ranges::find(sentences, sentence) == sentences.end()) {
      sentences.push_back(sentence);
    }
  }
}

}  // namespace

bool extends_another(const ordered_json& run) { return run.contains("extends"); }

std::vector<std::string> summary_of(const ordered_json& run, const std::vector<ReportFindings>& media) {
  std::vector<std::string> sentences;
  for (const ReportFindings& it : media) {
    add_medium(it, sentences);
  }
  const ordered_json& counts = run.at("counts");
  const auto planned = counts.at("planned").get<std::size_t>();
  const auto written = counts.at("written").get<std::size_t>();
  sentences.push_back(planned == written
                          ? "All " + std::to_string(planned) + " files that were planned are there."
                          : std::to_string(written) + " of " + std::to_string(planned) +
                                " files that were planned are there; " +
                                std::to_string(counts.at("rejected").get<std::size_t>()) + " were rejected, and " +
                                std::to_string(counts.at("failed").get<std::size_t>()) + " failed.");
  sentences.push_back("Labels of people are those of the manifest; none was guessed.");
  return sentences;
}

std::vector<std::string> cannot_show(const ordered_json& run, const SetFacts& set,
                                     const std::vector<ReportFindings>& media) {
  std::vector<std::string> sentences;
  std::set<std::string> known;
  const auto add = [&](const std::string& sentence) {
    if (known.insert(sentence).second) {
      sentences.push_back(sentence);
    }
  };
  if (!set.card.limits.empty()) {
    add("Whoever made the set says: " + set.card.limits);
  }
  if (extends_another(run)) {
    add("This set extends another one and holds only what that does not have. What is counted here, gaps and losses "
        "among it, is of this folder alone.");
  }
  // What matters most of each medium first, and not all of one before the other.
  std::vector<std::vector<std::string>> of_media;
  std::size_t longest = 0;
  for (const ReportFindings& it : media) {
    of_media.push_back(MediumLimits(it, extends_another(run)).sentences());
    longest = std::max(longest, of_media.back().size());
  }
  for (std::size_t i = 0; i < longest; ++i) {
    for (std::size_t m = 0; m < media.size(); ++m) {
      if (i < of_media[m].size()) {
        const char* const title = media[m].facts.media == Media::audio ? "Recordings: " : "Pictures: ";
        add((media.size() > 1 ? title : "") + of_media[m][i]);
      }
    }
  }
  if (sentences.size() > kMostSentences) {
    const std::size_t more = sentences.size() - kMostSentences;
    sentences.resize(kMostSentences);
    sentences.push_back("And " + counted(more, "more limit") + " of the same kinds.");
  }
  return sentences;
}

}  // namespace fairground
