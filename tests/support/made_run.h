// Folders of finished runs, made without running anything: what reads them sees records whose numbers are known.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace fairground {

/// One record of sound, or one line of failures.jsonl.
struct MadeRecord {
  std::string source;
  std::string subject;
  std::vector<std::string> labels;  ///< in the order of MadeRun::groups
  std::vector<std::string> levels;  ///< in the order of MadeRun::axes
  int realization = 0;
  std::string control = "none";
  double active_level_dbov = -26.0;
  double duration_s = 2.0;
  std::optional<double> snr_db = {};  ///< of one stem, which is the mix's too
  double requested_snr_db = 0.0;      ///< of it
  std::string augmenter = "noise.coloured";
  std::string more_measured = {};    ///< further fields of `measured`, as `,"room":{…}`
  std::string augmentations = "[]";  ///< JSON
  std::string sha256 = {};           ///< by default one of its own
  std::string lost = {};             ///< "failed" or "rejected": then it is no record
  std::string stage = "read";
  std::string reason = "it is gone";
  std::string gate = {};

  [[nodiscard]] std::string id() const {
    std::string text = source;
    for (const std::string& level : levels) {
      text += "-" + level;
    }
    return control == "none" ? text : text + "-" + control;
  }
};

/// A run of sound. The first level of each axis is the empty one, of which the clean references are.
struct MadeRun {
  std::vector<std::string> groups = {"accent"};
  std::vector<std::pair<std::string, nlohmann::ordered_json>> axes;  ///< name, and levels as set.json has them
  std::vector<std::vector<std::string>> conditions;                  ///< in the order of the plan
  std::size_t realizations = 1;
  std::size_t at_least_sources = 0;
  nlohmann::ordered_json changes = nlohmann::ordered_json::object();  ///< merged into set.json

  /// `levels` of one axis that add noise at these SNRs, and the empty one, `none`.
  void add_noise_axis(const std::string& name, const std::vector<std::pair<std::string, double>>& levels) {
    nlohmann::ordered_json json = {{{"name", "none"}, {"skin", false}, {"steps", nlohmann::ordered_json::array()}}};
    for (const auto& [level, snr_db] : levels) {
      nlohmann::ordered_json step = {
          {"augmenter", "noise.coloured"}, {"version", 1}, {"stage", "scene"}, {"parameters", {{"snr_db", snr_db}}}};
      json.push_back({{"name", level}, {"skin", false}, {"steps", nlohmann::ordered_json::array({step})}});
    }
    axes.emplace_back(name, std::move(json));
  }
  /// Every combination of the levels of all axes.
  void add_all_conditions() {
    conditions = {{}};
    for (const auto& [name, levels] : axes) {
      std::vector<std::vector<std::string>> longer;
      for (const auto& condition : conditions) {
        for (const auto& level : levels) {
          longer.push_back(condition);
          longer.back().push_back(level.at("name"));
        }
      }
      conditions = std::move(longer);
    }
  }
};

namespace made_run {

using nlohmann::ordered_json;

inline void put(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

inline std::string in_json(const std::string& text) { return ordered_json(text).dump(); }

inline std::string group_text(const MadeRun& run, const MadeRecord& record) {
  std::string text;
  for (std::size_t i = 0; i < run.groups.size(); ++i) {
    text += (i == 0 ? "" : ",") + in_json(run.groups[i]) + ":" + in_json(record.labels[i]);
  }
  return "{" + text + "}";
}

inline std::string record_line(const MadeRun& run, const MadeRecord& record, bool is_clean) {
  const auto number = [](double value) { return ordered_json(value).dump(); };
  std::string clean = record.source;
  for (const auto& [axis, levels] : run.axes) {
    clean += "-" + levels.front().at("name").get<std::string>();
  }
  std::string line = "{\"file_name\":" + in_json("00/" + record.id() + ".wav") +
                     ",\"clean_file_name\":" + in_json("00/" + clean + ".wav") +
                     ",\"variant_id\":" + in_json(record.id()) + ",\"source_id\":" + in_json(record.source) +
                     ",\"subject\":" + in_json(record.subject);
  for (std::size_t i = 0; i < run.groups.size(); ++i) {
    line += "," + in_json(run.groups[i]) + ":" + in_json(record.labels[i]);
  }
  for (std::size_t i = 0; i < run.axes.size(); ++i) {
    line += "," + in_json(run.axes[i].first) + ":" + in_json(record.levels[i]);
  }
  const bool synthetic = !is_clean || record.control != "none";
  std::string measured =
      "{\"active_level_dbov\":" + number(record.active_level_dbov) + ",\"duration_s\":" + number(record.duration_s);
  if (record.snr_db) {
    measured += ",\"snr_db\":" + number(*record.snr_db) + ",\"stems\":[{\"augmenter\":" + in_json(record.augmenter) +
                ",\"band\":\"full\",\"requested_snr_db\":" + number(record.requested_snr_db) +
                ",\"snr_db\":" + number(*record.snr_db) + "}]";
  }
  measured += record.more_measured + "}";
  return line + ",\"realization\":" + std::to_string(record.realization) +
         ",\"pair_id\":\"0123456789abcdef\",\"draw_id\":\"0123456789abcdef\",\"synthetic\":" +
         (synthetic ? "true" : "false") + ",\"control\":\"" + record.control +
         "\",\"source_sha256\":\"00\",\"sha256\":" + in_json(record.sha256.empty() ? record.id() : record.sha256) +
         ",\"augmentations\":" + in_json(record.augmentations) + ",\"measured\":" + in_json(measured) +
         ",\"measured_active_level_dbov\":" + number(record.active_level_dbov) +
         ",\"measured_duration_s\":" + number(record.duration_s) + "}";
}

inline ordered_json set_json(const MadeRun& run, std::size_t sources, std::size_t subjects) {
  ordered_json axes = ordered_json::array();
  ordered_json clean = ordered_json::object();
  for (const auto& [name, levels] : run.axes) {
    axes.push_back({{"name", name}, {"levels", levels}});
    clean[name] = levels.front().at("name");
  }
  ordered_json media;
  media["columns"] = {{"groups", run.groups},   {"kept", ordered_json::array()},
                      {"transcript", nullptr},  {"licence", nullptr},
                      {"subjects_known", true}, {"words", false},
                      {"boxes", false},         {"keypoints", false},
                      {"mask", false},          {"skin", false}};
  media["axes"] = std::move(axes);
  media["clean_levels"] = std::move(clean);
  media["settings"] = {{"pairing", "matched"},
                       {"order", "staged"},
                       {"include_clean", true},
                       {"realizations", run.realizations},
                       {"at_least", {{"sources", run.at_least_sources}, {"subjects", 0}}},
                       {"sources_per_group", 0},
                       {"match_on", ordered_json::array()},
                       {"observed", ordered_json::object()},
                       {"controls", {{"identity", false}, {"repeat", 0.1}}},
                       {"power",
                        {{"baseline_error", 0.1},
                         {"degradation", 2.0},
                         {"units", 12},
                         {"subject_sd", 0.5},
                         {"source_sd", 0.6},
                         {"interaction_sd", 0.2},
                         {"alpha", 0.05},
                         {"power", 0.8}}}};
  media["except"] = ordered_json::array();
  media["entries"] = {
      {{"manifest", "speech.csv"}, {"sample_rate_hz", 16000}, {"channels", "mono"}, {"active_level_dbov", -26.0}}};
  media["output"] = {{"format", "wav"}, {"bits", 16}};
  media["sources"] = sources;
  media["subjects"] = subjects;
  media["conditions"] = run.conditions.size();
  media["design"] = {{"ways", "all"},
                     {"fill", "matched"},
                     {"comparable_across_groups", true},
                     {"full_factorial", run.conditions.size()},
                     {"combinations",
                      {{"demanded", run.conditions.size()},
                       {"held", run.conditions.size()},
                       {"observed", 0},
                       {"excluded", 0},
                       {"left_by_budget", 0}}},
                     {"first_left_by_budget", ordered_json::array()},
                     {"identity_conditions", 0},
                     {"repeats", 0},
                     {"sources_with_variants", sources}};
  media["absent_people"] = {{"total", 0}, {"first", ordered_json::array()}};
  media["notes"] = ordered_json::array();
  ordered_json card;
  for (const char* const key :
       {"description", "purpose", "limits", "licence", "creator", "contact", "url", "version", "citation"}) {
    card[key] = nullptr;
  }
  ordered_json set;
  set["fairground"] = "0.1.0";
  set["name"] = "made";
  set["seed"] = 1;
  set["date"] = nullptr;
  set["card"] = std::move(card);
  set["assets"] = ordered_json::array();
  set["digital_source_type"] = true;
  set["exports"] = ordered_json::array();
  set["media"]["audio"] = std::move(media);
  set.merge_patch(run.changes);
  return set;
}

/// Sources and people of one group in one condition.
struct CellOfPeople {
  std::size_t sources = 0;
  std::size_t unknown = 0;
  std::set<std::string> subjects;
};

inline std::string count_text(const CellOfPeople& cell) {
  return "{\n\"sources\": " + std::to_string(cell.sources) +
         ",\n\"subjects\": " + std::to_string(cell.subjects.size()) +
         ",\n\"sources_without_subject\": " + std::to_string(cell.unknown) + "\n}";
}

}  // namespace made_run

/// Writes the folder. `next` gives the records and the lost variants in the order of the plan, all of a source one
/// after the other, until it returns false. Groups stand in coverage.json in the order in which they come first. Memory
/// hangs on groups and conditions.
inline void write_made_run(const std::filesystem::path& folder, const MadeRun& run,
                           const std::function<bool(MadeRecord&)>& next) {
  using made_run::CellOfPeople;
  namespace fs = std::filesystem;
  fs::create_directories(folder / "audio");
  std::ofstream metadata(folder / "audio/metadata.jsonl", std::ios::binary);
  std::ofstream plan(folder / "plan.jsonl", std::ios::binary);
  std::ofstream failures(folder / "failures.jsonl", std::ios::binary);
  std::vector<std::string> clean;
  for (const auto& [name, levels] : run.axes) {
    clean.push_back(levels.front().at("name"));
  }
  std::map<std::vector<std::string>, std::size_t> condition_numbers;
  for (std::size_t c = 0; c < run.conditions.size(); ++c) {
    condition_numbers[run.conditions[c]] = c;
  }
  std::map<std::vector<std::string>, std::size_t> group_numbers;
  std::vector<std::vector<std::string>> groups;
  std::vector<CellOfPeople> of_group;
  std::vector<std::vector<CellOfPeople>> cells;
  std::set<std::string> subjects;
  std::string source;
  std::size_t sources = 0;
  std::size_t written = 0;
  std::map<std::string, std::size_t> lost;
  MadeRecord record;
  while (next(record)) {
    const auto [group, is_new] = group_numbers.try_emplace(record.labels, groups.size());
    if (is_new) {
      groups.push_back(record.labels);
      of_group.emplace_back();
      cells.emplace_back(run.conditions.size());
    }
    const auto count_in = [&](CellOfPeople& cell) {
      ++cell.sources;
      if (record.subject == "unknown") {
        ++cell.unknown;
      } else {
        cell.subjects.insert(record.subject);
      }
    };
    if (record.source != source) {
      source = record.source;
      ++sources;
      count_in(of_group[group->second]);
      subjects.insert(record.subject);
    }
    plan << "{\"variant_id\":" << made_run::in_json(record.id())
         << ",\"media\":\"audio\",\"source_id\":" << made_run::in_json(record.source) << ",\"source_sha256\":\"00\"}\n";
    if (!record.lost.empty()) {
      ++lost[record.lost];
      failures << "{\"variant_id\":" << made_run::in_json(record.id())
               << ",\"media\":\"audio\",\"source_id\":" << made_run::in_json(record.source)
               << ",\"group\":" << made_run::group_text(run, record) << ",\"kind\":\"" << record.lost
               << "\",\"stage\":\"" << record.stage << "\",\"reason\":" << made_run::in_json(record.reason);
      if (!record.gate.empty()) {
        failures << ",\"gate\":" << made_run::in_json(record.gate) << ",\"value\":1.0,\"limit\":0.5";
      }
      failures << "}\n";
      continue;
    }
    ++written;
    if (record.control == "none") {
      count_in(cells[group->second][condition_numbers.at(record.levels)]);
    }
    metadata << made_run::record_line(run, record, record.levels == clean) << '\n';
  }
  // One line for each brace, as the run's own file has them, and without the spaces before them, as these are many.
  std::ofstream coverage(folder / "coverage.json", std::ios::binary);
  coverage << "{\n\"audio\": {\n\"comparable_across_groups\": true,\n\"groups\": [\n";
  for (std::size_t g = 0; g < groups.size(); ++g) {
    coverage << (g == 0 ? "" : ",\n") << "{\n\"group\": {\n";
    for (std::size_t i = 0; i < run.groups.size(); ++i) {
      coverage << (i == 0 ? "" : ",\n") << made_run::in_json(run.groups[i]) << ": " << made_run::in_json(groups[g][i]);
    }
    const std::string people = made_run::count_text(of_group[g]);
    coverage << "\n},\n\"before\": {\n\"observed\": " << people << "\n},\n\"taking_part\": " << people
             << ",\n\"after\": [\n";
    for (std::size_t c = 0; c < run.conditions.size(); ++c) {
      coverage << (c == 0 ? "" : ",\n") << "{\n\"condition\": {\n";
      for (std::size_t i = 0; i < run.axes.size(); ++i) {
        coverage << (i == 0 ? "" : ",\n") << made_run::in_json(run.axes[i].first) << ": "
                 << made_run::in_json(run.conditions[c][i]);
      }
      const bool is_clean = run.conditions[c] == clean;
      coverage << "\n},\n\"observed\": " << made_run::count_text(is_clean ? cells[g][c] : CellOfPeople())
               << ",\n\"synthesised\": " << made_run::count_text(is_clean ? CellOfPeople() : cells[g][c]) << "\n}";
    }
    const std::size_t missing = run.at_least_sources - std::min(run.at_least_sources, of_group[g].sources);
    coverage << "\n],\n\"realizations_missing\": [],\n\"open_gaps\": {\n\"conditions\": "
             << (missing > 0 ? run.conditions.size() : 0) << ",\n\"sources_to_collect\": " << missing
             << ",\n\"subjects_to_collect\": 0\n}\n}";
  }
  coverage << "\n]\n}\n}\n";
  subjects.erase("unknown");
  made_run::put(folder / "set.json", made_run::set_json(run, sources, subjects.size()).dump(2) + "\n");
  made_run::put(folder / "config.yaml", "fairground: 1\n");
  const std::size_t all_lost = lost["failed"] + lost["rejected"];
  const nlohmann::ordered_json counts = {{"planned", written + all_lost},
                                         {"written", written},
                                         {"rejected", lost["rejected"]},
                                         {"failed", lost["failed"]}};
  const nlohmann::ordered_json json = {{"fairground", "0.1.0"},
                                       {"name", "made"},
                                       {"seed", 1},
                                       {"config_file", "/a/folder/config.yaml"},
                                       {"config_sha256", "0c"},
                                       {"plan_sha256", "0b"},
                                       {"manifests", {{"/a/folder/speech.csv", "0a"}}},
                                       {"assets", nlohmann::ordered_json::object()},
                                       {"counts", counts},
                                       {"media", {{"audio", counts}}},
                                       {"seconds", 1.5}};
  made_run::put(folder / "run.json", json.dump(2) + "\n");
}

inline void write_made_run(const std::filesystem::path& folder, const MadeRun& run,
                           const std::vector<MadeRecord>& records) {
  std::size_t place = 0;
  write_made_run(folder, run, [&](MadeRecord& record) {
    if (place == records.size()) {
      return false;
    }
    record = records[place++];
    return true;
  });
}

/// A run of this many groups, of so many people with so many recordings each, in the combinations of `levels` levels of
/// each axis. Measured numbers differ from record to record and are the same each time.
struct LargeRun {
  std::size_t groups = 10;
  std::size_t people = 2;
  std::size_t recordings = 2;
  std::vector<std::size_t> levels = {4, 5};

  [[nodiscard]] std::size_t records() const {
    std::size_t all = groups * people * recordings;
    for (const std::size_t of_axis : levels) {
      all *= of_axis;
    }
    return all;
  }
};

inline void write_large_run(const std::filesystem::path& folder, const LargeRun& size) {
  MadeRun run;
  run.realizations = 4;
  for (std::size_t axis = 0; axis < size.levels.size(); ++axis) {
    std::vector<std::pair<std::string, double>> levels;
    for (std::size_t level = 1; level < size.levels[axis]; ++level) {
      levels.emplace_back("level_" + std::to_string(axis) + "_" + std::to_string(level), static_cast<double>(level));
    }
    run.add_noise_axis("axis_" + std::to_string(axis), levels);
  }
  run.add_all_conditions();
  std::uint64_t state = 1;
  const auto random = [&] {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<double>(state >> 40U) / static_cast<double>(1U << 24U);
  };
  std::size_t place = 0;
  const std::size_t total = size.records();
  const std::size_t of_source = run.conditions.size();
  write_made_run(folder, run, [&](MadeRecord& record) {
    if (place == total) {
      return false;
    }
    const std::size_t source = place / of_source;
    const std::size_t condition = place % of_source;
    const std::size_t person = source / size.recordings;
    record.source = "source_" + std::to_string(source);
    record.subject = "person_" + std::to_string(person);
    record.labels = {"group_" + std::to_string(person / size.people)};
    record.levels = run.conditions[condition];
    record.realization = static_cast<int>(source % 4);
    record.active_level_dbov = -26.0 + random();
    record.duration_s = 2.0 + random();
    record.snr_db.reset();
    record.augmentations = "[]";
    if (condition > 0) {
      record.requested_snr_db = 10.0;
      record.snr_db = 10.0 + 0.01 * random();
      record.augmentations =
          R"([{"augmenter":"noise.coloured","version":1,"parameters":{"snr_db":10.0,"band":"full"}}])";
    }
    ++place;
    return true;
  });
}

}  // namespace fairground
