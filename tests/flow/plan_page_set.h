// A set such as an audit meets: few people, unequal groups, labels and files missing.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/temporary_folder.h"

namespace fairground {

/// What a row of `data/speech.csv` says, and what its file is like.
struct SparseClip {
  std::string id;
  std::string speaker;  ///< empty: nobody wrote down who speaks
  std::string accent;
  std::string gender;       ///< empty: the label is missing
  std::string recorded_in;  ///< a level of the axis `place`; empty: nobody knows
  double seconds = 0.0;     ///< 0: there is no such file
  int rate = 16000;         ///< in Hz
  double gain = 1.0;        ///< of the voice
  double floor = 0.0;       ///< standard deviation of the noise that the recording has of its own
};

/// What a row of `data/photos.csv` says, and what its file is like.
struct SparsePhoto {
  std::string id;
  std::string sitter;
  std::string age;
  std::string taken_in;  ///< a level of the axis `light`
  int width = 0;         ///< in pixels; a multiple of 4
  int height = 0;
  int code = 0;         ///< of its middle tone, 0 to 255
  bool is_cut = false;  ///< the file ends too soon
};

/// Four groups of 5 to 12 clips and one clip without a gender. Nobody is a Scots man or a Welsh woman.
[[nodiscard]] std::vector<SparseClip> sparse_clips();
/// A group of 7 photographs and one of 5.
[[nodiscard]] std::vector<SparsePhoto> sparse_photos();

/// These files and manifests, a recording of a fan in `noise/`, and a config, in a folder of their own. The same bytes
/// each time, whatever the libraries.
class SparseSet {
 public:
  SparseSet();

  /// Writes a config into the folder.
  [[nodiscard]] std::filesystem::path add_config(const std::string& name, const std::string& text) const;
  [[nodiscard]] std::filesystem::path operator/(const std::filesystem::path& name) const { return folder_ / name; }

 private:
  TemporaryFolder folder_;
};

}  // namespace fairground
