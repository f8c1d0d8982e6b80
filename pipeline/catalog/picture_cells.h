// What stands in the cells of a manifest about a picture, and in records: boxes `[{"label","x","y","width","height"}]`
// and key points `[{"name","x","y"}]`, in the pixels of the upright picture.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pipeline/media/picture_labels.h"

namespace fairground {

struct ReadBoxes {
  std::vector<Box> boxes;
  std::string mistake;  ///< what is wrong with the text; empty where nothing is
};
struct ReadKeyPoints {
  std::vector<KeyPoint> keypoints;
  std::string mistake;  ///< likewise
};

/// Reads a list. An empty text has none.
[[nodiscard]] ReadBoxes parse_boxes(std::string_view text);
[[nodiscard]] ReadKeyPoints parse_keypoints(std::string_view text);

/// The list as JSON, rounded as records have it.
[[nodiscard]] std::string boxes_json(const std::vector<Box>& boxes);
[[nodiscard]] std::string keypoints_json(const std::vector<KeyPoint>& keypoints);

/// Tools that count whole pixels from one, or a box's last pixel as its edge, are off by as much.
inline constexpr double kLabelsMayReachOutPx = 1.0;

/// What is wrong with labels of a picture of this size: one that reaches farther out of it than is allowed. Empty where
/// none does.
[[nodiscard]] std::string label_outside(const PictureLabels& labels, int width, int height,
                                        double allowed_px = kLabelsMayReachOutPx);

}  // namespace fairground
