// What libraries print by themselves, kept apart from what fairground says.
#pragma once

#include <cstddef>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace fairground {

/// Where messages and progress go: to standard error, also while that is taken from the libraries.
[[nodiscard]] std::ostream& message_stream();
/// The descriptor behind it.
[[nodiscard]] int message_descriptor();

/// Lines, of which those that differ only in numbers are counted as one.
class LineCounts {
 public:
  void add(std::string_view line);
  /// How many lines there were, and the most frequent ones. Empty where there were none.
  [[nodiscard]] std::string summary() const;

 private:
  struct Kind {
    std::string form;     ///< with a mark for each number
    std::string example;  ///< the first of them
    std::size_t count = 0;
  };
  std::vector<Kind> kinds_;
  std::size_t lines_ = 0;
};

/// While this lives, what is written to standard error does not appear there, but is counted, since decoders print
/// hundreds of lines about damaged files and have no switch against it. Nothing has to wait, however much is printed:
/// it is read at once, and little of it is kept. Where the program crashes, what was printed last appears after all. At
/// most one may live. Where the system does not allow it, nothing is taken.
class LibraryOutput {
 public:
  LibraryOutput();
  ~LibraryOutput();
  LibraryOutput(const LibraryOutput&) = delete;
  LibraryOutput& operator=(const LibraryOutput&) = delete;

  /// Ends it. Returns a few lines that say what was printed, or nothing.
  [[nodiscard]] std::string finish();

 private:
  class Capture;
  std::unique_ptr<Capture> capture_;
};

}  // namespace fairground
