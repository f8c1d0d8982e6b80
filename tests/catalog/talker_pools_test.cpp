// Pools of talkers against their manifests, their files and the sources.
#include <gmock/gmock.h>

#include <algorithm>

#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "tests/catalog/catalog_fixture.h"

namespace fairground {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

class TalkerPoolTest : public CatalogTest {
 protected:
  TalkerPoolTest() {
    for (std::uint64_t i = 0; i < 6; ++i) {
      write_bytes(data_ / ("t" + std::to_string(i) + ".wav"), test_wav(0.5, 16000, 100 + i));
    }
    entry("m.csv", "id,path,who\nx,a.wav,anna\ny,b.wav,bert\n").subject = "who";
  }

  /// An asset whose manifest, in the folder data, holds `text`.
  AssetSettings& pool(const std::string& text, const std::string& name = "pool.csv") {
    write_text(data_ / name, text);
    config_.assets.push_back({"voices", {}, "", PoolSettings{data_ / name, "path", "who", {}}});
    return config_.assets.back();
  }
  void clear() { config_.assets.clear(); }
  [[nodiscard]] Catalog read(int jobs = 2) const { return read_catalog(config_, jobs); }
};

TEST_F(TalkerPoolTest, SaysWhoSpeaksInWhichBytes) {
  write_bytes(folder_ / "more/t9.wav", test_wav(0.5, 8000, 200));
  config_.roots["more"] = folder_ / "more";
  pool("path,language,note,who\nt0.wav,de,x,carl\nt1.wav,de,,carl\n../more/t9.wav,en,,\"dora, the elder\"\n")
      .pool->balance = {"language"};
  const Catalog catalog = read();
  const TalkerPool& found = catalog.pools.at("voices");
  EXPECT_EQ(found.manifest_sha256, sha256_hex(read_text(data_ / "pool.csv")));
  ASSERT_THAT(found.files, SizeIs(3));
  EXPECT_TRUE(std::ranges::is_sorted(found.files, {}, &TalkerFile::sha256));
  std::vector<std::string> hashes;
  for (const TalkerFile& file : found.files) {
    hashes.push_back(file.sha256);
    EXPECT_EQ(file.sha256, sha256_hex(read_text(file.path)));
    const bool is_dora = file.path == folder_ / "more/t9.wav";
    EXPECT_EQ(file.subject, is_dora ? "dora, the elder" : "carl");
    EXPECT_THAT(file.balance, ElementsAre(is_dora ? "en" : "de"));
    EXPECT_EQ(file.line, is_dora ? 4U : file.path == data_ / "t0.wav" ? 2U : 3U);
  }
  EXPECT_EQ(catalog.asset_sha256.at("voices"), hashes);
  EXPECT_FALSE(catalog.manifest_sha256.contains(data_ / "pool.csv")) << "it holds no sources";
}

TEST_F(TalkerPoolTest, MayBeJsonLinesWhoseKeysComeLater) {
  pool("{\"who\": \"carl\", \"path\": \"t0.wav\"}\n{\"language\": \"de\", \"path\": \"t1.wav\", \"who\": \"dora\"}\n",
       "pool.jsonl")
      .pool->balance = {"language"};
  EXPECT_THAT(mistakes(), ElementsAre("pool.jsonl:1: the column `language` is empty, but the pool is balanced over it: "
                                      "fill it, or take the row out"));
  config_.assets[0].pool->balance.clear();
  EXPECT_THAT(read().pools.at("voices").files, SizeIs(2));
}

TEST_F(TalkerPoolTest, ListsEveryMistakeOfItsManifestBesideThoseOfTheSources) {
  entry("n.csv", "id,path,who\nx,a.wav,eve\n").subject = "who";
  pool(
      "path,who,language\n"
      "t0.wav,carl,de\n"
      ",dora,de\n"
      "t1.wav,,de\n"
      "t2.wav,unknown,de\n"
      "./t0.wav,carl,de\n"
      "../secret.wav,fred,de\n"
      "t3.wav,carl,en\n"
      "t4.wav,gina,\n"
      "t5.wav,hans\n")
      .pool->balance = {"language"};
  const std::string file = (data_ / "pool.csv").string();
  EXPECT_THAT(
      mistakes(),
      ElementsAre(
          HasSubstr("n.csv:2: id `x` is given a second time"),
          "pool.csv:10: the row has 2 cells, but the header names 3 columns", "pool.csv:3: the path is empty",
          "pool.csv:4: the column `who` is empty, but it must be known who speaks, so that nobody hears their own "
          "voice: "
          "fill it, or take the row out",
          AllOf(StartsWith("pool.csv:5: the column `who` holds `unknown`, but it must be known")),
          "pool.csv:6: the file `./t0.wav` is given a second time; first at " + file + ":2",
          AllOf(StartsWith("pool.csv:7: the path `../secret.wav` leaves the manifest's folder"), HasSubstr("roots")),
          "pool.csv:8: the talker `carl` has `en` in the column `language`, but `de` at " + file +
              ":2; a talker has one label: keep the recordings of one of them",
          "pool.csv:9: the column `language` is empty, but the pool is balanced over it: fill it, or take the row "
          "out"));
}

TEST_F(TalkerPoolTest, NamesColumnsThatAreMissing) {
  pool("file,speaker\nt0.wav,carl\n").pool->balance = {"language", "speaker"};
  EXPECT_THAT(mistakes(), ElementsAre("pool.csv:1: there is no column `path`; the manifest has: file, speaker",
                                      "pool.csv:1: there is no column `who`; the manifest has: file, speaker",
                                      "pool.csv:1: there is no column `language`; the manifest has: file, speaker"));
  clear();
  pool("path,who\n");
  EXPECT_THAT(mistakes(), SizeIs(1));
}

TEST_F(TalkerPoolTest, MustHaveEveryCombinationOfWhatItIsBalancedOver) {
  const std::string text =
      "path,who,language,gender\nt0.wav,c,de,f\nt1.wav,d,en,f\nt2.wav,e,en,m\nt3.wav,f,fr,m\nt4.wav,g,fr,f\n";
  pool(text).pool->balance = {"language", "gender"};
  EXPECT_THAT(
      mistakes(),
      ElementsAre("pool.csv:1: no talker has `language` `de`, `gender` `m`, so that draws cannot be balanced over "
                  "each of these columns: add such talkers, leave out those who share one of these labels, or "
                  "balance over fewer columns"));
  for (const char* column : {"language", "gender"}) {
    config_.assets[0].pool->balance = {column};
    EXPECT_THAT(mistakes(), IsEmpty()) << column;
  }
  clear();
  pool(text + "t5.wav,h,de,m\n").pool->balance = {"language", "gender"};
  EXPECT_THAT(mistakes(), IsEmpty());
}

TEST_F(TalkerPoolTest, ListsEveryFileThatIsNoSoundOrThereTwice) {
  write_text(data_ / "letter.wav", "no sound at all");
  fs::copy_file(data_ / "t1.wav", data_ / "twin.wav");
  pool("path,who\nletter.wav,carl\nt1.wav,carl\nnone.wav,dora\ntwin.wav,eve\nt2.wav,fred\n");
  EXPECT_THAT(mistakes(),
              ElementsAre(StartsWith("pool.csv:2: "), AllOf(StartsWith("pool.csv:4: "), HasSubstr("none.wav")),
                          AllOf(StartsWith("pool.csv:5: "), HasSubstr("twin.wav"), HasSubstr("holds the same bytes as"),
                                HasSubstr("pool.csv:3; remove one"))));
}

TEST_F(TalkerPoolTest, MustNotHoldSubjectsOfTheSources) {
  pool("path,who\nt0.wav,carl\nt1.wav,bert\nt2.wav,anna\nt3.wav,bert\n");
  EXPECT_THAT(mistakes(), ElementsAre("pool.csv:3: the pool `voices` shares 2 subjects with the sources (`bert`, "
                                      "`anna`), who must not hear their own voices: take their rows out of the "
                                      "pool, or their recordings out of the sources"));
  // A name is taken verbatim.
  clear();
  pool("path,who\nt0.wav,Bert\nt1.wav,anna b\n");
  EXPECT_THAT(mistakes(), IsEmpty());
}

TEST_F(TalkerPoolTest, NamesTheFirstFewOfManySharedSubjects) {
  std::string sources = "id,path,who\n";
  std::string talkers = "path,who\n";
  for (int i = 0; i < 6; ++i) {
    const std::string n = std::to_string(i);
    sources.append(n).append(",a.wav,person ").append(n).append("\n");
    talkers.append("t").append(n).append(".wav,person ").append(n).append("\n");
  }
  entry("n.csv", sources).subject = "who";
  pool(talkers);
  EXPECT_THAT(mistakes(),
              ElementsAre(AllOf(HasSubstr("pool.csv:2: the pool `voices` shares 6 subjects"),
                                HasSubstr("(`person 0`, `person 1`, `person 2`, `person 3`, `person 4` and 1 "
                                          "more)"))));
}

TEST_F(TalkerPoolTest, MustNotHoldBytesOfTheSources) {
  fs::copy_file(data_ / "a.wav", data_ / "copy.wav");
  pool("path,who\nt0.wav,carl\ncopy.wav,dora\nb.wav,eve\n");
  EXPECT_THAT(mistakes(),
              ElementsAre("pool.csv:3: the pool `voices` shares the bytes of 2 recordings with the sources "
                          "(`x`, `y`), whose speakers must not hear their own voices: take these rows out of the "
                          "pool, or these recordings out of the sources"));
}

TEST_F(TalkerPoolTest, NeedsToKnowWhoSpeaksInEachSource) {
  entry("n.csv", "id,path,who\nu,a.wav,\nv,b.wav,carl\nw,c.wav,unknown\n").subject = "who";
  pool("path,who\nt0.wav,dora\n");
  try {
    (void)read();
    FAIL() << "it cannot be known";
  } catch (const UserError& error) {
    EXPECT_THAT(error.messages(), ElementsAre(AllOf(StartsWith(config_.path.string() + ": asset 'voices'"),
                                                    HasSubstr("the unknown speakers of 2 sources (`u`, `w`)"),
                                                    HasSubstr("fill their column"))));
  }
}

TEST_F(TalkerPoolTest, IsComparedWithRecordingsOnly) {
  config_.media = {{Media::image, {}}};
  config_.sources.clear();
  write_bytes(data_ / "p.png", test_image(40, 25, 1, ImageContainer::png));
  entry("p.csv", "id,path,who\n1,p.png,anna\n").subject = "who";
  config_.sources.back().media = Media::image;
  pool("path,who\nt0.wav,anna\n");
  EXPECT_THAT(mistakes(), IsEmpty());
}

TEST_F(TalkerPoolTest, IsReadAlikeOnAnyNumberOfThreads) {
  pool("path,who\nt0.wav,c\nt1.wav,d\nt2.wav,e\nt3.wav,f\nt4.wav,g\nt5.wav,h\n");
  const Catalog one = read(1);
  const Catalog eight = read(8);
  EXPECT_EQ(one.asset_sha256, eight.asset_sha256);
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(one.pools.at("voices").files[i].subject, eight.pools.at("voices").files[i].subject);
  }
}

}  // namespace
}  // namespace fairground
