// Manifests as text: RFC 4180, JSON Lines, and every way to get them wrong.
#include "pipeline/catalog/manifest.h"

#include <gmock/gmock.h>

#include "pipeline/core/error.h"
#include "tests/support/temporary_folder.h"

namespace fairground {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

using Cells = std::vector<std::string>;

Manifest csv(std::string_view text) { return parse_manifest(text, "m.csv"); }
Manifest jsonl(std::string_view text) { return parse_manifest(text, "m.jsonl"); }

std::vector<std::string> mistakes(std::string_view text, const char* name = "m.csv") {
  try {
    (void)parse_manifest(text, name);
  } catch (const UserError& error) {
    return error.messages();
  }
  return {};
}

TEST(Csv, ReadsRowsWithTheirLines) {
  const Manifest manifest = csv("id,path\na,a.wav\nb,b.wav\n");
  EXPECT_THAT(manifest.columns, ElementsAre("id", "path"));
  ASSERT_THAT(manifest.rows, SizeIs(2));
  EXPECT_EQ(manifest.rows[0].cells, (Cells{"a", "a.wav"}));
  EXPECT_EQ(manifest.rows[0].line, 2U);
  EXPECT_EQ(manifest.rows[1].line, 3U);
}

TEST(Csv, TheLastLineNeedsNoEnd) {
  EXPECT_EQ(csv("id,path\na,a.wav").rows.at(0).cells, (Cells{"a", "a.wav"}));
  EXPECT_EQ(csv("id,path\na,").rows.at(0).cells, (Cells{"a", ""}));
  EXPECT_EQ(csv("id,path\na,\"b\"").rows.at(0).cells, (Cells{"a", "b"}));
}

TEST(Csv, QuotesHoldCommasNewlinesAndQuotes) {
  const Manifest manifest = csv("id,text\n\"a,1\",\"she said \"\"no\"\"\"\nb,\"one\ntwo\r\nthree\"\nc,\"\"\n");
  ASSERT_THAT(manifest.rows, SizeIs(3));
  EXPECT_EQ(manifest.rows[0].cells, (Cells{"a,1", "she said \"no\""}));
  EXPECT_EQ(manifest.rows[1].cells, (Cells{"b", "one\ntwo\r\nthree"}));
  EXPECT_EQ(manifest.rows[2].cells, (Cells{"c", ""}));
  // Lines inside quotes are counted, since the message must lead to the right one.
  EXPECT_EQ(manifest.rows[2].line, 6U);
}

TEST(Csv, WindowsLinesAndAByteOrderMark) {
  const Manifest manifest = csv("\xEF\xBB\xBFid,path\r\na,\"x\"\r\n\r\nb,y\r\n");
  EXPECT_THAT(manifest.columns, ElementsAre("id", "path"));
  ASSERT_THAT(manifest.rows, SizeIs(2));
  EXPECT_EQ(manifest.rows[0].cells, (Cells{"a", "x"}));
  EXPECT_EQ(manifest.rows[1].cells, (Cells{"b", "y"}));
  EXPECT_EQ(manifest.rows[1].line, 4U);
}

TEST(Csv, BlankLinesArePassedOver) {
  const Manifest manifest = csv("\n\nid,path\n\na,x\n\n\nb,y\n\n");
  ASSERT_THAT(manifest.rows, SizeIs(2));
  EXPECT_EQ(manifest.rows[0].line, 5U);
  EXPECT_EQ(manifest.rows[1].line, 8U);
}

TEST(Csv, SpacesAndUnicodeAreKept) {
  EXPECT_EQ(csv("id, path\n ä ,\t日本.wav \n").rows.at(0).cells, (Cells{" ä ", "\t日本.wav "}));
  EXPECT_THAT(csv("id, path\na,b\n").columns, ElementsAre("id", " path"));
}

TEST(Csv, EveryMistakeHasItsLine) {
  EXPECT_THAT(mistakes("id,path\na\nb,c,d\ne,f\ng,x\"y\nh,\"i\" j\n\"k,l"),
              ElementsAre("m.csv:2: the row has 1 cell, but the header names 2 columns",
                          "m.csv:3: the row has 3 cells, but the header names 2 columns",
                          AllOf(StartsWith("m.csv:5: "), HasSubstr("not quoted")),
                          AllOf(StartsWith("m.csv:6: "), HasSubstr("follows a closing quote")),
                          AllOf(StartsWith("m.csv:7: "), HasSubstr("never closed")),
                          "m.csv:7: the row has 1 cell, but the header names 2 columns"));
}

TEST(Csv, ColumnsNeedDifferentNames) {
  EXPECT_THAT(mistakes("id,path,id,\na,b,c,d\n"),
              ElementsAre("m.csv:1: two columns are named 'id'", "m.csv:1: a column has no name"));
}

TEST(Csv, AnEmptyManifestIsAMistake) {
  for (const char* text : {"", "\n\n", "id,path\n", "\xEF\xBB\xBF"}) {
    EXPECT_THAT(mistakes(text), ElementsAre("m.csv:1: the manifest lists no sources")) << '"' << text << '"';
  }
}

TEST(Csv, OnlyUtf8) {
  const auto refused = ElementsAre(AllOf(StartsWith("m.csv:1: "), HasSubstr("UTF-8")));
  EXPECT_THAT(mistakes("id,path\nJos\xE9,a.wav\n"), refused);
  EXPECT_THAT(mistakes(std::string_view("id,path\na\0b,c\n", 14)), refused);
  EXPECT_THAT(mistakes("\xFF\xFEi\0d"), refused);
}

TEST(Csv, AListOfMistakesEndsSomewhere) {
  std::string text = "id,path\n";
  for (int i = 0; i < 1000; ++i) {
    text += "x\n";
  }
  const std::vector<std::string> found = mistakes(text);
  ASSERT_THAT(found, SizeIs(51));
  EXPECT_EQ(found.back(), "m.csv: and 950 more mistakes of this kind");
}

TEST(Jsonl, ValuesBecomeText) {
  const Manifest manifest = jsonl(
      "{\"id\": \"a\", \"n\": 12, \"f\": 1.5, \"t\": true, \"none\": null, \"list\": [1, {\"x\": \"y\"}]}\n"
      "\n"
      "{\"id\": \"b\", \"later\": \"z\"}\r\n");
  ASSERT_THAT(manifest.rows, SizeIs(2));
  const auto cell = [&](std::size_t row, const char* column) {
    return manifest.rows[row].cells.at(manifest.find(column).value());
  };
  EXPECT_EQ(cell(0, "id"), "a");
  EXPECT_EQ(cell(0, "n"), "12");
  EXPECT_EQ(cell(0, "f"), "1.5");
  EXPECT_EQ(cell(0, "t"), "true");
  EXPECT_EQ(cell(0, "none"), "");
  EXPECT_EQ(cell(0, "list"), R"([1,{"x":"y"}])");
  EXPECT_EQ(cell(0, "later"), "");
  EXPECT_EQ(cell(1, "id"), "b");
  EXPECT_EQ(cell(1, "n"), "");
  EXPECT_EQ(cell(1, "later"), "z");
  EXPECT_EQ(manifest.rows[1].line, 3U);
}

TEST(Jsonl, NdjsonIsAnotherNameForIt) {
  EXPECT_EQ(parse_manifest("{\"id\": \"a\"}", "m.ndjson").rows.at(0).cells, (Cells{"a"}));
}

TEST(Jsonl, EveryMistakeHasItsLine) {
  const std::string text =
      "{\"id\": \"a\"}\n{\"id\": }\n[1]\n\"text\"\n{\"id\": \"b\"} {}\n{\"\": 1}\n{\"id\": \"\\ud800\"}\n"
      "{\"id\": \"x\\u0000y\"}\n";
  EXPECT_THAT(mistakes(text, "m.jsonl"),
              ElementsAre("m.jsonl:2: the line is not a JSON object", "m.jsonl:3: the line is not a JSON object",
                          "m.jsonl:4: the line is not a JSON object", "m.jsonl:5: the line is not a JSON object",
                          "m.jsonl:7: the line is not a JSON object",
                          AllOf(StartsWith("m.jsonl:8: "), HasSubstr("u0000")), "m.jsonl:1: a column has no name"));
}

TEST(Jsonl, DeepNestingIsNotACrash) {
  EXPECT_THAT(mistakes(std::string(200000, '['), "m.jsonl"), SizeIs(1));
  const std::string deep = "{\"id\": \"a\", \"x\": " + std::string(10000, '[') + std::string(10000, ']') + "}";
  EXPECT_THAT(jsonl(deep).rows, SizeIs(1));
}

TEST(Manifest, FindsAColumn) {
  const Manifest manifest = csv("id,path\na,b\n");
  EXPECT_EQ(manifest.find("path"), std::optional<std::size_t>(1));
  EXPECT_EQ(manifest.find("Path"), std::nullopt);
}

TEST(Manifest, AMissingFileIsAMistake) {
  const TemporaryFolder folder;
  EXPECT_THROW((void)read_manifest(folder / "none.csv"), UserError);
  EXPECT_THROW((void)read_manifest(folder.path()), UserError);
}

TEST(Manifest, MistakesCanBeGatheredWhileTheOtherRowsAreRead) {
  const TemporaryFolder folder;
  write_text(folder / "m.csv", "id,path\na\nb,c\n");
  std::vector<std::string> found = {"an earlier one"};
  const Manifest manifest = read_manifest(folder / "m.csv", found);
  EXPECT_THAT(found, ElementsAre("an earlier one", HasSubstr("m.csv:2: ")));
  ASSERT_THAT(manifest.rows, SizeIs(1));
  EXPECT_EQ(manifest.rows[0].cells, (Cells{"b", "c"}));
}

}  // namespace
}  // namespace fairground
