// The config file as a value. The format is docs/design.md, section 8.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/config/schema.h"

namespace fairground {

/// One step of a level: an augmenter and its settings, in the order of the schema's parameters, with the
/// defaults filled in.
struct Step {
  const StepSchema* schema = nullptr;
  std::vector<Setting> settings;
  bool operator==(const Step&) const = default;
};

struct Level {
  std::string name;
  std::vector<Step> steps;  ///< empty: the level that changes nothing
};

struct Axis {
  std::string name;
  std::vector<Level> levels;  ///< at least one
};

enum class Pairing { matched, independent };
enum class Order { staged, as_written };

struct DesignSettings {
  int realizations = 8;
  Pairing pairing = Pairing::matched;
  Order order = Order::staged;
  bool include_clean = true;
};

enum class FileFormat { flac, wav, png, jpeg, webp, tiff };
[[nodiscard]] const char* to_string(FileFormat format);
/// Without the dot.
[[nodiscard]] const char* extension(FileFormat format);

struct OutputFormat {
  FileFormat format = FileFormat::flac;
  int bits = 16;     ///< of audio: 16 or 24
  int quality = 92;  ///< of jpeg and webp: 1 to 100
};

/// What is made of one medium.
struct MediaSettings {
  std::vector<Axis> axes;
  DesignSettings design;
  OutputFormat output;
};

/// One entry of `sources`.
struct SourceSettings {
  Media media = Media::audio;
  std::filesystem::path manifest;
  std::string id;  ///< column names from here on
  std::string file;
  std::string subject;  ///< empty: the manifest has none
  std::vector<std::string> groups;
  std::vector<std::string> keep;
  std::string transcript;  ///< empty: none
  std::string licence;     ///< empty: none
  int sample_rate = 0;     ///< in Hz; 0: keep
  bool mono = true;
  std::optional<double> active_level_dbov = -26.0;  ///< empty: keep
};

struct AssetSettings {
  std::string name;
  std::vector<std::filesystem::path> files;  ///< what the patterns matched, without repeats, sorted
  std::string licence;
};

struct Limits {
  double audio_seconds = 3600;
  double image_megapixels = 100;
  double file_megabytes = 1024;
  double asset_seconds = 14400;  ///< of all recordings of one asset together
};

struct Gates {
  double clipped_fraction = 0.001;  ///< an audio variant with a larger share of clipped samples is rejected
};

struct Config {
  std::filesystem::path path;  ///< absolute
  std::string sha256;          ///< of the file's bytes
  std::string name;
  std::uint64_t seed = 0;
  std::vector<SourceSettings> sources;
  std::vector<AssetSettings> assets;
  std::map<std::string, std::filesystem::path> roots;
  std::map<Media, MediaSettings> media;  ///< one entry for each medium among the sources
  Limits limits;
  Gates gates;
  std::filesystem::path output_directory;
};

/// Reads a config. `schemas` are the augmenters that levels may name. Throws UserError with every mistake in
/// the file, each as `FILE:LINE:COL: message`. Relative paths are taken from the config's folder.
[[nodiscard]] Config load_config(const std::filesystem::path& path, std::span<const StepSchema* const> schemas);

/// The same of text in memory, for tests; `path` is used for messages and relative paths.
[[nodiscard]] Config parse_config(const std::string& text, const std::filesystem::path& path,
                                  std::span<const StepSchema* const> schemas);

}  // namespace fairground
