// Runs with skin.tone: two labels kept apart in every line, the same bytes on any number of threads, and pictures that
// cannot be used rejected one by one while the run goes on.
#include <gmock/gmock.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "pipeline/flow/picture_path.h"
#include "tests/support/process.h"
#include "tests/support/rendered_skin.h"
#include "tests/support/run_tree.h"

namespace fairground {
namespace {

using nlohmann::json;
using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSubsetOf;
using testing::SizeIs;

RenderedSkin portrait(std::size_t tone, const RenderedLight& light = kFrontalLight) {
  RenderedSkinSettings settings;
  settings.width = settings.height = 144;
  settings.albedo = kRenderedTones[tone].albedo();
  settings.light = light;
  settings.noise_constant = 1e-6;
  settings.noise_slope = 3e-5;
  return render_portrait(settings);
}

/// A config with masks beside its pictures.
class SkinSet {
 public:
  void add(const std::string& id, const cv::Mat& codes, const Mask& mask) {
    cv::Mat mask_codes(mask.height, mask.width, CV_8UC1);
    std::ranges::copy(mask.codes, mask_codes.ptr<std::uint8_t>());
    write_bytes(folder_ / (id + ".png"), encode_image({codes}, ImageContainer::png, /*quality=*/100));
    write_bytes(folder_ / (id + "-mask.png"), encode_image({mask_codes}, ImageContainer::png, /*quality=*/100));
    rows_ += id + "," + id + ".png," + id + "-mask.png,sitter " + id + ",CC0-1.0\n";
  }
  void add(const std::string& id, const RenderedSkin& skin) {
    add(id, render_rows(skin.image, {}, /*bits=*/8).codes, skin.parts);
  }

  void save(const std::string& axes) const {
    write_text(folder_ / "sources.csv", "id,path,skin,sitter,licence\n" + rows_);
    write_text(
        config(),
        "fairground: 1\nname: tones\nseed: 7\nsources: [{media: image, manifest: sources.csv, id: id, file: path, "
        "subject: sitter, licence: licence, mask: skin, "
        "mask_codes: {face: 1, ears: 2, neck: 3, hands: 4, lips: 5, brows: 6}}]\naxes: {" +
            axes + "}\ndesign: {realizations: 2}\noutput: {directory: out, image: {format: png}}\n");
  }

  [[nodiscard]] std::filesystem::path config() const { return folder_ / "set.yaml"; }
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }

 private:
  TemporaryFolder folder_;
  std::string rows_;
};

/// Those of a field's values that are not null.
std::map<std::string, std::set<std::string>> types_of(const std::vector<json>& lines) {
  std::map<std::string, std::set<std::string>> types;
  for (const json& line : lines) {
    for (const auto& [name, value] : line.items()) {
      types[name];
      if (!value.is_null()) {
        types[name].insert(value.is_number() ? (value.is_number_float() ? "float" : "integer") : value.type_name());
      }
    }
  }
  return types;
}

TEST(SkinTone, EveryLineHasBothTonesAndThreadsChangeNoByte) {
  SkinSet set;
  set.add("light", portrait(1));
  set.add("middle", portrait(3, kSideLight));
  set.add("dark", portrait(5));
  RenderedSkin nobody = portrait(2);
  std::ranges::fill(nobody.parts.codes, std::uint8_t{0});
  set.add("nobody", nobody);
  set.save(
      "skin_tone: {as_is: [], ladder: [{skin.tone: {ladder: 4}}], moved: [{skin.tone: {shift_od: [0.05, 0.2]}}]}, "
      "light: {as_taken: [], dim: [{light.exposure: {ev: -2}}]}, "
      "lens: {none: [], wide: [{lens.distortion: {}}]}");
  Tree first;
  for (const char* jobs : {"1", "4"}) {
    const std::filesystem::path out = set / (std::string("out") + jobs);
    const ProcessResult result = run_fairground({"run", set.config(), "--out", out, "--jobs", jobs});
    ASSERT_EQ(result.status, 0) << result.out << result.err;
    const Tree tree = comparable(out);
    if (first.empty()) {
      first = tree;
    } else {
      expect_equal(first, tree);
    }
    EXPECT_EQ(run_fairground({"verify", out, "--jobs", jobs}).status, 0);
  }

  const std::vector<json> records = read_json_lines(set / "out1/image/metadata.jsonl");
  const std::vector<json> failures = read_json_lines(set / "out1/failures.jsonl");
  constexpr std::size_t kPlanned = 4U * 6U * 2U * 2U;  // sources, levels of the three axes
  EXPECT_EQ(records.size() + failures.size(), kPlanned);
  const auto types = types_of(records);
  for (const auto& [name, found] : types) {
    EXPECT_LE(found.size(), 1U) << name;
  }
  for (const char* prefix : {"tone_reference", "measured_tone"}) {
    for (const char* name : {"_lightness", "_hue_deg", "_chroma", "_ita_deg", "_monk"}) {
      ASSERT_TRUE(types.contains(std::string(prefix) + name)) << prefix << name;
      EXPECT_THAT(types.at(std::string(prefix) + name),
                  ElementsAre(std::string(name) == "_monk" ? "integer" : "float"));
    }
  }
  std::map<std::string, std::set<double>> references;
  int clean = 0;
  for (const json& record : records) {
    for (const auto& [name, found] : types) {
      EXPECT_TRUE(record.contains(name)) << name << " of " << record.at("variant_id");
    }
    const bool is_clean = !record.at("synthetic").get<bool>();
    clean += is_clean ? 1 : 0;
    if (record.at("source_id") == "nobody") {
      EXPECT_TRUE(record.at("tone_reference_lightness").is_null());
      EXPECT_TRUE(record.at("measured_tone_lightness").is_null());
      EXPECT_EQ(record.at("mask_source"), "none");
      EXPECT_EQ(record.at("skin_tone"), "as_is");
      continue;
    }
    EXPECT_TRUE(record.at("tone_reference_lightness").is_number()) << record;
    EXPECT_TRUE(record.at("measured_tone_lightness").is_number()) << record;
    EXPECT_EQ(record.at("mask_source"), "supplied");
    references[record.at("source_id").get<std::string>() + " " + record.at("skin_tone").get<std::string>() + " " +
               std::to_string(record.at("realization").get<int>())]
        .insert(record.at("tone_reference_lightness").get<double>());
    // What was changed, and that it was, stands in the line itself.
    const json augmentations = json::parse(record.at("augmentations").get<std::string>());
    const bool is_moved = record.at("skin_tone") != "as_is";
    EXPECT_EQ(
        std::ranges::count(augmentations, json("skin.tone"), [](const json& step) { return step.at("augmenter"); }),
        is_moved ? 1 : 0);
    EXPECT_TRUE(!is_moved || record.at("synthetic").get<bool>());
    if (record.at("light") == "dim") {
      EXPECT_LT(record.at("measured_tone_lightness").get<double>(),
                record.at("tone_reference_lightness").get<double>() - 8.0);
    }
  }
  EXPECT_EQ(clean, 4);
  for (const auto& [what, values] : references) {
    constexpr double kConstant = 0.01;
    EXPECT_LE(*values.rbegin() - *values.begin(), kConstant) << what;
  }

  ASSERT_FALSE(failures.empty());
  std::map<std::string, int> gates;
  for (const json& failure : failures) {
    EXPECT_EQ(failure.at("kind"), "rejected") << failure;
    EXPECT_EQ(failure.at("stage"), "gate") << failure;
    EXPECT_TRUE(failure.at("gate").is_string() && failure.at("value").is_number() && failure.at("limit").is_number())
        << failure;
    EXPECT_THAT(failure.at("reason").get<std::string>(), HasSubstr("skin.tone"));
    ++gates[failure.at("source_id").get<std::string>() + " " + failure.at("gate").get<std::string>()];
    EXPECT_EQ(failure.contains("source_lightness"), failure.at("source_id") != "nobody") << failure;
  }
  // Every variant of nobody that needs skin: five of six levels, four combinations of the others.
  EXPECT_EQ(gates["nobody skin_mask_empty"], 20);
  EXPECT_GT(gates["dark skin_limit_lighter"], 0);
  EXPECT_GT(gates["light skin_limit_darker"], 0);
}

}  // namespace
}  // namespace fairground
