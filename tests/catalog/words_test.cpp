// Times of words: what a manifest may hold, and what is said of what it may not.
#include "pipeline/catalog/words.h"

#include "tests/catalog/catalog_fixture.h"

namespace fairground {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string mistake(const std::string& text) { return parse_words(text).mistake; }

TEST(Words, AreReadAndWrittenAlike) {
  const std::string text = R"([{"word":"it's","start_s":0.25,"end_s":0.5},{"word":"","start_s":0.5,"end_s":0.5}])";
  const SpokenWords words = parse_words(text);
  EXPECT_EQ(words.mistake, "");
  ASSERT_EQ(words.words.size(), 2U);
  EXPECT_EQ(words.words[0].word, "it's");
  EXPECT_EQ(words.words[0].start_s, 0.25);
  EXPECT_EQ(words.words[0].end_s, 0.5);
  EXPECT_EQ(words_json(words.words), text);
  EXPECT_EQ(words_json(parse_words(R"( [ {"end_s": 2, "word": "é", "start_s": 1.00000049} ] )").words),
            R"([{"word":"é","start_s":1.0,"end_s":2.0}])");
  EXPECT_EQ(words_json(parse_words("").words), "[]");
  EXPECT_EQ(words_json(parse_words("[]").words), "[]");
}

TEST(Words, AreRefusedWithTheWayOut) {
  EXPECT_EQ(
      mistake("one two"),
      R"(is not JSON; words are a JSON list like [{"word": "one", "start_s": 0.25, "end_s": 0.6}], with times in )"
      "seconds");
  EXPECT_THAT(mistake("{}"), HasSubstr("is no JSON list; words are"));
  EXPECT_THAT(mistake("[1]"), HasSubstr("word 1 of 1 is no object; words are"));
  EXPECT_THAT(mistake(R"([{"word":"a","start_s":0,"end_s":1},{"start_s":0,"end_s":1}])"),
              HasSubstr("word 2 of 2 has no text `word`;"));
  EXPECT_THAT(mistake(R"([{"word":"a","start_s":"0","end_s":1}])"), HasSubstr("word 1 of 1 has no number `start_s`;"));
  EXPECT_THAT(mistake(R"([{"word":"a","start_s":0}])"), HasSubstr("word 1 of 1 has no number `end_s`;"));
  EXPECT_THAT(mistake(R"([{"word":"a","start_s":1,"end_s":0.5}])"), HasSubstr("word 1 of 1 goes from 1 to 0.5 s;"));
  EXPECT_THAT(mistake(R"([{"word":"a","start_s":-1,"end_s":0.5}])"), HasSubstr("goes from -1 to 0.5 s;"));
  EXPECT_THAT(mistake(R"([{"word":"a","start_s":0,"end_s":1,"score":2}])"),
              HasSubstr("word 1 of 1 has `score`, which no record keeps;"));
  // Neither depth nor size may bring the reader down.
  EXPECT_NE(mistake(std::string(100000, '[')), "");
  EXPECT_NE(mistake(R"([{"word":"a","start_s":0,"end_s":1e999}])"), "");
}

TEST(Words, MayEndAFrameLate) {
  const std::vector<SpokenWord> words = parse_words(R"([{"word":"a","start_s":0,"end_s":1.01}])").words;
  EXPECT_EQ(late_word(words, 1.0), "");
  EXPECT_EQ(late_word(words, 0.9), "word 1 (`a`) ends at 1.01 s, but the recording is 0.9 s long");
}

TEST_F(CatalogTest, WordsMayStandInCsvOrAsAListInLinesOfJson) {
  entry("m.csv",
        "id,path,words\n1,a.wav,\"[{\"\"word\"\":\"\"x\"\",\"\"start_s\"\":0,\"\"end_s\"\":0.25}]\"\n2,b.wav,\n")
      .words = "words";
  entry("m.jsonl", R"({"id": 3, "path": "a.wav", "at": [{"word": "y", "start_s": 0.125, "end_s": 0.5}]})"
                   "\n"
                   R"({"id": 4, "path": "b.wav"})"
                   "\n")
      .words = "at";
  const MediaCatalog catalog = audio();
  std::vector<std::string> found;
  for (const Source& source : catalog.sources) {
    found.push_back(words_json(parse_words(catalog.words_of(source)).words));
  }
  EXPECT_THAT(found, ElementsAre(R"([{"word":"x","start_s":0.0,"end_s":0.25}])", "[]",
                                 R"([{"word":"y","start_s":0.125,"end_s":0.5}])", "[]"));
  EXPECT_THAT(catalog.columns, IsEmpty());
}

TEST_F(CatalogTest, WordsThatCannotBeReadAreMistakes) {
  SourceSettings& settings = entry("m.csv", "id,path,words,note\n1,a.wav,one,n\n2,b.wav,,n\n3,b.wav,[2],n\n");
  settings.words = "words";
  settings.keep = {"note"};
  EXPECT_THAT(mistakes(), ElementsAre(HasSubstr("m.csv:2: column `words`: is not JSON; words are"),
                                      HasSubstr("m.csv:4: column `words`: word 1 of 1 is no object; words are")));
  config_.sources[0].words = "spoken";
  EXPECT_THAT(mistakes(), ElementsAre("m.csv:1: there is no column `spoken`; the manifest has: id, path, words, note"));
}

}  // namespace
}  // namespace fairground
