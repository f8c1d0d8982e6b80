// Writes what fuzzing begins with: seeds for every target, and the dictionary. All of it comes from the registry, the
// reader of configs and the encoders, at each build, so that a new augmenter or key is fuzzed by being there.
#include <cstdio>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/fuzz/augmenter_case.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/journal_set.h"
#include "tests/fuzz/media_seeds.h"

namespace fairground {
namespace {

/// A place for the files, in folders named as the targets.
class SeedFolder {
 public:
  explicit SeedFolder(std::filesystem::path path) : path_(std::move(path)) {}

  void write(const std::string& target, const std::string& name, std::span<const std::byte> bytes) {
    write_bytes(path_ / target / name, bytes);
    ++written_;
  }
  void write(const std::string& target, const std::string& name, std::string_view text) {
    write(target, name, std::as_bytes(std::span(text)));
  }
  [[nodiscard]] std::size_t written() const { return written_; }
  [[nodiscard]] std::filesystem::path dictionary() const { return path_ / "fairground.dict"; }

 private:
  std::filesystem::path path_;
  std::size_t written_ = 0;
};

std::string yaml_of(const Value& value) {
  if (const auto* number = std::get_if<double>(&value)) {
    return shortest(*number);
  }
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    return std::to_string(*integer);
  }
  if (const auto* flag = std::get_if<bool>(&value)) {
    return *flag ? "true" : "false";
  }
  return "\"" + std::get<std::string>(value) + "\"";
}

std::string yaml_of(const Case& c) {
  std::string text = c.augmenter->schema.name + ": {";
  for (std::size_t i = 0; i < c.values.size(); ++i) {
    if (!std::holds_alternative<std::monostate>(c.values[i])) {
      text += (text.back() == '{' ? "" : ", ") + c.augmenter->schema.parameters[i].name + ": " + yaml_of(c.values[i]);
    }
  }
  return text + "}";
}

constexpr const char* kAudioSource =
    "{media: audio, manifest: speech.csv, id: clip, file: path, subject: speaker, groups: [accent], words: words}";
constexpr const char* kImageSource =
    "{media: image, manifest: photos.csv, id: id, file: path, groups: [place], boxes: boxes, mask: mask}";
constexpr const char* kAssets =
    "assets:\n"
    "  site: {files: \"noise/*.wav\", licence: CC0-1.0}\n"
    "  responses: {files: [room/c.wav]}\n"
    "  curves: {files: \"curves/*.csv\"}\n"
    "  pool: {manifest: pool.csv, file: path, subject: speaker, balance: [language]}\n";

std::string config_with(Media media, const std::string& axes, const std::string& more) {
  return std::string("fairground: 1\nname: fuzz\nseed: 7\nsources: [") +
         (media == Media::audio ? kAudioSource : kImageSource) + "]\n" + kAssets + "axes:\n" + axes + more +
         "output: {directory: out}\n";
}

/// A config for each of the first settings that an augmenter's own rule allows, as tests of all augmenters have them.
void write_configs(SeedFolder& folder) {
  constexpr std::size_t kMostCases = 4;
  for (const Augmenter* augmenter : registered_augmenters()) {
    const std::vector<Case> cases = cases_of(*augmenter);
    for (std::size_t i = 0; i < std::min(cases.size(), kMostCases); ++i) {
      const std::string axes = "  one:\n    none: []\n    some: [{" + yaml_of(cases[i]) + "}]\n";
      folder.write("config", augmenter->schema.name + "-" + std::to_string(i) + ".yaml",
                   config_with(augmenter->schema.media, axes, "design: {ways: 1}\n"));
    }
  }
  for (const auto& entry : std::filesystem::directory_iterator(FAIRGROUND_SOURCE_DIR "/configs")) {
    if (entry.path().extension() == ".yaml") {
      folder.write("config", entry.path().filename(), read_text(entry.path()));
    }
  }
  folder.write(
      "config", "everything.yaml",
      config_with(Media::audio,
                  "  a: {none: [], drawn: &drawn [{noise.coloured: {snr_db: [5, 20]}}], other: *drawn}\n"
                  "  b: {'1': [], two: [{channel.level: {gain_db: -6}}]}\n",
                  "design:\n  ways: 2\n  also: [{axes: [a, b], ways: 2}]\n"
                  "  except: [{a: [other, drawn], b: two}]\n  at_least: {sources: 20, subjects: 8}\n"
                  "  realizations: 8\n  pairing: independent\n  order: as_written\n  include_clean: true\n"
                  "  fill: missing_only\n  observed: {a: where}\n  sources_per_group: at_least\n"
                  "  match_on: [snr_db, age]\n  budget: {variants: 5000, bytes: 5e9}\n"
                  "  controls: {identity: true, repeat: 0.02}\n  effort: 2\n"
                  "  power: {baseline_error: 0.1, degradation: 2, units: 12, subject_sd: 0.5, source_sd: 0.6}\n"
                  "limits: {audio_seconds: 60, image_megapixels: 1, file_megabytes: 1, asset_seconds: 9}\n"
                  "gates: {clipped_fraction: 0.01}\nroots: {more: noise}\n"));
}

void write_manifests(SeedFolder& folder) {
  const std::string words = R"([{"word":"one","start_s":0,"end_s":0.5},{"word":"two","start_s":0.5,"end_s":1e0}])";
  const std::string boxes = R"([{"label":"face","x":1,"y":2.5,"width":3,"height":4}])";
  const std::string points = R"([{"name":"eye","x":1.5,"y":-0.5}])";
  const auto in_quotes = [](std::string cell) {
    for (std::size_t at = 0; (at = cell.find('"', at)) != std::string::npos; at += 2) {
      cell.insert(at, 1, '"');
    }
    return "\"" + cell + "\"";
  };
  folder.write("csv", "plain.csv", "id,path,speaker\na,a.wav,x\nb,sub/b.wav,y\n");
  folder.write("csv", "quotes.csv",
               "\xEF\xBB\xBFid,\"pa\"\"th\",t\r\n\"a\n1\",\"out/secret.wav\",\"x,y\"\r\n\r\nb,../a.wav,\r\n");
  folder.write("csv", "cells.csv",
               "words,boxes,keypoints,path\n" + in_quotes(words) + "," + in_quotes(boxes) + "," + in_quotes(points) +
                   ",link.wav\n,,,inside.wav\n[],[],[],/etc/passwd\n");
  folder.write("csv", "curve.csv", "hz,db\n# made\n100,-6\n1000;0\n8000\t-3 12\n");
  folder.write("jsonl", "plain.jsonl",
               "{\"id\":\"a\",\"path\":\"a.wav\",\"n\":1}\n\n{\"id\":\"b\",\"path\":null,\"more\":-0.5e3}\n");
  folder.write("jsonl", "cells.jsonl",
               R"({"words":)" + words + R"(,"boxes":)" + boxes + R"(,"keypoints":)" + points + "}\n" +
                   R"({"words":[],"boxes":[[[{"a":true}]]],"keypoints":"é\ud83d\ude00\n"})" + "\n");
  folder.write("jsonl", "paths.jsonl",
               "{\"path\":\"../outside/secret.wav\"}\n{\"path\":\"sub/../a.wav\"}\n{\"path\":\"round/a.wav\"}\n");
}

/// Lines as a run writes them, without their hashes, which fuzz_journal puts there again.
void write_journals(SeedFolder& folder) {
  constexpr std::size_t kCheck = std::string_view(",\"check\":\"0123456789abcdef\"}").size();
  const auto bare = [](const std::string& line) { return line.substr(0, line.size() - kCheck) + "}\n"; };
  const JournalSet set;
  const std::string header = journal_header({{"name", "small"}, {"planned", set.plan.size()}});
  std::string whole = bare(header);
  std::string mixed = bare(header);
  std::string kept = "!" + header + "\n";
  for (std::size_t i = 0; i < set.plan.size(); ++i) {
    const std::string written = journal_line(i, set.outcome(i, Fate::written));
    whole += bare(written);
    mixed += bare(journal_line(i, set.outcome(i, i % 2 == 0 ? Fate::rejected : Fate::failed)));
    kept += "!" + written + "\n";
  }
  folder.write("journal", "whole.jsonl", whole);
  folder.write("journal", "mixed.jsonl", mixed);
  folder.write("journal", "kept.jsonl", kept);
  folder.write("journal", "torn.jsonl", whole.substr(0, whole.size() - 20));
}

/// Inputs that some chain comes of, some for each augmenter. What stands in them is for Choices to say.
void write_augmenter_cases(SeedFolder& folder) {
  constexpr std::size_t kLength = 160;
  constexpr std::uint64_t kTries = 400;
  constexpr std::size_t kEach = 3;
  const std::size_t count = registered_augmenters().size();
  for (std::size_t index = 0; index < count; ++index) {
    std::size_t found = 0;
    for (std::uint64_t attempt = 0; attempt < kTries && found < kEach; ++attempt) {
      RandomStream random(index, static_cast<std::uint32_t>(attempt), "seed");
      Bytes input(kLength);
      std::ranges::generate(input, [&] { return static_cast<std::byte>(random.below(256)); });
      input[0] = std::byte{0};  // one line
      input[1] = static_cast<std::byte>(index);
      if (augmenter_case(input)) {
        folder.write("augmenters", registered_augmenters()[index]->schema.name + "-" + std::to_string(found++), input);
      }
    }
    require(found > 0, registered_augmenters()[index]->schema.name + " can be chosen by an input");
  }
}

/// The keys that the reader of configs names where it meets one that it does not know.
class KeyFinder {
 public:
  KeyFinder() : schemas_(registered_schemas()) {}

  /// Those of the map at `path`, and of all maps below it.
  void look(const std::vector<std::string>& path) {
    constexpr std::size_t kDeepest = 3;
    std::set<std::string> here;
    for (const bool in_list : {false, true}) {
      std::string value = in_list ? "[{zzzzzzzzzz: 1}]" : "{zzzzzzzzzz: 1}";
      for (std::size_t i = path.size(); i-- > 1;) {
        value = "{" + path[i] + ": " + value + "}";
      }
      note(path.empty() ? "zzzzzzzzzz: 1" : path[0] + ": " + value, path.empty() ? "" : path[0], here);
    }
    for (const std::string& key : here) {
      if (keys.insert(key).second && path.size() < kDeepest) {
        std::vector<std::string> below = path;
        below.push_back(key);
        look(below);
      }
    }
  }

  std::set<std::string> keys;

 private:
  void note(const std::string& line, const std::string& replaces, std::set<std::string>& here) const {
    std::string text = line + "\n";
    if (replaces != "sources") {
      text += std::string("sources: [") + kAudioSource + ", " + kImageSource + "]\n";
    }
    try {
      static_cast<void>(parse_config(text, "fuzz.yaml", schemas_));
    } catch (const UserError& error) {
      const std::string valid = "valid here: ";
      for (const std::string& message : error.messages()) {
        std::size_t at = message.find(valid);
        if (at == std::string::npos || message.find("zzzzzzzzzz") == std::string::npos) {
          continue;
        }
        at += valid.size();
        for (std::size_t end = 0; at < message.size(); at = end + 2) {
          end = std::min(message.find(", ", at), message.size());
          here.insert(message.substr(at, end - at));
        }
      }
    }
  }

  std::vector<const StepSchema*> schemas_;
};

void write_dictionary(const std::filesystem::path& path) {
  std::set<std::string> words = {"&a ",     "*a ",    "<<: ",    "!!str ", "---\n",        "...\n", "null",
                                 "~",       "true",   "1e308",   ".nan",   ".inf",         "[",     "]",
                                 "{",       "}",      "[{",      "}]",     ": ",           "- ",    "\\u0000",
                                 "\\ud800", "\"",     "\"\"",    "\r\n",   "\xEF\xBB\xBF", "-0",    "0x10",
                                 "../",     "word",   "start_s", "end_s",  "label",        "x",     "y",
                                 "width",   "height", "name"};
  for (const StepSchema* schema : registered_schemas()) {
    words.insert(schema->name);
    for (const ParameterSpec& spec : schema->parameters) {
      words.insert(spec.name + ": ");
      words.insert(spec.choices.begin(), spec.choices.end());
      for (const double end : {spec.minimum, spec.maximum}) {
        if (std::isfinite(end)) {
          words.insert(shortest(end));
        }
      }
    }
  }
  KeyFinder finder;
  finder.look({});
  for (const std::string& key : finder.keys) {
    words.insert(key + ": ");
  }
  // What files of media begin with, and the names of their parts.
  for (const std::string_view magic :
       {"RIFF", "RIFX",        "RF64", "WAVE", "fmt ", "data", "fact", "LIST",     "ds64",     "FORM", "AIFF",
        "AIFC", "COMM",        "SSND", "caff", "desc", "fLaC", "OggS", "OpusHead", "OpusTags", "ID3",  "Xing",
        "Info", "LAME",        ".snd", "riff", "IHDR", "PLTE", "tRNS", "IDAT",     "IEND",     "iCCP", "eXIf",
        "acTL", "ICC_PROFILE", "Exif", "WEBP", "VP8 ", "VP8L", "VP8X", "ALPH",     "ICCP",     "ANIM", "EXIF",
        "curv", "para",        "XYZ ", "mft1", "mft2", "mAB ", "A2B0", "rTRC",     "gTRC",     "bTRC", "kTRC",
        "rXYZ", "wtpt",        "RGB ", "GRAY", "Lab ", "scnr", "mntr"}) {
    words.emplace(magic);
  }
  for (const unsigned marker : {0xC0U, 0xC2U, 0xC4U, 0xD8U, 0xD9U, 0xDAU, 0xDBU, 0xDDU, 0xE1U, 0xE2U}) {
    words.insert({'\xFF', static_cast<char>(marker)});
  }
  std::string text = "# Words that the readers know, from the schemas and the readers themselves.\n";
  for (const std::string& word : words) {
    text += '"';
    for (const char c : word) {
      const auto code = static_cast<unsigned char>(c);
      if (code < 0x20 || code > 0x7E) {
        constexpr std::string_view kDigits = "0123456789ABCDEF";
        text += {'\\', 'x', kDigits[code / 16U], kDigits[code % 16U]};
      } else {
        text += (c == '"' || c == '\\') ? std::string{'\\', c} : std::string{c};
      }
    }
    text += "\"\n";
  }
  write_text(path, text);
}

}  // namespace
}  // namespace fairground

int main(int count, char** arguments) {
  using namespace fairground;
  if (count != 2) {
    std::fprintf(stderr, "Usage: %s DIR\n", arguments[0]);
    return 2;
  }
  std::filesystem::remove_all(arguments[1]);  // what an older build had is not ours any more
  SeedFolder folder(arguments[1]);
  write_configs(folder);
  write_manifests(folder);
  write_journals(folder);
  write_augmenter_cases(folder);
  for (const SeedFile& seed : audio_seeds()) {
    folder.write("audio", seed.name, seed.bytes);
  }
  for (const SeedFile& seed : image_seeds()) {
    folder.write("image", seed.name, seed.bytes);
  }
  for (const SeedFile& seed : icc_seeds()) {
    folder.write("icc", seed.name, seed.bytes);
  }
  write_dictionary(folder.dictionary());
  std::printf("%zu seeds in %s\n", folder.written(), arguments[1]);
  return 0;
}
