#include "tests/flow/plan_page_set.h"

#include <cmath>
#include <cstdint>

#include "pipeline/core/random.h"
#include "tests/support/test_media.h"

namespace fairground {
namespace {

/// Syllables with a pause after every other one, and noise in both. Each seed is another voice.
Bytes recording_of(const SparseClip& clip, std::uint64_t seed) {
  constexpr double kPhraseSeconds = 0.75;
  constexpr double kVoiceSeconds = 0.5;
  Audio audio = test_speech(clip.seconds, clip.rate, seed);
  std::vector<float> noise(audio.samples.size());
  RandomStream(seed, 0, "floor").normals(0, noise);
  for (std::size_t i = 0; i < noise.size(); ++i) {
    const double t = static_cast<double>(i) / clip.rate;
    const double voice = std::fmod(t, kPhraseSeconds) < kVoiceSeconds ? clip.gain : 0.0;
    audio.samples[i] = static_cast<float>(voice * audio.samples[i] + clip.floor * noise[i]);
  }
  return encode_audio(quantise(audio, /*bits=*/16), AudioContainer::wav);
}

void add_number(std::string& bytes, std::uint32_t number, int count) {
  for (int i = 0; i < count; ++i) {
    bytes += static_cast<char>(number >> 8 * i & 0xFFU);
  }
}

/// A slope of light with a little noise, as a BMP of 24 bits, which no library has a say in.
std::string photograph_of(const SparsePhoto& photo, std::uint32_t seed) {
  constexpr std::uint32_t kHeader = 54;
  const auto width = static_cast<std::uint32_t>(photo.width);
  const auto height = static_cast<std::uint32_t>(photo.height);
  std::string bytes = "BM";
  add_number(bytes, kHeader + width * height * 3, 4);
  add_number(bytes, 0, 4);
  add_number(bytes, kHeader, 4);
  add_number(bytes, kHeader - 14, 4);
  add_number(bytes, width, 4);
  add_number(bytes, height, 4);
  add_number(bytes, 1, 2);
  add_number(bytes, 24, 2);
  bytes.resize(kHeader, '\0');
  const RandomStream stream(seed, 0, "picture");
  for (std::uint32_t i = 0; i < width * height * 3; ++i) {
    const std::uint32_t slope = i / 3 % width * 40 / width;
    bytes += static_cast<char>(static_cast<std::uint32_t>(photo.code) - 28 + slope + stream.word_at(i) % 16U);
  }
  return photo.is_cut ? bytes.substr(0, bytes.size() / 2) : bytes;
}

}  // namespace

std::vector<SparseClip> sparse_clips() {
  return {
      // Irish men: 11 clips, 5 known people.
      {"aidan_a", "aidan", "irish", "man", "quiet", 0.75, 16000, 1.0, 0.0005},
      {"aidan_b", "aidan", "irish", "man", "quiet", 1.0, 16000, 1.1, 0.0005},
      {"aidan_c", "aidan", "irish", "man", "quiet", 0.875, 16000, 0.9, 0.0005},
      {"brian_a", "brian", "irish", "man", "quiet", 1.25, 16000, 1.5, 0.001},
      {"brian_b", "brian", "irish", "man", "quiet", 1.0, 16000, 1.4, 0.001},
      {"conor_a", "conor", "irish", "man", "quiet", 0.75, 16000, 0.7, 0.0003},
      {"conor_b", "conor", "irish", "man", "beside_fan", 1.0, 16000, 0.7, 0.004},
      {"declan_a", "declan", "irish", "man", "quiet", 0.625, 16000, 1.2, 0.0007},
      {"eoin_a", "eoin", "irish", "man", "quiet", 1.125, 16000, 1.0, 0.0004},
      {"eoin_b", "eoin", "irish", "man", "quiet", 1.0, 16000, 1.0, 0.0004},
      {"somebody", "", "irish", "man", "quiet", 0.875, 16000, 1.0, 0.0006},
      // Irish women: 8 clips of 5 people, and the file of a ninth is missing.
      {"aoife_a", "aoife", "irish", "woman", "quiet", 1.0, 16000, 1.3, 0.0005},
      {"aoife_b", "aoife", "irish", "woman", "quiet", 0.75, 16000, 1.2, 0.0005},
      {"brigid_a", "brigid", "irish", "woman", "quiet", 1.0, 16000, 0.8, 0.0006},
      {"brigid_b", "brigid", "irish", "woman", "quiet", 0.875, 16000, 0.8, 0.0006},
      {"ciara_a", "ciara", "irish", "woman", "quiet", 1.125, 16000, 1.0, 0.0004},
      {"ciara_gone", "ciara", "irish", "woman", "quiet", 0.0},
      {"deirdre_a", "deirdre", "irish", "woman", "quiet", 1.0, 16000, 1.0, 0.0005},
      {"deirdre_b", "deirdre", "irish", "woman", "quiet", 0.75, 16000, 1.1, 0.0005},
      {"eimear_a", "eimear", "irish", "woman", "quiet", 1.25, 16000, 0.9, 0.0008},
      // A label that nobody wrote down.
      {"finn_a", "finn", "irish", "", "quiet", 1.0, 16000, 1.0, 0.0005},
      // Scots women: 12 clips of 7 people, two of them beside the fan and one nobody knows where.
      {"ailsa_a", "ailsa", "scots", "woman", "quiet", 1.5, 16000, 1.0, 0.001},
      {"ailsa_b", "ailsa", "scots", "woman", "quiet", 1.25, 16000, 1.0, 0.001},
      {"bonnie_a", "bonnie", "scots", "woman", "quiet", 1.75, 16000, 1.6, 0.002},
      {"catriona_a", "catriona", "scots", "woman", "quiet", 1.5, 16000, 0.8, 0.0009},
      {"catriona_b", "catriona", "scots", "woman", "beside_fan", 1.25, 16000, 0.8, 0.005},
      {"eilidh_a", "eilidh", "scots", "woman", "quiet", 1.0, 16000, 1.2, 0.0015},
      {"eilidh_b", "eilidh", "scots", "woman", "beside_fan", 1.25, 16000, 1.2, 0.006},
      {"fiona_a", "fiona", "scots", "woman", "quiet", 1.625, 16000, 0.9, 0.0012},
      {"fiona_b", "fiona", "scots", "woman", "", 1.5, 16000, 0.9, 0.0012},
      {"isla_a", "isla", "scots", "woman", "quiet", 1.25, 16000, 1.1, 0.0011},
      {"isla_b", "isla", "scots", "woman", "quiet", 1.375, 16000, 1.1, 0.0011},
      {"morag_a", "morag", "scots", "woman", "quiet", 1.5, 16000, 1.0, 0.0013},
      // Welsh men: three people over the telephone, and one of five files is missing.
      {"dylan_a", "dylan", "welsh", "man", "quiet", 1.0, 8000, 0.5, 0.001},
      {"dylan_b", "dylan", "welsh", "man", "quiet", 0.75, 8000, 0.5, 0.001},
      {"emrys_a", "emrys", "welsh", "man", "quiet", 0.875, 8000, 0.6, 0.0014},
      {"emrys_gone", "emrys", "welsh", "man", "quiet", 0.0},
      {"gareth_a", "gareth", "welsh", "man", "quiet", 1.125, 8000, 0.4, 0.0011},
  };
}

std::vector<SparsePhoto> sparse_photos() {
  return {
      {"ada_day", "ada", "young", "as_taken", 48, 32, 120},
      {"ada_dusk", "ada", "young", "dim", 48, 32, 60},
      {"ben_day", "ben", "young", "as_taken", 64, 32, 130},
      {"ben_dusk", "ben", "young", "dim", 48, 32, 64},
      {"cleo_day", "cleo", "young", "as_taken", 48, 40, 110},
      {"dora_day", "dora", "young", "as_taken", 48, 32, 125},
      {"dora_cut", "dora", "young", "as_taken", 48, 32, 125, true},
      {"emil_day", "emil", "old", "as_taken", 48, 32, 100},
      {"emil_noon", "emil", "old", "as_taken", 64, 48, 140},
      {"frida_day", "frida", "old", "as_taken", 48, 32, 90},
      {"frida_dusk", "frida", "old", "dim", 48, 32, 50},
      {"gus_day", "gus", "old", "as_taken", 48, 32, 95},
  };
}

SparseSet::SparseSet() {
  std::string speech = "clip,path,speaker,accent,gender,recorded_in\n";
  std::uint64_t seed = 0;
  for (const SparseClip& clip : sparse_clips()) {
    const std::string name = clip.id + ".wav";
    speech += clip.id + ',' + name + ',' + clip.speaker + ',' + clip.accent + ',' + clip.gender + ',' +
              clip.recorded_in + '\n';
    ++seed;
    if (clip.seconds > 0.0) {
      write_bytes(folder_ / "data" / name, recording_of(clip, seed));
    }
  }
  write_text(folder_ / "data/speech.csv", speech);
  std::string photos = "photo,path,sitter,age,taken_in\n";
  std::uint32_t picture = 0;
  for (const SparsePhoto& photo : sparse_photos()) {
    const std::string name = photo.id + ".bmp";
    photos += photo.id + ',' + name + ',' + photo.sitter + ',' + photo.age + ',' + photo.taken_in + '\n';
    write_text(folder_ / "data" / name, photograph_of(photo, ++picture));
  }
  write_text(folder_ / "data/photos.csv", photos);
  write_bytes(folder_ / "noise/fan.wav", test_wav(/*seconds=*/0.75, /*rate=*/16000, /*seed=*/1000));
}

std::filesystem::path SparseSet::add_config(const std::string& name, const std::string& text) const {
  write_text(folder_ / name, text);
  return folder_ / name;
}

}  // namespace fairground
