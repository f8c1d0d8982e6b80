// The description is expanded by a JSON-LD processor of its own, against the context that it carries; every term must
// be one of the vocabularies' (croissant_terms.json has those that may be used), and what it says must be so.
#include <fnmatch.h>
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <set>

#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "tests/support/process.h"
#include "tests/support/published_set.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::UnorderedElementsAre;

constexpr const char* kFile = "exports/croissant/croissant.json";

json description_of(const PublishedSet& set) {
  set.write(ExportFormat::croissant);
  return json::parse(read_text(set / kFile));
}

json expanded(const PublishedSet& set) {
  set.write(ExportFormat::croissant);
  const ProcessResult result = run_process(
      {"/usr/bin/python3", FAIRGROUND_SOURCE_DIR "/tests/publish/readers/croissant.py", set / kFile}, set.path());
  EXPECT_EQ(result.status, 0) << result.err;
  return json::parse(result.out);
}

const json& with_id(const json& list, const std::string& id) {
  for (const json& item : list) {
    if (item.at("@id") == id) {
      return item;
    }
  }
  throw std::out_of_range("nothing has the id " + id);
}

/// What vocabularies have, each with its IRI.
std::set<std::string> known_terms() {
  const json vocabularies = json::parse(read_text(FAIRGROUND_SOURCE_DIR "/tests/publish/readers/croissant_terms.json"));
  std::set<std::string> terms;
  for (const auto& [iri, names] : vocabularies.items()) {
    for (const json& name : names) {
      terms.insert(iri + name.get<std::string>());
    }
  }
  return terms;
}

TEST(Croissant, UsesTermsOfItsVocabulariesAlone) {
  const PublishedSet set;
  const json found = expanded(set);
  EXPECT_EQ(found.at("roots"), 1);
  const std::set<std::string> known = known_terms();
  std::size_t mapped = 0;
  for (const auto& [iri, count] : found.at("properties").items()) {
    EXPECT_THAT(known, Contains(iri));
    mapped += count.get<std::size_t>();
  }
  for (const char* const kind : {"types", "data_types"}) {
    for (const json& iri : found.at(kind)) {
      EXPECT_THAT(known, Contains(iri.get<std::string>()));
    }
  }
  // None was dropped on the way.
  std::size_t in_document = 0;
  for (const auto& [key, count] : found.at("keys_in_document").items()) {
    in_document += count.get<std::size_t>();
  }
  EXPECT_EQ(mapped, in_document);
}

TEST(Croissant, HasIdsThatAreGivenOnceAndReferencesThatLeadSomewhere) {
  const json found = expanded(PublishedSet());
  std::set<std::string> defined;
  for (const json& id : found.at("defined")) {
    EXPECT_TRUE(defined.insert(id.get<std::string>()).second) << id;
  }
  for (const json& id : found.at("referred")) {
    const std::string text = id.get<std::string>();
    // Files of assets and kinds of media are known by their hash or name alone.
    if (!text.starts_with("urn:sha256:") && !text.starts_with("https://schema.org/")) {
      EXPECT_THAT(defined, Contains(text));
    }
  }
}

TEST(Croissant, HasWhatTheSpecificationRequires) {
  const PublishedSet set;
  const json dataset = description_of(set);
  EXPECT_EQ(dataset.at("@type"), "sc:Dataset");
  EXPECT_THAT(dataset.at("conformsTo"),
              UnorderedElementsAre("http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"));
  EXPECT_EQ(dataset.at("name"), "small");
  EXPECT_EQ(dataset.at("description"), "Speech and streets for a test.");
  EXPECT_EQ(dataset.at("license"), "https://spdx.org/licenses/CC0-1.0");
  EXPECT_EQ(dataset.at("url"), "https://example.org/small");
  EXPECT_EQ(dataset.at("creator").at("name"), "A. Tester");
  EXPECT_EQ(dataset.at("datePublished"), "2026-01-01");
  EXPECT_EQ(dataset.at("version"), "1.2.3");
  EXPECT_EQ(dataset.at("isLiveDataset"), false);
  EXPECT_FALSE(dataset.contains("citeAs"));  // The card is silent.
  for (const json& item : dataset.at("distribution")) {
    EXPECT_TRUE(item.contains("name") && item.contains("encodingFormat")) << item;
    EXPECT_EQ(item.at("@type") == "cr:FileSet", item.contains("includes")) << item;
    EXPECT_EQ(item.at("@type") == "cr:FileObject", item.contains("contentUrl") && item.contains("sha256")) << item;
  }
  for (const json& records : dataset.at("recordSet")) {
    const json& key = with_id(records.at("field"), records.at("key").at("@id"));
    EXPECT_EQ(key.at("name"), "variant_id");
  }
}

TEST(Croissant, NamesFilesThatAreThereWithTheirHashes) {
  const PublishedSet set;
  const json dataset = description_of(set);
  std::size_t objects = 0;
  for (const json& item : dataset.at("distribution")) {
    if (item.at("@type") == "cr:FileObject") {
      const fs::path path = (set / kFile).parent_path() / item.at("contentUrl").get<std::string>();
      ASSERT_TRUE(fs::exists(path)) << path;
      EXPECT_EQ(item.at("sha256"), sha256_hex(read_text(path)));
      EXPECT_EQ(item.at("contentSize"), std::to_string(fs::file_size(path)) + " B");
      ++objects;
    }
  }
  EXPECT_EQ(objects, 6U);
}

/// The files of a run's folder that a file set holds.
std::set<std::string> files_in(const PublishedSet& set, const json& file_set) {
  const auto matches = [&](const char* name, const std::string& path) {
    return file_set.contains(name) &&
           ::fnmatch(file_set.at(name).get<std::string>().c_str(), ("../../" + path).c_str(), FNM_PATHNAME) == 0;
  };
  std::set<std::string> files;
  for (const auto& [path, bytes] : read_tree(set.path())) {
    if (matches("includes", path) && !matches("excludes", path)) {
      files.insert(path);
    }
  }
  return files;
}

std::set<std::string> named_by(const std::vector<PublishedSet::Json>& records, const std::string& medium,
                               const char* field) {
  std::set<std::string> files;
  for (const PublishedSet::Json& record : records) {
    files.insert(medium + '/' + record.at(field).get<std::string>());
  }
  return files;
}

TEST(Croissant, HasSetsOfTheFilesThatTheRecordsNameAndOfNoOthers) {
  const PublishedSet set;
  const json dataset = description_of(set);
  const json& files = dataset.at("distribution");
  EXPECT_EQ(files_in(set, with_id(files, "media-audio")), named_by(set.audio, "audio", "file_name"));
  EXPECT_EQ(files_in(set, with_id(files, "media-image")), named_by(set.image, "image", "file_name"));
  EXPECT_EQ(files_in(set, with_id(files, "masks-image")), named_by(set.image, "image", "mask_file_name"));
}

bool has_type(const json& value, const std::string& type) {
  return (type == "sc:Text" && value.is_string()) || (type == "sc:Boolean" && value.is_boolean()) ||
         (type == "sc:Integer" && value.is_number_integer()) || (type == "sc:Float" && value.is_number_float());
}

TEST(Croissant, DescribesEveryFieldOfEveryRecord) {
  const PublishedSet set;
  const json dataset = description_of(set);
  for (const auto& [medium, lines] : {std::pair("audio", &set.audio), {"image", &set.image}}) {
    const json& fields = with_id(dataset.at("recordSet"), medium).at("field");
    for (const PublishedSet::Json& record : *lines) {
      ASSERT_EQ(fields.size(), record.size());
      std::size_t i = 0;
      for (const auto& [name, value] : record.items()) {
        const json& field = fields[i++];
        EXPECT_EQ(field.at("name"), name);
        EXPECT_EQ(field.at("source").at("extract").at("column"), name);
        EXPECT_EQ(field.at("source").at("fileObject").at("@id"), std::string("metadata-") + medium);
        const json& type = field.at("dataType");
        EXPECT_TRUE(has_type(value, type.is_array() ? type[0].get<std::string>() : type.get<std::string>())) << name;
        const bool is_label = name == "accent" || name == "gender" || name == "place" || name == "noise" ||
                              name == "channel" || name == "light" || name == "text";
        EXPECT_EQ(is_label, type.is_array() && type[1] == "cr:Label") << name;
        EXPECT_GT(field.at("description").get<std::string>().size(), 10U);
      }
    }
  }
}

TEST(Croissant, TellsWhereTheDataComeFrom) {
  const PublishedSet set;
  const json dataset = description_of(set);
  const json& from = dataset.at("prov:wasDerivedFrom");
  ASSERT_THAT(from, SizeIs(2));
  EXPECT_EQ(from[0].at("@id"), "urn:sha256:" + sha256_hex("photos"));
  EXPECT_EQ(from[0].at("prov:label"), "the sources of the manifest photos.csv");
  EXPECT_EQ(from[1].at("license"), "https://spdx.org/licenses/CC0-1.0");
  EXPECT_THAT(from[1].at("prov:hadMember"), SizeIs(2));
  const json& run = dataset.at("prov:wasGeneratedBy");
  EXPECT_THAT(run.at("prov:label").get<std::string>(), HasSubstr("seed 7, plan " + sha256_hex("a plan")));
  std::set<std::string> used;
  for (const json& entity : run.at("prov:used")) {
    used.insert(entity.at("prov:label").get<std::string>());
  }
  EXPECT_THAT(
      used, UnorderedElementsAre("the config", "the plan", "the augmenter channel.level, version 1",
                                 "the augmenter light.exposure, version 1", "the augmenter noise.coloured, version 1"));
  // Where files lay on somebody's machine is nobody's business.
  EXPECT_THAT(read_text(set / kFile), Not(HasSubstr("/home/")));
}

TEST(Croissant, TellsOfResponsibility) {
  const json dataset = description_of(PublishedSet());
  EXPECT_THAT(dataset.at("rai:dataManipulationProtocol").get<std::string>(),
              HasSubstr("Level pink of the axis noise: noise.coloured (version 1): snr_db 10, colour pink."));
  EXPECT_THAT(dataset.at("rai:dataImputationProtocol").get<std::string>(), HasSubstr("verbatim"));
  EXPECT_THAT(dataset.at("rai:dataLimitations").dump(), HasSubstr("Of 1 of 4 (25 %) recordings the person is unknown"));
  EXPECT_THAT(dataset.at("rai:dataBiases").dump(), HasSubstr("lost the largest share of its variants: 1 of 5"));
  EXPECT_THAT(dataset.at("rai:personalSensitiveInformation").dump(), HasSubstr("accent, gender"));
  EXPECT_THAT(dataset.at("rai:dataCollectionRawData").get<std::string>(), HasSubstr("CC-BY-4.0 (4 sources)"));
}

TEST(Croissant, TellsOnlyOfWhatIsUneven) {
  PublishedSet set;
  // irish / f has two sources and two controls, scots / m and scots / unknown have one source each, and one lost.
  const std::string uneven = description_of(set).at("rai:dataBiases").dump();
  EXPECT_THAT(uneven, HasSubstr("have between 4 (scots / m) and 8 (irish / f) files, without controls."));
  // Two groups that differ in their controls alone.
  std::erase_if(set.audio, [](const PublishedSet::Json& record) {
    return record.at("source_id") == "s1" || record.at("source_id") == "s3";
  });
  set.failures.clear();
  std::erase_if(set.image, [](const PublishedSet::Json& record) { return record.at("control") == "identity"; });
  EXPECT_FALSE(description_of(set).contains("rai:dataBiases"));
  // What all lost alike is no unevenness either.
  for (const char* const group : {"irish f", "scots m"}) {
    const std::string accent = std::string(group).substr(0, 5);
    for (int i = 0; i < (accent == "irish" ? 6 : 4); ++i) {
      set.failures.push_back({{"variant_id", accent + std::to_string(i)},
                              {"media", "audio"},
                              {"source_id", "s0"},
                              {"group", {{"accent", accent}, {"gender", std::string(group).substr(6)}}},
                              {"kind", "failed"},
                              {"stage", "decode"},
                              {"reason", "cut off"}});
    }
  }
  EXPECT_FALSE(description_of(set).contains("rai:dataBiases"));
  set.failures.pop_back();
  EXPECT_THAT(description_of(set).at("rai:dataBiases").dump(),
              HasSubstr("the group irish / f lost the largest share of its variants: 6 of 12."));
}

TEST(Croissant, SaysOfConditionsAndDrawsWhatTheCardSays) {
  PublishedSet set;
  set.set["media"]["audio"]["design"]["combinations"]["held"] = 3;
  set.set["media"]["audio"]["design"]["combinations"]["left_by_budget"] = 1;
  set.set["media"]["audio"]["entries"][0]["active_level_dbov"] = "keep";
  const json dataset = description_of(set);
  EXPECT_THAT(dataset.at("rai:dataManipulationProtocol").get<std::string>(),
              HasSubstr("but for 1 of 4 that the budget left out. Whatever is drawn is drawn 2 times"));
  EXPECT_THAT(dataset.at("rai:dataPreprocessingProtocol").dump(),
              HasSubstr("active speech level by ITU-T P.56 as it was"));
}

TEST(Croissant, KeepsColumnsOfAnyName) {
  PublishedSet set;
  const std::string name = "cr:a b/\"c\"#%\xc3\xa9";
  set.set["media"].erase("image");
  set.set["media"]["audio"]["columns"]["kept"].push_back(name);
  for (PublishedSet::Json& record : set.audio) {
    record[name] = "value";
  }
  const json found = expanded(set);
  const json dataset = json::parse(read_text(set / kFile));
  const json& field = with_id(dataset.at("recordSet")[0].at("field"), "audio/cr%3Aa%20b%2F%22c%22%23%25%C3%A9");
  EXPECT_EQ(field.at("name"), name);
  EXPECT_EQ(field.at("source").at("extract").at("column"), name);
  EXPECT_THAT(found.at("defined"),
              Contains("https://example.org/set/exports/croissant/audio/cr%3Aa%20b%2F%22c%22%23%25%C3%A9"));
}

TEST(Croissant, NeedsACard) {
  for (const char* const key : {"description", "licence", "creator", "url"}) {
    PublishedSet set;
    set.set["card"][key] = nullptr;
    set.save();
    EXPECT_THAT(why_not(ExportFormat::croissant, read_set_facts(OutputTree(set.path()))), Not(IsEmpty())) << key;
  }
  PublishedSet set;
  set.save();
  EXPECT_EQ(why_not(ExportFormat::croissant, read_set_facts(OutputTree(set.path()))), "");
}

TEST(Croissant, NeedsAddresses) {
  PublishedSet set;
  set.set["card"]["licence"] = "see the README";
  set.set["card"]["url"] = "example.org/set";
  set.save();
  EXPECT_EQ(
      why_not(ExportFormat::croissant, read_set_facts(OutputTree(set.path()))),
      "needs for `card: licence` an SPDX identifier such as CC-BY-4.0, or the licence's address, https://… (found "
      "`see the README`), for `card: url` the address where the set is published, https://… (found "
      "`example.org/set`); make the set anew with this in its config");
  EXPECT_EQ(why_not(ExportFormat::coco, read_set_facts(OutputTree(set.path()))), "");
}

TEST(Croissant, IsTheSameWheneverItIsWritten) {
  const PublishedSet set;
  set.write(ExportFormat::croissant);
  const std::string first = read_text(set / kFile);
  set.write(ExportFormat::croissant);
  EXPECT_EQ(read_text(set / kFile), first);
}

}  // namespace
}  // namespace fairground
