// Configs and catalogs put together in memory, with augmenters that only have a schema.
#pragma once

#include <algorithm>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/core/hash.h"
#include "pipeline/design/plan.h"

namespace fairground {

/// A number and a word; the word names an asset if `from_kind` says so.
inline StepSchema made_schema(std::string name, Stage stage, Media media = Media::audio, int version = 1,
                              ParameterKind from_kind = ParameterKind::choice) {
  ParameterSpec strength;
  strength.name = "strength";
  strength.drawable = true;
  ParameterSpec from;
  from.name = "from";
  from.kind = from_kind;
  StepSchema schema;
  schema.name = std::move(name);
  schema.media = media;
  schema.stage = stage;
  schema.version = version;
  schema.parameters = {strength, from};
  return schema;
}

inline Step made_step(const StepSchema& schema, Setting strength) { return {&schema, {std::move(strength), {}}}; }

inline std::uint32_t subject_number(MediaCatalog& catalog, const std::string& subject) {
  const auto known = std::ranges::find(catalog.subjects, subject);
  const auto number = static_cast<std::uint32_t>(known - catalog.subjects.begin());
  if (known == catalog.subjects.end()) {
    catalog.subjects.push_back(subject);
  }
  return number;
}

/// A config and the catalog that would have been read for it.
struct World {
  Config config;
  Catalog catalog;

  explicit World(Media medium = Media::audio) { add_medium(medium); }

  void add_medium(Media medium) {
    config.media[medium].output.format = medium == Media::audio ? FileFormat::flac : FileFormat::png;
    MediaCatalog& media = catalog.media[medium];
    media.group_columns = {"accent"};
    media.has_subjects = true;
    SourceSettings settings;
    settings.media = medium;
    settings.sample_rate = 16000;
    config.sources.push_back(settings);
  }

  MediaSettings& settings(Media medium = Media::audio) { return config.media.at(medium); }
  MediaCatalog& media(Media medium = Media::audio) { return catalog.media.at(medium); }

  Source& add(const std::string& id, const std::string& group = "all", const std::string& subject = kUnknown,
              Media medium = Media::audio) {
    MediaCatalog& into = media(medium);
    const auto known = std::ranges::find(into.groups, std::vector{group});
    Source source;
    source.texts = {id};
    source.group = static_cast<std::uint32_t>(known - into.groups.begin());
    source.subject = subject_number(into, subject);
    source.file = static_cast<std::uint32_t>(into.files.size());
    MediaFile& own_file = into.files.emplace_back();
    own_file.path = id + ".file";
    own_file.sha256 = sha256("bytes of " + id);
    source.settings = static_cast<std::uint32_t>(std::ranges::find(config.sources, medium, &SourceSettings::media) -
                                                 config.sources.begin());
    if (known == into.groups.end()) {
      into.groups.push_back({group});
    }
    into.sources.push_back(std::move(source));
    return into.sources.back();
  }

  /// Each source has a file of its own.
  MediaFile& file(std::size_t source, Media medium = Media::audio) {
    return media(medium).files[media(medium).sources[source].file];
  }

  void add_many(std::size_t count, const std::string& group) {
    for (std::size_t i = 0; i < count; ++i) {
      add(group + std::to_string(i), group, "person of " + group + std::to_string(i / 2));
    }
  }
};

inline std::vector<Variant> all_variants(const Plan& plan) {
  std::vector<Variant> variants;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    variants.push_back(plan.at(i));
  }
  return variants;
}

}  // namespace fairground
