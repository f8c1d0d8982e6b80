// The keys `output` and `card`.
#include <gtest/gtest.h>

#include "tests/config/fixture.h"

namespace fairground {
namespace {

using OutputTest = ConfigTest;

const std::string kAudio = "sources: [{media: audio, manifest: speech.csv, id: clip, file: path, transcript: text}]\n";

std::string config_of(const std::string& rest, const std::string& sources = kAudio) {
  return "fairground: 1\nname: x\nseed: 1\n" + sources + rest;
}

TEST_F(OutputTest, CardAndExportsAreRead) {
  const Config config = parse(config_of(
      "card: {description: Speech in noise, purpose: Audits, limits: None, licence: CC0-1.0, creator: A lab,\n"
      "  contact: 'a@b.org', url: 'https://b.org/x', version: 1.20.3, citation: 'A lab, 2026'}\n"
      "output: {directory: o, date: 2026-02-28, exports: [croissant, stm, nemo], digital_source_type: false}\n"));
  EXPECT_EQ(config.card.description, "Speech in noise");
  EXPECT_EQ(config.card.purpose, "Audits");
  EXPECT_EQ(config.card.limits, "None");
  EXPECT_EQ(config.card.licence, "CC0-1.0");
  EXPECT_EQ(config.card.creator, "A lab");
  EXPECT_EQ(config.card.contact, "a@b.org");
  EXPECT_EQ(config.card.url, "https://b.org/x");
  EXPECT_EQ(config.card.version, "1.20.3");
  EXPECT_EQ(config.card.citation, "A lab, 2026");
  EXPECT_EQ(config.date, "2026-02-28");
  EXPECT_FALSE(config.digital_source_type);
  EXPECT_EQ(config.exports, (std::vector{ExportFormat::nemo, ExportFormat::stm, ExportFormat::croissant}));
}

TEST_F(OutputTest, ByDefaultNothingIsExportedAndFilesSayThatTheyWereAltered) {
  const Config config = parse(config_of("output: {directory: o}\n"));
  EXPECT_TRUE(config.exports.empty());
  EXPECT_TRUE(config.digital_source_type);
  EXPECT_TRUE(config.date.empty());
  EXPECT_TRUE(config.card.description.empty());
}

TEST_F(OutputTest, DatesAndVersionsAreChecked) {
  for (const char* date :
       {"2026-02-29", "2026-13-01", "2026-1-01", "26-01-01", "2026-01-00", "01.02.2026", "2026-0a-01"}) {
    EXPECT_EQ(mistakes(config_of("output: {directory: o, date: " + std::string(date) + "}\n")),
              Lines{"5:30: `date` must be a date as 2026-01-31; found `" + std::string(date) + "`"})
        << date;
  }
  for (const char* version : {"1.0", "1.0.0.0", "1..0", ".1.0", "1.0.", "v1.0.0", "1.0.a"}) {
    EXPECT_EQ(mistakes(config_of("card: {version: '" + std::string(version) + "'}\noutput: {directory: o}\n")).size(),
              1U)
        << version;
  }
}

TEST_F(OutputTest, AFormatThatTheSetCannotHaveIsRefused) {
  EXPECT_EQ(mistakes(config_of("output: {directory: o, exports: [nemmo, coco, nemo, nemo, croissant]}\n")),
            (Lines{"5:34: `exports` must be webdataset, nemo, kaldi, lhotse, stm, results, coco or croissant; found "
                   "`nemmo`; did you mean `nemo`?",
                   "5:41: `coco` is for pictures, of which there are no sources", "5:53: `nemo` is listed twice",
                   "5:59: `croissant` needs `output: date`, `card: description`, `card: licence`, `card: creator`, "
                   "`card: url`"}));
  const std::string silent = "sources: [{media: audio, manifest: speech.csv, id: clip, file: path}]\n";
  EXPECT_EQ(
      mistakes(config_of("output: {directory: o, exports: [stm]}\n", silent)),
      Lines{"5:34: `stm` needs what is said: name the manifest's column with `transcript` in every entry of audio"});
  const std::string pictures = "sources: [{media: image, manifest: speech.csv, id: clip, file: path}]\n";
  EXPECT_EQ(mistakes(config_of("output: {directory: o, exports: [coco, nemo]}\n", pictures)),
            (Lines{"5:34: `coco` needs boxes: name the manifest's column with `boxes` in every entry of images",
                   "5:40: `nemo` is for recordings, of which there are no sources"}));
}

TEST_F(OutputTest, ForCroissantTheCardNamesAddresses) {
  const auto found = [&](const std::string& licence, const std::string& url, const std::string& format = "croissant") {
    return mistakes(config_of("card:\n  {description: d, creator: c, licence: '" + licence + "',\n   url: '" + url +
                              "'}\noutput: {directory: o, date: 2026-02-28, exports: [" + format + "]}\n"));
  };
  EXPECT_EQ(found("see the README", "example.org/set"),
            (Lines{"6:41: `licence` must be an SPDX identifier such as CC-BY-4.0, or the licence's address, https://…, "
                   "for the export `croissant`; found the text `see the README`",
                   "7:9: `url` must be the address where the set is published, https://…, for the export `croissant`; "
                   "found the text `example.org/set`"}));
  EXPECT_EQ(found("see the README", "example.org/set", "nemo"), Lines{}) << "others take any text";
  for (const char* const good : {"https://a", "http://a.org/b?c=d#e", "https://a.org/ü"}) {
    EXPECT_EQ(found("CC-BY-4.0", good), Lines{}) << good;
    EXPECT_EQ(found(good, "https://a.org"), Lines{}) << good;
  }
  for (const char* const bad : {"https://", "https:///a", "http://?a", "ftp://a.org", "https://a.org/b c", "https:a",
                                "https://a.org/<b>", "https://a.org/{b}", "https://a.org/b|c"}) {
    EXPECT_EQ(found("CC-BY-4.0", bad).size(), 1U) << bad;
    EXPECT_EQ(found(bad, "https://a.org").size(), 1U) << bad;
  }
}

TEST(ExportFormats, AreListedInTheOrderOfTheEnumeration) {
  for (std::size_t i = 0; i < export_formats().size(); ++i) {
    const ExportInfo& info = export_formats()[i];
    EXPECT_EQ(static_cast<std::size_t>(info.format), i);
    EXPECT_EQ(export_format_named(info.name), info.format);
    EXPECT_EQ(&info_of(info.format), &info);
  }
  EXPECT_FALSE(export_format_named("csv"));
}

}  // namespace
}  // namespace fairground
