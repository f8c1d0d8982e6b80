// The config file as a value. The format is docs/design.md, section 8.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/config/export_format.h"
#include "pipeline/config/schema.h"
#include "pipeline/core/resampler.h"
#include "pipeline/core/skin_part.h"

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
  /// Of a rung, the name of the ladder that the config has in place of its rungs; otherwise empty.
  std::string ladder = {};
};

struct Axis {
  std::string name;
  std::vector<Level> levels;  ///< at least one
};

enum class Pairing { matched, independent };
enum class Order { staged, as_written };

/// What happens to conditions that some group has too little of. `matched`: all groups get them. `missing_only`: each
/// group gets what it lacks, so that groups are no longer comparable.
enum class Fill { matched, missing_only };

/// Every `ways` of these axes in all combinations of their levels.
struct MixedStrength {
  std::vector<std::size_t> axes;  ///< indices into MediaSettings::axes, ascending
  int ways = 2;
};

/// A combination that is not made: for each axis named, any of these levels. Indices into MediaSettings::axes and
/// Axis::levels, ascending.
struct Exclusion {
  std::vector<std::pair<std::size_t, std::vector<std::size_t>>> cells;
};

/// What stands behind each group in each combination of levels, at the least. 0: no demand.
struct AtLeast {
  int sources = 0;
  int subjects = 0;
};

/// The most that a run may make. Empty: no limit.
struct Budget {
  std::optional<std::int64_t> variants;
  std::optional<double> bytes;
};

/// Variants that show the test's own false alarms.
struct Controls {
  bool identity = false;  ///< every step on, every effect at zero
  double repeat = 0.0;    ///< share of the variants that are made a second time
};

/// What a power analysis assumes of the service under test. Errors of a source are a Poisson count with mean
/// rate x units, where the rate varies lognormally over subjects, sources, and subjects in a condition; or, where
/// `units` is 1, one answer that is right or wrong with that rate.
struct PowerSettings {
  double baseline_error = 0.10;  ///< rate of errors per unit in the clean reference
  double degradation = 2.0;      ///< the condition multiplies the rate by this
  int units = 12;                ///< words of a recording; a picture's design begins with 1, its one answer
  double subject_sd = 0.5;       ///< of the logarithm of the rate
  double source_sd = 0.6;
  double interaction_sd = 0.2;  ///< of subjects in a condition
  double alpha = 0.05;          ///< two-sided, for all pairs of groups together
  double power = 0.8;
};

struct DesignSettings {
  int ways = 0;  ///< every combination of the levels of so many axes; 0: of all axes, the full factorial
  std::vector<MixedStrength> also = {};
  std::vector<Exclusion> except = {};
  AtLeast at_least = {};
  int realizations = 8;
  Pairing pairing = Pairing::matched;
  Order order = Order::staged;
  bool include_clean = true;
  Fill fill = Fill::matched;
  std::map<std::string, std::string> observed = {};  ///< axis to the column that says what a source already holds
  int sources_per_group = 0;                         ///< 0: all
  std::vector<std::string> match_on = {};            ///< measured qualities or numeric columns
  Budget budget = {};
  Controls controls = {};
  PowerSettings power = {};
  int effort = 1;  ///< of the search for a small design
  /// Where its keys stand, as `FILE:LINE:COL`, for what shows only when the design meets the sources.
  std::map<std::string, std::string> places = {};
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

  /// Whether some level has a step that works on skin. Records then tell of tones.
  [[nodiscard]] bool needs_skin() const;
};

/// Whether it has a step that works on skin.
[[nodiscard]] bool needs_skin(const Level& level);
[[nodiscard]] bool needs_skin(const Axis& axis);

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
  std::string words;       ///< empty: none
  std::string boxes;       ///< of pictures, from here to `normals`; empty: none
  std::string keypoints;   ///< empty: none
  std::string mask;        ///< empty: none
  /// What the mask's codes stand for; empty: every code but 0 is skin.
  std::optional<MaskCodes> mask_codes = {};
  std::string depth;    ///< empty: none
  std::string normals;  ///< empty: none
  std::string licence;  ///< empty: none
  int sample_rate = 0;  ///< in Hz; 0: keep
  bool mono = true;
  std::optional<double> active_level_dbov = -26.0;  ///< empty: keep
  double speech_dba = 60.0;                         ///< the level at the microphone that the active level stands for
};

/// A pool of talkers: a manifest that says whose voice each recording is.
struct PoolSettings {
  std::filesystem::path manifest;
  std::string file;  ///< column names from here on
  std::string subject;
  std::vector<std::string> balance = {};  ///< what draws of talkers are balanced over; empty: nothing
};

struct AssetSettings {
  std::string name;
  std::vector<std::filesystem::path> files;  ///< what the patterns matched, without repeats, sorted; of a pool none
  std::string licence;
  std::optional<PoolSettings> pool = {};

  [[nodiscard]] AssetKind kind() const;
};

struct Limits {
  double audio_seconds = 3600;
  double image_megapixels = 100;
  double file_megabytes = 1024;
  double asset_seconds = 14400;  ///< of all recordings of one asset together
  int audio_channels = 64;
  double audio_megasamples = 1400;  ///< of all channels of a recording together
  double expansion = 400;           ///< times its file's size that a medium may take when it is decoded
};

/// `memory`: the range, and where it is not given, how much for each thread. Two gigabytes for each processor are usual.
inline constexpr int kLeastRunMemoryMb = 100;
inline constexpr int kMostRunMemoryMb = 10'000'000;
inline constexpr int kRunMemoryMbOfThread = 1000;

struct Gates {
  double clipped_fraction = 0.001;  ///< an audio variant with a larger share of clipped samples is rejected
};

/// What whoever publishes a set says about it, verbatim. Empty: nothing is said.
struct Card {
  std::string description;  ///< in a sentence or two, what the set is
  std::string purpose;      ///< what it is to be used for
  std::string limits;       ///< what it must not be used for, beside what fairground says itself
  std::string licence;      ///< of the set as a whole: an SPDX name or a URL; sources keep theirs
  std::string creator;      ///< a person or an organisation
  std::string contact;      ///< a mail address or a URL
  std::string url;          ///< where the set is published
  std::string version;      ///< MAJOR.MINOR.PATCH
  std::string citation;     ///< how to cite it
};

struct Config {
  std::filesystem::path path;  ///< absolute
  std::string text;            ///< the file's bytes
  std::string sha256;          ///< of these
  std::string name;
  std::uint64_t seed = 0;
  std::vector<SourceSettings> sources;
  std::vector<AssetSettings> assets;
  std::map<std::string, std::filesystem::path> roots;
  std::map<Media, MediaSettings> media;  ///< one entry for each medium among the sources
  Limits limits;
  Gates gates;
  Resampler resampler = Resampler::polyphase;  ///< of sources, and of recordings that levels draw from
  /// MB that all that is under way may take together; 0: by the number of threads. It decides no byte of a set.
  int memory_mb = 0;
  /// Folders with the models that find faces where no mask is supplied. Empty: none, and where OpenCV keeps its own.
  std::filesystem::path face_model;
  std::filesystem::path face_cascades;
  std::filesystem::path output_directory;
  std::string date;                   ///< of publication, as 2026-01-01; empty: not told
  std::vector<ExportFormat> exports;  ///< in the order of the enumeration, each once
  bool digital_source_type = true;    ///< files of variants say that an algorithm has altered them
  Card card;
};

/// Reads a config. `schemas` are the augmenters that levels may name. Throws UserError with every mistake in
/// the file, each as `FILE:LINE:COL: message`. Relative paths are taken from the config's folder.
[[nodiscard]] Config load_config(const std::filesystem::path& path, std::span<const StepSchema* const> schemas);

/// The same of text in memory, for tests; `path` is used for messages and relative paths.
[[nodiscard]] Config parse_config(const std::string& text, const std::filesystem::path& path,
                                  std::span<const StepSchema* const> schemas);

/// How messages about a key of the design of `media` begin: where it stands, or else whose design it is.
[[nodiscard]] std::string place_in_design(const Config& config, Media media, const std::string& key);

/// The step that switches this augmenter on and leaves everything as it is, as its schema's `identity` says. Empty
/// where the augmenter has none.
[[nodiscard]] std::optional<Step> identity_step(const StepSchema& schema);

}  // namespace fairground
