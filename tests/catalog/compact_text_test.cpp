// Texts and paths that very many objects hold.
#include "pipeline/catalog/compact_text.h"

#include <gtest/gtest.h>

#include <array>
#include <sstream>
#include <thread>
#include <utility>
#include <vector>

#include "pipeline/catalog/file_path.h"

namespace fairground {
namespace {

TEST(CompactText, HoldsWhatItWasGiven) {
  const std::string with_zero("a\0b", 3);
  for (const std::string& text :
       {std::string(), std::string("x"), with_zero, std::string(127, 'y'), std::string(128, 'y'),
        std::string(16383, 'y'), std::string(16384, 'y'), std::string(3000000, 'y')}) {
    const CompactText held = text;
    EXPECT_EQ(std::string_view(held), text);
    EXPECT_EQ(held.str(), text);
    EXPECT_EQ(held.empty(), text.empty());
    EXPECT_EQ(held, text);
    std::ostringstream stream;
    stream << held;
    EXPECT_EQ(stream.str(), text);
  }
  EXPECT_EQ(sizeof(CompactText), sizeof(void*));
}

TEST(CompactText, CopiesAreTheirOwn) {
  CompactText one = "one";
  CompactText other = one;
  EXPECT_NE(std::string_view(one).data(), std::string_view(other).data());
  one = CompactText("two");
  EXPECT_EQ(other, "one");
  other = one;
  EXPECT_EQ(other, one);
  const CompactText& itself = other;
  other = itself;
  EXPECT_EQ(other, "two");
  const CompactText moved = std::move(other);
  EXPECT_EQ(moved, "two");
}

TEST(CompactText, DiffersFromAnotherText) {
  const CompactText text = "text";
  EXPECT_NE(text, "texts");
  EXPECT_NE(text, CompactText("Text"));
  EXPECT_NE(text, CompactText());
  EXPECT_NE(text, std::string("tex"));
}

TEST(FilePath, ComesBackFromItsFolder) {
  for (const std::string path : {"/a/b/c.wav", "/a/b/d.wav", "/a/b.wav", "/", "/x", "x", ""}) {
    const FilePath held = path;
    EXPECT_EQ(held.str(), path);
    EXPECT_TRUE(held.is(path));
    EXPECT_FALSE(held.is(path + "x"));
    EXPECT_FALSE(held.is("/a/b/e.wav"));
    EXPECT_EQ(held, FilePath(path));
    EXPECT_NE(held, FilePath(path + "x"));
    EXPECT_NE(held, FilePath("/a/b/e.wav"));
  }
}

TEST(FilePath, IsMadeOnManyThreads) {
  std::vector<std::thread> threads;
  std::array<std::vector<FilePath>, 4> made;
  for (std::vector<FilePath>& paths : made) {
    threads.emplace_back([&paths] {
      for (int i = 0; i < 1000; ++i) {
        paths.emplace_back("/folder " + std::to_string(i) + "/a.wav");
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (const std::vector<FilePath>& paths : made) {
    ASSERT_EQ(paths.size(), 1000U);
    EXPECT_EQ(paths, made.front());
    EXPECT_EQ(paths.back().str(), "/folder 999/a.wav");
  }
}

}  // namespace
}  // namespace fairground
