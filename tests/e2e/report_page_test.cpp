// report.html as its reader has it: opened from the disk by a browser. tests/e2e/report/check.mjs looks at it.
#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "pipeline/publish/report_html.h"
#include "tests/support/needed_tool.h"
#include "tests/support/process.h"
#include "tests/support/test_set.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using testing::HasSubstr;
using testing::Not;

const fs::path kScripts = fs::path(FAIRGROUND_SOURCE_DIR) / "tests/e2e/report";
/// tests/run installs there what package.json names.
const fs::path kModules = fs::path(FAIRGROUND_SOURCE_DIR) / "build/report-page";
constexpr const char* kHostileLabel = "</script><script>window.harmed = 'run'</script>";

ProcessResult run_node(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"/usr/bin/env", "node"});
  return run_process(arguments, "/");
}

std::string what_is_missing() {
  if (run_node({"--version"}).status != 0) {
    return "node is not installed (Debian's nodejs)";
  }
  const char* chromium = std::getenv("FAIRGROUND_CHROMIUM");
  if (!fs::exists(chromium != nullptr ? chromium : "/usr/bin/chromium")) {
    return "there is no /usr/bin/chromium (Debian's chromium)";
  }
  if (!fs::exists(kModules / "node_modules/playwright-core") || !fs::exists(kModules / "node_modules/axe-core")) {
    return kModules.string() + " lacks playwright-core or axe-core; tests/run installs them with npm";
  }
  return {};
}

class ReportPage : public testing::Test {
 protected:
  void SetUp() override {
    const std::string missing = what_is_missing();
    if (!missing.empty()) {
      END_FOR_WANT_OF_TOOL(missing);
    }
  }

  /// Recordings and photographs; a label that would do harm, a source that fails, groups that are short, and more
  /// samples than the gallery has room for.
  static void make(TestSet& set, const std::string& output) {
    set.speech += "s98,clip0.wav,who9,\"" + std::string(kHostileLabel) + "\",CC0-1.0,\"<b>bold</b>\"\n";
    set.speech += "s97,clip1.flac,who8,welsh,CC0-1.0,two\n";
    set.speech += "s99,missing.wav,who9,scots,CC0-1.0,none\n";
    set.config.replace(set.config.find("design: {"), 9,
                       "design: {at_least: {sources: 4, subjects: 2}, controls: {identity: true, repeat: 0.1}, ");
    set.config += output;
    set.save();
    const ProcessResult result = run_fairground({"run", set.config_path(), "--quiet"});
    ASSERT_EQ(result.status, 1) << result.err;  // One source cannot be read.
  }

  static void check(const std::string& name, const fs::path& folder, const std::string& step = "") {
    const ProcessResult result = run_node({kScripts / "check.mjs", kModules, name, folder, step});
    EXPECT_EQ(result.status, 0) << result.out << result.err;
    EXPECT_THAT(result.out, AllOf(HasSubstr("ok "), Not(HasSubstr("FAULT"))));
    RecordProperty("checks", result.out);
  }

  static void write_fixture(const std::string& name, const fs::path& folder) {
    const ProcessResult fixture = run_node({kScripts / "fixture.mjs", name});
    ASSERT_EQ(fixture.status, 0) << fixture.err;
    write_text(folder / "report.html", report_html(ordered_json::parse(fixture.out)));
  }

  static void write_hostile(const TemporaryFolder& folder) {
    ASSERT_NO_FATAL_FAILURE(write_fixture("hostile", folder / "."));
    for (const char* name : {"audio/00/a b#c%41?d.wav", "audio/00/\"><b>.wav"}) {
      write_bytes(folder / name, test_wav(0.5, 16000, 1));
    }
    for (const char* name : {"image/00/a b#c%41?d.png", "javascript:window.harmed=4"}) {
      write_bytes(folder / name, test_image(32, 24, 1, ImageContainer::png));
    }
  }
};

TEST_F(ReportPage, TellsOfARunInFlacAndJpeg) {
  TestSet set(9, 6);
  ASSERT_NO_FATAL_FAILURE(make(set, "  audio: {format: flac}\n  image: {format: jpeg}\n"));
  check("content", set / "out");
}

TEST_F(ReportPage, TellsOfARunInWavAndPng) {
  TestSet set(9, 6);
  ASSERT_NO_FATAL_FAILURE(make(set, "  audio: {format: wav}\n  image: {format: png}\n"));
  check("content", set / "out");
}

TEST_F(ReportPage, ShowsVariantsAloneWhereTheSetHasNoCleanReferences) {
  TestSet set(9, 6);
  set.config.replace(set.config.find("design: {"), 9, "design: {include_clean: false, ");
  ASSERT_NO_FATAL_FAILURE(make(set, ""));
  check("withoutClean", set / "out");
}

TEST_F(ReportPage, WorksFromTheKeyboard) {
  TestSet set(9, 6);
  ASSERT_NO_FATAL_FAILURE(make(set, ""));
  check("keyboard", set / "out");
}

TEST_F(ReportPage, IsPrinted) {
  TestSet set(9, 6);
  ASSERT_NO_FATAL_FAILURE(make(set, ""));
  check("paper", set / "out");
}

// axe takes its time, so each width is a test of its own.
class ReportPageAtWidth : public ReportPage, public testing::WithParamInterface<const char*> {};

TEST_P(ReportPageAtWidth, CanBeReadByAll) {
  TestSet set(9, 6);
  ASSERT_NO_FATAL_FAILURE(make(set, ""));
  check("reading", set / "out", GetParam());
}

INSTANTIATE_TEST_SUITE_P(Widths, ReportPageAtWidth, testing::Values("at 360 px", "at 768 px", "at 1280 px"),
                         [](const auto& width) {
                           const std::string text = width.param;
                           return "Px" + text.substr(3, text.size() - 6);
                         });

TEST_F(ReportPage, TakesLabelsAsTextOnly) {
  const TemporaryFolder folder;
  ASSERT_NO_FATAL_FAILURE(write_hostile(folder));
  check("hostile", folder / ".");
}

TEST_F(ReportPage, CanBeReadWithLabelsThatLookOdd) {
  const TemporaryFolder folder;
  ASSERT_NO_FATAL_FAILURE(write_hostile(folder));
  check("hostileReading", folder / ".");
}

TEST_F(ReportPage, SaysWhatIsNotBesideIt) {
  const TemporaryFolder folder;
  ASSERT_NO_FATAL_FAILURE(write_fixture("hostile", folder / "."));
  check("moved", folder / ".");
}

TEST_F(ReportPage, IsQuickWithAThousandGroups) {
  const TemporaryFolder folder;
  ASSERT_NO_FATAL_FAILURE(write_fixture("large", folder / "."));
  for (const char* name : {"audio/00/clean.wav", "audio/00/variant.wav"}) {
    write_bytes(folder / name, test_wav(0.5, 16000, 1));
  }
  check("large", folder / ".");
}

// These need no browser.

TEST(ReportHtml, HasDataThatCannotEndTheScript) {
  const std::string page = report_html({{"name", "</title><script>x</script> {{data}}"}, {"text", "</script><!--"}});
  const std::size_t data = page.find("id=\"data\">");
  ASSERT_NE(data, std::string::npos);
  const std::string json = page.substr(data + 10, page.find("</script>", data) - data - 10);
  EXPECT_THAT(json, Not(HasSubstr("<")));
  EXPECT_EQ(ordered_json::parse(json)["text"], "</script><!--");
  EXPECT_THAT(page, HasSubstr("<title>&lt;/title&gt;&lt;script&gt;x&lt;/script&gt; {{data}}"));
}

TEST(ReportHtml, IsTheSameForTheSameData) {
  EXPECT_EQ(report_html({{"name", "a"}}), report_html({{"name", "a"}}));
  EXPECT_NE(report_html({{"name", "a"}}), report_html({{"name", "b"}}));
}

TEST(ReportHtml, TakesNothingFromElsewhere) {
  const std::string page = report_html({{"name", "a"}});
  for (const char* foreign : {"src=\"http", "href=\"http", "url(", "@import", "{{policy}}", "{{data}}"}) {
    EXPECT_THAT(page, Not(HasSubstr(foreign)));
  }
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
}

}  // namespace
}  // namespace fairground
