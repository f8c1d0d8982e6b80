// Text from anywhere: what is UTF-8, and what may reach a terminal.
#include "pipeline/core/text.h"

#include <gmock/gmock.h>

#include <iterator>
#include <nlohmann/json.hpp>

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

TEST(Text, WhatIsNotUtf8IsFoundWhereverItStands) {
  // Around it is ASCII, which is passed over in blocks.
  for (std::size_t before = 0; before < 20; ++before) {
    for (std::size_t after = 0; after < 20; ++after) {
      const std::string front(before, 'a');
      const std::string back(after, 'z');
      EXPECT_TRUE(is_utf8(front + "€" + back));
      EXPECT_FALSE(is_utf8(front + "\x80" + back));
      EXPECT_FALSE(is_utf8(front + "\xE2\x82" + back));
    }
  }
}

TEST(Text, WhatCouldDeceiveIsReplaced) {
  EXPECT_EQ(on_one_line("a\x1b[2J\n\x7F\u0085é€😀"), "a?[2J???é€😀");
  for (const char* deceiving : {"\u200B", "\u200F", "\u2028", "\u202E", "\u2060", "\u2069", "\uFEFF"}) {
    EXPECT_EQ(on_one_line("a" + std::string(deceiving) + "b"), "a?b");
  }
  for (const char* plain : {"\u200A", "\u2010", "\u2027", "\u202F", "\u205F", "\u206A", "\uFEFE"}) {
    EXPECT_EQ(on_one_line(plain), plain);
  }
  EXPECT_EQ(shortened(std::string(61, 'x')), std::string(60, 'x') + "…");
}

TEST(Text, JsonEscapesWhatItMust) {
  EXPECT_EQ(json_text(""), R"("")");
  EXPECT_EQ(json_text("plain é€😀 / text"), R"("plain é€😀 / text")");
  EXPECT_EQ(json_text("\"say \\ oh\""), R"("\"say \\ oh\"")");
  EXPECT_EQ(json_text("\b\t\n\f\r"), R"("\b\t\n\f\r")");
  EXPECT_EQ(json_text(std::string_view("\0\x01\x0B\x1F\x7F", 5)), "\"\\u0000\\u0001\\u000b\\u001f\x7F\"");
  std::string line = "{";
  append_json_text(line, "key");
  EXPECT_EQ(line, "{\"key\"");
}

TEST(Text, JsonIsWrittenAsNlohmannWritesIt) {
  // Each character below U+0800, alone and between others.
  for (unsigned point = 0; point < 0x800U; ++point) {
    std::string character;
    if (point < 0x80U) {
      character = static_cast<char>(point);
    } else {
      character += static_cast<char>(0xC0U | point >> 6U);
      character += static_cast<char>(0x80U | (point & 0x3FU));
    }
    for (const std::string& text : {character, "a" + character + "\"", character + character}) {
      EXPECT_EQ(json_text(text), nlohmann::json(text).dump());
    }
  }
}

TEST(Text, JsonEscapesWhereverTheyStand) {
  // Around them is plain text, which is passed over in blocks.
  for (unsigned byte = 0; byte < 0x80U; ++byte) {
    for (std::size_t before = 0; before < 18; ++before) {
      const std::string text = std::string(before, '!') + static_cast<char>(byte) + std::string(17 - before, ']');
      EXPECT_EQ(json_text(text), nlohmann::json(text).dump());
    }
  }
  EXPECT_EQ(json_text("12345678é\""), "\"12345678é\\\"\"");
}

// Longer than what is escaped at once, and full of what must be.
TEST(Text, JsonWithinJsonIsWrittenAsNlohmannWritesIt) {
  const std::string kinds[] = {"\"", "\\", "\n", std::string(1, '\x01'), "é", "name", ":0.125,"};
  std::uint32_t state = 1;
  for (std::size_t pieces = 0; pieces < 400; ++pieces) {
    std::string text;
    for (std::size_t i = 0; i < pieces; ++i) {
      state = state * 1664525U + 1013904223U;
      text += kinds[(state >> 16U) % std::size(kinds)];
    }
    std::string json = "before";
    append_json_text(json, text);
    EXPECT_EQ(json, "before" + nlohmann::json(text).dump());
    EXPECT_EQ(json_text(std::string(pieces, '\x02')), nlohmann::json(std::string(pieces, '\x02')).dump());
  }
}

TEST(Text, JsonIsUtf8) {
  EXPECT_THROW((void)json_text("a longer text, and then Jos\xE9"), std::invalid_argument);
  EXPECT_THROW((void)json_text("Jos\xE9"), std::invalid_argument);
  EXPECT_THROW((void)json_text("\xED\xA0\x80"), std::invalid_argument);
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
