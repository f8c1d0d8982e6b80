#include <algorithm>
#include <nlohmann/json.hpp>

#include "pipeline/core/text.h"
#include "pipeline/design/group_names.h"
#include "pipeline/publish/report_parts.h"
#include "pipeline/publish/report_words.h"

namespace fairground {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kMostSentences = 15;

std::string column_names(const MediaFacts& facts) {
  std::string text;
  for (std::size_t i = 0; i < facts.groups.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == facts.groups.size() ? " and " : ", ") + facts.groups[i];
  }
  return text;
}

}  // namespace

std::vector<std::string> summary_of(const SetFacts& set, const ordered_json& run,
                                    const std::vector<ReportFindings>& media) {
  std::vector<std::string> sentences;
  for (const ReportFindings& it : media) {
    const ReportStatistics& statistics = it.statistics;
    std::size_t sources = 0;
    std::size_t written = 0;
    for (const ReportStatistics::Group& group : statistics.groups) {
      sources += group.sources;
      written += group.written;
    }
    const std::string noun = noun_of(it.facts.media);
    std::string text = counted(written, noun) + ", made of " + counted(sources, noun) + ": ";
    if (statistics.clean_references > 0) {
      text += counted(statistics.clean_references, "clean reference") + ", ";
    }
    const std::size_t conditions = it.coverage.conditions.size() - (it.coverage.clean ? 1 : 0);
    text += counted(statistics.synthetic, "variant") + " in " + counted(conditions, "condition");
    if (statistics.identity + statistics.repeats > 0) {
      text += ", " + counted(statistics.identity + statistics.repeats, "control");
    }
    sentences.push_back(text + ".");
    if (!it.facts.groups.empty()) {
      text = counted(it.coverage.groups.size(), "group") + " of " + noun + "s by " + column_names(it.facts);
      if (it.facts.subjects_known) {
        std::size_t unknown = 0;
        for (const ReportStatistics::Group& group : statistics.groups) {
          unknown += group.sources_without_subject;
        }
        text += ", of " + counted(it.facts.subjects.value_or(0), "known person") +
                (unknown > 0 ? " and " + counted(unknown, noun) + " of unknown people" : "");
      }
      sentences.push_back(text + ". Labels are those of the manifest; none was guessed.");
    }
  }
  const ordered_json& counts = run.at("counts");
  sentences.push_back("Of " + counted(counts.at("planned").get<std::size_t>(), "planned variant") + ", " +
                      std::to_string(counts.at("written").get<std::size_t>()) + " were written, " +
                      std::to_string(counts.at("rejected").get<std::size_t>()) + " rejected, and " +
                      std::to_string(counts.at("failed").get<std::size_t>()) + " failed.");
  static_cast<void>(set);
  return sentences;
}

std::vector<std::string> cannot_show(const SetFacts& set, const ordered_json& run,
                                     const std::vector<ReportFindings>& media) {
  std::vector<std::string> sentences;
  static_cast<void>(run);
  static_cast<void>(set);
  for (const ReportFindings& it : media) {
    for (const ordered_json& note : it.facts.json.at("notes")) {
      sentences.push_back(note.get<std::string>());
    }
  }
  sentences.resize(std::min(sentences.size(), kMostSentences));
  return sentences;
}

}  // namespace fairground
