// Text from anywhere: what is UTF-8, and what may reach a terminal.
#include "pipeline/core/text.h"

#include <gmock/gmock.h>

namespace fairground {
namespace {

TEST(Text, CharactersOfUtf8HaveOneToFourBytes) {
  EXPECT_EQ(utf8_length(""), 0U);
  EXPECT_EQ(utf8_length("ab"), 1U);
  EXPECT_EQ(utf8_length("éa"), 2U);
  EXPECT_EQ(utf8_length("€"), 3U);
  EXPECT_EQ(utf8_length("\xF4\x8F\xBF\xBF"), 4U);
}

TEST(Text, WhatIsNotUtf8IsFound) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("aé€😀"));
  // A lone continuation, overlong forms, a surrogate, beyond U+10FFFF, and characters cut short.
  for (const char* bad :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xF0\x8F\xBF\xBF", "\xED\xA0\x80",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xC3", "\xE2\x82", "\xC3("}) {
    EXPECT_EQ(utf8_length(bad), 0U);
    EXPECT_FALSE(is_utf8(bad));
    EXPECT_FALSE(is_utf8("ok " + std::string(bad)));
  }
}

TEST(Text, ControlCharactersDoNotReachTheTerminal) {
  EXPECT_EQ(on_one_line("a\n\x1b[31m\x7F\tb"), "a??[31m??b");
  // U+009B begins a command too, as two bytes of UTF-8 or as one byte that is not UTF-8.
  EXPECT_EQ(on_one_line("\xC2\x9B"
                        "2J"),
            "?2J");
  EXPECT_EQ(on_one_line("\x9B"
                        "2J"),
            "?2J");
  EXPECT_EQ(on_one_line("\xC2\xA0é€😀"), "\xC2\xA0é€😀");
  EXPECT_EQ(on_one_line(std::string(200, 'x')), std::string(200, 'x'));
}

TEST(Text, TicksKeepHostileTextOnOneShortLine) {
  EXPECT_EQ(in_ticks("a\n\x1b[31m"), "`a??[31m`");
  const std::string cut = in_ticks("x" + std::string(100, 'y'));
  EXPECT_EQ(character_count(cut), 63U);
  std::string euros;
  for (int i = 0; i < 50; ++i) {
    euros += "€";
  }
  EXPECT_EQ(in_ticks("a" + euros).substr(0, 4), "`a\xE2\x82");
  EXPECT_EQ(character_count(in_ticks("a" + euros)), 23U);
}

}  // namespace
}  // namespace fairground
