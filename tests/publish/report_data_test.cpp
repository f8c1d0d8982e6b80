#include "pipeline/publish/report_data.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "pipeline/catalog/json_text.h"
#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "pipeline/design/power.h"
#include "pipeline/media/audio_file.h"
#include "pipeline/publish/json_pieces.h"
#include "pipeline/publish/report_gallery.h"
#include "tests/support/made_run.h"
#include "tests/support/wav.h"

namespace fairground {
namespace {

using nlohmann::ordered_json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

// Numbers on the page have four digits.
constexpr double kFourDigits = 5e-4;

ordered_json data_of(const std::filesystem::path& folder) {
  const OutputTree tree(folder);
  return report_data(tree, read_set_facts(tree), parse_ordered_json(read_text(folder / "run.json")));
}

void write_tone(const std::filesystem::path& path) {
  std::vector<float> samples(8000);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    samples[i] = 0.1F * std::sin(0.3F * static_cast<float>(i));
  }
  write_wav(path, mono(16000, samples));
}

/// One axis, `noise`: none, quiet (20 dB) and loud (5 dB).
MadeRun two_noises() {
  MadeRun run;
  run.add_noise_axis("noise", {{"quiet", 20.0}, {"loud", 5.0}});
  run.add_all_conditions();
  return run;
}

MadeRecord record(const std::string& source, const std::string& subject, const std::string& group,
                  const std::string& level) {
  MadeRecord it;
  it.source = source;
  it.subject = subject;
  it.labels = {group};
  it.levels = {level};
  if (level != "none") {
    it.requested_snr_db = level == "quiet" ? 20.0 : 5.0;
    it.snr_db = it.requested_snr_db;
  }
  return it;
}

/// Clean references, and variants in `loud` with these SNRs, of a group whose sources are of one person each.
void add_group(const std::string& group, const std::vector<double>& snrs, std::vector<MadeRecord>& records,
               bool of_one_person = false) {
  for (std::size_t i = 0; i < snrs.size(); ++i) {
    const std::string name = group + std::to_string(i);
    const std::string person = of_one_person ? "someone" : name;
    records.push_back(record(name, person, group, "none"));
    records.push_back(record(name, person, group, "loud"));
    records.back().snr_db = snrs[i];
  }
}

const ordered_json* difference_in(const ordered_json& balance, std::size_t quantity, std::size_t condition) {
  for (const ordered_json& it : balance.at("differences")) {
    if (it.at("quantity") == quantity && it.at("condition") == condition) {
      return &it;
    }
  }
  return nullptr;
}

TEST(ReportData, ShowsWhatCoverageHas) {
  const TemporaryFolder folder;
  std::vector<MadeRecord> records;
  add_group("one", {5.0, 5.0, 5.0}, records, /*of_one_person=*/true);
  add_group("two", {5.0}, records);
  records.push_back(record("someone", "unknown", "two", "quiet"));
  write_made_run(folder.path(), two_noises(), records);
  const ordered_json media = data_of(folder.path()).at("media").at(0);
  const ordered_json coverage = ordered_json::parse(read_text(folder / "coverage.json")).at("audio").at("groups");
  const auto conditions = media.at("conditions_shown").get<std::size_t>();
  ASSERT_EQ(conditions, 3U);
  ASSERT_EQ(media.at("groups_shown"), coverage.size());
  for (std::size_t g = 0; g < coverage.size(); ++g) {
    EXPECT_EQ(media.at("groups").at(g).at("labels").at(0), coverage[g].at("group").at("accent"));
    EXPECT_EQ(media.at("groups").at(g).at("sources"), coverage[g].at("before").at("observed").at("sources"));
    for (std::size_t c = 0; c < conditions; ++c) {
      EXPECT_EQ(media.at("conditions").at(c).at("levels").at(0),
                coverage[g].at("after").at(c).at("condition").at("noise"));
      for (const char* const kind : {"observed", "synthesised"}) {
        const ordered_json& count = coverage[g].at("after").at(c).at(kind);
        EXPECT_EQ(media.at("heat").at(kind).at(g * conditions + c),
                  ordered_json({count.at("sources"), count.at("subjects")}));
      }
    }
  }
  // The same counted from the records.
  EXPECT_EQ(media.at("heat").at("synthesised").at(2), ordered_json({3, 1}));
  EXPECT_EQ(media.at("heat").at("synthesised").at(4), ordered_json({1, 0}));
  EXPECT_EQ(media.at("balance").at("cells").at(2).at(0).at("n"), 3);
  EXPECT_EQ(media.at("balance").at("cells").at(1).at(0), nullptr);
}

TEST(ReportData, MeasuresBalanceInEachCondition) {
  const TemporaryFolder folder;
  std::vector<MadeRecord> records;
  add_group("one", {10.0, 12.0, 14.0}, records);
  add_group("two", {16.0, 18.0, 20.0}, records);
  // Durations of 1 s and 4 s: 2 s in the geometric mean, and a spread of the root of two octaves.
  records[0].duration_s = 1.0;
  records[2].duration_s = 4.0;
  records[4].duration_s = 2.0;
  write_made_run(folder.path(), two_noises(), records);
  const ordered_json balance = data_of(folder.path()).at("media").at(0).at("balance");
  ASSERT_EQ(balance.at("quantities").at(0).at("id"), "snr_db");
  const ordered_json& loud = balance.at("cells").at(2);
  EXPECT_EQ(loud.at(0).at("n"), 3);
  EXPECT_EQ(loud.at(0).at("stats").at(0), ordered_json({12.0, 2.0}));
  EXPECT_EQ(loud.at(1).at("stats").at(0), ordered_json({18.0, 2.0}));
  EXPECT_EQ(balance.at("cells").at(0).at(0).at("stats").at(0), nullptr) << "the clean reference has no SNR";
  const ordered_json& clean_durations = balance.at("cells").at(0).at(0).at("stats").at(2);
  EXPECT_NEAR(clean_durations.at(0).get<double>(), 2.0, kFourDigits);
  EXPECT_NEAR(clean_durations.at(1).get<double>(), 1.0, kFourDigits);
  // Six between the means, two is the spread of both.
  const ordered_json* const difference = difference_in(balance, 0, 2);
  ASSERT_NE(difference, nullptr);
  EXPECT_NEAR(difference->at("value").get<double>(), 3.0, kFourDigits);
  // Student's t at four degrees of freedom (2.776 in tables) times the root of 1/3 + 1/3 + 3 * 3 / 12. The expansion by
  // which it is found is within 1 %.
  EXPECT_NEAR(difference->at("chance").get<double>(), 2.776 * std::sqrt(2.0 / 3.0 + 0.75), 0.01 * 3.3);
  EXPECT_FALSE(difference->at("beyond_chance").get<bool>()) << "three sources each may differ so by chance";
  EXPECT_EQ(difference->at("first"), 0);
  EXPECT_EQ(difference->at("second"), 1);
}

TEST(ReportData, TellsChanceFromDifferences) {
  const std::vector<double> low = {4.0, 6.0, 4.0, 6.0, 4.0, 6.0, 4.0, 6.0, 4.0, 6.0};
  const std::vector<double> high = {8.0, 10.0, 8.0, 10.0, 8.0, 10.0, 8.0, 10.0, 8.0, 10.0};
  for (const bool of_one_person : {false, true}) {
    const TemporaryFolder folder;
    std::vector<MadeRecord> records;
    add_group("one", low, records, of_one_person);
    add_group("two", high, records, of_one_person);
    write_made_run(folder.path(), two_noises(), records);
    const ordered_json balance = data_of(folder.path()).at("media").at(0).at("balance");
    const ordered_json* const difference = difference_in(balance, 0, 2);
    ASSERT_NE(difference, nullptr);
    // Ten of two people say no more than two people.
    EXPECT_EQ(difference->at("beyond_chance").get<bool>(), !of_one_person);
    EXPECT_EQ(balance.at("beyond_chance").get<std::size_t>() > 0, !of_one_person);
  }
}

TEST(ReportData, LeavesControlsOutOfBalance) {
  const TemporaryFolder folder;
  std::vector<MadeRecord> records;
  add_group("one", {10.0, 12.0}, records);
  records.push_back(records.back());
  records.back().control = "repeat";
  records.back().snr_db = 40.0;
  write_made_run(folder.path(), two_noises(), records);
  const ordered_json media = data_of(folder.path()).at("media").at(0);
  EXPECT_EQ(media.at("balance").at("cells").at(2).at(0).at("n"), 2);
  EXPECT_EQ(media.at("balance").at("cells").at(2).at(0).at("stats").at(0).at(0), 11.0);
  EXPECT_EQ(media.at("losses").at("by_group").at(0).at("written"), 5);
}

TEST(ReportData, CountsLossesByGroupAndReason) {
  const TemporaryFolder folder;
  std::vector<MadeRecord> records;
  add_group("one", {5.0, 5.0}, records);
  add_group("two", {5.0, 5.0}, records);
  records[1].lost = "rejected";
  records[1].gate = "clipped_fraction";
  records[1].reason = "0.7 is clipped";
  records[3].lost = "rejected";
  records[3].gate = "clipped_fraction";
  records[3].reason = "0.8 is clipped";
  // A source that is gone altogether, and of which no record says whose it was.
  records.push_back(record("gone", "gone", "two", "none"));
  records.back().lost = "failed";
  write_made_run(folder.path(), two_noises(), records);
  const ordered_json losses = data_of(folder.path()).at("media").at(0).at("losses");
  EXPECT_EQ(losses.at("by_group").at(0),
            ordered_json({{"planned", 4}, {"written", 2}, {"rejected", 2}, {"failed", 0}, {"reasons", {{0, 2}}}}));
  EXPECT_EQ(losses.at("by_group").at(1),
            ordered_json({{"planned", 5}, {"written", 4}, {"rejected", 0}, {"failed", 1}, {"reasons", {{1, 1}}}}));
  ASSERT_THAT(losses.at("by_reason"), SizeIs(2));
  EXPECT_EQ(losses.at("by_reason").at(0).at("gate"), "clipped_fraction");
  EXPECT_EQ(losses.at("by_reason").at(0).at("count"), 2);
  EXPECT_EQ(losses.at("by_reason").at(1).at("reason"), "it is gone");
  EXPECT_THAT(losses.at("warnings").get<std::vector<std::string>>(),
              ElementsAre("group one lost 2 of 4 (50 %) of its variants, all other groups together 1 of 5 (20 %)",
                          "group two lost 1 of 5 (20 %) of its variants, all other groups together 2 of 4 (50 %)"));
}

TEST(ReportData, ComparesRequestsWithMeasurements) {
  const TemporaryFolder folder;
  std::vector<MadeRecord> records;
  add_group("one", {5.1, 4.7, 5.0}, records);
  records[0].active_level_dbov = -26.5;
  write_made_run(folder.path(), two_noises(), records);
  const ordered_json requests = data_of(folder.path()).at("media").at(0).at("requests");
  ASSERT_THAT(requests.at("rows"), SizeIs(2));
  const ordered_json& level = requests.at("rows").at(0);
  EXPECT_EQ(level.at("axis"), nullptr);
  EXPECT_EQ(level.at("n"), 3);
  EXPECT_EQ(level.at("error"), ordered_json({{"mean", -0.1667}, {"max_abs", 0.5}}));
  const ordered_json& snr = requests.at("rows").at(1);
  EXPECT_EQ(snr.at("level"), "loud");
  EXPECT_EQ(snr.at("quantity"), "SNR");
  EXPECT_EQ(snr.at("unit"), "dB");
  EXPECT_EQ(snr.at("requested"), ordered_json({5.0, 5.0}));
  EXPECT_EQ(snr.at("measured"), ordered_json({{"mean", 4.933}, {"min", 4.7}, {"max", 5.1}}));
  EXPECT_EQ(snr.at("error"), ordered_json({{"mean", -0.06667}, {"max_abs", 0.3}}));
  EXPECT_EQ(requests.at("conditions_total"), 1) << "nothing was made in `quiet`";
  EXPECT_EQ(requests.at("conditions_without"), 0);
}

TEST(ReportData, FindsWhatAnswersAParameter) {
  const TemporaryFolder folder;
  MadeRun run;
  const auto level = [](const std::string& name, const ordered_json& steps) {
    return ordered_json{{"name", name}, {"skin", false}, {"steps", steps}};
  };
  const auto step = [](const std::string& augmenter, const ordered_json& parameters) {
    return ordered_json{{"augmenter", augmenter}, {"version", 1}, {"stage", "scene"}, {"parameters", parameters}};
  };
  run.axes.emplace_back(
      "place",
      ordered_json::array({level("none", ordered_json::array()),
                           level("office", ordered_json::array({step("room.shoebox", {{"rt60_s", {0.3, 0.9}}})}))}));
  run.axes.emplace_back(
      "line", ordered_json::array({level("none", ordered_json::array()),
                                   level("twice", {step("channel.packet_loss", {{"loss_percent", 5.0}}),
                                                   step("channel.packet_loss", {{"loss_percent", {10.0, 20.0}}}),
                                                   // It says what was asked of it; its other parameters are limits.
                                                   step("skin.tone", {{"face_width_px", 160.0}})})}));
  run.add_all_conditions();
  MadeRecord clean = record("a", "a", "one", "none");
  clean.levels = {"none", "none"};
  MadeRecord variant = clean;
  variant.levels = {"office", "twice"};
  variant.more_measured =
      R"(,"room":{"t20_s":0.65,"distance_m":1.0},"steps":[{"augmenter":"channel.packet_loss","loss_percent":4.0,)"
      R"("mean_burst_packets":1.0},{"augmenter":"channel.packet_loss","loss_percent":15.5},)"
      R"({"augmenter":"skin.tone","requested_hue_deg":50.0,"hue_deg":50.5,"face_width_px":89.0}])";
  variant.augmentations = R"([{"augmenter":"room.shoebox","version":1,"parameters":{"rt60_s":0.6}},)"
                          R"({"augmenter":"channel.packet_loss","version":1,"parameters":{"loss_percent":5.0}},)"
                          R"({"augmenter":"channel.packet_loss","version":1,"parameters":{"loss_percent":15.0}},)"
                          R"({"augmenter":"skin.tone","version":1,"parameters":{"face_width_px":160.0}}])";
  write_made_run(folder.path(), run, {clean, variant});
  const ordered_json requests = data_of(folder.path()).at("media").at(0).at("requests");
  std::vector<std::vector<ordered_json>> told;
  for (const ordered_json& row : requests.at("rows")) {
    if (!row.at("axis").is_null() && row.at("condition").is_null()) {
      told.push_back({row.at("level"), row.at("quantity"), row.at("requested").at(0), row.at("measured").at("mean"),
                      row.at("error").at("max_abs")});
    }
  }
  EXPECT_THAT(told,
              ElementsAre(ElementsAre("office", "T20", 0.6, 0.65, 0.05), ElementsAre("twice", "loss", 5.0, 4.0, 1.0),
                          ElementsAre("twice", "loss", 15.0, 15.5, 0.5), ElementsAre("twice", "hue", 50.0, 50.5, 0.5)));
}

TEST(ReportData, ComparesControlsWithWhatTheyRepeat) {
  const TemporaryFolder folder;
  MadeRun run = two_noises();
  run.changes = {{"media", {{"audio", {{"design", {{"identity_conditions", 1}}}}}}}};
  std::vector<MadeRecord> records;
  add_group("one", {5.0, 5.0}, records);
  records[1].sha256 = "same";
  MadeRecord repeat = records[1];
  repeat.control = "repeat";
  MadeRecord identity = records[0];
  identity.control = "identity";
  identity.levels = {"identity"};
  identity.active_level_dbov = -26.25;
  identity.sha256 = "other";
  records.insert(records.begin() + 2, {identity, repeat});
  write_made_run(folder.path(), run, records);
  const ordered_json controls = data_of(folder.path()).at("media").at(0).at("controls");
  EXPECT_EQ(controls.at("identity").at("n"), 1);
  EXPECT_EQ(controls.at("identity").at("same_bytes"), 0);
  EXPECT_EQ(controls.at("repeat").at("compared"), 1);
  EXPECT_EQ(controls.at("repeat").at("same_bytes"), 1);
  const ordered_json& quantities = controls.at("quantities");
  const auto level =
      std::ranges::find_if(quantities, [](const auto& it) { return it.at("id") == "active_level_dbov"; });
  ASSERT_NE(level, quantities.end());
  const auto place = static_cast<std::size_t>(level - quantities.begin());
  EXPECT_EQ(controls.at("by_group").at(0).at("identity").at(place),
            ordered_json({{"n", 1}, {"mean_difference", -0.25}, {"max_abs", 0.25}}));
  EXPECT_EQ(controls.at("by_group").at(0).at("repeat").at(place).at("max_abs"), 0.0);
}

TEST(ReportData, HasThePowerOfThePeopleInTheSet) {
  const TemporaryFolder folder;
  std::vector<MadeRecord> records;
  add_group("one", std::vector<double>(12, 5.0), records);
  add_group("two", std::vector<double>(9, 5.0), records);
  // A person of whom nothing but the clean reference is there shows no degradation.
  records.push_back(record("quiet", "quiet", "two", "none"));
  add_group("unknown", {5.0, 5.0}, records);
  write_made_run(folder.path(), two_noises(), records);
  const ordered_json power = data_of(folder.path()).at("media").at(0).at("power");
  const std::vector<PowerGroup> groups = {{"one", std::vector<int>(12, 1)}, {"two", std::vector<int>(9, 1)}};
  const std::vector<PairPower> pairs = detectable_differences(PowerSettings(), groups);
  ASSERT_THAT(power.at("pairs"), SizeIs(1)) << "a group without a label is compared with none";
  ASSERT_TRUE(pairs.at(0).smallest_difference.has_value());
  EXPECT_NEAR(power.at("pairs").at(0).at("smallest_difference").get<double>(), *pairs.at(0).smallest_difference,
              kFourDigits * *pairs.at(0).smallest_difference);
  EXPECT_EQ(power.at("pairs_total"), 1);
  EXPECT_EQ(power.at("n_too_small"), 0);
}

TEST(ReportData, SaysWhatTheSetCannotShow) {
  const TemporaryFolder folder;
  MadeRun run = two_noises();
  run.at_least_sources = 3;
  run.changes = {{"card", {{"limits", "one ward, one microphone"}}},
                 {"media", {{"audio", {{"notes", {"a note of the plan", "a note of the plan"}}}}}}};
  std::vector<MadeRecord> records;
  add_group("one", {5.0, 5.0}, records);
  add_group("unknown", {5.0, 5.0, 5.0, 5.0}, records, /*of_one_person=*/true);
  write_made_run(folder.path(), run, records);
  const auto sentences = data_of(folder.path()).at("cannot_show").get<std::vector<std::string>>();
  EXPECT_EQ(sentences.at(0), "Whoever made the set says: one ward, one microphone");
  EXPECT_THAT(sentences, Contains(HasSubstr("collect: one (1 more recording)")));
  EXPECT_THAT(sentences, Contains(HasSubstr("A label is missing of 4 of 6 (66.7 %) recordings")));
  EXPECT_THAT(sentences, Contains(HasSubstr("6 recordings of 12 are synthesised")));
  EXPECT_THAT(sentences, Contains("A note of the plan.").Times(1));
  EXPECT_THAT(sentences, Contains(HasSubstr("is one person, and what is found of it")));
}

TEST(ReportData, SaysThatItExtendsAnotherSet) {
  const TemporaryFolder folder;
  std::vector<MadeRecord> records;
  add_group("one", {5.0, 5.0}, records);
  MadeRun run = two_noises();
  write_made_run(folder.path(), run, records);
  const auto changed = [&](const char* file, const auto& change) {
    ordered_json json = parse_ordered_json(read_text(folder / file));
    change(json);
    write_text(folder / file, json.dump(2));
  };
  changed("set.json", [](ordered_json& set) {
    set["media"]["audio"]["design"]["combinations"] = {
        {"demanded", 7}, {"held", 2}, {"observed", 0}, {"excluded", 0}, {"left_by_budget", 5}};
  });
  const auto limits = [&] { return data_of(folder.path()).at("cannot_show").get<std::vector<std::string>>(); };
  EXPECT_THAT(limits(), Contains(HasSubstr("The budget left out 5 of 7")));
  changed("run.json", [](ordered_json& json) { json["extends"] = {{"directory", "old"}, {"plan_sha256", "0d"}}; });
  EXPECT_EQ(limits().front().find("This set extends another one"), 0U);
  EXPECT_THAT(limits(), Contains(HasSubstr("Of 7 combinations of levels 5 are not in this folder")));
  EXPECT_THAT(limits(), testing::Not(Contains(HasSubstr("budget left out"))));
  EXPECT_EQ(data_of(folder.path()).at("media").at(0).at("gaps").at("extends"), true);
}

TEST(ReportData, SaysOnceThatGroupsCannotBeCompared) {
  const TemporaryFolder folder;
  MadeRun run = two_noises();
  const std::string note = "the groups meet different conditions (`fill: missing_only`): this set is not comparable";
  run.changes = {
      {"media",
       {{"audio", {{"notes", {note}}, {"design", {{"fill", "missing_only"}, {"comparable_across_groups", false}}}}}}}};
  std::vector<MadeRecord> records;
  add_group("one", {5.0, 5.0}, records);
  add_group("two", {5.0, 5.0}, records);
  write_made_run(folder.path(), run, records);
  const auto sentences = data_of(folder.path()).at("cannot_show").get<std::vector<std::string>>();
  EXPECT_EQ(sentences.at(0),
            "The groups meet different conditions (`fill: missing_only`): this set is not comparable.");
  EXPECT_THAT(sentences, Contains(HasSubstr("missing_only")).Times(1));
  EXPECT_THAT(sentences, testing::Not(Contains(HasSubstr("nothing here compares"))));
}

TEST(ReportData, NamesGroupsThatWereNotRecordedAlike) {
  for (const double longer : {1.0, 2.0}) {
    const TemporaryFolder folder;
    std::vector<MadeRecord> records;
    add_group("one", std::vector<double>(20, 5.0), records);
    add_group("two", std::vector<double>(20, 5.0), records);
    for (std::size_t i = 0; i < records.size(); ++i) {
      records[i].duration_s = (i / 2 % 2 == 0 ? 2.0 : 2.4) * (i < 40 ? 1.0 : longer);
    }
    write_made_run(folder.path(), two_noises(), records);
    const auto sentences = data_of(folder.path()).at("cannot_show").get<std::vector<std::string>>();
    const auto told = std::ranges::find_if(sentences, [](const std::string& it) {
      return it.starts_with("Groups differ before anything is made of them");
    });
    ASSERT_EQ(told != sentences.end(), longer > 1.0);
    if (told != sentences.end()) {
      EXPECT_THAT(*told, HasSubstr("such as the duration in one and two by"));
    }
  }
}

TEST(ReportData, MakesNothingOfWhatManyComparisonsFindByChance) {
  const TemporaryFolder folder;
  write_large_run(folder.path(), {.groups = 20, .people = 12, .recordings = 1, .levels = {2}});
  const ordered_json data = data_of(folder.path());
  EXPECT_GT(data.at("media").at(0).at("balance").at("beyond_chance").get<std::size_t>(), 0U)
      << "one comparison in twenty, and so the test says nothing";
  EXPECT_THAT(data.at("cannot_show").get<std::vector<std::string>>(),
              testing::Not(Contains(testing::StartsWith("Groups differ before"))));
}

TEST(ReportData, ChoosesTheGalleryByItsRule) {
  const TemporaryFolder folder;
  std::vector<MadeRecord> records;
  for (const std::string name : {"q", "p", "r", "s"}) {  // the first has fewer variants
    records.push_back(record(name, name, "one", "none"));
    records.push_back(record(name, name, "one", "loud"));
    if (name != "q") {
      records.push_back(record(name, name, "one", "quiet"));
    }
  }
  write_made_run(folder.path(), two_noises(), records);
  // The smallest hash of those with two variants.
  std::vector<std::string> names = {"p", "r", "s"};
  std::ranges::sort(names, {}, [](const std::string& name) { return FieldHash().add(name).value64(); });
  write_tone(folder / ("audio/00/" + names[0] + "-none.wav"));
  write_tone(folder / ("audio/00/" + names[0] + "-loud.wav"));
  const ordered_json gallery = data_of(folder.path()).at("media").at(0).at("gallery");
  ASSERT_THAT(gallery.at("samples"), SizeIs(2));
  for (const ordered_json& sample : gallery.at("samples")) {
    EXPECT_EQ(sample.at("source"), names[0]);
    EXPECT_EQ(sample.at("clean"), "audio/00/" + names[0] + "-none.wav");
    EXPECT_NE(sample.at("clean_picture"), nullptr);
    const bool is_there = sample.at("levels").at(0) == "loud";
    EXPECT_EQ(sample.at("missing").get<bool>(), !is_there);
    EXPECT_EQ(sample.at("variant_picture").is_null(), !is_there);
  }
  EXPECT_EQ(gallery.at("missing"), 1);
  ASSERT_THAT(gallery.at("pictures"), SizeIs(2)) << "the clean reference is there once";
  EXPECT_TRUE(gallery.at("pictures").at(0).get<std::string>().starts_with("data:image/webp;base64,UklGR"));
}

TEST(ReportData, DrawsTheStartOfALongRecording) {
  const TemporaryFolder folder;
  std::vector<MadeRecord> records;
  add_group("one", {5.0}, records);
  write_made_run(folder.path(), two_noises(), records);
  std::filesystem::create_directories(folder / "audio/00");
  const auto silence = [](std::size_t seconds) {
    return encode_audio(quantise(Audio(8000, 1, seconds * 8000), 16), AudioContainer::wav);
  };
  write_bytes(folder / "audio/00/one0-none.wav", silence(1));
  for (const std::size_t seconds : {2U, 60U, 61U}) {
    write_bytes(folder / "audio/00/one0-loud.wav", silence(seconds));
    const ordered_json gallery = data_of(folder.path()).at("media").at(0).at("gallery");
    EXPECT_EQ(gallery.at("without_picture"), 0);
    const ordered_json& sample = gallery.at("samples").at(0);
    EXPECT_EQ(sample.at("seconds"), std::min<double>(60.0, static_cast<double>(seconds)));
    EXPECT_EQ(sample.at("only_start"), seconds > 60);
  }
}

TEST(ReportData, DoesNotLookOutsideOfItsFolder) {
  const TemporaryFolder folder;
  std::vector<MadeRecord> records;
  add_group("one", {5.0}, records);
  const std::filesystem::path run = folder / "run";
  write_made_run(run, two_noises(), records);
  write_tone(folder / "secret.wav");
  std::string text = read_text(run / "audio/metadata.jsonl");
  for (const std::string name : {"00/one0-loud.wav", "00/one0-none.wav"}) {
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name)) {
      text.replace(at, name.size(), "../../secret.wav");
    }
  }
  write_text(run / "audio/metadata.jsonl", text);
  const ordered_json gallery = data_of(run).at("media").at(0).at("gallery");
  ASSERT_THAT(gallery.at("samples"), SizeIs(1));
  EXPECT_TRUE(gallery.at("samples").at(0).at("missing").get<bool>());
  EXPECT_THAT(gallery.at("pictures"), SizeIs(0));
}

TEST(ReportData, ShowsEveryLevelAsSoonAsCanBe) {
  MediaFacts facts;
  facts.axes = {{"a", {}}, {"b", {}}};
  ReportCoverage coverage;
  for (const std::string a : {"1", "2", "3"}) {
    for (const std::string b : {"1", "2", "3"}) {
      coverage.conditions.push_back({a, b});
    }
  }
  coverage.clean = 0;
  const std::vector<std::uint32_t> order = gallery_order(facts, coverage, 3);
  // (1,2), (2,1) and (3,3) show all levels of both axes.
  EXPECT_THAT(order, ElementsAre(1, 3, 8));
  EXPECT_THAT(gallery_order(facts, coverage, 60), SizeIs(8)) << "all but the clean reference";
}

TEST(ReportData, KeepsToItsSizeAndRepeats) {
  const TemporaryFolder folder;
  const LargeRun size{.groups = 200, .people = 2, .recordings = 1, .levels = {5, 10}};
  ASSERT_EQ(size.records(), 20'000U);
  write_large_run(folder.path(), size);
  const ordered_json data = data_of(folder.path());
  const std::string text = data.dump();
  EXPECT_LT(text.size(), 2'500'000U);
  EXPECT_TRUE(text == data_of(folder.path()).dump());
  const ordered_json& media = data.at("media").at(0);
  EXPECT_EQ(media.at("groups_shown"), 200);
  EXPECT_EQ(media.at("conditions_shown"), 50);
  EXPECT_EQ(media.at("balance").at("conditions_shown"), 30) << "6000 cells";
  std::size_t all = 0;
  for (const ordered_json& cell : media.at("heat").at("synthesised")) {
    all += cell.at(0).get<std::size_t>();
  }
  EXPECT_EQ(all, 200U * 2U * 49U);
  EXPECT_THAT(data.at("cannot_show"), SizeIs(testing::Le(16U)));
}

TEST(ReportData, ShowsASetOfWhichNothingWasMade) {
  const TemporaryFolder folder;
  std::vector<MadeRecord> records;
  add_group("one", {5.0, 5.0}, records);
  for (MadeRecord& it : records) {
    it.lost = "failed";
    it.reason = std::string(400, 'x') + "\ny";
  }
  write_made_run(folder.path(), two_noises(), records);
  const ordered_json data = data_of(folder.path());
  const ordered_json& media = data.at("media").at(0);
  EXPECT_EQ(media.at("balance").at("cells").at(2).at(0), nullptr);
  EXPECT_THAT(media.at("gallery").at("samples"), SizeIs(0));
  EXPECT_EQ(media.at("losses").at("by_group").at(0).at("failed"), 4);
  EXPECT_EQ(media.at("losses").at("by_reason").at(0).at("reason"), std::string(300, 'x') + "…");
  EXPECT_THAT(data.at("summary").get<std::vector<std::string>>(),
              Contains("0 of 4 files that were planned are there; 0 were rejected, and 4 failed."));
}

TEST(ReportData, RefusesFilesThatDoNotFit) {
  const auto message_of = [](const std::filesystem::path& folder) {
    try {
      static_cast<void>(data_of(folder));
      return std::string("nothing is refused");
    } catch (const UserError& error) {
      return std::string(error.what());
    }
  };
  std::vector<MadeRecord> records;
  add_group("one", {5.0}, records);
  const auto made = [&](const std::filesystem::path& folder, const std::string& file, const std::string& from,
                        const std::string& to) {
    write_made_run(folder, two_noises(), records);
    std::string text = read_text(folder / file);
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos);
    write_text(folder / file, text.replace(at, from.size(), to));
    return message_of(folder);
  };
  const TemporaryFolder folder;
  EXPECT_THAT(made(folder.path(), "coverage.json", "\"sources\": 1", "\"sources\": -1"),
              HasSubstr("coverage.json: does not fit the set: `sources` is no count"));
  EXPECT_THAT(made(folder.path(), "coverage.json", "\n]\n}\n}\n", "\n"), HasSubstr("coverage.json: ends too early"));
  EXPECT_THAT(made(folder.path(), "coverage.json", "\"noise\": \"loud\"\n},",
                   "\"noise\": \"loud\"\n},\"recorded\":{\"sources\":1,\"subjects\":1,\"sources_without_subject\":0},"),
              HasSubstr("coverage.json: does not fit the set: only some conditions have `recorded`"));
  EXPECT_THAT(made(folder.path(), "audio/metadata.jsonl", "\"accent\":\"one\"", "\"accent\":\"two\""),
              HasSubstr("is of a group that coverage.json does not have"));
  EXPECT_THAT(made(folder.path(), "audio/metadata.jsonl", "\"noise\":\"loud\"", "\"noise\":\"lost\""),
              HasSubstr("is of a condition that coverage.json does not have"));
  write_made_run(folder.path(), two_noises(), records);
  write_text(folder / "failures.jsonl", "{\"variant_id\":\n");
  EXPECT_THAT(message_of(folder.path()), HasSubstr("failures.jsonl:1: is no line that a run wrote"));
  const auto lost = [&](const std::string& media, const std::string& group, const std::string& kind) {
    write_text(folder / "failures.jsonl", R"({"variant_id":"x","media":")" + media + R"(","source_id":"x","group":)" +
                                              group + R"(,"kind":")" + kind + R"(","stage":"read","reason":"gone"})" +
                                              "\n");
    return message_of(folder.path());
  };
  EXPECT_THAT(lost("audio", R"({"accent":"one"})", "vanished"), HasSubstr("failures.jsonl:1: does not tell of"));
  EXPECT_THAT(lost("image", R"({"accent":"one"})", "failed"), HasSubstr("failures.jsonl:1: is of a medium that the"));
  EXPECT_THAT(lost("audio", R"({"gender":"f"})", "failed"), HasSubstr("failures.jsonl:1: does not say of which"));
  EXPECT_THAT(lost("audio", R"({"accent":"new"})", "failed"), HasSubstr("has a variant of a group that coverage.json"));
  std::filesystem::remove(folder / "coverage.json");
  write_text(folder / "failures.jsonl", "");
  EXPECT_THAT(message_of(folder.path()), HasSubstr("coverage.json: is missing"));
}

TEST(JsonPieces, SaysWhichPieceIsTooLong) {
  const TemporaryFolder folder;
  const OutputTree tree(folder.path());
  write_text(folder / "file.json",
             "{\"audio\": {\"groups\": [\n{\"a\": 1},\n{\"b\":\n" + std::string(1 << 20, ' ') + "\n2}\n]}}\n");
  std::size_t pieces = 0;
  try {
    for_each_piece(
        tree, "file.json", "audio", "groups", [&](const std::string&) { ++pieces; }, /*most_bytes=*/1U << 20U);
    ADD_FAILURE() << "it was taken";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("file.json: its group 2 of audio takes more than 1 MiB"));
    EXPECT_THAT(error.what(), HasSubstr("ask for fewer, with `ways` or `budget` under `design`"));
  }
  EXPECT_EQ(pieces, 1U);
}

TEST(JsonPieces, AreTheObjectsOfOneArray) {
  const TemporaryFolder folder;
  const OutputTree tree(folder.path());
  // Braces, quotes and names in texts, arrays in arrays, other keys of the same name further in or out.
  const std::string first = R"({"a":"}]\"{","groups":[{"b":1}]})";
  const std::string second = R"({"groups":{},"c":["groups",{}]})";
  write_text(folder / "file.json",
             R"({"groups":[{"no":1}],"x":{"groups":[{"no":2}]},"audio":{"list":[{"no":3}],"groups":[)" + first + ",\n" +
                 second + R"(,[{"no":4}],5]},"audio2":{"groups":[{"no":6}]}})");
  std::vector<std::string> pieces;
  EXPECT_TRUE(
      for_each_piece(tree, "file.json", "audio", "groups", [&](const std::string& it) { pieces.push_back(it); }));
  EXPECT_THAT(pieces, ElementsAre(first, second));
  EXPECT_FALSE(for_each_piece(tree, "none.json", "audio", "groups", [](const std::string&) {}));
}

}  // namespace
}  // namespace fairground
