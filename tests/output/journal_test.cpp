// The lines of a journal: there and back again, and what is none.
#include "pipeline/output/journal.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "tests/support/temporary_folder.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

std::string with_check(const std::string& text) {
  char check[17];
  std::snprintf(check, sizeof check, "%016llx", static_cast<unsigned long long>(FieldHash().add(text).value64()));
  return text + ",\"check\":\"" + check + "\"}";
}

Outcome written() {
  Outcome outcome;
  outcome.variant.variant_id = "s1-pink-0123";
  outcome.variant.file_name = "ab/s1-pink-0123.jpg";
  outcome.variant.mask_file_name = "ab/s1-pink-0123-mask.png";
  outcome.fate = Fate::written;
  outcome.file = Bytes(12345, std::byte{1});
  outcome.mask = Bytes(77, std::byte{2});
  outcome.sha256 = std::string(64, 'a');
  outcome.record = R"({"variant_id":"s1-pink-0123","text":"a \"quote\", ,\"record\":{ and \u00e9 é","n":1.5})";
  outcome.skin = SkinOutcome{61.25, MaskSource::landmarks, 0.875, 59.0};
  return outcome;
}

void expect_same_skin(const std::optional<SkinOutcome>& one, const std::optional<SkinOutcome>& other) {
  ASSERT_EQ(one.has_value(), other.has_value());
  if (one) {
    EXPECT_EQ(one->source_lightness, other->source_lightness);
    EXPECT_EQ(one->mask_source, other->mask_source);
    EXPECT_EQ(one->mask_confidence, other->mask_confidence);
    EXPECT_EQ(one->lightness, other->lightness);
  }
}

TEST(JournalLine, OfAWrittenVariantComesBackWhole) {
  Outcome outcome = written();
  for (int i = 0; i < 3; ++i) {
    const std::string line = journal_line(41, outcome);
    EXPECT_EQ(line.find('\n'), std::string::npos);
    const auto entry = parse_journal_line(line);
    ASSERT_TRUE(entry) << line;
    EXPECT_EQ(entry->index, 41U);
    EXPECT_EQ(entry->variant_id, outcome.variant.variant_id);
    EXPECT_EQ(entry->fate, Fate::written);
    EXPECT_EQ(entry->sha256, outcome.sha256);
    EXPECT_EQ(entry->bytes, 12345U);
    EXPECT_EQ(entry->record, outcome.record);
    EXPECT_EQ(entry->mask_sha256, outcome.mask.empty() ? "" : sha256_hex(outcome.mask));
    EXPECT_EQ(entry->mask_bytes, outcome.mask.size());
    EXPECT_EQ(entry->stage, "");
    EXPECT_EQ(entry->reason, "");
    EXPECT_FALSE(entry->figure);
    expect_same_skin(entry->skin, outcome.skin);
    outcome.skin = i == 0 ? std::optional(SkinOutcome{{}, {}, 0.0, {}}) : std::nullopt;
    if (i == 1) {
      outcome.variant.mask_file_name.clear();
      outcome.mask.clear();
    }
  }
}

TEST(JournalLine, OfALostVariantComesBackWhole) {
  Outcome outcome;
  outcome.variant.variant_id = "p3-dim-9";
  outcome.stage = "gate";
  outcome.skin = SkinOutcome{38.1, MaskSource::supplied, 1.0, {}};
  for (const Fate fate : {Fate::rejected, Fate::failed}) {
    outcome.fate = fate;
    // The figure must come back bit by bit, since failures.jsonl rounds it.
    for (const double value : {0.1, 1.0 / 3.0, -1e-300, 12345678.9, 0.0}) {
      outcome.figure = GateFigure{"skin_gradient_correlation", value, 0.95};
      outcome.reason = "a \"reason\" with ,\"record\":{}, a tab\t, a line\nand é, ,\"check\":\"0123456789abcdef\"}";
      const auto entry = parse_journal_line(journal_line(0, outcome));
      ASSERT_TRUE(entry);
      EXPECT_EQ(entry->index, 0U);
      EXPECT_EQ(entry->fate, fate);
      EXPECT_EQ(entry->stage, "gate");
      EXPECT_EQ(entry->reason, outcome.reason);
      ASSERT_TRUE(entry->figure);
      EXPECT_EQ(entry->figure->gate, "skin_gradient_correlation");
      EXPECT_EQ(entry->figure->value, value);
      EXPECT_EQ(entry->figure->limit, 0.95);
      expect_same_skin(entry->skin, outcome.skin);
      EXPECT_EQ(entry->record, "");
    }
  }
}

TEST(JournalLine, WhatJsonCannotSayIsReplaced) {
  Outcome outcome;
  outcome.variant.variant_id = "x";
  outcome.stage = "read";
  outcome.reason = "cannot read '\xff\xfe.wav'";
  outcome.figure = GateFigure{"g", std::numeric_limits<double>::infinity(), std::nan("")};
  const auto entry = parse_journal_line(journal_line(0, outcome));
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->reason, "cannot read '\xef\xbf\xbd\xef\xbf\xbd.wav'");
  ASSERT_TRUE(entry->figure);
  EXPECT_TRUE(std::isnan(entry->figure->value));
}

TEST(JournalLine, IsNotBelievedWithAnyBitTurned) {
  const std::string whole = journal_line(7, written());
  ASSERT_TRUE(parse_journal_line(whole));
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string line = whole;
    line[bit / 8] = static_cast<char>(line[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_FALSE(parse_journal_line(line)) << line;
  }
  for (std::size_t size = 0; size < whole.size(); ++size) {
    ASSERT_FALSE(parse_journal_line(whole.substr(0, size)));
    ASSERT_FALSE(parse_journal_line(whole.substr(size + 1)));
  }
  EXPECT_FALSE(parse_journal_line(whole + whole));
}

// The check keeps no stranger out, who can count it too.
TEST(JournalLine, OfAStrangerIsNoneOrIsRead) {
  const std::string deep(100'000, '[');
  for (const std::string& text :
       {std::string("{"), std::string("{\"line\":1"),
        std::string("{\"line\":0,\"variant_id\":\"x\",\"status\":\"failed\""),
        std::string("{\"line\":-1,\"status\":\"failed\""), std::string("{\"line\":1.0,\"status\":\"failed\""),
        std::string("{\"line\":\"1\",\"status\":\"failed\""), std::string("{\"line\":1e300,\"status\":\"failed\""),
        std::string("{\"line\":99999999999999999999999,\"status\":\"failed\""),
        std::string("{\"line\":1,\"status\":\"mended\""), std::string("{\"line\":1,\"status\":7"),
        std::string("{\"line\":1,\"status\":\"written\""),
        std::string("{\"line\":1,\"status\":\"failed\",\"record\":{}"), std::string("{\"line\":1,\"status\":\"fai\xff"),
        "{\"line\":1,\"status\":\"failed\",\"reason\":" + deep, "{" + deep, std::string("[1,2"), std::string("null"),
        std::string(64, '\0'), std::string()}) {
    EXPECT_FALSE(parse_journal_line(with_check(text))) << text.substr(0, 100);
  }
  // Fields of the wrong kind are as if they were not there.
  const std::string line = with_check(
      "{\"line\":18446744073709551615,\"variant_id\":3,\"status\":\"written\",\"sha256\":[],\"bytes\":-1,"
      "\"mask_bytes\":1.5,\"figure\":[1],\"skin\":\"x\",\"record\":no JSON");
  const auto entry = parse_journal_line(line);
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->index, std::numeric_limits<std::uint64_t>::max() - 1);
  EXPECT_EQ(entry->variant_id, "");
  EXPECT_EQ(entry->sha256, "");
  EXPECT_EQ(entry->bytes, 0U);
  EXPECT_FALSE(entry->figure);
  EXPECT_FALSE(entry->skin);
  EXPECT_EQ(entry->record, "no JSON");
  const auto nested = parse_journal_line(with_check(
      "{\"line\":1,\"status\":\"rejected\",\"figure\":{\"gate\":1,\"value\":\"x\"},\"skin\":{\"mask_source\":"
      "\"made up\",\"mask_confidence\":null}"));
  ASSERT_TRUE(nested);
  EXPECT_TRUE(std::isnan(nested->figure.value().value));
  EXPECT_FALSE(nested->skin.value().mask_source);
}

/// The same fields with a space before them, which a run never writes.
std::string spelt_otherwise(const std::string& text) { return with_check("{ " + text.substr(1)); }

// Lines as a run writes them are read without the parser of JSON in general, which must find the same in them; and so
// must it in lines that look nearly so.
TEST(JournalLine, SaysTheSameHoweverItIsSpelt) {
  const std::string sha256(64, 'f');
  const std::string written = ",\"status\":\"written\",\"sha256\":\"" + sha256 + "\",\"bytes\":";
  const std::string record = ",\"record\":{\"a\":1}";
  const auto with_number = [&](const std::string& line, const std::string& bytes) {
    return "{\"line\":" + line + ",\"variant_id\":\"a-B_9\"" + written + bytes + record;
  };
  std::vector<std::string> texts;
  for (const char* number :
       {"1", "0", "01", "-1", "+1", "1.0", "1e3", " 1", "", "9007199254740993", "9999999999999999999",
        "18446744073709551615", "18446744073709551616", "99999999999999999999999", "\"1\"", "null", "0x1"}) {
    texts.push_back(with_number(number, "7"));
    texts.push_back(with_number("7", number));
    texts.push_back("{\"line\":7,\"variant_id\":\"a\"" + written + "7,\"mask_sha256\":\"" + sha256 +
                    "\",\"mask_bytes\":" + number + record);
  }
  for (const char* id :
       {"", "a.b", "a b", "\\u0061", "\\\"", "é", "\xff", "a\",\"line\":9,\"x\":\"y", "a\",\"record\":\""}) {
    texts.push_back("{\"line\":7,\"variant_id\":\"" + std::string(id) + "\"" + written + "7" + record);
  }
  for (const std::string& hash : {std::string(), std::string(63, 'a'), std::string(65, 'a'), std::string(64, 'A'),
                                  std::string(64, 'g'), std::string(62, 'a') + "\\n"}) {
    texts.push_back("{\"line\":7,\"variant_id\":\"a\",\"status\":\"written\",\"sha256\":\"" + hash + "\",\"bytes\":7" +
                    record);
    texts.push_back("{\"line\":7,\"variant_id\":\"a\"" + written + "7,\"mask_sha256\":\"" + hash +
                    "\",\"mask_bytes\":7" + record);
  }
  for (const char* more : {",\"bytes\":8", ",\"mask_bytes\":8", ",", "}", ",\"skin\":null",
                           ",\"figure\":{\"gate\":\"g\",\"value\":1,\"limit\":2}", " ", ",\"line\":9"}) {
    texts.push_back(with_number("7", "7" + std::string(more)));
  }
  texts.push_back("{\"line\":7,\"variant_id\":\"a\"" + written + "7");
  std::size_t read = 0;
  for (const std::string& text : texts) {
    const std::string usual_line = with_check(text);
    const std::string other_line = spelt_otherwise(text);
    const auto usual = parse_journal_line(usual_line);
    const auto other = parse_journal_line(other_line);
    ASSERT_EQ(usual.has_value(), other.has_value()) << text;
    if (usual) {
      ++read;
      EXPECT_EQ(usual->index, other->index) << text;
      EXPECT_EQ(usual->variant_id, other->variant_id) << text;
      EXPECT_EQ(usual->fate, other->fate) << text;
      EXPECT_EQ(usual->sha256, other->sha256) << text;
      EXPECT_EQ(usual->bytes, other->bytes) << text;
      EXPECT_EQ(usual->mask_sha256, other->mask_sha256) << text;
      EXPECT_EQ(usual->mask_bytes, other->mask_bytes) << text;
      EXPECT_EQ(usual->record, other->record) << text;
      EXPECT_EQ(usual->figure.has_value(), other->figure.has_value()) << text;
      expect_same_skin(usual->skin, other->skin);
    }
  }
  EXPECT_GT(read, 20U) << "most of these lines should be read, or nothing was compared";
}

TEST(JournalHeader, ComesBackAndIsNoLineOfAVariant) {
  const ordered_json facts = {{"fairground", "0.1.0"}, {"plan_sha256", "abc"}, {"planned", 12}, {"nested", {{"a", 1}}}};
  const std::string line = journal_header(facts);
  EXPECT_EQ(parse_journal_header(line), facts);
  EXPECT_FALSE(parse_journal_line(line));
  EXPECT_FALSE(parse_journal_header(journal_line(0, written())));
  for (std::size_t i = 0; i < line.size(); ++i) {
    std::string other = line;
    other[i] ^= 1;
    EXPECT_FALSE(parse_journal_header(other));
  }
}

TEST(JournalWriter, GoesOnBehindWhatIsKept) {
  const TemporaryFolder folder;
  const OutputTree tree(folder.path());
  const std::string line = journal_line(0, written());
  {
    JournalWriter writer(tree, "j", 0);
    writer.add(journal_header({{"a", 1}}));
    writer.add(line);
    EXPECT_EQ(writer.size(), fs::file_size(folder / "j"));
    writer.close();
  }
  const auto kept = fs::file_size(folder / "j");
  write_text(folder / "j", read_text(folder / "j") + "torn");
  JournalWriter writer(tree, "j", kept);
  EXPECT_EQ(fs::file_size(folder / "j"), kept);
  EXPECT_EQ(writer.end().check, "") << "nothing was added yet";
  writer.add(line);
  EXPECT_EQ(read_lines(folder / "j").size(), 3U);
  EXPECT_EQ(read_lines(folder / "j").at(2), line);
  const JournalEnd end = writer.end();
  EXPECT_EQ(end.bytes, fs::file_size(folder / "j"));
  EXPECT_TRUE(is_end_in(tree, "j", end));
  EXPECT_FALSE(is_end_in(tree, "j", {end.bytes - 1, end.check}));
  EXPECT_FALSE(is_end_in(tree, "j", {end.bytes + 1, end.check}));
  EXPECT_FALSE(is_end_in(tree, "j", {end.bytes, std::string(16, '0')}));
  EXPECT_FALSE(is_end_in(tree, "j", {end.bytes, ""}));
  EXPECT_FALSE(is_end_in(tree, "j", {3, end.check}));
  EXPECT_FALSE(is_end_in(tree, "j", {std::numeric_limits<std::uintmax_t>::max(), end.check}));
  EXPECT_FALSE(is_end_in(tree, "none", end));
}

}  // namespace
}  // namespace fairground
