// Manifests as text: RFC 4180, JSON Lines, and every way to get them wrong.
#include "pipeline/catalog/manifest.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "pipeline/catalog/catalog.h"
#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_media.h"

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
              ElementsAre("m.csv:1: two columns are named `id`", "m.csv:1: a column has no name"));
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

TEST(Csv, EveryMistakeIsListedHoweverMany) {
  std::string text = "id,path\n";
  for (int i = 0; i < 1000; ++i) {
    text += "x\n";
  }
  const std::vector<std::string> found = mistakes(text);
  ASSERT_THAT(found, SizeIs(1000));
  EXPECT_EQ(found.back(), "m.csv:1001: the row has 1 cell, but the header names 2 columns");
}

TEST(Csv, ACarriageReturnAloneIsAMistake) {
  const auto alone = [](const char* line) {
    return AllOf(StartsWith(std::string("m.csv:") + line + ": a carriage return without a line feed"));
  };
  EXPECT_THAT(mistakes("id,path\na,b\rc\nd,e\n"), ElementsAre(alone("2")));
  EXPECT_THAT(mistakes("id,path\na,b\r"), ElementsAre(alone("2")));
  EXPECT_THAT(mistakes("id,path\na,b\r\r\n"), ElementsAre(alone("2")));
  EXPECT_THAT(mistakes("id,path\na,\"b\"\r"), ElementsAre(alone("2")));
  EXPECT_THAT(mistakes("id,path\n\"a\n\",b\rc\n"), ElementsAre(alone("3")));
  // The lines of an old Macintosh are one line, and one mistake.
  EXPECT_THAT(mistakes("id,path\ra,a.wav\rb,b.wav\r"), ElementsAre(alone("1")));
  EXPECT_EQ(csv("id,path\r\na,\"b\rc\"\r\n").rows.at(0).cells, (Cells{"a", "b\rc"}));
}

TEST(Csv, ColumnsCannotCommandTheTerminal) {
  EXPECT_THAT(mistakes("id,\x1b[31m,\x1b[31m\na,b,c\n"), ElementsAre("m.csv:1: two columns are named `?[31m`"));
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

std::string nested(std::size_t depth) {
  return "{\"id\": \"a\", \"x\": " + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}\n";
}

TEST(Jsonl, DeepNestingIsAMistake) {
  EXPECT_THAT(mistakes(std::string(200000, '['), "m.jsonl"), SizeIs(1));
  EXPECT_THAT(jsonl(nested(64)).rows, SizeIs(1));
  EXPECT_THAT(mistakes("{\"id\": \"b\"}\n" + nested(65), "m.jsonl"),
              ElementsAre("m.jsonl:2: the line is nested deeper than 64 levels"));
  EXPECT_THAT(mistakes(nested(200000), "m.jsonl"), ElementsAre("m.jsonl:1: the line is nested deeper than 64 levels"));
  const std::size_t many = 200000;
  std::string objects = "{\"x\": ";
  for (std::size_t i = 0; i < many; ++i) {
    objects += "{\"a\":";
  }
  EXPECT_THAT(mistakes(objects + "1" + std::string(many + 1, '}'), "m.jsonl"), SizeIs(1));
}

TEST(Jsonl, NumbersKeepTheirText) {
  for (const char* number :
       {"123456789012345678901234567890", "1.10", "1.0", "1e2", "1E+02", "-0", "-0.0", "0", "-12",
        "18446744073709551615", "-9223372036854775808", "-9223372036854775809", "0.1000000000000000055"}) {
    EXPECT_EQ(jsonl(std::string("{\"n\": ") + number + "}").rows.at(0).cells, Cells{number});
    EXPECT_EQ(jsonl(std::string("{\"n\": [") + number + "]}").rows.at(0).cells, Cells{std::string("[") + number + "]"});
  }
}

TEST(Jsonl, ANumberThatIsTooLargeIsAMistake) {
  EXPECT_THAT(mistakes("{\"id\": \"a\", \"n\": 1e999}\n", "m.jsonl"),
              ElementsAre(AllOf(StartsWith("m.jsonl:1: the number `1e999` "), HasSubstr("quotes"))));
}

TEST(Jsonl, NestedValuesKeepTheirTextWithoutSpaces) {
  EXPECT_EQ(
      jsonl(R"({"v": { "b" : [ 1 , "x\n\"é" , null, true, false, [], {} ], "a": {"c": 1.50} }})").rows.at(0).cells,
      Cells{R"({"b":[1,"x\n\"é",null,true,false,[],{}],"a":{"c":1.50}})"});
}

TEST(Jsonl, AKeyGivenTwiceIsAMistake) {
  EXPECT_THAT(
      mistakes("{\"id\": \"a\"}\n{\"id\": \"b\", \"accent\": \"irish\", \"accent\": \"scots\", \"id\": \"c\"}\n",
               "m.jsonl"),
      ElementsAre("m.jsonl:2: the key `accent` is given twice", "m.jsonl:2: the key `id` is given twice"));
  // Spelt otherwise, it is the same key.
  EXPECT_THAT(mistakes("{\"id\": \"a\", \"\\u0069d\": \"a\"}\n", "m.jsonl"),
              ElementsAre("m.jsonl:1: the key `id` is given twice"));
}

TEST(Jsonl, NoKeyHoldsTheCharacterZero) {
  EXPECT_THAT(mistakes("{\"id\": \"a\", \"x\\u0000\": 1}\n", "m.jsonl"),
              ElementsAre(AllOf(StartsWith("m.jsonl:1: "), HasSubstr("u0000"))));
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

/// What a body gets to see, as text: its columns, its line, and its cells.
std::vector<std::string> streamed(const std::filesystem::path& path, std::vector<std::string>& mistakes) {
  std::vector<std::string> seen;
  const std::vector<std::string> columns = for_each_manifest_row(
      path, mistakes, [&](const std::vector<std::string>& known, std::size_t line, const auto& cells) {
        std::string text = std::to_string(line) + ":";
        ASSERT_EQ(cells.size(), known.size());
        for (std::size_t i = 0; i < cells.size(); ++i) {
          text += " " + known[i] + "=" + std::string(cells[i]);
        }
        seen.push_back(text);
      });
  std::string all = "all:";
  for (const std::string& column : columns) {
    all += " " + column;
  }
  seen.push_back(all);
  return seen;
}

/// The rows and mistakes of `text`, once from a file and once from memory.
void expect_same_from_file(const std::string& text, const std::string& name) {
  const TemporaryFolder folder;
  write_text(folder / name, text);
  std::vector<std::string> mistakes;
  const Manifest from_file = read_manifest(folder / name, mistakes);
  Manifest from_memory;
  std::vector<std::string> mistakes_in_memory;
  try {
    from_memory = parse_manifest(text, folder / name);
  } catch (const UserError& error) {
    mistakes_in_memory = error.messages();
  }
  EXPECT_EQ(mistakes, mistakes_in_memory);
  if (!mistakes.empty()) {
    return;
  }
  EXPECT_EQ(from_file.columns, from_memory.columns);
  ASSERT_EQ(from_file.rows.size(), from_memory.rows.size());
  for (std::size_t i = 0; i < from_file.rows.size(); ++i) {
    ASSERT_EQ(from_file.rows[i].line, from_memory.rows[i].line);
    ASSERT_EQ(from_file.rows[i].cells, from_memory.rows[i].cells) << from_file.rows[i].line;
  }
}

/// Rows of 1 byte to nearly the longest that may be, some 30 MB of them, with characters of two to four bytes, quotes
/// and line feeds in them, so that wherever a block ends it ends within one of these.
std::string long_csv() {
  constexpr std::size_t kRows = 400;
  const std::string pieces[] = {"a", "\u00e9", "\u20ac", "\U0001f600", "\"\"", "\n", ",", "\r\n"};
  std::string text = "id,text\n";
  for (std::size_t row = 0; row < kRows; ++row) {
    const std::size_t length = row % 97 == 5 ? 4'000'000 : row * row % 65'537;
    text += std::to_string(row) + ",\"";
    for (const std::size_t start = text.size(); text.size() < start + length;) {
      text += pieces[(text.size() / 3 + row) % std::size(pieces)];
    }
    text += "\"\n";
  }
  return text;
}

TEST(Rows, OfALongFileAreThoseOfItsText) {
  const std::string rows = long_csv();
  ASSERT_GT(rows.size(), std::size_t{25} << 20U);
  expect_same_from_file(rows, "m.csv");
  std::string lines;
  for (int row = 0; row < 300'000; ++row) {
    lines += R"({"id": ")" + std::to_string(row) + R"(", "text": "\u00e9)" + std::string(row % 101, 'x') + "\"}\r\n";
  }
  ASSERT_GT(lines.size(), std::size_t{10} << 20U);
  expect_same_from_file(lines, "m.jsonl");
  expect_same_from_file("\xEF\xBB\xBF" + rows + "last,one", "m.csv");
}

TEST(Rows, AMistakeFarBehindIsFoundAsInMemory) {
  const std::string rows = long_csv();
  for (const std::string& end : std::vector<std::string>{"\xff", "\xe2\x82", std::string("a\0b", 3), "one cell\n"}) {
    expect_same_from_file(rows + end, "m.csv");
  }
}

TEST(Rows, OfAPipeAreThoseOfAFile) {
  const TemporaryFolder folder;
  const std::string rows = "id,text\na,b\nc,d\n";
  ASSERT_EQ(::mkfifo((folder / "m.csv").c_str(), 0600), 0);
  std::jthread writer([&] { std::ofstream(folder / "m.csv") << rows; });
  std::vector<std::string> mistakes;
  std::string sha256;
  const Manifest manifest = read_manifest(folder / "m.csv", mistakes, &sha256);
  EXPECT_THAT(mistakes, IsEmpty());
  ASSERT_THAT(manifest.rows, SizeIs(2));
  EXPECT_EQ(manifest.rows[1].cells, (Cells{"c", "d"}));
  EXPECT_EQ(sha256, sha256_hex(rows));
}

TEST(Rows, OfAManifestThatChangesWhileItIsReadAreRefused) {
  const TemporaryFolder folder;
  const auto path = folder / "m.csv";
  write_text(path, "id,text\n" + std::string(std::size_t{12} << 20U, '\n') + "a,b\n" +
                       std::string(std::size_t{12} << 20U, '\n') + "c,d\n");
  std::vector<std::string> mistakes;
  for_each_manifest_row(path, mistakes, [&](const auto&, std::size_t, const auto& cells) {
    if (cells[0] == "a") {
      std::ofstream(path, std::ios::app) << "e,f\n";
    }
  });
  EXPECT_THAT(mistakes, ElementsAre(HasSubstr("m.csv: the manifest was changed while it was read")));
}

TEST(Rows, OfCsvComeOneByOne) {
  const TemporaryFolder folder;
  write_text(folder / "m.csv",
             "id,text\n\"a\",\"x \"\"1\"\", \"\"2\"\"\"\nb\n\nc,\"\"\nd,long enough to leave a short string\n");
  std::vector<std::string> mistakes;
  EXPECT_THAT(streamed(folder / "m.csv", mistakes),
              ElementsAre("2: id=a text=x \"1\", \"2\"",
                          "5: id=c text=", "6: id=d text=long enough to leave a short string", "all: id text"));
  EXPECT_THAT(mistakes, ElementsAre(HasSubstr("m.csv:3: the row has 1 cell")));
}

TEST(Rows, OfJsonLinesMayBringColumns) {
  const TemporaryFolder folder;
  write_text(folder / "m.jsonl",
             "{\"id\": \"a\"}\n{\"b\": 1, \"id\": \"b\"}\n{\"id\": \"c\", \"id\": \"c\", \"z\": 1}\n{\"id\": \"d\"}\n");
  std::vector<std::string> mistakes;
  EXPECT_THAT(streamed(folder / "m.jsonl", mistakes),
              ElementsAre("1: id=a", "2: id=b b=1", "4: id=d b= z=", "all: id b z"));
  EXPECT_THAT(mistakes, ElementsAre(HasSubstr("m.jsonl:3: the key `id` is given twice")));
}

TEST(Rows, ColumnsAreKnownWithoutRows) {
  const TemporaryFolder folder;
  write_text(folder / "m.csv", "id,path\n");
  std::vector<std::string> mistakes;
  EXPECT_THAT(streamed(folder / "m.csv", mistakes), ElementsAre("all: id path"));
  EXPECT_THAT(mistakes, ElementsAre(HasSubstr("m.csv:1: the manifest lists no sources")));
  EXPECT_THAT(streamed(folder / "none.csv", mistakes), ElementsAre("all:"));
  EXPECT_THAT(mistakes, SizeIs(2));
}

TEST(Rows, OfAPipeAreReadToItsEnd) {
  // More than one block, since the size of a pipe is not known beforehand.
  constexpr int kRows = 20000;
  const TemporaryFolder folder;
  const std::filesystem::path pipe = folder / "m.csv";
  ASSERT_EQ(::mkfifo(pipe.c_str(), S_IRUSR | S_IWUSR), 0);
  std::thread writer([&] {
    std::string text = "id,path\n";
    for (int i = 0; i < kRows; ++i) {
      text += std::to_string(i) + ",a.wav\n";
    }
    std::ofstream(pipe) << text;
  });
  std::vector<std::string> mistakes;
  const std::vector<std::string> seen = streamed(pipe, mistakes);
  writer.join();
  EXPECT_THAT(mistakes, IsEmpty());
  ASSERT_THAT(seen, SizeIs(kRows + 1));
  EXPECT_EQ(seen[kRows - 1], "20001: id=19999 path=a.wav");
}

/// What entries of one recording each ask of the signal must agree under matched pairing.
class SignalsTest : public testing::Test {
 protected:
  SignalsTest() {
    config_.path = folder_ / "c.yaml";
    config_.media[Media::audio];
    write_bytes(folder_ / "mono.wav", test_wav(0.5, 16000, 1));
    write_bytes(folder_ / "stereo.wav", test_wav(0.5, 16000, 2, /*channels=*/2));
  }

  SourceSettings& entry(const std::string& id, const std::string& file) {
    SourceSettings settings;
    settings.manifest = folder_ / (std::to_string(config_.sources.size()) + ".csv");
    settings.id = "id";
    settings.file = "path";
    settings.sample_rate = 16000;
    write_text(settings.manifest, "id,path\n" + id + "," + file + "\n");
    config_.sources.push_back(settings);
    return config_.sources.back();
  }

  [[nodiscard]] std::vector<std::string> mistakes() const {
    try {
      (void)read_catalog(config_, /*jobs=*/1);
    } catch (const UserError& error) {
      return error.messages();
    }
    return {};
  }

  TemporaryFolder folder_;
  Config config_;
};

TEST_F(SignalsTest, ChannelsThatDifferAreRefusedUnderMatchedPairing) {
  entry("a", "mono.wav").mono = false;
  entry("b", "stereo.wav").mono = false;
  entry("c", "stereo.wav").mono = false;
  entry("d", "missing.wav").mono = false;
  EXPECT_THAT(mistakes(), ElementsAre(AllOf(StartsWith(config_.path.string() + ": "),
                                            HasSubstr("1 channel (1 source), 2 channels (2 sources)"),
                                            HasSubstr("`channels: mono`"), HasSubstr("`pairing: independent`"))));
  config_.media[Media::audio].design.pairing = Pairing::independent;
  EXPECT_THAT(mistakes(), IsEmpty());
}

TEST_F(SignalsTest, ChannelsMayAgreeByChance) {
  entry("a", "mono.wav").mono = false;
  entry("b", "stereo.wav").mono = true;
  EXPECT_THAT(mistakes(), IsEmpty());
  config_.sources[0].mono = true;
  config_.sources[1].mono = false;
  EXPECT_THAT(mistakes(), SizeIs(1));
}

TEST_F(SignalsTest, ActiveLevelsThatDifferAreRefusedUnderMatchedPairing) {
  entry("a", "mono.wav").active_level_dbov = -26.0;
  entry("b", "mono.wav").active_level_dbov = -30.5;
  entry("c", "mono.wav").active_level_dbov.reset();
  EXPECT_THAT(mistakes(), ElementsAre(AllOf(HasSubstr("keep (1 source), -30.5 dBov (1 source), -26 dBov (1 source)"),
                                            HasSubstr("one `active_level`"), HasSubstr("`pairing: independent`"))));
  for (SourceSettings& settings : config_.sources) {
    settings.active_level_dbov.reset();
  }
  EXPECT_THAT(mistakes(), IsEmpty());
  config_.sources[0].active_level_dbov = -26.0;
  EXPECT_THAT(mistakes(), SizeIs(1));
  config_.media[Media::audio].design.pairing = Pairing::independent;
  EXPECT_THAT(mistakes(), IsEmpty());
}

TEST_F(SignalsTest, AllThatDiffersIsListedAtOnce) {
  entry("a", "mono.wav").mono = false;
  SourceSettings& other = entry("b", "stereo.wav");
  other.mono = false;
  other.sample_rate = 8000;
  other.active_level_dbov = -20.0;
  EXPECT_THAT(mistakes(), ElementsAre(HasSubstr("sample rates"), HasSubstr("channels"), HasSubstr("active levels")));
}

TEST_F(SignalsTest, LabelsCannotCommandTheTerminal) {
  entry("a\x1b[31m", "../\x1b]0;x\x07.wav");
  entry("a\x1b[31m", "mono.wav");
  entry("b", "mono.wav").groups = {"\x1b[2J"};
  const std::vector<std::string> found = mistakes();
  EXPECT_THAT(found, SizeIs(3));
  for (const std::string& message : found) {
    EXPECT_EQ(message.find_first_of("\x1b\x07"), std::string::npos) << message;
  }
}

}  // namespace
}  // namespace fairground
