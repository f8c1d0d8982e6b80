// Mistakes of YAML, and what yaml-cpp would let pass or would change silently.
#include <ctime>
#include <string>

#include "tests/config/fixture.h"

namespace fairground {
namespace {

// Of the processor, since others may keep the machine busy. Far more than any of these inputs needs, and far less than one
// that explodes.
constexpr double kFastS = 2.0;

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

TEST_F(ConfigTest, EmptyFilesAreRefused) {
  for (const char* text : {"", "# only a comment\n", "---\n...\n", "~\n", "\xEF\xBB\xBF"}) {
    EXPECT_EQ(mistakes(text), Lines{"1:1: the file is empty"}) << text;
  }
}

TEST_F(ConfigTest, RootMustBeAMap) {
  EXPECT_EQ(mistakes("- a\n"), Lines{"1:1: `config` must be a map of keys and values; found a list"});
  EXPECT_EQ(mistakes("hello\n"), Lines{"1:1: `config` must be a map of keys and values; found `hello`"});
}

TEST_F(ConfigTest, OnlyOneDocumentIsRead) {
  const Lines expected = {
      "6:1: a second document begins here, but a config is one document; is the indentation right?"};
  EXPECT_EQ(mistakes(kHead + "---\nroots: {}\n"), expected);
  EXPECT_EQ(mistakes(kHead + "---\n"), expected);
}

TEST_F(ConfigTest, DuplicateKeysAreReportedAtTheSecond) {
  EXPECT_EQ(mistakes(kHead + "name: again\n"), Lines{"6:1: the key `name` is given twice: first on line 2"});
  EXPECT_EQ(mistakes(kHead + "\"name\": again\n"), Lines{"6:1: the key `name` is given twice: first on line 2"});
}

TEST_F(ConfigTest, MergeKeysAreRefused) {
  EXPECT_EQ(mistakes(kHead + "design: {<<: {ways: all}}\n"),
            Lines{"6:10: merge keys (`<<`) are not read: write the keys out, or give a whole value as an alias"});
}

TEST_F(ConfigTest, KeysMustBeText) {
  EXPECT_EQ(mistakes(kHead + "? [a]\n: 1\n"), Lines{"6:3: a key must be text"});
  EXPECT_EQ(mistakes(kHead + "~: 1\n"), Lines{"6:1: a key must be text"});
}

TEST_F(ConfigTest, TagsAreRefused) {
  EXPECT_EQ(mistakes(kHead + "gates: !!map {}\n"),
            Lines{"6:8: the tag `tag:yaml.org,2002:map` has no meaning here: take it away"});
}

TEST_F(ConfigTest, EmptyValuesAreReportedAtTheirKey) {
  EXPECT_EQ(mistakes(kHead + "gates:\n\n\nlimits: {}\n"),
            Lines{"6:1: `gates` must be a map of keys and values; found nothing"});
  EXPECT_EQ(mistakes(kHead + "gates: ~\n"), Lines{"6:8: `gates` must be a map of keys and values; found nothing"});
}

TEST_F(ConfigTest, ColumnsCountCharacters) {
  EXPECT_EQ(mistakes(kHead + "roots: {x: more}   # Größe\ngates: {\"é€😀\": 1, clipped_fraction: 2}\n"),
            (Lines{"7:9: unknown key `é€😀` in `gates`; valid here: clipped_fraction",
                   "7:37: `clipped_fraction` must be a number from 0 to 1; found `2`"}));
}

TEST_F(ConfigTest, TabsInTheIndentationAreNamed) {
  const Lines expected = {"7:1: a tab in the indentation: YAML allows only spaces there"};
  EXPECT_EQ(mistakes(kHead + "gates:\n\tclipped_fraction: 1\n"), expected);
  EXPECT_EQ(mistakes(kHead + "gates:\n  \tclipped_fraction: 1\n"),
            Lines{"7:3: a tab in the indentation: YAML allows only spaces there"});
}

TEST_F(ConfigTest, SyntaxErrorsSayWhatMayBeWrong) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"a: b: c\n", "6:5: not valid YAML: a `:` cannot stand here: is the indentation right, or are quotes missing?"},
      {"axes: [1, 2\nroots: 1\n", "7:6: not valid YAML: a `[` before here is not closed by `]`, or a `,` is missing"},
      {"axes: {a: 1\n", "7:1: not valid YAML: a `{` before here is not closed by `}`, or a `,` is missing"},
      {" b: 1\n", "6:2: not valid YAML: this does not belong to the map above: is the indentation right?"},
      {"a: @x\n", "6:4: not valid YAML: text cannot begin with this character: put it in quotes"},
      {"a: *u\n", "6:4: not valid YAML: no `&` above has the name of this alias"},
      {"a: \"\\q\"\n", "6:7: not valid YAML: unknown escape character: q"},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(mistakes(kHead + text), Lines{expected}) << text;
  }
}

TEST_F(ConfigTest, QuotesThatNeverCloseAreFound) {
  EXPECT_EQ(mistakes(kHead + "name2: 'a''\nb\n").front(), "6:8: the quotes that open here are never closed");
  EXPECT_EQ(mistakes(kHead + "nam: &x \"a\\\"\n").front(), "6:6: the quotes that open here are never closed");
}

TEST_F(ConfigTest, MistakesBeforeASyntaxErrorAreKept) {
  EXPECT_EQ(mistakes(kHead + "name: x\na: @x\n"),
            (Lines{"6:1: the key `name` is given twice: first on line 2",
                   "7:4: not valid YAML: text cannot begin with this character: put it in quotes"}));
}

TEST_F(ConfigTest, OnlyUtf8IsRead) {
  for (const char* bad : {"\xFF", "\xC0\x80", "\xE2\x82", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xF8"}) {
    EXPECT_EQ(mistakes(kHead + "# é" + bad), Lines{"6:4: not UTF-8: save the file as UTF-8"}) << bad;
  }
  const std::string utf16(
      "\xFF\xFE"
      "a\0:\0",
      6);
  EXPECT_EQ(mistakes(utf16), Lines{"1:1: not UTF-8: save the file as UTF-8"});
}

TEST_F(ConfigTest, ControlCharactersAreRefused) {
  // Byte 4 is where yaml-cpp takes the file to end.
  EXPECT_EQ(mistakes(kHead + "#\x04\n"), Lines{"6:2: a control character (byte 4)"});
  EXPECT_EQ(mistakes(kHead + std::string("\0", 1)), Lines{"6:1: a control character (byte 0)"});
  EXPECT_EQ(mistakes(kHead + "roots: {x: \"a\\0b\"}\n"),
            Lines{"6:12: `x` must be one line of text without control characters; found the text `a?b`"});
}

TEST_F(ConfigTest, LongFilesAreRefused) {
  EXPECT_EQ(mistakes(std::string((4U << 20U) + 1U, ' ')), Lines{"1:1: longer than 4 MiB, which no config needs to be"});
}

TEST_F(ConfigTest, AliasBombsEndFast) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string below = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + below;
    for (int j = 1; j < 10; ++j) {
      bomb += ", " + below;
    }
    bomb += "]\n";
  }
  const double start = cpu_seconds();
  EXPECT_EQ(mistakes(bomb), Lines{"5:45: more than 100000 values, counting those behind aliases"});
  EXPECT_LT(cpu_seconds() - start, kFastS);
}

TEST_F(ConfigTest, AliasesInsideThemselvesAreRefused) {
  const std::string message = "this alias stands inside the value that it names, which would never end";
  EXPECT_EQ(mistakes("a: &a [*a]\n"), Lines{"1:8: " + message});
  EXPECT_EQ(mistakes("&a b: &c {d: {e: *c}}\n"), Lines{"1:18: " + message});
}

TEST_F(ConfigTest, DepthIsLimited) {
  const double start = cpu_seconds();
  EXPECT_EQ(mistakes("a: " + std::string(100, '[') + std::string(100, ']')),
            Lines{"1:67: nested deeper than 64 levels"});
  EXPECT_EQ(mistakes(std::string(1'000'000, '[')).size(), 1U);
  std::string maps;
  for (int i = 0; i < 1000; ++i) {
    maps += "- ";
  }
  EXPECT_EQ(mistakes(maps + "\n"), Lines{"1:129: nested deeper than 64 levels"});
  EXPECT_LT(cpu_seconds() - start, kFastS);
}

TEST_F(ConfigTest, ManyValuesAreRefused) {
  std::string text = "a:\n";
  for (int i = 0; i < 100'000; ++i) {
    text += "- 1\n";
  }
  // The root, its key and the list come before 99,997 items.
  EXPECT_EQ(mistakes(text), Lines{"99999:3: more than 100000 values, counting those behind aliases"});
}

TEST_F(ConfigTest, LongLinesOfManyValuesAreFast) {
  // Places are counted in characters, and counting each from the start of the line would take minutes.
  std::string text = "a: [";
  for (int i = 0; i < 90'000; ++i) {
    text += "éééééééééééé, ";
  }
  const double start = cpu_seconds();
  const Lines found = mistakes(text + "]\nb: @x\n");
  EXPECT_LT(cpu_seconds() - start, kFastS);
  EXPECT_EQ(found, Lines{"2:4: not valid YAML: text cannot begin with this character: put it in quotes"});
}

}  // namespace
}  // namespace fairground
