// What the tests of the coverage report share.
#pragma once

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "pipeline/core/error.h"
#include "pipeline/flow/coverage_report.h"
#include "tests/support/temporary_folder.h"

namespace fairground {

using nlohmann::json;

/// The page with every run of spaces and line breaks as one space, as where a line is broken says nothing.
inline std::string flat(const std::string& page) {
  std::istringstream words(page);
  std::string text;
  for (std::string word; words >> word;) {
    text += (text.empty() ? "" : " ") + word;
  }
  return text;
}

class CoverageReport : public testing::Test {
 protected:
  std::string report(const std::string& text, const CoverageOptions& options, const std::string& name = "m.csv") {
    write_text(folder_ / name, text);
    std::ostringstream out;
    coverage_report(folder_ / name, options, out);
    return out.str();
  }
  json json_report(const std::string& text, CoverageOptions options, const std::string& name = "m.csv") {
    options.json = true;
    return json::parse(report(text, options, name));
  }
  /// All that is wrong.
  std::vector<std::string> mistakes(const std::string& text, const CoverageOptions& options,
                                    const std::string& name = "m.csv") {
    try {
      ADD_FAILURE() << report(text, options, name);
    } catch (const UserError& error) {
      return error.messages();
    }
    return {};
  }
  [[nodiscard]] std::string path() const { return folder_ / "m.csv"; }

 private:
  TemporaryFolder folder_;
};

/// Six recordings of four people; one of them is heard at home and at work.
inline constexpr const char* kSpeech =
    "clip,speaker,accent,place,age\n"
    "1,ann,irish,home,17\n"
    "2,ann,irish,work,17\n"
    "3,bob,irish,home,30\n"
    "4,cat,scots,home,44.5\n"
    "5,,scots,home,60\n"
    "6,dan,scots,,60\n";

/// "count column=value …" of all patterns listed.
inline std::multiset<std::string> patterns_of(const json& report) {
  std::multiset<std::string> found;
  for (const json& entry : report["shown"]) {
    std::string text = std::to_string(entry["count"].get<int>());
    for (const auto& [column, value] : entry["pattern"].items()) {
      text += " " + column + "=" + value.get<std::string>();
    }
    found.insert(text);
  }
  return found;
}

}  // namespace fairground
