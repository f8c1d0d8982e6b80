// Controls through a whole run: identity variants change nothing, and repeats are the same bytes again.
#include <gmock/gmock.h>

#include "pipeline/core/hash.h"
#include "tests/support/designed_set.h"
#include "tests/support/run_tree.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kAxes[] = {"noise", "hiss", "hum", "light", "sensor", "flash"};

/// The levels of a record, by axis.
std::map<std::string, std::string> levels_of(const json& record) {
  std::map<std::string, std::string> levels;
  for (const char* axis : kAxes) {
    if (record.contains(axis)) {
      levels[axis] = record[axis];
    }
  }
  return levels;
}

std::vector<json> of_control(const std::vector<json>& records, const std::string& control) {
  std::vector<json> found;
  std::ranges::copy_if(records, std::back_inserter(found), [&](const json& it) { return it["control"] == control; });
  return found;
}

struct Form {
  const char* output;
  bool clean_inside;  ///< whether the clean reference is one of the design's combinations
};

void PrintTo(const Form& form, std::ostream* stream) {
  *stream << (form.clean_inside ? "CleanInside" : "CleanBeside");
}

class Controls : public testing::TestWithParam<Form> {
 protected:
  Controls() {
    set.design = "ways: 2, realizations: 3, controls: {identity: true, repeat: 0.1}";
    set.output = GetParam().output;
    if (!GetParam().clean_inside) {
      set.image_axes[0] = "light: {dim: [{light.exposure: {ev: -1}}], bright: [{light.exposure: {ev: 0.5}}]}";
      set.audio_axes[0] =
          "noise: {pink: [{noise.coloured: {snr_db: [5, 20]}}], site: [{noise.recording: {from: site, "
          "snr_db: 10}}]}";
    }
    set.save();
    run_set(set, "out");
  }
  [[nodiscard]] std::vector<json> records(const std::string& medium) const {
    return read_json_lines(set / "out" / medium / "metadata.jsonl");
  }
  DesignedSet set{6, 6};
};

TEST_P(Controls, AreVerifiedAndHaveTheFieldsOfAllOthers) {
  EXPECT_TRUE(is_verified(set / "out"));
  for (const char* medium : {"audio", "image"}) {
    std::set<std::vector<std::string>> shapes;
    for (const json& record : records(medium)) {
      std::vector<std::string> shape;
      for (const auto& [field, value] : record.items()) {
        shape.push_back(field + ": " + value.type_name());
      }
      shapes.insert(shape);
    }
    EXPECT_THAT(shapes, SizeIs(1)) << medium;
  }
}

TEST_P(Controls, RepeatsAreTheirOriginalsUnderAnotherName) {
  for (const char* medium : {"audio", "image"}) {
    const std::vector<json> all = records(medium);
    const std::set<std::string> ids = ids_of(all);
    const std::vector<json> repeats = of_control(all, "repeat");
    EXPECT_FALSE(repeats.empty());
    for (const json& repeat : repeats) {
      std::vector<json> originals = of_control(all, "none");
      std::erase_if(originals, [&](const json& it) {
        return it["source_id"] != repeat["source_id"] || levels_of(it) != levels_of(repeat);
      });
      ASSERT_THAT(originals, SizeIs(1)) << repeat;
      for (const char* same : {"sha256", "pair_id", "draw_id", "realization", "augmentations", "measured"}) {
        EXPECT_EQ(originals[0][same], repeat[same]) << repeat["variant_id"];
      }
      EXPECT_NE(originals[0]["variant_id"], repeat["variant_id"]);
      EXPECT_NE(originals[0]["file_name"], repeat["file_name"]);
      EXPECT_EQ(repeat["synthetic"], true) << "or a clean reference would be there twice";
    }
  }
}

TEST_P(Controls, IdentityVariantsAreTheirCleanReferences) {
  std::map<std::string, std::string> clean_sha256;
  const std::vector<json> all = records("image");
  for (const json& record : all) {
    if (record["synthetic"] == false) {
      clean_sha256[record["source_id"]] = record["sha256"];
      EXPECT_EQ(record["file_name"], record["clean_file_name"]);
    }
  }
  const std::vector<json> identities = of_control(all, "identity");
  EXPECT_THAT(identities, SizeIs(6)) << "one condition has every augmenter on";
  for (const json& identity : identities) {
    // No tolerance: light times one plus nothing is that light in float, and the writer makes equal bytes of equal
    // light.
    EXPECT_EQ(identity["sha256"], clean_sha256.at(identity["source_id"])) << identity["variant_id"];
    EXPECT_EQ(identity["synthetic"], true);
    for (const auto& [axis, level] : levels_of(identity)) {
      EXPECT_EQ(level, "identity") << axis;
    }
    std::vector<std::string> augmenters;
    for (const json& step : json::parse(identity["augmentations"].get<std::string>())) {
      augmenters.push_back(step["augmenter"]);
      EXPECT_FALSE(step.contains("omitted"));
    }
    EXPECT_THAT(augmenters, ElementsAre("light.exposure", "light.exposure", "sensor.noise", "sensor.noise"));
  }
  EXPECT_THAT(of_control(records("audio"), "identity"), IsEmpty()) << "no noise has a setting that changes nothing";
  EXPECT_THAT(run_fairground({"plan", set.config(), "--no-measure"}).out, HasSubstr("there are no identity controls"));
}

/// What the sources of each group have of a kind of control, by their rank in the group: its k-th source by hash.
std::map<std::string, std::vector<std::multiset<std::map<std::string, std::string>>>> by_rank(
    const std::vector<json>& records, const std::string& group_column, const std::string& control) {
  std::map<std::string, std::map<std::string, std::string>> hashes;  // of the ids in each group
  for (const json& record : records) {
    const std::string id = record["source_id"];
    hashes[record[group_column]][FieldHash().add(id).hex128()] = id;
  }
  std::map<std::string, std::vector<std::multiset<std::map<std::string, std::string>>>> found;
  for (const auto& [group, ids] : hashes) {
    for (const auto& [hash, id] : ids) {
      auto& of_source = found[group].emplace_back();
      for (const json& record : of_control(records, control)) {
        if (record["source_id"] == id) {
          of_source.insert(levels_of(record));
        }
      }
    }
  }
  return found;
}

TEST_P(Controls, AreTheSameForGroupsOfEqualSize) {
  for (const auto& [medium, column] : {std::pair("audio", "accent"), std::pair("image", "place")}) {
    for (const char* control : {"repeat", "identity", "none"}) {
      const auto groups = by_rank(records(medium), column, control);
      ASSERT_THAT(groups, SizeIs(2)) << medium;
      EXPECT_THAT(groups.begin()->second, SizeIs(3)) << medium;
      EXPECT_EQ(groups.begin()->second, groups.rbegin()->second) << medium << " " << control;
    }
    const auto repeats = by_rank(records(medium), column, "repeat").begin()->second;
    const auto originals = by_rank(records(medium), column, "none").begin()->second;
    std::size_t repeated = 0;
    std::size_t made = 0;
    for (std::size_t rank = 0; rank < repeats.size(); ++rank) {
      repeated += repeats[rank].size();
      made += originals[rank].size();
    }
    EXPECT_EQ(repeated, (made + 9) / 10) << "a tenth, rounded up";
  }
}

TEST_P(Controls, AreNotCounted) {
  const std::string with = read_text(set / "out/coverage.json");
  set.design = "ways: 2, realizations: 3";
  set.config_name = "without.yaml";
  set.save();
  run_set(set, "without");
  EXPECT_EQ(with, read_text(set / "without/coverage.json"));
  const json coverages = json::parse(with);
  for (const auto& [medium, coverage] : coverages.items()) {
    for (const json& group : coverage["groups"]) {
      for (const json& after : group["after"]) {
        EXPECT_THAT(after["condition"], Each(testing::Ne(json("identity"))));
        EXPECT_EQ(after["observed"]["sources"].get<int>() + after["synthesised"]["sources"].get<int>(), 3);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Sets, Controls,
    testing::Values(Form{"", true},
                    Form{"  audio: {format: wav, bits: 24}\n  image: {format: jpeg, quality: 80}\n", false}));

}  // namespace
}  // namespace fairground
