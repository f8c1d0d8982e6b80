// What holds of every manifest that is read, whatever its format.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/catalog/manifest.h"
#include "pipeline/catalog/path_resolver.h"
#include "pipeline/catalog/picture_cells.h"
#include "pipeline/catalog/words.h"
#include "pipeline/media/response_curve.h"
#include "tests/fuzz/fuzz_target.h"

namespace fairground {

/// A folder with links that lead out of it. What they lead to is there, since only then could it be reached.
struct LinkedFolder {
  LinkedFolder() {
    scratch.write("set/a.wav", "x");
    scratch.write("set/sub/b.wav", "x");
    scratch.write("outside/secret.wav", "x");
    std::filesystem::create_symlink("../outside", scratch.path() / "set/out");
    std::filesystem::create_symlink("../outside/secret.wav", scratch.path() / "set/link.wav");
    std::filesystem::create_symlink("a.wav", scratch.path() / "set/inside.wav");
    std::filesystem::create_symlink("round", scratch.path() / "set/round");
  }
  ScratchFolder scratch;
};

/// A cell may be anything: each reader takes it or says what is wrong, and what it takes can be written and read again.
inline void check_cell(std::string_view cell) {
  const SpokenWords words = parse_words(cell);
  require(words.mistake == on_one_line(words.mistake), "a mistake in words is one line of plain text");
  if (words.mistake.empty()) {
    require(parse_words(words_json(words.words)).mistake.empty(), "words that were written can be read");
    static_cast<void>(late_word(words.words, 1.0));
  }
  const ReadBoxes boxes = parse_boxes(cell);
  require(boxes.mistake == on_one_line(boxes.mistake), "a mistake in boxes is one line of plain text");
  if (boxes.mistake.empty()) {
    require(parse_boxes(boxes_json(boxes.boxes)).mistake.empty(), "boxes that were written can be read");
    static_cast<void>(label_outside({boxes.boxes, {}}, 8, 8));
  }
  const ReadKeyPoints points = parse_keypoints(cell);
  require(points.mistake == on_one_line(points.mistake), "a mistake in key points is one line of plain text");
  if (points.mistake.empty()) {
    require(parse_keypoints(keypoints_json(points.keypoints)).mistake.empty(),
            "key points that were written can be read");
    static_cast<void>(label_outside({{}, points.keypoints}, 8, 8));
  }
}

/// No cell reaches a file outside of the manifest's folder.
inline void check_path(std::string_view cell) {
  static const LinkedFolder kFolder;
  static const std::string kAllowed = (kFolder.scratch.path() / "set").string() + "/";
  // The folder itself is no file, which whoever reads it says.
  const auto is_allowed = [](const std::string& path) { return (path + "/").starts_with(kAllowed); };
  PathResolver resolver(kFolder.scratch.path() / "set/manifest.csv", {});
  const PathResolver::Result result = resolver.resolve(cell);
  if (result.mistake.empty()) {
    require(is_allowed(result.path), "a path stays within the manifest's folder: " + on_one_line(result.path));
    std::error_code error;
    const auto real = std::filesystem::canonical(result.path, error);
    require(error || is_allowed(real.string()), "no link leads out of the manifest's folder");
  } else {
    require(result.mistake == on_one_line(result.mistake), "a mistake in a path is one line of plain text");
  }
}

inline void check_manifest(std::string_view text, const std::string& name) {
  /// Each cell costs some calls of the system.
  constexpr std::size_t kMostPaths = 16;
  try {
    const Manifest manifest = parse_manifest(text, name);
    require(!manifest.rows.empty() && !manifest.columns.empty(), "a manifest that is read has rows and columns");
    std::size_t line = 0;
    std::size_t paths = 0;
    for (const ManifestRow& row : manifest.rows) {
      require(row.line > line, "rows stand on lines of their own, in order");
      line = row.line;
      require(row.cells.size() == manifest.columns.size(), "a row has a cell for each column");
      for (const std::string& cell : row.cells) {
        require(is_utf8(cell) && cell.find('\0') == std::string::npos, "a cell is text");
        check_cell(cell);
        if (paths++ < kMostPaths) {
          check_path(cell);
        }
      }
    }
  } catch (const UserError& error) {
    require_good_messages(error, name);
  }
}

}  // namespace fairground
