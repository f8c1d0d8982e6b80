// Manifests against the file system: which files are meant, what is read of them, and what is a fault of one item.
#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <ostream>
#include <span>
#include <sstream>
#include <utility>

#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "pipeline/core/progress.h"
#include "tests/catalog/catalog_fixture.h"

namespace fairground {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;
using testing::UnorderedElementsAre;

TEST_F(CatalogTest, RootsAllowAFolder) {
  write_bytes(folder_ / "shared/x.wav", test_wav(0.5, 16000, 4));
  write_bytes(folder_ / "shared2/y.wav", test_wav(0.5, 16000, 5));
  fs::create_symlink("../shared/x.wav", data_ / "link.wav");
  config_.roots["shared"] = folder_ / "shared";
  entry("m.csv", "id,path\nx,../shared/x.wav\ny,link.wav\n");
  const MediaCatalog catalog = audio();
  EXPECT_EQ(catalog.file_of(catalog.sources.at(0)).problem, "");
  EXPECT_EQ(catalog.file_of(catalog.sources.at(1)).path.str(), folder_ / "shared/x.wav") << "links are resolved";
  // A folder whose name only begins alike is another folder.
  entry("n.csv", "id,path\nz,../shared2/y.wav\nw,../shared/../shared2/y.wav\n");
  EXPECT_THAT(mistakes(), ElementsAre(HasSubstr("n.csv:2: "), HasSubstr("n.csv:3: ")));
}

TEST_F(CatalogTest, ARootMayBeALink) {
  write_bytes(folder_ / "real/x.wav", test_wav(0.5, 16000, 4));
  fs::create_directory_symlink("real", folder_ / "alias");
  config_.roots["alias"] = folder_ / "alias";
  entry("m.csv", "id,path\nx,../alias/x.wav\n");
  EXPECT_THAT(audio().sources, SizeIs(1));
}

TEST_F(CatalogTest, WhatIsWrongWithAMediumIsThatItemsProblem) {
  write_text(data_ / "empty.wav", "");
  write_text(data_ / "garbage.wav", "no sound at all");
  fs::create_directories(data_ / "folder.wav");
  entry("m.csv", "id,path\n1,missing.wav\n2,empty.wav\n3,garbage.wav\n4,folder.wav\n5,a.wav\n6,.\n7,no/where.wav\n");
  const MediaCatalog catalog = audio();
  ASSERT_THAT(catalog.sources, SizeIs(7));
  for (const Source& source : catalog.sources) {
    const std::string problem = catalog.file_of(source).problem.str();
    EXPECT_EQ(problem.empty(), source.id() == "5") << source.id() << ": " << problem;
  }
}

TEST_F(CatalogTest, AFileIsReadOnceHoweverItIsNamed) {
  fs::create_symlink("a.wav", data_ / "link.wav");
  fs::create_directories(data_ / "sub");
  fs::create_directory_symlink("..", data_ / "sub/up");
  entry("m.csv",
        "id,path\n1,a.wav\n2,b.wav\n3,./a.wav\n4,link.wav\n5,sub/../a.wav\n6,sub/up/a.wav\n7,sub/up/link.wav\n8," +
            (data_ / "a.wav").string() + "\n9,sub//../a.wav\n");
  entry("n.csv", "id,path\n10,b.wav\n11,c.wav\n");
  const MediaCatalog catalog = audio();
  ASSERT_THAT(catalog.files, SizeIs(3));
  EXPECT_EQ(catalog.files[0].path.str(), data_ / "a.wav");
  EXPECT_EQ(catalog.files[1].path.str(), data_ / "b.wav");
  EXPECT_EQ(catalog.files[2].path.str(), data_ / "c.wav");
  std::vector<std::uint32_t> files;
  for (const Source& source : catalog.sources) {
    files.push_back(source.file);
  }
  EXPECT_THAT(files, ElementsAre(0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 2));
}

TEST_F(CatalogTest, PathsAreFollowedAsTheSystemFollowsThem) {
  // What ".." means depends on the links before it, and names may not exist.
  fs::create_directories(data_ / "deep/er");
  fs::create_directory_symlink("deep/er", data_ / "jump");
  write_bytes(data_ / "deep/x.wav", test_wav(0.5, 16000, 5));
  fs::create_symlink("no/where.wav", data_ / "dangling.wav");
  std::string text = "id,path\n";
  const std::vector<std::string> cells = {"jump/../x.wav",
                                          "deep/er/../../a.wav",
                                          "missing/x.wav",
                                          "missing/../a.wav",
                                          "a.wav/x",
                                          "dangling.wav",
                                          ".",
                                          "deep/",
                                          "deep/.",
                                          "deep/er/..",
                                          "missing/..",
                                          "jump//..//x.wav"};
  for (std::size_t i = 0; i < cells.size(); ++i) {
    text += std::to_string(i) + "," + cells[i] + "\n";
  }
  entry("m.csv", text);
  const MediaCatalog catalog = audio();
  ASSERT_THAT(catalog.sources, SizeIs(cells.size()));
  for (std::size_t i = 0; i < cells.size(); ++i) {
    EXPECT_EQ(catalog.file_of(catalog.sources[i]).path.str(), fs::weakly_canonical(data_ / cells[i]).string())
        << cells[i];
  }
}

TEST_F(CatalogTest, EachMediumHasItsFiles) {
  config_.media[Media::image];
  entry("m.csv", "id,path\n1,a.wav\n");
  entry("n.csv", "id,path\n2,a.wav\n").media = Media::image;
  const Catalog catalog = read_catalog(config_, 1);
  EXPECT_EQ(catalog.media.at(Media::audio).files.at(0).channels, 1);
  EXPECT_THAT(catalog.media.at(Media::image).files.at(0).problem.str(), HasSubstr("JPEG"))
      << "a recording is no picture";
}

/// Text that somebody waits for, once it is flushed.
class AwaitedText : public std::stringbuf {
 public:
  explicit AwaitedText(std::string awaited) : awaited_(std::move(awaited)) {}
  [[nodiscard]] std::future<void> seen() { return seen_.get_future(); }

 private:
  int sync() override {
    if (!was_seen_ && str().find(awaited_) != std::string::npos) {
      was_seen_ = true;
      seen_.set_value();
    }
    return 0;
  }

  std::string awaited_;
  std::promise<void> seen_;
  bool was_seen_ = false;
};

TEST_F(CatalogTest, HeadersOfPicturesAreRead) {
  write_bytes(data_ / "p.png", test_image(400, 250, 1, ImageContainer::png));
  const Bytes jpeg = test_image(64, 64, 1, ImageContainer::jpeg);
  write_bytes(data_ / "cut.jpg", std::span(jpeg).first(jpeg.size() / 2));
  config_.media = {{Media::image, {}}};
  entry("p.csv", "id,path\n1,p.png\n2,cut.jpg\n").media = Media::image;
  const MediaCatalog catalog = read_catalog(config_, 1).media.at(Media::image);
  EXPECT_FLOAT_EQ(catalog.files.at(0).megapixels, 0.1F);
  EXPECT_EQ(catalog.files[0].problem, "");
  EXPECT_EQ(catalog.files.at(1).sha256, sha256(read_text(data_ / "cut.jpg")));
  EXPECT_THAT(catalog.files[1].problem.str(), HasSubstr("cut short"));
}

TEST_F(CatalogTest, ProgressCountsSourcesAndNotFiles) {
  entry("m.csv", "id,path\n1,a.wav\n2,a.wav\n3,b.wav\n4,a.wav\n");
  AwaitedText text("4/4 sources read");
  std::future<void> seen = text.seen();
  std::ostream out(&text);
  Progress progress(out, ProgressStyle::terminal, "sources read");
  (void)read_catalog(config_, 2, &progress);
  // The line is written five times a second.
  constexpr std::chrono::seconds kLongEnough{20};
  EXPECT_EQ(seen.wait_for(kLongEnough), std::future_status::ready);
}

TEST_F(CatalogTest, SourcesThatShareTheirBytesAreCounted) {
  fs::copy_file(data_ / "a.wav", data_ / "copy of a.wav");
  write_text(data_ / "empty.wav", "");
  entry("m.csv",
        "id,path\nalone,c.wav\none,a.wav\nlost 1,none.wav\ntwo,copy of a.wav\nlost 2,none.wav\n"
        "empty 1,empty.wav\nempty 2,empty.wav\n");
  entry("n.csv", "id,path\nthree,b.wav\nfour,a.wav\nfive,b.wav\n");
  const SharedBytes shared = audio().shared_bytes;
  EXPECT_EQ(shared.sources, 5U);
  EXPECT_EQ(shared.contents, 2U);
  EXPECT_THAT(shared.ids, ElementsAre("one", "two", "three", "four", "five"));
}

TEST_F(CatalogTest, OnlyAFewSourcesThatShareTheirBytesAreNamed) {
  std::string text = "id,path\n";
  for (int i = 0; i < 100; ++i) {
    text += std::to_string(i) + ",a.wav\n";
  }
  entry("m.csv", text);
  const SharedBytes shared = audio().shared_bytes;
  EXPECT_EQ(shared.sources, 100U);
  EXPECT_EQ(shared.contents, 1U);
  EXPECT_THAT(shared.ids, ElementsAre("0", "1", "2", "3", "4", "5"));
}

TEST_F(CatalogTest, DifferentBytesAreNotShared) {
  entry("m.csv", "id,path\n1,a.wav\n2,b.wav\n3,c.wav\n");
  const SharedBytes shared = audio().shared_bytes;
  EXPECT_EQ(shared.sources, 0U);
  EXPECT_EQ(shared.contents, 0U);
  EXPECT_THAT(shared.ids, IsEmpty());
}

TEST_F(CatalogTest, AssetsAreHashedAndSorted) {
  entry("m.csv", "id,path\n1,a.wav\n");
  config_.assets = {{"site", {data_ / "a.wav", data_ / "b.wav"}, ""}};
  const auto hashes = read_catalog(config_, 1).asset_sha256.at("site");
  EXPECT_THAT(hashes,
              UnorderedElementsAre(sha256_hex(read_text(data_ / "a.wav")), sha256_hex(read_text(data_ / "b.wav"))));
  EXPECT_TRUE(std::ranges::is_sorted(hashes));
  config_.assets[0].files.push_back(data_ / "none.wav");
  EXPECT_THROW((void)read_catalog(config_, 1), UserError);
}

// Mistakes in them show before anything is made.
TEST_F(CatalogTest, CurvesAreHashedAndRead) {
  entry("m.csv", "id,path\n1,a.wav\n");
  write_text(data_ / "good.csv", "100,0\n1000,3\n");
  config_.assets = {{"phones", {data_ / "good.csv"}, ""}};
  EXPECT_THAT(read_catalog(config_, 1).asset_sha256.at("phones"),
              ElementsAre(sha256_hex(read_text(data_ / "good.csv"))));
  write_text(data_ / "bad.csv", "100,0\n50,70\n40,1\n");
  config_.assets[0].files.push_back(data_ / "bad.csv");
  try {
    (void)read_catalog(config_, 1);
    FAIL() << "a bad curve was taken";
  } catch (const UserError& error) {
    ASSERT_EQ(error.messages().size(), 2U);
    EXPECT_THAT(error.messages()[0], StartsWith((data_ / "bad.csv").string() + ":2: frequencies must ascend"));
    EXPECT_THAT(error.messages()[1], StartsWith((data_ / "bad.csv").string() + ":3: frequencies must ascend"));
  }
}

TEST_F(CatalogTest, ThreadsDoNotMatter) {
  std::string text = "id,path\n";
  for (int i = 0; i < 200; ++i) {
    text += std::to_string(i) + (i % 3 == 0 ? ",a.wav\n" : i % 3 == 1 ? ",b.wav\n" : ",none.wav\n");
  }
  entry("m.csv", text);
  const MediaCatalog one = read_catalog(config_, 1).media.at(Media::audio);
  const MediaCatalog eight = read_catalog(config_, 8).media.at(Media::audio);
  ASSERT_EQ(one.sources.size(), eight.sources.size());
  for (std::size_t i = 0; i < one.sources.size(); ++i) {
    EXPECT_EQ(one.sources[i].id(), eight.sources[i].id());
    EXPECT_EQ(one.file_of(one.sources[i]).sha256, eight.file_of(eight.sources[i]).sha256);
    EXPECT_EQ(one.file_of(one.sources[i]).problem, eight.file_of(eight.sources[i]).problem);
  }
}

}  // namespace
}  // namespace fairground
