// Manifests from strangers: too long, too wide, too deep, or no files at all.
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "pipeline/catalog/json_text.h"
#include "pipeline/catalog/manifest.h"
#include "pipeline/catalog/picture_cells.h"
#include "pipeline/catalog/words.h"
#include "tests/catalog/catalog_fixture.h"

namespace fairground {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

constexpr std::size_t kRowBytes = std::size_t{4} << 20U;

std::vector<std::string> mistakes_in(const fs::path& path) {
  std::vector<std::string> mistakes;
  (void)read_manifest(path, mistakes);
  return mistakes;
}

std::vector<std::string> mistakes_in_text(const TemporaryFolder& folder, const std::string& name,
                                          const std::string& text) {
  write_text(folder / name, text);
  return mistakes_in(folder / name);
}

/// Peak resident memory in megabytes since the last call.
double peak_megabytes() {
  std::ifstream status("/proc/self/status");
  double megabytes = 0.0;
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) {
      megabytes = std::stod(line.substr(6)) / 1e3;
    }
  }
  std::ofstream("/proc/self/clear_refs") << 5;
  return megabytes;
}

// A gigabyte without an end of line is given up after a few megabytes.
TEST(HostileManifest, AnEndlessLineIsNotReadWhole) {
  const TemporaryFolder folder;
  for (const char* name : {"m.csv", "m.jsonl"}) {
    write_text(folder / name, "id,path\na,a.wav\n");
    fs::resize_file(folder / name, std::uintmax_t{1} << 30U);
    (void)peak_megabytes();
    const double before = peak_megabytes();
    EXPECT_THAT(mistakes_in(folder / name),
                ElementsAre(HasSubstr(std::string(name) + ":3: the row is longer than 4 MiB")));
    EXPECT_LT(peak_megabytes(), before + 50.0);
  }
}

TEST(HostileManifest, ARowMayHaveFourMebibytes) {
  const TemporaryFolder folder;
  const std::string fits(kRowBytes - 100, 'x');
  const std::string more(kRowBytes + 100, 'x');
  EXPECT_THAT(mistakes_in_text(folder, "m.csv", "id,path\n" + fits + ",a.wav\n"), IsEmpty());
  EXPECT_THAT(mistakes_in_text(folder, "m.csv", "id,path\n" + more + ",a.wav\nb,b.wav\n"),
              ElementsAre(HasSubstr("m.csv:2: the row is longer")));
  EXPECT_THAT(mistakes_in_text(folder, "m.jsonl", R"({"id": ")" + fits + "\"}\n"), IsEmpty());
  EXPECT_THAT(mistakes_in_text(folder, "m.jsonl", "{}\n{\"id\": \"" + more + "\"}\n"),
              ElementsAre(HasSubstr("m.jsonl:2: the row is longer")));
}

// The rest of the file would be one cell.
TEST(HostileManifest, AQuoteThatIsNeverClosedEndsTheReading) {
  const TemporaryFolder folder;
  std::string text = "id,path\n\"a,a.wav\n";
  while (text.size() < 2 * kRowBytes) {
    text += "b,b.wav\n";
  }
  EXPECT_THAT(mistakes_in_text(folder, "m.csv", text),
              ElementsAre(HasSubstr("never closed"), HasSubstr("m.csv:2: the row is longer than 4 MiB")));
}

TEST(HostileManifest, HasOnlySoManyColumns) {
  const TemporaryFolder folder;
  const auto header = [](int columns) {
    std::string text = "c0";
    for (int i = 1; i < columns; ++i) {
      text += ",c" + std::to_string(i);
    }
    return text + '\n';
  };
  EXPECT_THAT(mistakes_in_text(folder, "m.csv", header(100001)), ElementsAre(HasSubstr("more than 100000 columns")));
  EXPECT_THAT(mistakes_in_text(folder, "m.csv", header(100000) + std::string(99999, ',') + '\n'), IsEmpty());
  std::string rows;
  for (int i = 0; i < 100000; ++i) {
    rows += R"({"c)" + std::to_string(i) + "\": 1}\n";
  }
  EXPECT_THAT(mistakes_in_text(folder, "m.jsonl", rows),
              ElementsAre(HasSubstr("m.jsonl:2001: there are more than 2000 columns")));
}

// Two bytes of JSON are a row of as many empty cells as there are columns.
// Found by fuzzing: such a manifest once passed, and its sources had neither id nor file.
TEST(HostileManifest, LinesWithoutAnyKeyListNothing) {
  for (const char* text : {"{}", "{}\n", "{}\n\n{}\n"}) {
    try {
      (void)parse_manifest(text, "m.jsonl");
      FAIL() << text;
    } catch (const UserError& error) {
      EXPECT_THAT(error.what(), HasSubstr("m.jsonl:1: no line of the manifest has a key"));
    }
  }
}

TEST(HostileManifest, EmptyRowsDoNotFillTheMemory) {
  const TemporaryFolder folder;
  std::string rows = "{";
  for (int i = 0; i < 1000; ++i) {
    rows += (i == 0 ? "\"c" : ", \"c") + std::to_string(i) + "\": 1";
  }
  rows += "}\n";
  for (int i = 0; i < 50000; ++i) {
    rows += "{}\n";
  }
  (void)peak_megabytes();
  const double before = peak_megabytes();
  EXPECT_THAT(mistakes_in_text(folder, "m.jsonl", rows), ElementsAre(HasSubstr("has more than 5000000 cells")));
  EXPECT_LT(peak_megabytes(), before + 300.0);
}

TEST(HostileManifest, TellsAThousandMistakesAndCountsTheRest) {
  const TemporaryFolder folder;
  std::string rows = "id,path\n";
  for (int i = 0; i < 1500; ++i) {
    rows += "a\n";
  }
  const std::vector<std::string> mistakes = mistakes_in_text(folder, "m.csv", rows);
  ASSERT_THAT(mistakes, SizeIs(1001));
  EXPECT_THAT(mistakes[999], HasSubstr("m.csv:1001: the row has 1 cell"));
  EXPECT_THAT(mistakes[1000], HasSubstr("m.csv: and 500 more mistakes"));
}

TEST(HostileManifest, IsAFileOrAPipe) {
  const TemporaryFolder folder;
  EXPECT_THAT(mistakes_in(folder / ""), ElementsAre(HasSubstr("cannot be read: it is a folder")));
  EXPECT_THAT(mistakes_in("/dev/zero"), ElementsAre(HasSubstr("it is neither a file nor a pipe")));
  EXPECT_THAT(mistakes_in(folder / "none.csv"), ElementsAre(HasSubstr("No such file")));
  ASSERT_EQ(::mkfifo((folder / "pipe.csv").c_str(), 0600), 0);
  EXPECT_THAT(mistakes_in(folder / "pipe.csv"), ElementsAre(HasSubstr("a pipe into which nobody writes")));
}

TEST(HostileManifest, NestsItsCellsToALimit) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_FALSE(parse_json(nested(64)).is_discarded());
  EXPECT_TRUE(parse_json(nested(65)).is_discarded());
  EXPECT_FALSE(parse_json("[\"" + std::string(100, '[') + R"(\"[[[")" + "]").is_discarded()) << "text";
  for (const std::string& deep : {std::string(1000000, '['), nested(1000000)}) {
    (void)peak_megabytes();
    const double before = peak_megabytes();
    EXPECT_THAT(parse_words(deep).mistake, StartsWith("is not JSON"));
    EXPECT_THAT(parse_boxes(deep).mistake, StartsWith("is not JSON"));
    EXPECT_THAT(parse_keypoints(deep).mistake, StartsWith("is not JSON"));
    EXPECT_LT(peak_megabytes(), before + 5.0);
  }
}

TEST_F(CatalogTest, NoPathLeavesTheFolder) {
  write_bytes(folder_ / "secret.wav", test_wav(0.5, 16000, 9));
  fs::create_directory_symlink(folder_.path(), data_ / "up");
  fs::create_symlink("../secret.wav", data_ / "link.wav");
  fs::create_symlink("link.wav", data_ / "link_to_link.wav");
  fs::create_symlink("/dev/zero", data_ / "zero.wav");
  fs::create_symlink("/proc/self/environ", data_ / "environ.wav");
  const std::vector<std::string> paths = {"../secret.wav",    (folder_ / "secret.wav").string(),
                                          "up/secret.wav",    "link.wav",
                                          "link_to_link.wav", "./x/../../secret.wav",
                                          "/etc/passwd",      "zero.wav",
                                          "environ.wav"};
  std::string rows = "id,path\n";
  for (const std::string& path : paths) {
    rows += path + "," + path + "\n";
  }
  entry("m.csv", rows);
  const std::vector<std::string> found = mistakes();
  ASSERT_THAT(found, SizeIs(paths.size()));
  for (std::size_t i = 0; i < paths.size(); ++i) {
    EXPECT_THAT(found[i], HasSubstr("the path `" + paths[i] + "` leaves the manifest's folder")) << i;
  }
}

TEST_F(CatalogTest, DevicesAndPipesAreNoMedia) {
  ASSERT_EQ(::mkfifo((data_ / "pipe.wav").c_str(), 0600), 0);
  fs::create_symlink("/dev/zero", data_ / "zero.wav");
  fs::create_symlink("/proc/self/mem", data_ / "memory.wav");
  config_.roots["all"] = "/";
  entry("m.csv", "id,path\na,pipe.wav\nb,zero.wav\nc,memory.wav\nd,a.wav\n");
  const MediaCatalog catalog = audio();
  const auto problem = [&](std::size_t i) { return catalog.problem_of(catalog.sources[i]); };
  EXPECT_THAT(problem(0), HasSubstr("not a regular file"));
  EXPECT_THAT(problem(1), HasSubstr("not a regular file"));
  EXPECT_THAT(problem(2), HasSubstr("cannot read"));
  EXPECT_EQ(problem(3), "");
}

TEST_F(CatalogTest, MessagesCarryNoCommandsToTheTerminal) {
  entry("m.csv", "id,path\na,\"none\x1b[2J\nx.wav\"\nb,\"../\x1b]0;x\x07.wav\"\n");
  for (const std::string& message : mistakes()) {
    EXPECT_THAT(message, Not(HasSubstr("\x1b"))) << message;
    EXPECT_THAT(message, Not(HasSubstr("\n")));
  }
  config_.sources.clear();
  entry("m.csv", "id,path\na,\"none\x1b[2J\nx.wav\"\n");
  const MediaCatalog catalog = audio();
  EXPECT_THAT(catalog.problem_of(catalog.sources[0]), HasSubstr("none?[2J?x.wav"));
}

}  // namespace
}  // namespace fairground
