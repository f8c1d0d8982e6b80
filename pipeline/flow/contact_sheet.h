// A page of small pictures with their names.
#pragma once

#include <opencv2/core/mat.hpp>
#include <string>
#include <vector>

#include "pipeline/measure/tile_picture.h"  // for whoever fills tiles

namespace fairground {

struct SheetTile {
  std::string name;
  cv::Mat picture = {};      ///< 8 bits; blue, green, red; empty where there is none
  std::string problem = {};  ///< why there is none
};

/// Tiles that belong together.
struct SheetRow {
  std::string name;
  std::vector<SheetTile> tiles;
};

/// Draws a page of 8 bits in blue, green and red: the title, then each row under its name, with at most so many tiles
/// side by side that the page stays readable. Pictures are scaled to one width.
[[nodiscard]] cv::Mat contact_sheet(const std::string& title, const std::vector<SheetRow>& rows);

}  // namespace fairground
