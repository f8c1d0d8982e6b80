// A small finished folder, made by hand: what reports, cards and exports are made of, without a run.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/core/hash.h"
#include "pipeline/output/output_tree.h"
#include "pipeline/publish/export.h"
#include "pipeline/publish/set_facts.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_media.h"

namespace fairground {

/// Recordings of three groups and four sources, one of them of an unknown speaker, in four conditions, and photographs
/// of two places with boxes, key points and masks in two conditions. Everything may be changed before save().
///
/// The clean reference is the first condition. Each source has the realization that is told. Controls: an identity
/// variant of `s0` and of `p0`, and a repeat of a noisy variant of `s0`.
class PublishedSet {
 public:
  using Json = nlohmann::ordered_json;
  static constexpr int kRate = 8000;

  PublishedSet() {
    set = {{"fairground", "0.1.0"},
           {"name", "small"},
           {"seed", 7},
           {"date", "2026-01-01"},
           {"card",
            {{"description", "Speech and streets for a test."},
             {"purpose", nullptr},
             {"limits", nullptr},
             {"licence", "CC0-1.0"},
             {"creator", "A. Tester"},
             {"contact", nullptr},
             {"url", "https://example.org/small"},
             {"version", "1.2.3"},
             {"citation", nullptr}}},
           {"assets", Json::array({{{"name", "site"}, {"kind", "files"}, {"files", 2}, {"licence", "CC0-1.0"}}})},
           {"digital_source_type", true},
           {"exports", Json::array()},
           {"media", Json::object()}};
    add_audio();
    add_image();
  }

  /// Writes set.json, the records and run.json with what follows from them, and the media that are named.
  void save() const {
    write_text(folder_ / "set.json", set.dump(2) + '\n');
    write_text(folder_ / "config.yaml", kConfig);
    for (const auto& [medium, lines] : records_by_medium()) {
      if (!set.at("media").contains(medium)) {
        continue;
      }
      std::string text;
      for (const Json& line : *lines) {
        text += line.dump() + '\n';
      }
      write_text(folder_ / medium / "metadata.jsonl", text);
    }
    for (const auto& [name, bytes] : media_) {
      if (set.at("media").contains(name.substr(0, 5))) {
        write_bytes(folder_ / name, bytes);
      }
    }
    std::string plan;
    for (const auto& [medium, lines] : records_by_medium()) {
      for (const Json& line : *lines) {
        plan += plan_line(medium, line.at("variant_id"), line.at("source_id"));
      }
    }
    for (const Json& line : failures) {
      plan += plan_line("audio", line.at("variant_id"), line.at("source_id"));
    }
    write_text(folder_ / "plan.jsonl", plan);
    write_text(folder_ / "coverage.json", coverage().dump(2) + '\n');
    std::string lost;
    for (const Json& line : failures) {
      lost += line.dump() + '\n';
    }
    write_text(folder_ / "failures.jsonl", lost);
    Json finished = run_facts();
    finished["seconds"] = 1.5;
    write_text(folder_ / "run.json", finished.dump(2) + '\n');
  }

  /// What run.json says, without the seconds.
  [[nodiscard]] Json run_facts() const {
    Json run = {{"fairground", set.at("fairground")},
                {"name", set.at("name")},
                {"seed", set.at("seed")},
                {"config_file", "/home/somebody/small.yaml"},
                {"config_sha256", sha256_hex(kConfig)},
                {"plan_sha256", sha256_hex("a plan")},
                {"manifests", {{"/home/somebody/photos.csv", sha256_hex("photos")}}},
                {"assets", {{"site", Json::array({sha256_hex("one"), sha256_hex("other")})}}},
                {"output", {{"audio", {{"format", "flac"}, {"bits", 16}}}, {"image", {{"format", "png"}}}}}};
    Json all = counts(audio.size() + image.size(), failures.size());
    run["counts"] = all;
    run["media"] = {{"audio", counts(audio.size(), failures.size())}, {"image", counts(image.size(), 0)}};
    for (const char* const name : {"set.json", "config.yaml", "audio/metadata.jsonl", "image/metadata.jsonl",
                                   "failures.jsonl", "coverage.json"}) {
      if (std::filesystem::exists(folder_ / name)) {
        run["files"][name] = sha256_hex(read_text(folder_ / name));
      }
    }
    return run;
  }

  /// Writes the folder and an export of it.
  void write(ExportFormat format) const {
    save();
    const OutputTree tree(path());
    const SetFacts facts = read_set_facts(tree);
    WrittenFiles files(tree);
    write_export(format, {tree, facts, run_facts()}, files);
  }

  /// Adds a recording, with its file, in the condition that `levels` (of noise and channel) tell. The record is given
  /// back to be changed.
  Json& add_recording(const std::string& source, const std::string& subject, const std::vector<std::string>& groups,
                      const std::string& text, const std::vector<std::string>& levels, int realization,
                      const std::string& control = "none") {
    const std::string id = id_of(source, levels, control);
    const std::string folder = hash_of(source).substr(0, 2) + "/";
    const bool is_clean = levels == std::vector<std::string>{"none", "none"};
    const double seconds = 0.25 + 0.125 * static_cast<double>(source.back() % 4);
    Json line = {{"file_name", folder + id + ".flac"},
                 {"clean_file_name", folder + id_of(source, {"none", "none"}, "none") + ".flac"},
                 {"variant_id", id},
                 {"source_id", source},
                 {"subject", subject},
                 {"accent", groups.at(0)},
                 {"gender", groups.at(1)},
                 {"text", text},
                 {"licence", "CC-BY-4.0"},
                 {"noise", levels.at(0)},
                 {"channel", levels.at(1)}};
    std::string step;
    if (levels.at(0) == "pink") {
      step = R"({"augmenter":"noise.coloured","version":1,"parameters":{"snr_db":10.0,"colour":"pink"}})";
    }
    if (levels.at(1) == "quiet") {
      step += (step.empty() ? "" : ",") +
              std::string(R"({"augmenter":"channel.level","version":1,"parameters":{"gain_db":-6.0}})");
    }
    const Json measures = {{"active_level_dbov", -26.5}, {"activity_factor", 0.9},  {"rms_dbov", -27.0},
                           {"peak_dbov", -9.5},          {"clipped_fraction", 0.0}, {"duration_s", seconds}};
    finish_record(line, levels, realization, control, is_clean, "[" + step + "]", measures);
    set_media("audio/" + line.at("file_name").get<std::string>(), test_flac(seconds, kRate, audio.size() + 1), line);
    audio.push_back(std::move(line));
    return audio.back();
  }

  /// Likewise a photograph of 24 x 16 pixels in PNG, with its mask.
  Json& add_photograph(const std::string& source, const std::string& subject, const std::string& place,
                       const std::string& light, const std::string& boxes, const std::string& keypoints,
                       const std::string& control = "none") {
    const std::string id = id_of(source, {light}, control);
    const std::string folder = hash_of(source).substr(0, 2) + "/";
    Json line = {{"file_name", folder + id + ".png"},
                 {"clean_file_name", folder + id_of(source, {"day"}, "none") + ".png"},
                 {"variant_id", id},
                 {"source_id", source},
                 {"subject", subject},
                 {"place", place},
                 {"licence", "CC0-1.0"},
                 {"boxes", boxes},
                 {"keypoints", keypoints},
                 {"mask_file_name", folder + id + "-mask.png"}};
    const Bytes mask = test_image(kWidth, kHeight, 1, ImageContainer::png);
    line["mask_sha256"] = sha256_hex(mask);
    media_["image/" + line.at("mask_file_name").get<std::string>()] = mask;
    line["light"] = light;
    const Json measures = {{"mean_luminance", 0.25},
                           {"clipped_fraction", 0.0},
                           {"noise_sigma", 0.01},
                           {"width_px", kWidth},
                           {"height_px", kHeight}};
    const std::string step =
        light == "day" ? "" : R"({"augmenter":"light.exposure","version":1,"parameters":{"ev":-1.0}})";
    finish_record(line, {light}, /*realization=*/0, control, light == "day", "[" + step + "]", measures);
    set_media("image/" + line.at("file_name").get<std::string>(),
              test_image(kWidth, kHeight, image.size() + 1, ImageContainer::png), line);
    image.push_back(std::move(line));
    return image.back();
  }

  /// Puts other bytes in place of a medium's file, and their hash into its record.
  void set_media(const std::string& name, const Bytes& bytes, Json& line) {
    media_[name] = bytes;
    line["sha256"] = sha256_hex(bytes);
  }

  /// coverage.json, counted from the records.
  [[nodiscard]] Json coverage() const {
    Json json = Json::object();
    for (const auto& [medium, lines] : records_by_medium()) {
      if (set.at("media").contains(medium)) {
        json[medium] = {{"comparable_across_groups", true},
                        {"groups", coverage_of(set.at("media").at(medium), *lines)}};
      }
    }
    return json;
  }

  [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }
  [[nodiscard]] std::filesystem::path operator/(const std::filesystem::path& name) const { return folder_ / name; }

  Json set;                 ///< set.json
  std::vector<Json> audio;  ///< the lines of audio/metadata.jsonl
  std::vector<Json> image;  ///< likewise
  std::vector<Json> failures = {{{"variant_id", "s3-pink-lost"},
                                 {"media", "audio"},
                                 {"source_id", "s3"},
                                 {"group", {{"accent", "scots"}, {"gender", "unknown"}}},
                                 {"kind", "rejected"},
                                 {"stage", "gate"},
                                 {"reason", "clipped_fraction is 0.02, and at most 0.001 is allowed"},
                                 {"gate", "clipped_fraction"},
                                 {"value", 0.02},
                                 {"limit", 0.001}}};

 private:
  static constexpr int kWidth = 24;
  static constexpr int kHeight = 16;
  static constexpr const char* kConfig = "fairground: 1\nname: small\n";

  static std::string plan_line(const std::string& medium, const Json& variant, const Json& source) {
    return Json{{"variant_id", variant}, {"media", medium}, {"source_id", source}}.dump() + '\n';
  }

  static std::string hash_of(std::string_view text) { return sha256_hex(text).substr(0, 16); }
  static std::string id_of(const std::string& source, const std::vector<std::string>& levels,
                           const std::string& control) {
    std::string key = source + "/" + control;
    std::string names;
    for (const std::string& level : levels) {
      key += "/" + level;
      names += "-" + level;
    }
    return source + names + "-" + hash_of(key);
  }

  static Json counts(std::size_t written, std::size_t rejected) {
    return {{"planned", written + rejected}, {"written", written}, {"rejected", rejected}, {"failed", 0}};
  }

  [[nodiscard]] std::vector<std::pair<std::string, const std::vector<Json>*>> records_by_medium() const {
    return {{"audio", &audio}, {"image", &image}};
  }

  static void finish_record(Json& line, const std::vector<std::string>& levels, int realization,
                            const std::string& control, bool is_clean, const std::string& augmentations,
                            const Json& measures) {
    const std::string source = line.at("source_id");
    line["realization"] = realization;
    line["pair_id"] = hash_of(source + std::to_string(realization));
    line["draw_id"] = hash_of(id_of("", levels, control) + std::to_string(realization));
    line["synthetic"] = !is_clean || control != "none";
    line["control"] = control;
    line["source_sha256"] = sha256_hex(source);
    line["sha256"] = "";  // set_media() knows it.
    line["augmentations"] = augmentations;
    line["measured"] = measures.dump();
    for (const auto& [name, value] : measures.items()) {
      line["measured_" + name] = value;
    }
  }

  static Json level(const std::string& name, const std::string& augmenter, const std::string& stage,
                    const Json& parameters) {
    Json steps = Json::array();
    if (!augmenter.empty()) {
      steps.push_back({{"augmenter", augmenter}, {"version", 1}, {"stage", stage}, {"parameters", parameters}});
    }
    return {{"name", name}, {"skin", false}, {"steps", steps}};
  }

  static Json medium(const Json& columns, const Json& axes, const Json& clean_levels, const Json& entry,
                     const Json& output, int sources, const Json& subjects, int conditions) {
    return {
        {"columns", columns},
        {"axes", axes},
        {"clean_levels", clean_levels},
        {"settings",
         {{"pairing", "matched"},
          {"order", "staged"},
          {"include_clean", true},
          {"realizations", 2},
          {"at_least", {{"sources", 1}, {"subjects", 0}}},
          {"sources_per_group", 0},
          {"match_on", Json::array()},
          {"observed", Json::object()},
          {"controls", {{"identity", true}, {"repeat", 0.02}}},
          {"power",
           {{"baseline_error", 0.1},
            {"degradation", 2.0},
            {"units", 12},
            {"subject_sd", 0.5},
            {"source_sd", 0.6},
            {"interaction_sd", 0.2},
            {"alpha", 0.05},
            {"power", 0.8}}}}},
        {"except", Json::array()},
        {"entries", Json::array({entry})},
        {"output", output},
        {"sources", sources},
        {"subjects", subjects},
        {"conditions", conditions},
        {"design",
         {{"ways", "all"},
          {"fill", "matched"},
          {"comparable_across_groups", true},
          {"full_factorial", conditions},
          {"combinations",
           {{"demanded", conditions}, {"held", conditions}, {"observed", 0}, {"excluded", 0}, {"left_by_budget", 0}}},
          {"first_left_by_budget", Json::array()},
          {"identity_conditions", 1},
          {"repeats", 1}}},
        {"absent_people", {{"total", 0}, {"first", Json::array()}}},
        {"notes", Json::array()}};
  }

  static Json columns(const Json& groups, const Json& kept, const Json& transcript, bool has_labels) {
    return {{"groups", groups},       {"kept", kept},   {"transcript", transcript}, {"licence", "licence"},
            {"subjects_known", true}, {"words", false}, {"boxes", has_labels},      {"keypoints", has_labels},
            {"mask", has_labels},     {"skin", false}};
  }

  void add_audio() {
    const Json axes = {
        {{"name", "noise"},
         {"levels",
          {level("none", "", "", {}),
           level("pink", "noise.coloured", "noise", {{"snr_db", 10.0}, {"colour", "pink"}})}}},
        {{"name", "channel"},
         {"levels", {level("none", "", "", {}), level("quiet", "channel.level", "channel", {{"gain_db", -6.0}})}}}};
    set["media"]["audio"] = medium(columns({"accent", "gender"}, {"text", "licence"}, "text", false), axes,
                                   {{"noise", "none"}, {"channel", "none"}},
                                   {{"manifest", "speech.csv"},
                                    {"sample_rate_hz", kRate},
                                    {"channels", "mono"},
                                    {"active_level_dbov", -26.0},
                                    {"speech_dba", 60.0}},
                                   {{"format", "flac"}, {"bits", 16}}, /*sources=*/4, /*subjects=*/2, /*conditions=*/4);
    struct Spoken {
      std::string source;
      std::string subject;
      std::vector<std::string> groups;
      std::string text;
      int realization;
    };
    const Spoken spoken[] = {{"s0", "ann", {"irish", "f"}, "One two three four", 0},
                             {"s1", "ann", {"irish", "f"}, "five six, seven eight!", 1},
                             {"s2", "bob", {"scots", "m"}, "it's nine \"o'clock\" now", 0},
                             {"s3", "unknown", {"scots", "unknown"}, "four words without end", 1}};
    for (const Spoken& one : spoken) {
      for (const char* const noise : {"none", "pink"}) {
        for (const char* const channel : {"none", "quiet"}) {
          add_recording(one.source, one.subject, one.groups, one.text, {noise, channel}, one.realization);
        }
      }
      if (one.source == "s0") {
        add_recording(one.source, one.subject, one.groups, one.text, {"none", "none"}, one.realization, "identity");
        add_recording(one.source, one.subject, one.groups, one.text, {"pink", "none"}, one.realization, "repeat");
      }
    }
  }

  void add_image() {
    const Json axes = Json::array(
        {{{"name", "light"},
          {"levels", {level("day", "", "", {}), level("dim", "light.exposure", "light", {{"ev", -1.0}})}}}});
    set["media"]["image"] =
        medium(columns(Json::array({"place"}), Json::array({"licence"}), nullptr, true), axes, {{"light", "day"}},
               Json{{"manifest", "photos.csv"}}, {{"format", "png"}, {"quality", 92}}, /*sources=*/2, /*subjects=*/2,
               /*conditions=*/2);
    const char* const boxes[] = {R"([{"label":"face","x":2.0,"y":3.0,"width":10.5,"height":8.0}])", "[]"};
    const char* const points[] = {R"([{"name":"left_eye","x":4.0,"y":5.5},{"name":"right_eye","x":9.0,"y":5.0}])",
                                  "[]"};
    for (int i = 0; i < 2; ++i) {
      const std::string n = std::to_string(i);
      for (const char* const light : {"day", "dim"}) {
        add_photograph("p" + n, "sitter" + n, i == 0 ? "indoors" : "street", light, boxes[i], points[i]);
      }
      if (i == 0) {
        add_photograph("p0", "sitter0", "indoors", "day", boxes[0], points[0], "identity");
      }
    }
  }

  /// Sources and subjects among some records.
  class Heads {
   public:
    void add(const Json& line) {
      if (sources_.insert(line.at("source_id").get<std::string>()).second) {
        without_ += line.at("subject") == "unknown" ? 1 : 0;
      }
      if (line.at("subject") != "unknown") {
        subjects_.insert(line.at("subject").get<std::string>());
      }
    }
    [[nodiscard]] Json json() const {
      return {{"sources", sources_.size()}, {"subjects", subjects_.size()}, {"sources_without_subject", without_}};
    }

   private:
    std::set<std::string> sources_;
    std::set<std::string> subjects_;
    int without_ = 0;
  };

  static Json coverage_of(const Json& facts, const std::vector<Json>& lines) {
    struct OfGroup {
      Json labels;
      Heads all;
      std::vector<std::pair<Json, std::pair<Heads, Heads>>> conditions;
    };
    std::vector<OfGroup> groups;
    for (const Json& line : lines) {
      if (line.at("control") != "none") {
        continue;
      }
      Json labels = Json::object();
      for (const Json& column : facts.at("columns").at("groups")) {
        labels[column.get<std::string>()] = line.at(column.get<std::string>());
      }
      Json condition = Json::object();
      for (const Json& axis : facts.at("axes")) {
        condition[axis.at("name").get<std::string>()] = line.at(axis.at("name").get<std::string>());
      }
      OfGroup& group = found_or_added(groups, [&](const OfGroup& one) { return one.labels == labels; });
      group.labels = labels;
      group.all.add(line);
      auto& counted = found_or_added(group.conditions, [&](const auto& one) { return one.first == condition; });
      counted.first = condition;
      (line.at("synthetic") == true ? counted.second.second : counted.second.first).add(line);
    }
    Json json = Json::array();
    for (const OfGroup& group : groups) {
      Json after = Json::array();
      for (const auto& [condition, heads] : group.conditions) {
        after.push_back(
            {{"condition", condition}, {"observed", heads.first.json()}, {"synthesised", heads.second.json()}});
      }
      json.push_back({{"group", group.labels},
                      {"before", {{"observed", group.all.json()}}},
                      {"taking_part", group.all.json()},
                      {"after", after},
                      {"realizations_missing", Json::array()},
                      {"open_gaps", {{"conditions", 0}, {"sources_to_collect", 0}, {"subjects_to_collect", 0}}}});
    }
    return json;
  }

  template <typename T, typename Matches>
  static T& found_or_added(std::vector<T>& all, const Matches& matches) {
    for (T& one : all) {
      if (matches(one)) {
        return one;
      }
    }
    return all.emplace_back();
  }

  TemporaryFolder folder_;
  std::map<std::string, Bytes> media_;  ///< by name inside the folder
};

}  // namespace fairground
