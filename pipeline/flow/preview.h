// The command `preview`: a source under every level, to be seen before a run starts.
#pragma once

#include <atomic>
#include <filesystem>
#include <ostream>
#include <string>

#include "pipeline/config/config.h"

namespace fairground {

struct PreviewOptions {
  std::string source;         ///< the id; empty: the first of each medium that can be read
  std::string axis;           ///< only the levels of this axis; empty: of all
  std::filesystem::path out;  ///< empty: the config's name and `-preview.png`, in the working directory
  int jobs = 1;
  bool quiet = false;
};

/// Renders the source once under every level of every axis, with nothing of the other axes, by the draw that it would
/// have in a run whose groups are as they are now, and writes a contact sheet as a PNG: pictures, or spectrograms of
/// sound. A level that the source fails at has its reason in place of a picture. What was written is said on `summary`.
/// Throws UserError and PassingFault.
void preview(const Config& config, const PreviewOptions& options, const std::atomic<bool>& stop, std::ostream& progress,
             std::ostream& summary);

}  // namespace fairground
