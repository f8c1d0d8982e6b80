// Configs that were damaged at random: each is read or refused, and nothing else happens.
#include <algorithm>
#include <random>

#include "tests/config/fixture.h"

namespace fairground {
namespace {

constexpr int kMutations = 2000;

const std::string kGood = R"(fairground: 1
name: ward
seed: 20260101
sources:
  - media: audio
    manifest: speech.csv
    id: clip
    file: path
    subject: "speaker"
    groups: [accent, 'gender']
    keep: [licence]
    sample_rate: 16000
    active_level: -26
assets:
  site: {files: "noise/*.wav", licence: CC0-1.0}
axes:
  noise:
    none: []
    drawn: &drawn [{noise.coloured: {snr_db: [5, 20]}}]
    site:  [{noise.recording: {from: site}}]
  line:
    studio: []
    phone:
      - channel.band: {low_hz: 300}   # narrow
  bits: {16: [], 8: [{channel.band: {high_hz: 4000}}]}
design:
  ways: 2
  also: [{axes: [noise, line, bits], ways: 3}]
  except: [{noise: [site, drawn], bits: 8}]
  at_least: {sources: 20, subjects: 8}
  realizations: 8
  pairing: matched
  order: staged
  include_clean: true
  fill: missing_only
  observed: {noise: "where", line: which}
  sources_per_group: at_least
  match_on: [snr_db, age]
  budget: {variants: 5000, bytes: 5e9}
  controls: {identity: true, repeat: 0.02}
  power: {baseline_error: 0.1, degradation: 2, units: 12, subject_sd: 0.5, source_sd: 0.6, interaction_sd: 0.2,
          alpha: 0.05, power: 0.8}
  effort: 2
output:
  directory: out
  audio: {format: flac, bits: 16}
)";

std::string mutated(const std::string& text, std::mt19937& random) {
  // What YAML reads as more than text, besides any byte.
  static const std::vector<std::string> kPieces = {"&a ", "*a",   "*drawn", "<<: ", "!!str ", "\t",    "\n",  "---\n",
                                                   "[",   "]",    "{",      "}",    ": ",     "- ",    "? ",  "|\n",
                                                   ">\n", "\"",   "'",      "#",    "%",      "@",     "~",   "1e999",
                                                   "0x1", "\\u0", ".nan",   "é",    "\xFF",   "null ", "...", "-1"};
  const auto below = [&random](std::size_t count) { return static_cast<std::size_t>(random()) % count; };
  std::string result = text;
  for (std::size_t edits = 1 + below(4); edits > 0 && !result.empty(); --edits) {
    const std::size_t at = below(result.size());
    const std::size_t length = std::min(below(20), result.size() - at);
    switch (below(5)) {
      case 0:
        result.insert(at, kPieces[below(kPieces.size())]);
        break;
      case 1:
        result.erase(at, length);
        break;
      case 2:
        result[at] = static_cast<char>(below(256));
        break;
      case 3:
        result.insert(below(result.size()), result.substr(at, length));
        break;
      default:
        result.resize(at + 1);
        break;
    }
  }
  return result;
}

TEST_F(ConfigTest, GoodConfigIsGood) { EXPECT_EQ(mistakes(kGood), Lines{}); }

TEST_F(ConfigTest, DamagedConfigsAreReadOrRefused) {
  std::mt19937 random(1);
  int refused = 0;
  for (int i = 0; i < kMutations; ++i) {
    const std::string text = mutated(kGood, random);
    SCOPED_TRACE(text);
    // mistakes() checks that each begins with the file's name; anything but UserError fails the test.
    refused += mistakes(text).empty() ? 0 : 1;
  }
  EXPECT_GT(refused, kMutations / 2) << "the damage is too slight to test anything";
  EXPECT_LT(refused, kMutations) << "the damage is too great to test anything";
}

TEST_F(ConfigTest, AnythingMayStandForEachWord) {
  // Random damage mostly ends at the syntax. This reaches the reader of every key and value.
  const auto is_of_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '-';
  };
  int tried = 0;
  int refused = 0;
  for (auto from = std::ranges::find_if(kGood, is_of_word); from != kGood.end();) {
    const auto to = std::find_if_not(from, kGood.end(), is_of_word);
    for (const char* other : {"~", "[]", "{}", "[[]]", "[noise]", "{noise: 1}", "-1", "7", "1e308", "''", "yes", "x"}) {
      const std::string text = std::string(kGood.begin(), from) + other + std::string(to, kGood.end());
      SCOPED_TRACE(text);
      refused += mistakes(text).empty() ? 0 : 1;
      ++tried;
    }
    from = std::find_if(to, kGood.end(), is_of_word);
  }
  EXPECT_GT(refused, tried / 2) << "what is wrong passes";
  EXPECT_LT(refused, tried) << "nothing passes";
}

TEST_F(ConfigTest, EveryBeginningOfAConfigIsReadOrRefused) {
  for (std::size_t length = 0; length < kGood.size(); ++length) {
    static_cast<void>(mistakes(kGood.substr(0, length)));
  }
}

}  // namespace
}  // namespace fairground
