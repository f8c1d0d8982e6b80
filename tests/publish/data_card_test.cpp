// The card is read as its readers have it: rendered to HTML by GitHub's own CommonMark, and as plain text.
#include "pipeline/publish/data_card.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <regex>

#include "pipeline/core/error.h"
#include "pipeline/publish/markdown.h"
#include "pipeline/publish/report_data.h"
#include "tests/support/process.h"
#include "tests/support/published_set.h"

namespace fairground {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string card_of(const PublishedSet& set) {
  set.save();
  const OutputTree tree(set.path());
  const SetFacts facts = read_set_facts(tree);
  return data_card(tree, facts, set.run_facts(), {"Nobody | was there.", "It cannot show much."},
                   count_set(tree, facts));
}

std::string rendered(const std::string& markdown) {
  const TemporaryFolder folder;
  write_text(folder / "card.md", markdown);
  const ProcessResult result = run_process(
      {"/usr/bin/cmark-gfm", "--unsafe", "-e", "table", "-e", "strikethrough", "-e", "autolink", folder / "card.md"},
      folder.path());
  EXPECT_EQ(result.status, 0) << result.err;
  return result.out;
}

/// The texts of what stands between these tags.
std::vector<std::string> texts_of(const std::string& html, const std::string& tag) {
  std::vector<std::string> found;
  const std::regex pattern("<" + tag + "(?: [^>]*)?>([\\s\\S]*?)</" + tag + ">");
  for (auto it = std::sregex_iterator(html.begin(), html.end(), pattern); it != std::sregex_iterator(); ++it) {
    found.push_back((*it)[1]);
  }
  return found;
}

/// A section of a card, from its title to the next one.
std::string section(const std::string& card, const std::string& title) {
  const std::size_t begin = card.find("\n## " + title + "\n");
  EXPECT_NE(begin, std::string::npos) << title;
  return card.substr(begin, card.find("\n## ", begin + 1) - begin);
}

TEST(DataCard, HasItsSectionsInOrder) {
  EXPECT_THAT(texts_of(rendered(card_of(PublishedSet())), "h2"),
              ElementsAre("What it is for", "What is in it", "People and groups", "Sources and licences",
                          "What was changed", "How it was measured", "What it cannot show", "What was lost",
                          "How to load it", "How to cite it", "How to make it again"));
}

TEST(DataCard, CountsWhatIsInTheSet) {
  const std::string card = card_of(PublishedSet());
  // Four sources in four conditions, and two controls; two pictures in two conditions and one control.
  EXPECT_THAT(section(card, "What is in it"), AllOf(HasSubstr("| recordings | 4 | 2 | 18 | 4 | 12 | 2 | flac |\n"),
                                                    HasSubstr("| pictures | 2 | 2 | 5 | 2 | 2 | 1 | png |\n")));
  EXPECT_THAT(section(card, "People and groups"), AllOf(HasSubstr("| irish | f | 2 | 1 | 2 | 2 | 6 | 2 |\n"),
                                                        HasSubstr("| scots | unknown | 1 | 0 | 1 | 1 | 3 | 0 |\n"),
                                                        HasSubstr("| street | 1 | 1 | 1 | 1 |")));
}

TEST(DataCard, CountsLicences) {
  PublishedSet set;
  for (PublishedSet::Json& record : set.audio) {
    if (record.at("source_id") == "s3") {
      record["licence"] = "";
    }
  }
  EXPECT_THAT(section(card_of(set), "Sources and licences"),
              AllOf(HasSubstr("| CC-BY-4.0 | 3 | 14 |\n| not stated | 1 | 4 |\n"), HasSubstr("| CC0-1.0 | 2 | 5 |\n"),
                    HasSubstr("| site | files | 2 | CC0-1.0 |"), HasSubstr("manifest `photos.csv`")));
}

TEST(DataCard, SaysOfLicencesThatNobodyNamedThatTheyAreNotStated) {
  PublishedSet set;
  set.set["media"].erase("image");
  set.set["media"]["audio"]["columns"]["licence"] = nullptr;
  set.set["media"]["audio"]["columns"]["kept"] = {"text"};
  EXPECT_THAT(section(card_of(set), "Sources and licences"),
              HasSubstr("Licences of the sources: not stated; the config names no column `licence`."));
}

TEST(DataCard, TellsOfChangesInWords) {
  EXPECT_THAT(section(card_of(PublishedSet()), "What was changed"),
              AllOf(HasSubstr("| noise | none | nothing is changed |"),
                    HasSubstr("| noise | pink | noise.coloured (version 1): snr_db 10, colour pink |")));
  PublishedSet drawn;
  drawn.set["media"]["audio"]["axes"][0]["levels"][1]["steps"][0]["parameters"]["snr_db"] = {5.0, 20.5};
  EXPECT_THAT(section(card_of(drawn), "What was changed"), HasSubstr("snr_db drawn from 5 to 20.5, colour pink"));
}

TEST(DataCard, SaysALevelInTheSameWordsAsTheReport) {
  PublishedSet set;
  set.set["media"]["audio"]["axes"][0]["levels"][1]["steps"][0]["parameters"]["snr_db"] = {5.0, 20.5};
  const std::string changes = section(card_of(set), "What was changed");
  const OutputTree tree(set.path());
  const nlohmann::ordered_json data = report_data(tree, read_set_facts(tree), set.run_facts());
  std::size_t levels = 0;
  for (const auto& medium : data.at("media")) {
    for (const auto& axis : medium.at("axes")) {
      for (const auto& level : axis.at("levels")) {
        ++levels;
        EXPECT_THAT(changes, HasSubstr("| " + level.at("name").get<std::string>() + " | " +
                                       markdown_text(level.at("says").get<std::string>()) + " |"));
      }
    }
  }
  EXPECT_GE(levels, 4U);
}

// The report reads all records anyway, and counts while it does.
TEST(DataCard, SaysTheSameOfWhatTheReportHasCounted) {
  PublishedSet set;
  const std::string card = card_of(set);
  const OutputTree tree(set.path());
  const SetFacts facts = read_set_facts(tree);
  SetCounts counts;
  const nlohmann::ordered_json data = report_data(tree, facts, set.run_facts(), &counts);
  EXPECT_FALSE(data.empty());
  ASSERT_EQ(counts.media.size(), facts.media.size());
  EXPECT_GT(counts.media.front().files, 0U);
  EXPECT_EQ(data_card(tree, facts, set.run_facts(), {"Nobody | was there.", "It cannot show much."}, counts), card);
}

// ---- How many conditions there are, and what they hold

struct Combinations {
  int conditions;
  int full_factorial;
  int demanded;
  int held;
  int excluded;
  int left_by_budget;
};

std::string changes_of(const nlohmann::ordered_json& ways, const Combinations& counts) {
  PublishedSet set;
  set.set["media"].erase("image");
  PublishedSet::Json& audio = set.set["media"]["audio"];
  audio["conditions"] = counts.conditions;
  audio["design"]["ways"] = ways;
  audio["design"]["full_factorial"] = counts.full_factorial;
  audio["design"]["combinations"] = {{"demanded", counts.demanded},
                                     {"held", counts.held},
                                     {"observed", 0},
                                     {"excluded", counts.excluded},
                                     {"left_by_budget", counts.left_by_budget}};
  return section(card_of(set), "What was changed");
}

TEST(DataCard, SaysOfWhichCombinationsThereAreConditions) {
  EXPECT_THAT(changes_of("all", {6, 6, 6, 6, 0, 0}),
              HasSubstr("- There are 6 conditions: every combination of levels, one of each axis.\n"));
  EXPECT_THAT(
      changes_of("all", {3, 6, 6, 3, 0, 3}),
      HasSubstr("- There are 3 conditions: every combination of levels, one of each axis, but for 3 of 6 that the "
                "budget left out.\n"));
  EXPECT_THAT(changes_of("all", {3, 4, 3, 3, 1, 0}),
              HasSubstr("one of each axis, but for 1 that the config rules out (\\`except\\`).\n"));
  EXPECT_THAT(changes_of("all", {4, 6, 5, 2, 1, 2}),
              HasSubstr("but for 2 of 5 that the budget left out and 1 that the config rules out (\\`except\\`) and 1 "
                        "that was recorded often enough.\n"));
  EXPECT_THAT(
      changes_of(2, {4, 18, 21, 12, 0, 9}),
      HasSubstr("- There are 4 conditions: enough to hold every combination of 2 levels of different axes, but for "
                "9 of 21 that the budget left out.\n"));
  EXPECT_THAT(changes_of(2, {9, 18, 21, 21, 0, 0}), HasSubstr("2 levels of different axes.\n"));
}

TEST(DataCard, SaysOfTheCleanReferenceWhetherACombinationIsTheSame) {
  EXPECT_THAT(changes_of("all", {1, 2, 1, 1, 0, 0}),
              HasSubstr("- There is 1 condition: every combination of levels, one of each axis, but for the one that "
                        "changes nothing.\n"));
  EXPECT_THAT(changes_of("all", {7, 6, 6, 6, 0, 0}),
              HasSubstr("- There are 7 conditions: the clean reference, and every combination of levels, one of each "
                        "axis.\n"));
}

// ---- Who meets which draws

/// The card of a set in whose coverage so many groups of recordings miss the second realization.
std::string card_with_missed_draws(const PublishedSet& set, std::size_t groups) {
  set.save();
  nlohmann::ordered_json coverage = nlohmann::ordered_json::parse(read_text(set / "coverage.json"));
  for (std::size_t i = 0; i < groups; ++i) {
    coverage["audio"]["groups"][i]["realizations_missing"] = {1};
  }
  write_text(set / "coverage.json", coverage.dump());
  const OutputTree tree(set.path());
  const SetFacts facts = read_set_facts(tree);
  return section(data_card(tree, facts, set.run_facts(), {}, count_set(tree, facts)), "What was changed");
}

TEST(DataCard, SaysWhetherAllGroupsMeetTheSameDraws) {
  PublishedSet set;
  set.set["media"].erase("image");
  EXPECT_THAT(card_with_missed_draws(set, 0), HasSubstr("in equal shares, so that all groups meet the same draws; a "));
  EXPECT_THAT(
      card_with_missed_draws(set, 1),
      AllOf(HasSubstr("of each group in turn, but 1 of 3 groups has too few usable sources to meet each draw; a "),
            Not(HasSubstr("equal shares"))));
  EXPECT_THAT(card_with_missed_draws(set, 2), HasSubstr("but 2 of 3 groups have too few usable sources"));
  set.set["media"]["audio"]["design"]["fill"] = "missing_only";
  EXPECT_THAT(card_with_missed_draws(set, 0),
              AllOf(HasSubstr("in equal shares; a source"), Not(HasSubstr("same draws"))));
}

TEST(DataCard, SaysHowSourcesWerePrepared) {
  PublishedSet set;
  EXPECT_THAT(section(card_of(set), "What is in it"),
              AllOf(HasSubstr("- Recordings of speech.csv: sample rate 8000 Hz, channels mono, active speech level by "
                              "ITU-T P.56 brought to -26 dBov, written as flac of 16 bits.\n"),
                    HasSubstr("- Pictures are turned upright, brought to linear light, and written as png.\n")));
  for (const char* const name : {"sample_rate_hz", "channels", "active_level_dbov"}) {
    set.set["media"]["audio"]["entries"][0][name] = "keep";
  }
  EXPECT_THAT(section(card_of(set), "What is in it"),
              AllOf(HasSubstr("sample rate as it was, channels as they were, active speech level by ITU-T P.56 as it "
                              "was, written as flac of 16 bits.\n"),
                    Not(HasSubstr("one level"))));
}

TEST(DataCard, TellsOfLossesByReasonAndGroup) {
  PublishedSet set;
  set.failures.push_back({{"variant_id", "x"},
                          {"media", "audio"},
                          {"source_id", "gone"},
                          {"group", {{"accent", "scots"}, {"gender", "unknown"}}},
                          {"kind", "failed"},
                          {"stage", "decode"},
                          {"reason", "gone.wav: is cut off"}});
  EXPECT_THAT(
      section(card_of(set), "What was lost"),
      AllOf(HasSubstr("| rejected | clipped_fraction | 1 | clipped_fraction is 0.02"),
            HasSubstr("| failed | decode | 1 | gone.wav: is cut off |"),
            HasSubstr("| scots / unknown | 4 | 1 | 1 | 33.3 % |"), HasSubstr("| irish / f | 10 | 0 | 0 | none |")));
}

TEST(DataCard, SaysWhatTheSetCannotShow) {
  EXPECT_THAT(texts_of(rendered(section(card_of(PublishedSet()), "What it cannot show")), "li"),
              ElementsAre("Nobody | was there.", "It cannot show much."));
}

TEST(DataCard, SaysNotStatedWhereNobodyToldIt) {
  PublishedSet set;
  for (auto& [key, value] : set.set["card"].items()) {
    value = nullptr;
  }
  set.set["date"] = nullptr;
  const std::string silent = card_of(set);
  const std::string about = section(silent, "What it is for");
  EXPECT_EQ(std::count(about.begin(), about.end(), ':'), 8);
  for (const char* const what : {"What it is", "Purpose", "Not to be used for", "Version", "Published", "Creator",
                                 "Contact", "Where it is published"}) {
    EXPECT_THAT(about, HasSubstr(std::string(what) + ": not stated\n"));
  }
  EXPECT_THAT(section(silent, "How to cite it"), HasSubstr("Not stated."));

  set.set["card"]["purpose"] = "To find errors";
  set.set["card"]["citation"] = "@misc{a, note = {```}}";
  const std::string told = card_of(set);
  EXPECT_THAT(told, HasSubstr("- Purpose: To find errors\n"));
  EXPECT_THAT(texts_of(rendered(section(told, "How to cite it")), "code"), ElementsAre("@misc{a, note = {```}}\n"));
}

TEST(DataCard, TellsHowToMakeItAgainAndNothingOfTheMachine) {
  const PublishedSet set;
  const std::string card = card_of(set);
  EXPECT_THAT(section(card, "How to make it again"),
              AllOf(HasSubstr("fairground run CONFIG\n"), HasSubstr(sha256_hex("a plan")),
                    HasSubstr(set.run_facts().at("config_sha256").get<std::string>()), HasSubstr("| seed | `7` |")));
  EXPECT_THAT(card, Not(HasSubstr("/home/")));
}

TEST(DataCard, NamesTheExportsThatWereAskedFor) {
  PublishedSet set;
  EXPECT_THAT(section(card_of(set), "How to load it"), Not(HasSubstr("exports/")));
  set.set["exports"] = {"webdataset", "coco"};
  EXPECT_THAT(section(card_of(set), "How to load it"),
              AllOf(HasSubstr("- `exports/webdataset/`: "), HasSubstr("- `exports/coco/`: ")));
}

/// Labels that would be mark-up if they could.
const std::vector<std::string>& hostile_labels() {
  static const std::vector<std::string> labels = {"a|b",
                                                  "<script>alert(1)</script>",
                                                  "[here](https://evil.example)",
                                                  "https://evil.example/",
                                                  "www.evil.example",
                                                  "(WWW.evil.example)",
                                                  "http://who@evil.example",
                                                  "who@evil.example",
                                                  "who@.evil.example",
                                                  "a_@b@c+@evil.example",
                                                  "mailto:who@evil.example",
                                                  "xmpp:who@evil.example/there",
                                                  "not @evil.example, not a@b",
                                                  "![x](y.png)",
                                                  "**bold** _em_ ~~gone~~ `code`",
                                                  "&lt;b&gt;",
                                                  "back\\slash\\",
                                                  "# title",
                                                  "1. list",
                                                  "- item",
                                                  "end\n## What it is for\n",
                                                  "<!-- gone",
                                                  "```",
                                                  "snake_case_label"};
  return labels;
}

std::string without_entities(std::string html) {
  for (const auto& [entity, text] : {std::pair("&lt;", "<"), {"&gt;", ">"}, {"&quot;", "\""}, {"&amp;", "&"}}) {
    for (std::size_t at = html.find(entity); at != std::string::npos; at = html.find(entity, at + 1)) {
      html.replace(at, std::string(entity).size(), text);
    }
  }
  return html;
}

TEST(DataCard, ShowsLabelsAsTheyAreWhateverTheyHold) {
  for (const std::string& label : hostile_labels()) {
    PublishedSet set;
    set.set["media"].erase("image");
    for (PublishedSet::Json& record : set.audio) {
      record["accent"] = label;
    }
    std::string html = rendered(card_of(set));
    const std::string parting = "<!-- -->";  // Nobody sees it, and nothing can hide in it.
    for (std::size_t at = html.find(parting); at != std::string::npos; at = html.find(parting, at)) {
      html.erase(at, parting.size());
    }
    std::string shown = label;
    std::ranges::replace(shown, '\n', ' ');
    while (shown.ends_with(' ')) {
      shown.pop_back();
    }
    const std::vector<std::string> cells = texts_of(html, "td");
    EXPECT_TRUE(std::ranges::any_of(cells, [&](const std::string& cell) { return without_entities(cell) == shown; }))
        << label;
    for (const char* const tag :
         {"<script", "<img", "<em>", "<strong>", "<del>", "<!--", "evil.example\"", "evil.example/\"", "there\""}) {
      EXPECT_THAT(html, Not(HasSubstr(tag))) << label;
    }
    EXPECT_EQ(texts_of(html, "h2").size(), 11U) << label;
    EXPECT_EQ(texts_of(html, "h1").size(), 1U) << label;
  }
}

TEST(DataCard, LeavesOutRowsOfLargeSetsAndSaysSo) {
  PublishedSet set;
  set.set["media"].erase("image");
  for (int i = 0; i < 200; ++i) {
    const std::string n = std::to_string(i);
    for (const char* const noise : {"none", "pink"}) {
      for (const char* const channel : {"none", "quiet"}) {
        set.add_recording("t" + n, "who" + n, {"accent" + n, "f"}, "words", {noise, channel}, 0);
      }
    }
  }
  const std::string people = section(card_of(set), "People and groups");
  EXPECT_EQ(texts_of(rendered(people), "tr").size(), 51U);
  EXPECT_THAT(people, HasSubstr("\n153 more of 203 rows are left out here; all are in `coverage.json`.\n"));
}

TEST(DataCard, IsMadeOfASetInWhichNothingWasWritten) {
  PublishedSet set;
  set.audio.clear();
  set.image.clear();
  EXPECT_THAT(
      section(card_of(set), "What is in it"),
      AllOf(HasSubstr("| recordings | 0 | 0 | 0 | 0 | 0 | 0 | flac |\n"),
            HasSubstr("of which something is in the set; the manifests have 4 recordings of 2 known subjects, and "
                      "2 pictures of 2 known subjects. ")));
}

TEST(DataCard, CountsOnlyKnownSubjects) {
  PublishedSet set;
  set.set["media"].erase("image");
  std::erase_if(set.audio, [](const PublishedSet::Json& record) { return record.at("subject") == "ann"; });
  EXPECT_THAT(section(card_of(set), "What is in it"), HasSubstr("| recordings | 2 | 1 | 8 |"));
  set.set["media"]["audio"]["columns"]["subjects_known"] = false;
  set.set["media"]["audio"]["subjects"] = nullptr;
  EXPECT_THAT(section(card_of(set), "What is in it"),
              AllOf(HasSubstr("| recordings | 2 | unknown | 8 |"), HasSubstr("the manifests have 4 recordings. ")));
}

TEST(DataCard, RefusesAFolderWithoutItsFiles) {
  for (const char* const name : {"coverage.json", "failures.jsonl", "audio/metadata.jsonl"}) {
    const PublishedSet set;
    set.save();
    std::filesystem::remove(set / name);
    const OutputTree tree(set.path());
    const SetFacts facts = read_set_facts(tree);
    EXPECT_THROW((void)data_card(tree, facts, set.run_facts(), {}, count_set(tree, facts)), UserError) << name;
  }
  const PublishedSet set;
  set.save();
  write_text(set / "coverage.json", "{\"audio\": {\"comparable_across_groups\": true, \"groups\": [{}]}}");
  const OutputTree tree(set.path());
  const SetFacts facts = read_set_facts(tree);
  EXPECT_THROW((void)data_card(tree, facts, set.run_facts(), {}, count_set(tree, facts)), UserError);
}

TEST(Markdown, LeavesPlainTextAsItIs) {
  for (const char* const text :
       {"0.1.0", "snake_case", "a-b", "-3", "R&D, not & alone", "x + y = z", "C#", "@home", "5 @ 3.0", "a@b"}) {
    EXPECT_EQ(markdown_text(text), text);
  }
}

TEST(Markdown, KeepsCodeInATable) {
  MarkdownTable table({"a", "b"}, {false, false}, 10);
  table.add({markdown_code_in_cell("x|`y`|z"), markdown_code_in_cell("`")});
  table.add({markdown_code_in_cell("back\\|slash\\"), markdown_code_in_cell(" a@b.org ")});
  const std::vector<std::string> cells = texts_of(rendered(table.text("")), "td");
  EXPECT_THAT(cells, ElementsAre("<code>x|`y`|z</code>", "<code>`</code>", "<code>back\\|slash\\</code>",
                                 "<code> a@b.org </code>"));
}

TEST(Markdown, KeepsCodeInALine) {
  EXPECT_EQ(rendered("The column " + markdown_code("x|`y`|z") + " and " + markdown_code("\\|") + ".\n"),
            "<p>The column <code>x|`y`|z</code> and <code>\\|</code>.</p>\n");
}

TEST(Markdown, LinksOnlyWhatIsAnAddress) {
  EXPECT_EQ(markdown_link("https://example.org/a_b"), "<https://example.org/a_b>");
  EXPECT_EQ(markdown_link("https://example.org/> <b>"), "https\\://example.org/\\> \\<b\\>");
  EXPECT_EQ(markdown_link("javascript:alert(1)"), "javascript:alert(1)");
  EXPECT_EQ(markdown_link("somebody@example.org"), "<somebody@example.org>");
  EXPECT_EQ(markdown_link("write to somebody@example.org"), "write to somebody<!-- -->@example.org");
  for (const char* const text : {"https://example.org/a_b", "some.body+1@example.org"}) {
    EXPECT_THAT(rendered(markdown_link(text)), HasSubstr("</a>")) << text;
  }
}

}  // namespace
}  // namespace fairground
