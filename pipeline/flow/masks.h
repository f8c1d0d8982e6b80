// The command `masks`: where the skin of each source is, to be reviewed before a run moves it.
#pragma once

#include <atomic>
#include <filesystem>
#include <ostream>

#include "pipeline/config/config.h"
#include "pipeline/core/error.h"

namespace fairground {

struct MasksOptions {
  std::filesystem::path out;  ///< empty: the config's name and `-masks`, in the working directory
  int jobs = 1;
  bool quiet = false;
};

/// Finds the skin of every source of images, as a run would, and writes a folder: `masks/` with a PNG for each source
/// whose skin is found, its codes those of SkinPart; `masks.csv` with a row for every source (where the mask is and how
/// it was found, the tone, or why there is none); and `sheet-1.png` and so on, which show the masks over the pictures.
/// Masks that somebody has looked at and, where needed, mended become the manifest's own: they are then `supplied`.
/// Returns `items_failed` where a source cannot be read. Throws UserError where the folder is there and not empty, or
/// where nothing tells how skin could be found; and PassingFault.
[[nodiscard]] ExitStatus masks(const Config& config, const MasksOptions& options, const std::atomic<bool>& stop,
                               std::ostream& progress, std::ostream& summary);

}  // namespace fairground
