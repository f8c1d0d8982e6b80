// The folders of runs, read back and compared.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "tests/support/temporary_folder.h"

namespace fairground {

using Tree = std::map<std::string, std::string>;

/// The files of a run without what may differ: the seconds, the order of the journal, and when sources were changed.
inline Tree comparable(const std::filesystem::path& folder) {
  Tree tree = read_tree(folder);
  nlohmann::json run = nlohmann::json::parse(tree.at("run.json"));
  EXPECT_EQ(run.erase("seconds"), 1U);
  tree["run.json"] = run.dump();
  std::vector<std::string> journal = read_lines(folder / "journal.jsonl");
  std::ranges::sort(journal.begin() + 1, journal.end());  // behind the header
  tree["journal.jsonl"] = testing::PrintToString(journal);
  std::string sources;
  for (const std::string& line : read_lines(folder / "sources.jsonl")) {
    nlohmann::json source = nlohmann::json::parse(line);
    EXPECT_EQ(source.erase("modified_ns") + source.erase("changed_ns") + source.erase("check"), 3U);
    sources += source.dump() + '\n';
  }
  tree["sources.jsonl"] = sources;
  return tree;
}

/// Like EXPECT_EQ, without printing megabytes.
inline void expect_equal(const Tree& one, const Tree& other) {
  std::vector<std::string> names;
  std::vector<std::string> other_names;
  for (const auto& [name, text] : one) {
    names.push_back(name);
    EXPECT_TRUE(other.contains(name) && other.at(name) == text) << name;
  }
  for (const auto& [name, text] : other) {
    other_names.push_back(name);
  }
  EXPECT_EQ(names, other_names);
}

inline std::vector<nlohmann::json> read_json_lines(const std::filesystem::path& path) {
  std::vector<nlohmann::json> values;
  for (const std::string& line : read_lines(path)) {
    values.push_back(nlohmann::json::parse(line));
  }
  return values;
}

inline std::set<std::string> ids_of(const std::vector<nlohmann::json>& lines) {
  std::set<std::string> ids;
  for (const nlohmann::json& line : lines) {
    EXPECT_TRUE(ids.insert(line.at("variant_id")).second) << line;
  }
  return ids;
}

/// The lines of a plan or of records by variant_id.
inline std::map<std::string, nlohmann::json> by_id(const std::vector<nlohmann::json>& lines) {
  std::map<std::string, nlohmann::json> found;
  for (const nlohmann::json& line : lines) {
    EXPECT_TRUE(found.emplace(line.at("variant_id"), line).second) << line;
  }
  return found;
}

}  // namespace fairground
