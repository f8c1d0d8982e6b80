// The words of transcripts, as they are scored, and the same in Perl.
#include "pipeline/publish/spoken_text.h"

#include <gmock/gmock.h>

#include "pipeline/core/random.h"
#include "tests/support/reader.h"

namespace fairground {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ScoredWords, AreInLowerCaseAndWithoutPunctuation) {
  EXPECT_THAT(scored_words("Hello, world! It's 3.5 or 1,000."),
              ElementsAre("hello", "world", "it's", "3.5", "or", "1,000"));
  EXPECT_THAT(scored_words("twenty-one/two word.word 'quoted' o\u2019clock dogs'"),
              ElementsAre("twenty", "one", "two", "word", "word", "quoted", "o'clock", "dogs"));
  EXPECT_THAT(scored_words("\u00BFQU\u00C9 tal\u2026? \u00ABÉlan\u00BB — ПРИВЕТ, ΣΟΦΙΑ"),
              ElementsAre("qu\u00E9", "tal", "\u00E9lan", "привет", "σοφια"));
  EXPECT_THAT(scored_words("<O> {a / b} (c) ;; @ *d* e;f"), ElementsAre("o", "a", "b", "c", "d", "e", "f"));
  EXPECT_THAT(scored_words("你好,世界。"), ElementsAre("你好", "世界"));
  EXPECT_THAT(scored_words(" \t\n ... "), IsEmpty());
  EXPECT_THAT(scored_words("a\xFF\xC3"
                           "b"),
              ElementsAre("a", "b"));
}

// The one that README tells people to use must do the same, whatever is answered.
TEST(ScoredWords, AreTheSameInPerl) {
  const RandomStream stream(1, 0, "text");
  std::uint32_t at = 0;
  const auto draw = [&](std::uint32_t below) { return stream.word_at(at++) % below; };
  constexpr std::uint32_t kBlocks[] = {0x20,   0x20,   0x20,   0x80,   0x100,   0x180,   0x250,   0x300,  0x370,
                                       0x400,  0x500,  0x5D0,  0x600,  0x900,   0x10A0,  0x13A0,  0x1E00, 0x1F00,
                                       0x2000, 0x2100, 0x2150, 0x2C00, 0x2D00,  0x3000,  0x3040,  0x4E00, 0xA640,
                                       0xA720, 0xAB30, 0xFE30, 0xFF00, 0x10400, 0x104B0, 0x1E900, 0x1F600};
  std::string answers;
  std::vector<std::string> expected;
  for (int line = 0; line < 4000; ++line) {
    std::u32string text;
    for (std::uint32_t i = draw(30); i > 0; --i) {
      constexpr char32_t kFrequent[] = U" '.,-9a\u2019A1";
      const bool is_frequent = draw(3) == 0;
      const char32_t c = is_frequent ? kFrequent[draw(10)] : kBlocks[draw(std::size(kBlocks))] + draw(0x80);
      text += c == 0x7F || (c >= 0x80 && c < 0xA0) || c < 0x20 ? U' ' : c;
    }
    std::string utf8;
    for (const char32_t c : text) {
      if (c < 0x80) {
        utf8 += static_cast<char>(c);
      } else if (c < 0x800) {
        utf8 += {static_cast<char>(0xC0 | (c >> 6)), static_cast<char>(0x80 | (c & 0x3F))};
      } else if (c < 0x10000) {
        utf8 += {static_cast<char>(0xE0 | (c >> 12)), static_cast<char>(0x80 | ((c >> 6) & 0x3F)),
                 static_cast<char>(0x80 | (c & 0x3F))};
      } else {
        utf8 += {static_cast<char>(0xF0 | (c >> 18)), static_cast<char>(0x80 | ((c >> 12) & 0x3F)),
                 static_cast<char>(0x80 | ((c >> 6) & 0x3F)), static_cast<char>(0x80 | (c & 0x3F))};
      }
    }
    answers += utf8 + '\n';
    expected.emplace_back();
    for (const std::string& word : scored_words(utf8)) {
      expected.back() += word + ' ';
    }
  }
  const TemporaryFolder folder;
  write_text(folder / "answers", answers);
  write_text(folder / "words.pl",
             "use strict;\nuse warnings;\nbinmode STDIN, ':encoding(UTF-8)';\n"
             "binmode STDOUT, ':encoding(UTF-8)';\n" +
                 std::string(scored_words_in_perl()) +
                 "while (<STDIN>) { chomp; my @found = words($_); print map { $_ . \" \" } @found; print \"\\n\"; }\n");
  const ProcessResult perl = run_shell("perl words.pl < answers", folder.path());
  EXPECT_EQ(perl.status, 0) << perl.err;
  write_text(folder / "words", perl.out);
  const std::vector<std::string> lines = read_lines(folder / "words");
  ASSERT_EQ(lines.size(), expected.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    ASSERT_EQ(lines[i], expected[i]) << "line " << i;
  }
}

TEST(OneLineOfSpeech, KeepsAllButWhiteSpaceAndWhatKaldiKeeps) {
  EXPECT_EQ(one_line_of_speech("It's  3.5, \u00ABoui\u00BB!"), "It's 3.5, \u00ABoui\u00BB!");
  EXPECT_EQ(one_line_of_speech("\r\na\vb\u0085c\u2009d "), "a b c d");
  EXPECT_EQ(one_line_of_speech("<<s>s> x</s>#0"), "< s> x");
}

}  // namespace
}  // namespace fairground
