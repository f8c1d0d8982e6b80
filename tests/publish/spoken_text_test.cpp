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

std::string utf8_of(char32_t c) {
  const auto tail = [&](unsigned shift) { return static_cast<char>(0x80 | ((c >> shift) & 0x3F)); };
  if (c < 0x80) {
    return {static_cast<char>(c)};
  }
  if (c < 0x800) {
    return {static_cast<char>(0xC0 | (c >> 6)), tail(0)};
  }
  if (c < 0x10000) {
    return {static_cast<char>(0xE0 | (c >> 12)), tail(6), tail(0)};
  }
  return {static_cast<char>(0xF0 | (c >> 18)), tail(12), tail(6), tail(0)};
}

/// The words of each answer, each with a space behind it, as Perl has them.
std::vector<std::string> words_by_perl(const std::vector<std::string>& answers) {
  std::string lines;
  for (const std::string& answer : answers) {
    lines += answer + '\n';
  }
  const TemporaryFolder folder;
  write_text(folder / "answers", lines);
  write_text(folder / "words.pl",
             "use strict;\nuse warnings FATAL => 'all';\nbinmode STDIN;\nbinmode STDOUT;\n" +
                 std::string(scored_words_in_perl()) +
                 "while (<STDIN>) { chomp; my @found = words($_); print map { $_ . \" \" } @found; print \"\\n\"; }\n");
  const ProcessResult perl = run_shell("perl words.pl < answers", folder.path());
  EXPECT_EQ(perl.status, 0) << perl.err;
  write_text(folder / "words", perl.out);
  return read_lines(folder / "words");
}

void expect_same_in_perl(const std::vector<std::string>& answers) {
  const std::vector<std::string> found = words_by_perl(answers);
  ASSERT_EQ(found.size(), answers.size());
  std::size_t differing = 0;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    std::string expected;
    for (const std::string& word : scored_words(answers[i])) {
      expected += word + ' ';
    }
    if (found[i] != expected && ++differing <= 10) {
      ADD_FAILURE() << "answer " << i << ": " << testing::PrintToString(answers[i]) << " is "
                    << testing::PrintToString(expected) << ", and in Perl " << testing::PrintToString(found[i]);
    }
  }
  EXPECT_EQ(differing, 0U);
}

// The one that README tells people to use must do the same, whatever is answered.
TEST(ScoredWords, AreTheSameInPerl) {
  const RandomStream stream(1, 0, "text");
  std::uint32_t at = 0;
  const auto draw = [&](std::uint32_t below) { return stream.word_at(at++) % below; };
  constexpr std::uint32_t kBlocks[] = {0x20,   0x20,   0x20,   0x80,   0x100,  0x180,   0x250,   0x300,   0x370,
                                       0x400,  0x500,  0x5D0,  0x600,  0x900,  0x10A0,  0x13A0,  0x1E00,  0x1F00,
                                       0x2000, 0x2100, 0x2150, 0x2C00, 0x2D00, 0x3000,  0x3040,  0x4E00,  0xA640,
                                       0xA720, 0xAB30, 0xE000, 0xFE30, 0xFF00, 0x10400, 0x104B0, 0x1E900, 0x1F600};
  std::vector<std::string> answers;
  for (int line = 0; line < 4000; ++line) {
    answers.emplace_back();
    for (std::uint32_t i = draw(30); i > 0; --i) {
      constexpr char32_t kFrequent[] = U" '.,-9a\u2019A1";
      const bool is_frequent = draw(3) == 0;
      answers.back() += utf8_of(is_frequent ? kFrequent[draw(10)] : kBlocks[draw(std::size(kBlocks))] + draw(0x80));
    }
  }
  expect_same_in_perl(answers);
}

// Every character but the one that ends a line: within a word, and at the side of what only stays within a word.
TEST(ScoredWords, AreTheSameInPerlForEveryCharacter) {
  constexpr char32_t kInOneAnswer = 32;
  std::vector<std::string> answers;
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c % kInOneAnswer == 0) {
      answers.emplace_back();
    }
    if (c != U'\n' && (c < 0xD800 || c > 0xDFFF)) {
      const std::string character = utf8_of(c);
      answers.back() += "a" + character + "b " + character + "'c 1." + character + ' ';
    }
  }
  expect_same_in_perl(answers);
}

TEST(ScoredWords, AreTheSameInPerlForBytesThatAreNoText) {
  std::vector<std::string> answers;
  const auto add = [&](const std::string& bytes) { answers.push_back("a" + bytes + "b \u00E9'" + bytes); };
  // Alone, cut off, too long for what they say, surrogates, and beyond the last character.
  for (unsigned byte = 0x80; byte <= 0xFF; ++byte) {
    const std::string lead(1, static_cast<char>(byte));
    for (const char* const rest : {"", "\x80", "\x9F\x80", "\xA0\x80", "\xBF\xBF", "\x80\x80\x80", "\x8F\xBF\xBF",
                                   "\x90\x80\x80", "\xBF\xBF\xBF", "\x80\x80\x80\x80"}) {
      add(lead + rest);
    }
  }
  expect_same_in_perl(answers);
}

TEST(OneLineOfSpeech, KeepsAllButWhiteSpaceAndWhatKaldiKeeps) {
  EXPECT_EQ(one_line_of_speech("It's  3.5, \u00ABoui\u00BB!"), "It's 3.5, \u00ABoui\u00BB!");
  EXPECT_EQ(one_line_of_speech("\r\na\vb\u0085c\u2009d "), "a b c d");
  EXPECT_EQ(one_line_of_speech("<<s>s> x</s>#0"), "< s> x");
}

}  // namespace
}  // namespace fairground
