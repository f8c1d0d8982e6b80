#include "pipeline/publish/data_card.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "pipeline/core/text.h"
#include "pipeline/output/run_names.h"
#include "pipeline/publish/markdown.h"
#include "pipeline/publish/records.h"
#include "pipeline/publish/report_coverage.h"
#include "pipeline/publish/set_sentences.h"

namespace fairground {
namespace {

using nlohmann::ordered_json;

// What can be read at one go; the rest is in files for machines, and the card says in which.
constexpr std::size_t kMostGroups = 50;
constexpr std::size_t kMostLevels = 100;
constexpr std::size_t kMostLicences = 20;
constexpr std::size_t kMostReasons = 20;
constexpr std::size_t kMostFiles = 20;

constexpr const char* kNotStated = "not stated";

std::string stated(const std::string& text) { return text.empty() ? kNotStated : markdown_text(text); }

std::string number(std::size_t value) { return std::to_string(value); }

std::string bullets(const std::vector<std::string>& sentences) {
  std::string text;
  for (const std::string& sentence : sentences) {
    text += "- " + markdown_text(sentence) + '\n';
  }
  return text;
}

std::size_t count_in(const ordered_json& json, const char* name) {
  return json.contains(name) && json.at(name).is_number() ? json.at(name).get<std::size_t>() : 0;
}

/// All that the sections tell of.
struct Contents {
  const SetFacts& set;
  const ordered_json& run;
  SetCounts counts;
  std::vector<ReportCoverage> coverage;           ///< in the order of SetFacts::media
  std::vector<std::vector<std::string>> numbers;  ///< likewise: the columns of numbers
};

/// A title for one medium, where there are two.
std::string title_in(const Contents& contents, const MediaFacts& facts) {
  if (contents.set.media.size() < 2) {
    return {};
  }
  return std::string("### ") + title_of(facts.media) + "\n\n";
}

std::string purpose(const SetFacts& set) {
  const Card& card = set.card;
  std::string text = "## What it is for\n\n";
  text += "- What it is: " + stated(card.description) + '\n';
  text += "- Purpose: " + stated(card.purpose) + '\n';
  text += "- Not to be used for: " + stated(card.limits) + '\n';
  text += "- Version: " + stated(card.version) + '\n';
  text += "- Published: " + stated(set.date) + '\n';
  text += "- Creator: " + stated(card.creator) + '\n';
  text += "- Contact: " + (card.contact.empty() ? kNotStated : markdown_link(card.contact)) + '\n';
  text += "- Where it is published: " + (card.url.empty() ? kNotStated : markdown_link(card.url)) + '\n';
  return text;
}

std::string what_is_in_it(const Contents& contents) {
  std::string text = "## What is in it\n\n";
  MarkdownTable table({"", "sources", "subjects", "files", "clean references", "synthesised", "controls", "format"},
                      {false, true, true, true, true, true, true, false}, kMostFiles);
  for (std::size_t i = 0; i < contents.set.media.size(); ++i) {
    const MediaFacts& facts = contents.set.media[i];
    const MediaCounts& counts = contents.counts.media[i];
    table.add({std::string(noun_of(facts.media)) + "s", number(counts.sources),
               facts.subjects_known ? number(counts.subjects) : "unknown", number(counts.files),
               number(counts.observed), number(counts.synthesised), number(counts.identity + counts.repeat),
               markdown_text(text_field(facts.json.at("output"), "format"))});
  }
  text += table.text("they are in `set.json`");
  text += "\nOf sources and subjects those are counted of which something is in the set";
  for (const MediaFacts& facts : contents.set.media) {
    const std::string people = facts.subjects ? " of " + counted(*facts.subjects, "known subject") : std::string();
    text += (&facts == &contents.set.media.front() ? "; the manifests have " : ", and ") +
            counted(facts.sources, noun_of(facts.media)) + people;
  }
  text +=
      ". A clean reference is a source that was read, prepared, and written; each synthesised file is one source under "
      "one condition. Controls are variants that change nothing (identity) or repeat another variant, and show how "
      "often an answer changes without cause. How sources were prepared:\n\n";
  for (const MediaFacts& facts : contents.set.media) {
    std::vector<std::string> sentences = preparation_in_words(facts);
    if (sentences.size() > kMostFiles) {
      const std::size_t more = sentences.size() - kMostFiles;
      sentences.resize(kMostFiles);
      sentences.push_back("How those of " + counted(more, "more manifest") + " were prepared is in set.json.");
    }
    text += bullets(sentences);
  }
  return text;
}

std::string people(const Contents& contents) {
  std::string text =
      "## People and groups\n\n" + markdown_text(labels_in_words()) +
      " What was observed and what was synthesised are counted apart: synthesised files add no person.\n";
  for (std::size_t i = 0; i < contents.set.media.size(); ++i) {
    const MediaFacts& facts = contents.set.media[i];
    std::vector<std::string> header;
    std::vector<bool> right;
    for (const std::string& column : facts.groups) {
      header.push_back(markdown_text(column));
      right.push_back(false);
    }
    if (facts.groups.empty()) {
      header.emplace_back("group");
      right.push_back(false);
    }
    for (const char* const column :
         {"sources", "known subjects", "sources that take part", "observed files", "synthesised files", "controls"}) {
      header.emplace_back(column);
      right.push_back(true);
    }
    MarkdownTable table(header, right, kMostGroups);
    for (const ReportGroup& group : contents.coverage[i].groups) {
      std::vector<std::string> cells;
      for (const std::string& label : group.labels) {
        cells.push_back(markdown_text(label));
      }
      if (cells.empty()) {
        cells.emplace_back("all");
      }
      const GroupCounts* const counts = contents.counts.media[i].of(group.labels);
      const GroupCounts none;
      const GroupCounts& of_group = counts == nullptr ? none : *counts;
      cells.insert(cells.end(),
                   {number(group.observed.sources),
                    facts.subjects_known ? number(group.observed.subjects.value_or(0)) : std::string("unknown"),
                    number(group.taking_part.sources), number(of_group.observed), number(of_group.synthesised),
                    number(of_group.controls)});
      table.add(cells);
    }
    text += '\n' + title_in(contents, facts) + table.text("all are in `coverage.json`");
  }
  return text;
}

void add_licences(const Contents& contents, std::string& text) {
  for (std::size_t i = 0; i < contents.set.media.size(); ++i) {
    const MediaFacts& facts = contents.set.media[i];
    const MediaCounts& counts = contents.counts.media[i];
    text += '\n' + title_in(contents, facts);
    if (counts.licence_column.empty()) {
      text += "Licences of the sources: not stated; the config names no column `licence`.\n";
      continue;
    }
    text += "Licences of the sources, from the column " + markdown_code(counts.licence_column) +
            ". A variant carries that of its source.\n\n";
    MarkdownTable table({"licence", "sources", "files"}, {false, true, true}, kMostLicences);
    for (const LicenceCount& licence : counts.licences) {
      table.add({stated(licence.licence), number(licence.sources), number(licence.files)});
    }
    text += table.text("the records have them all");
  }
}

std::string sources(const Contents& contents) {
  const SetFacts& set = contents.set;
  std::string text = "## Sources and licences\n\n- The set as a whole: " + stated(set.card.licence) + '\n';
  MarkdownTable files({"read", "SHA-256"}, {false, false}, kMostFiles);
  if (contents.run.contains("manifests")) {
    for (const auto& [path, sha256] : contents.run.at("manifests").items()) {
      files.add({"manifest " + markdown_code_in_cell(manifest_in_words(path)),
                 markdown_code_in_cell(sha256.get<std::string>())});
    }
  }
  if (contents.run.contains("face_model")) {
    const ordered_json& models = contents.run.at("face_model");
    for (const ordered_json& sha256 : models.is_array() || models.is_object() ? models : ordered_json({models})) {
      files.add({"model that finds faces",
                 markdown_code_in_cell(sha256.is_string() ? sha256.get<std::string>() : sha256.dump())});
    }
  }
  text += '\n' + files.text("they are in `run.json`");
  add_licences(contents, text);
  text += "\nWhat levels draw from:\n\n";
  if (set.assets.empty()) {
    text += "Nothing: no level draws from other recordings or measurements.\n";
  } else {
    MarkdownTable assets({"asset", "what", "files", "licence"}, {false, false, true, false}, kMostFiles);
    for (const AssetFacts& asset : set.assets) {
      assets.add({markdown_text(asset.name), asset.talkers ? "people who speak behind the speaker" : "files",
                  number(asset.files), stated(asset.licence)});
    }
    text += assets.text("they are in `set.json`");
  }
  text += "\nWhether these licences allow a use together is for whoever uses the set to find out.\n";
  return text;
}

std::string changes(const Contents& contents) {
  std::string text = "## What was changed\n";
  for (std::size_t i = 0; i < contents.set.media.size(); ++i) {
    const MediaFacts& facts = contents.set.media[i];
    text += '\n' + title_in(contents, facts) + bullets(design_in_words(facts, contents.coverage[i]));
    MarkdownTable table({"axis", "level", "what is done"}, {false, false, false}, kMostLevels);
    for (const AxisFacts& axis : facts.axes) {
      for (const LevelFacts& level : axis.levels) {
        table.add({markdown_text(axis.name), markdown_text(level.name), markdown_text(level_in_words(level))});
      }
    }
    text += '\n' + table.text("all are in `set.json`");
  }
  text += "\nWhat was drawn for each file stands in its record, under `augmentations`.\n";
  return text;
}

std::string measures(const Contents& contents) {
  std::string text =
      "## How it was measured\n\nEach file was measured after it was made, on samples or pixels as they "
      "will decode. Records have what was asked for and what was measured.\n";
  for (std::size_t i = 0; i < contents.set.media.size(); ++i) {
    text += '\n' + title_in(contents, contents.set.media[i]) +
            bullets(measures_in_words(contents.set.media[i], contents.numbers[i]));
  }
  return text;
}

std::string limits(const std::vector<std::string>& cannot_show) {
  return "## What it cannot show\n\n" + bullets(cannot_show);
}

void add_losses_of_groups(const Contents& contents, std::string& text) {
  for (std::size_t i = 0; i < contents.set.media.size(); ++i) {
    const MediaFacts& facts = contents.set.media[i];
    const std::vector<GroupCounts>& groups = contents.counts.media[i].groups;
    const auto is_whole = [](const GroupCounts& group) { return group.lost.all() == 0; };
    if (std::ranges::all_of(groups, is_whole)) {
      continue;
    }
    MarkdownTable table({"group", "in the set", "rejected", "failed", "lost"}, {false, true, true, true, true},
                        kMostGroups);
    for (const GroupCounts& group : groups) {
      const std::size_t lost = group.lost.all();
      const double share = 100.0 * static_cast<double>(lost) / static_cast<double>(group.files() + lost);
      table.add({markdown_text(group_in_words(group.labels)), number(group.files()), number(group.lost.rejected),
                 number(group.lost.failed), lost == 0 ? "none" : shortest(std::round(share * 10.0) / 10.0) + " %"});
    }
    text += '\n' + title_in(contents, facts) + table.text("all can be counted from `failures.jsonl`");
  }
}

std::string losses(const Contents& contents) {
  const ordered_json none = ordered_json::object();
  const ordered_json& planned = contents.run.contains("counts") ? contents.run.at("counts") : none;
  std::string text = "## What was lost\n\nOf " + counted(count_in(planned, "planned"), "planned variant") + ", " +
                     number(count_in(planned, "written")) + " were written, " + number(count_in(planned, "rejected")) +
                     " rejected by a gate, and " + number(count_in(planned, "failed")) + " failed.";
  // The most frequent reason of each gate or stage is its example.
  std::map<std::pair<std::string, std::string>, LossReason> by_stage;
  for (const MediaCounts& counts : contents.counts.media) {
    for (const LossReason& reason : counts.losses.reasons) {
      const std::string& where = reason.gate.empty() ? reason.stage : reason.gate;
      const auto [at, is_new] = by_stage.try_emplace({reason.kind, where}, reason);
      at->second.count += is_new ? 0 : reason.count;
    }
  }
  if (by_stage.empty()) {
    return text + '\n';
  }
  text += " Losses that differ between groups are a bias of their own.\n\n";
  MarkdownTable table({"what", "gate or stage", "variants", "for example"}, {false, false, true, false}, kMostReasons);
  std::vector<std::pair<std::string, LossReason>> sorted;
  sorted.reserve(by_stage.size());
  for (const auto& [key, reason] : by_stage) {
    sorted.emplace_back(key.second, reason);
  }
  std::ranges::stable_sort(sorted, std::greater(), [](const auto& it) { return it.second.count; });
  for (const auto& [where, reason] : sorted) {
    table.add({markdown_text(reason.kind), stated(where), number(reason.count), markdown_text(shortened(reason.text))});
  }
  text += table.text("all are in `failures.jsonl`");
  add_losses_of_groups(contents, text);
  return text;
}

const char* export_in_words(ExportFormat format) { return info_of(format).summary; }

std::string loading(const Contents& contents) {
  std::string text =
      "## How to load it\n\nEach line of a `metadata.jsonl` is one file with all its labels. With Hugging "
      "Face's `datasets`, where `DIR` is this folder:\n\n";
  std::string code = "from datasets import load_dataset\n\n";
  for (const MediaFacts& facts : contents.set.media) {
    const std::string medium = to_string(facts.media);
    const std::string name = std::string(noun_of(facts.media)) + "s";
    code.append(name).append(" = load_dataset(\"DIR/").append(medium).append("\", split=\"test\")\n");
    code.append(name).append(" = ").append(name);
    code += ".filter(lambda r: r[\"control\"] == \"none\")  # without controls\n";
  }
  text += markdown_block(code, "python");
  if (std::ranges::any_of(contents.set.media, &MediaFacts::include_clean)) {
    text += "\nThe column `clean` is the clean reference of each file.\n";
  }
  if (!contents.set.exports.empty()) {
    text += "\nThere are also:\n\n";
    for (const ExportFormat format : contents.set.exports) {
      text += "- " + markdown_code(std::string(kExports) + '/' + info_of(format).name + '/') + ": " +
              export_in_words(format) + '\n';
    }
  }
  text += "\n`fairground export DIR --to NAME` writes other formats.\n";
  return text;
}

std::string citing(const SetFacts& set) {
  std::string text = "## How to cite it\n\n";
  return text + (set.card.citation.empty() ? "Not stated.\n" : markdown_block(set.card.citation));
}

std::string reproducing(const Contents& contents) {
  const ordered_json& run = contents.run;
  std::string text =
      "## How to make it again\n\n" + markdown_block("fairground run CONFIG\nfairground verify DIR", "sh");
  text +=
      "\nThe same config, sources and version give the same bytes. A copy of the config is `config.yaml`; paths in it "
      "are relative to where it lay.\n\n";
  MarkdownTable table({"", ""}, {false, false}, kMostFiles);
  table.add({"fairground", markdown_code_in_cell(contents.set.tool_version)});
  table.add({"seed", markdown_code_in_cell(std::to_string(contents.set.seed))});
  table.add({"SHA-256 of the config", markdown_code_in_cell(text_field(run, "config_sha256"))});
  table.add({"SHA-256 of the plan", markdown_code_in_cell(text_field(run, "plan_sha256"))});
  if (run.contains("extends")) {
    table.add({"extends the run of the plan", markdown_code_in_cell(text_field(run.at("extends"), "plan_sha256"))});
  }
  if (run.contains("files")) {
    for (const auto& [name, sha256] : run.at("files").items()) {
      table.add({"SHA-256 of " + markdown_code_in_cell(name), markdown_code_in_cell(sha256.get<std::string>())});
    }
  }
  return text + table.text("all are in `run.json`");
}

}  // namespace

std::string data_card(const OutputTree& tree, const SetFacts& set, const ordered_json& run,
                      const std::vector<std::string>& cannot_show, SetCounts counts) {
  Contents contents{set, run, std::move(counts), {}, {}};
  for (const MediaFacts& facts : set.media) {
    contents.coverage.push_back(read_coverage(tree, facts));
    contents.numbers.push_back(Records(tree, facts).numbers());
  }
  std::string text = "# " + markdown_text(set.name) + "\n\nThis card was written by fairground " +
                     markdown_text(set.tool_version) +
                     " from the files beside it. What nobody told it stands here as \"not stated\".\n";
  for (const std::string& section : {purpose(set), what_is_in_it(contents), people(contents), sources(contents),
                                     changes(contents), measures(contents), limits(cannot_show), losses(contents),
                                     loading(contents), citing(set), reproducing(contents)}) {
    text += '\n' + section;
  }
  return text;
}

}  // namespace fairground
