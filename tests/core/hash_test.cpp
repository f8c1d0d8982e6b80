#include "pipeline/core/hash.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace fairground {
namespace {

// From NIST's examples for FIPS 180-4.
TEST(Sha256, MatchesThePublishedVectors) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256_hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PiecesGiveTheDigestOfTheWhole) {
  std::string text;
  for (int i = 0; i < 300; ++i) {
    text += static_cast<char>(i * 7);
  }
  for (const std::size_t cut : {0U, 1U, 63U, 64U, 65U, 299U, 300U}) {
    Sha256 digest;
    digest.update(std::string_view(text).substr(0, cut)).update(std::string_view(text).substr(cut));
    EXPECT_EQ(digest.hex(), sha256_hex(text)) << "cut at " << cut;
  }
}

TEST(Sha256, BytesAndTextAreTheSame) {
  const std::string text = "abc";
  EXPECT_EQ(sha256_hex(std::as_bytes(std::span(text))), sha256_hex(text));
}

TEST(Sha256, OneThatWasMovedGoesOn) {
  Sha256 first;
  first.update("ab");
  Sha256 second = std::move(first);
  EXPECT_EQ(second.update("c").hex(), sha256_hex("abc"));
}

// The hashes of nothing, as the xxHash project publishes them: they may never change, since they stand in names.
TEST(Sha256Digest, ComesBackFromItsText) {
  const Sha256Digest digest = sha256("abc");
  EXPECT_FALSE(digest.empty());
  EXPECT_EQ(digest.hex(), sha256_hex("abc"));
  EXPECT_EQ(Sha256Digest::from_hex(digest.hex()), digest);
  EXPECT_NE(sha256("abd"), digest);
}

TEST(Sha256Digest, NoneHasNoText) {
  EXPECT_TRUE(Sha256Digest().empty());
  EXPECT_EQ(Sha256Digest().hex(), "");
}

TEST(Sha256Digest, OtherTextsAreNone) {
  const std::string hex = sha256_hex("abc");
  for (const std::string& text : {std::string(), hex.substr(1), hex + "0", "g" + hex.substr(1), "F" + hex.substr(1),
                                  hex.substr(1) + " ", "/" + hex.substr(1), ":" + hex.substr(1)}) {
    EXPECT_FALSE(Sha256Digest::from_hex(text)) << text;
  }
}

TEST(Sha256Digest, IsInTheOrderOfItsText) {
  for (int i = 0; i < 100; ++i) {
    const Sha256Digest one = sha256(std::to_string(i));
    const Sha256Digest other = sha256(std::to_string(i + 1));
    EXPECT_EQ(one < other, one.hex() < other.hex()) << i;
  }
}

TEST(FieldHash, IsXxh3) {
  EXPECT_EQ(FieldHash().value64(), 0x2D06800538D394C2U);
  EXPECT_EQ(FieldHash().hex128(), "99aa06d3014798d86001c324468d497f");
}

TEST(FieldHash, TellsApartFieldsThatJoinToTheSameText) {
  const std::set<std::string> hashes = {
      FieldHash().add("abc").hex128(),         FieldHash().add("ab").add("c").hex128(),
      FieldHash().add("a").add("bc").hex128(), FieldHash().add("a").add("b").add("c").hex128(),
      FieldHash().add("").add("abc").hex128(), FieldHash().add("abc").add("").hex128(),
      FieldHash().add("2:ab1:c").hex128(),     FieldHash().add("c").add("ab").hex128(),
  };
  EXPECT_EQ(hashes.size(), 8U);
}

TEST(FieldHash, FieldsMayHoldColonsDigitsAndZeroBytes) {
  const std::string zero("a\0b", 3);
  EXPECT_NE(FieldHash().add(zero).value64(), FieldHash().add("a").value64());
  EXPECT_NE(FieldHash().add("1:a").value64(), FieldHash().add("1").add("a").value64());
  EXPECT_NE(FieldHash().add("a1:b").value64(), FieldHash().add("a").add("b").value64());
}

TEST(FieldHash, NumbersDifferInSignAndSplit) {
  const std::set<std::uint64_t> hashes = {
      FieldHash().add(12).value64(),        FieldHash().add(-12).value64(),       FieldHash().add(1).add(2).value64(),
      FieldHash().add(INT64_MIN).value64(), FieldHash().add(INT64_MAX).value64(),
  };
  EXPECT_EQ(hashes.size(), 5U);
}

TEST(FieldHash, NumbersAreInTheOrderOfTheDigits) {
  for (int i = 0; i < 100; ++i) {
    const FieldHash one = FieldHash().add(i);
    const FieldHash other = FieldHash().add(i + 1);
    EXPECT_EQ(one.value128() < other.value128(), one.hex128() < other.hex128()) << i;
  }
}

TEST(FieldHash, ShortFormIsTheBeginning) {
  const FieldHash hash = FieldHash().add("ward").add(7);
  EXPECT_EQ(hash.hex128().size(), 32U);
  EXPECT_EQ(hash.hex(10), hash.hex128().substr(0, 10));
}

}  // namespace
}  // namespace fairground
