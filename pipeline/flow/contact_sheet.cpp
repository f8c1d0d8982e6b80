#include "pipeline/flow/contact_sheet.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "pipeline/core/text.h"

namespace fairground {
namespace {

constexpr int kTileWidth = 240;
constexpr int kMostTileHeight = 3 * kTileWidth;
constexpr int kMostSideBySide = 6;
constexpr int kGap = 10;
constexpr int kNameHeight = 22;
constexpr int kTitleHeight = 34;
const cv::Scalar kPaper(255, 255, 255);
const cv::Scalar kInk(40, 40, 40);
const cv::Scalar kNoPicture(225, 225, 225);

/// OpenCV's fonts have nothing beyond ASCII.
std::string drawable(const std::string& text) {
  std::string out;
  for (const char c : on_one_line(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7F) {
      out += c;
    } else if (byte >= 0xC0) {
      out += '?';  // one for each character, not for each byte
    }
  }
  return out;
}

/// As much of the text as fits into `width`, with its baseline at `y`.
void draw_text(cv::Mat& page, std::string text, int x, int y, int width, double size) {
  text = drawable(text);
  const auto is_too_wide = [&] {
    int baseline = 0;
    return cv::getTextSize(text, cv::FONT_HERSHEY_SIMPLEX, size, /*thickness=*/1, &baseline).width > width;
  };
  while (text.size() > 3 && is_too_wide()) {
    text.replace(text.size() - 4, 4, "...");
  }
  cv::putText(page, text, {x, y}, cv::FONT_HERSHEY_SIMPLEX, size, kInk, /*thickness=*/1, cv::LINE_AA);
}

/// A reason in lines, as many as there is room for.
void draw_paragraph(cv::Mat& page, const std::string& text, cv::Rect area) {
  constexpr double kSize = 0.38;
  constexpr int kLine = 16;
  const std::string words = drawable(text);
  std::size_t begin = 0;
  for (int y = area.y + kLine; begin < words.size() && y < area.y + area.height; y += kLine) {
    std::size_t end = std::min(begin + static_cast<std::size_t>(area.width) / 7, words.size());
    if (end < words.size()) {
      const std::size_t space = words.rfind(' ', end);
      end = space == std::string::npos || space <= begin ? end : space;
    }
    draw_text(page, words.substr(begin, end - begin), area.x, y, area.width, kSize);
    begin = end + (end < words.size() && words[end] == ' ' ? 1 : 0);
  }
}

/// As wide as a tile, or as high as one may be where it would get higher.
cv::Size scaled_size(const cv::Mat& picture) {
  const auto of = [](int length, int part, int whole) {
    return std::max(1, static_cast<int>(std::lround(static_cast<double>(length) * part / whole)));
  };
  const int height = of(kTileWidth, picture.rows, picture.cols);
  return height <= kMostTileHeight ? cv::Size(kTileWidth, height)
                                   : cv::Size(of(kMostTileHeight, picture.cols, picture.rows), kMostTileHeight);
}

/// The height of all tiles of a row: that of the highest picture.
int tile_height(const SheetRow& row) {
  int height = kTileWidth / 3;  // enough for a reason
  for (const SheetTile& tile : row.tiles) {
    if (!tile.picture.empty()) {
      height = std::max(height, scaled_size(tile.picture).height);
    }
  }
  return height;
}

int lines_of(const SheetRow& row) {
  return (static_cast<int>(row.tiles.size()) + kMostSideBySide - 1) / kMostSideBySide;
}

void draw_tile(cv::Mat& page, const SheetTile& tile, int x, int y, int height) {
  draw_text(page, tile.name, x, y + kNameHeight - 7, kTileWidth, 0.45);
  const int top = y + kNameHeight;
  if (tile.picture.empty()) {
    const cv::Rect area(x, top, kTileWidth, height);
    page(area) = kNoPicture;
    draw_paragraph(page, tile.problem, {x + 6, top + 2, kTileWidth - 12, height - 4});
    return;
  }
  cv::Mat scaled;
  cv::resize(tile.picture, scaled, scaled_size(tile.picture), 0.0, 0.0, cv::INTER_AREA);
  scaled.copyTo(page(cv::Rect(x, top, scaled.cols, scaled.rows)));
}

}  // namespace

cv::Mat contact_sheet(const std::string& title, const std::vector<SheetRow>& rows) {
  int columns = 2;  // wide enough for a title
  int height = kTitleHeight + kGap;
  for (const SheetRow& row : rows) {
    columns = std::max(columns, std::min(kMostSideBySide, static_cast<int>(row.tiles.size())));
    height += kTitleHeight + lines_of(row) * (kNameHeight + tile_height(row) + kGap);
  }
  const int width = kGap + columns * (kTileWidth + kGap);
  cv::Mat page(height, width, CV_8UC3, kPaper);
  draw_text(page, title, kGap, kTitleHeight - 10, width - 2 * kGap, 0.65);
  int y = kTitleHeight;
  for (const SheetRow& row : rows) {
    draw_text(page, row.name, kGap, y + kTitleHeight - 10, width - 2 * kGap, 0.55);
    y += kTitleHeight;
    const int tiles_height = tile_height(row);
    for (std::size_t i = 0; i < row.tiles.size(); ++i) {
      const int column = static_cast<int>(i % kMostSideBySide);
      const int line = static_cast<int>(i / kMostSideBySide);
      draw_tile(page, row.tiles[i], kGap + column * (kTileWidth + kGap), y + line * (kNameHeight + tiles_height + kGap),
                tiles_height);
    }
    y += lines_of(row) * (kNameHeight + tiles_height + kGap);
  }
  return page;
}

}  // namespace fairground
