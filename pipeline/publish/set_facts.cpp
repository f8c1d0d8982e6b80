#include "pipeline/publish/set_facts.h"

#include <algorithm>
#include <string_view>

#include "pipeline/catalog/json_text.h"
#include "pipeline/core/error.h"
#include "pipeline/core/text.h"
#include "pipeline/output/run_names.h"

namespace fairground {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kMostBytes = std::size_t{64} << 20U;

constexpr std::pair<const char*, std::string Card::*> kCardTexts[] = {{"description", &Card::description},
                                                                      {"purpose", &Card::purpose},
                                                                      {"limits", &Card::limits},
                                                                      {"licence", &Card::licence},
                                                                      {"creator", &Card::creator},
                                                                      {"contact", &Card::contact},
                                                                      {"url", &Card::url},
                                                                      {"version", &Card::version},
                                                                      {"citation", &Card::citation}};

/// null is an empty text.
std::string text_of(const ordered_json& value) { return value.is_null() ? std::string() : value.get<std::string>(); }

AxisFacts axis_of(const ordered_json& json) {
  AxisFacts axis{json.at("name").get<std::string>(), {}};
  for (const ordered_json& level : json.at("levels")) {
    LevelFacts facts{level.at("name").get<std::string>(), level.at("skin").get<bool>(), {}};
    for (const ordered_json& step : level.at("steps")) {
      facts.steps.push_back({step.at("augmenter").get<std::string>(), step.at("version").get<int>(),
                             step.at("stage").get<std::string>(), step.at("parameters")});
    }
    axis.levels.push_back(std::move(facts));
  }
  return axis;
}

MediaFacts media_of(Media medium, const ordered_json& json) {
  MediaFacts facts;
  facts.media = medium;
  const ordered_json& columns = json.at("columns");
  columns.at("groups").get_to(facts.groups);
  columns.at("kept").get_to(facts.kept);
  facts.transcript = text_of(columns.at("transcript"));
  facts.licence = text_of(columns.at("licence"));
  columns.at("subjects_known").get_to(facts.subjects_known);
  columns.at("words").get_to(facts.words);
  columns.at("boxes").get_to(facts.boxes);
  columns.at("keypoints").get_to(facts.keypoints);
  columns.at("mask").get_to(facts.mask);
  columns.at("skin").get_to(facts.skin);
  for (const ordered_json& axis : json.at("axes")) {
    facts.axes.push_back(axis_of(axis));
    facts.clean_levels.push_back(json.at("clean_levels").at(facts.axes.back().name).get<std::string>());
  }
  json.at("settings").at("include_clean").get_to(facts.include_clean);
  json.at("sources").get_to(facts.sources);
  if (!json.at("subjects").is_null()) {
    facts.subjects = json.at("subjects").get<std::size_t>();
  }
  facts.json = json;
  return facts;
}

Card card_of(const ordered_json& json) {
  Card card;
  for (const auto& [name, text] : kCardTexts) {
    card.*text = text_of(json.at(name));
  }
  return card;
}

/// What exports need of a date.
bool begins_with_year(std::string_view date) {
  return date.size() > 4 && date[4] == '-' &&
         std::ranges::all_of(date.substr(0, 4), [](char c) { return c >= '0' && c <= '9'; });
}

SetFacts facts_of(const std::string& path, const ordered_json& json) {
  SetFacts facts;
  json.at("fairground").get_to(facts.tool_version);
  json.at("name").get_to(facts.name);
  json.at("seed").get_to(facts.seed);
  facts.date = text_of(json.at("date"));
  facts.card = card_of(json.at("card"));
  for (const ordered_json& asset : json.at("assets")) {
    facts.assets.push_back({asset.at("name").get<std::string>(), asset.at("kind") == "talkers",
                            asset.at("files").get<std::size_t>(), text_of(asset.at("licence"))});
  }
  json.at("digital_source_type").get_to(facts.digital_source_type);
  for (const ordered_json& name : json.at("exports")) {
    if (const auto format = export_format_named(name.get<std::string>())) {
      facts.exports.push_back(*format);
    }
  }
  for (const Media medium : {Media::audio, Media::image}) {
    if (json.at("media").contains(to_string(medium))) {
      facts.media.push_back(media_of(medium, json.at("media").at(to_string(medium))));
    }
  }
  if (!facts.date.empty() && !begins_with_year(facts.date)) {
    throw UserError(path + ": does not describe a set: " + in_ticks(facts.date) + " is no date");
  }
  if (facts.media.empty()) {
    throw UserError(path + ": does not describe a set: `media` has neither `audio` nor `image`");
  }
  return facts;
}

}  // namespace

std::string MediaFacts::licence_column() const {
  if (!licence.empty()) {
    return licence;
  }
  for (const char* const name : {"licence", "license"}) {
    if (std::ranges::find(kept, name) != kept.end()) {
      return name;
    }
  }
  return {};
}

const MediaFacts* SetFacts::of(Media medium) const {
  const auto found = std::ranges::find(media, medium, &MediaFacts::media);
  return found == media.end() ? nullptr : &*found;
}

std::set<std::pair<std::string, int>> SetFacts::augmenters() const {
  std::set<std::pair<std::string, int>> all;
  for (const MediaFacts& facts : media) {
    for (const AxisFacts& axis : facts.axes) {
      for (const LevelFacts& level : axis.levels) {
        for (const StepFacts& step : level.steps) {
          all.emplace(step.augmenter, step.version);
        }
      }
    }
  }
  return all;
}

ordered_json text_or_null(const std::string& text) { return text.empty() ? ordered_json(nullptr) : ordered_json(text); }

std::string text_field(const ordered_json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

ordered_json card_json(const Card& card) {
  ordered_json json = ordered_json::object();
  for (const auto& [name, text] : kCardTexts) {
    json[name] = text_or_null(card.*text);
  }
  return json;
}

SetFacts read_set_facts(const OutputTree& tree) {
  const std::string path = (tree.root() / kSetFile).string();
  const auto text = tree.read_text(kSetFile, kMostBytes);
  if (!text) {
    throw UserError(path + ": is missing; is this the folder of a finished run, made by this version of fairground?");
  }
  try {
    return facts_of(path, parse_ordered_json(*text));
  } catch (const nlohmann::json::exception& error) {
    throw UserError(path + ": does not describe a set: " + error.what());
  }
}

}  // namespace fairground
