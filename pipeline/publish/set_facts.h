// What a set is made of, as set.json tells it: for whoever reads its records without the config.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/config/config.h"
#include "pipeline/output/output_tree.h"

namespace fairground {

struct StepFacts {
  std::string augmenter;
  int version = 0;
  std::string stage;
  nlohmann::ordered_json parameters;  ///< by name: a value, or [low, high] where it is drawn; defaults are there too
};

struct LevelFacts {
  std::string name;
  bool skin = false;             ///< some step works on skin
  std::vector<StepFacts> steps;  ///< empty: the level that changes nothing
};

struct AxisFacts {
  std::string name;
  std::vector<LevelFacts> levels;
};

struct AssetFacts {
  std::string name;
  bool talkers = false;  ///< a pool of talkers
  std::size_t files = 0;
  std::string licence;  ///< empty: not told
};

/// How the sources of one medium, its records and its design are.
struct MediaFacts {
  Media media = Media::audio;
  // Names of columns of the records:
  std::vector<std::string> groups;
  std::vector<std::string> kept;  ///< those kept columns, transcript and licence that are carried
  std::string transcript;         ///< empty: there is none
  std::string licence;            ///< likewise, as the config names it; see licence_column()
  bool subjects_known = false;
  bool words = false;
  bool boxes = false;
  bool keypoints = false;
  bool mask = false;
  bool skin = false;  ///< the records tell of the subject's tone
  std::vector<AxisFacts> axes;
  std::vector<std::string> clean_levels;  ///< of each axis, what the records of clean references have
  bool include_clean = true;
  std::size_t sources = 0;              ///< in the manifests
  std::optional<std::size_t> subjects;  ///< likewise; empty: nobody knows
  /// All of it as it stands in set.json, with `settings` (of the design), `except`, `entries` (of `sources`), `output`,
  /// `design` (how it came about), `absent_people`, `notes` and, where levels work on skin, `skin_statement`.
  nlohmann::ordered_json json;

  /// The kept column that tells each source's licence: the config's, or else one whose name says so; empty where there
  /// is none.
  [[nodiscard]] std::string licence_column() const;
};

struct SetFacts {
  std::string tool_version;
  std::string name;
  std::uint64_t seed = 0;
  std::string date;  ///< of publication; empty: not told
  Card card;
  std::vector<AssetFacts> assets;
  bool digital_source_type = true;
  std::vector<ExportFormat> exports;
  std::vector<MediaFacts> media;

  [[nodiscard]] const MediaFacts* of(Media medium) const;
  /// The augmenters of all levels with their versions, each once.
  [[nodiscard]] std::set<std::pair<std::string, int>> augmenters() const;
};

/// A text in JSON; null where it is empty.
[[nodiscard]] nlohmann::ordered_json text_or_null(const std::string& text);
/// The text of an object's field; empty where there is none.
[[nodiscard]] std::string text_field(const nlohmann::ordered_json& object, const char* name);

/// The card as it stands in set.json.
[[nodiscard]] nlohmann::ordered_json card_json(const Card& card);

/// Reads the set.json of a run's folder. Throws UserError where it is missing or is none.
[[nodiscard]] SetFacts read_set_facts(const OutputTree& tree);

}  // namespace fairground
