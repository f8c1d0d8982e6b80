#include "pipeline/catalog/picture_cells.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <span>

#include "pipeline/catalog/json_text.h"
#include "pipeline/core/text.h"
#include "pipeline/core/units.h"

namespace fairground {
namespace {

using nlohmann::json;

/// How the items of a list are called and what they hold.
struct Form {
  const char* item;
  const char* text;                      ///< the field that holds a text
  std::vector<const char*> coordinates;  ///< the fields that hold numbers
  const char* example;
};

const Form& box_form() {
  static const Form form{
      "box",
      "label",
      {"x", "y", "width", "height"},
      R"(boxes are a JSON list like [{"label": "face", "x": 10, "y": 20, "width": 64.5, "height": 80}], in pixels)"};
  return form;
}

const Form& keypoint_form() {
  static const Form form{"key point",
                         "name",
                         {"x", "y"},
                         R"(key points are a JSON list like [{"name": "nose", "x": 40.5, "y": 62}], in pixels)"};
  return form;
}

/// What is wrong with one item of the list, or nothing.
std::string mistake_of(const json& item, const Form& form) {
  if (!item.is_object()) {
    return "is no object";
  }
  for (const auto& [key, value] : item.items()) {
    if (key != form.text && std::ranges::find(form.coordinates, key) == form.coordinates.end()) {
      return "has " + in_ticks(key) + ", which no record keeps";
    }
  }
  if (!item.contains(form.text) || !item[form.text].is_string()) {
    return "has no text `" + std::string(form.text) + "`";
  }
  for (const char* name : form.coordinates) {
    if (!item.contains(name) || !item[name].is_number()) {
      return "has no number `" + std::string(name) + "`";
    }
    const bool is_size = std::string_view(name) == "width" || std::string_view(name) == "height";
    if (is_size && item[name].get<double>() < 0.0) {
      return "has the " + std::string(name) + " " + shortest(item[name].get<double>());
    }
  }
  return {};
}

/// Calls `add` with each item. Returns what is wrong with the list, or nothing.
template <typename Add>
std::string read_list(std::string_view text, const Form& form, const Add& add) {
  if (text.empty()) {
    return {};
  }
  const json list = parse_json(text);
  if (!list.is_array()) {
    return std::string(list.is_discarded() ? "is not JSON" : "is no JSON list") + "; " + form.example;
  }
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string mistake = mistake_of(list[i], form);
    if (!mistake.empty()) {
      return std::string(form.item) + ' ' + std::to_string(i + 1) + " of " + std::to_string(list.size()) + ' ' +
             mistake + "; " + form.example;
    }
    add(list[i]);
  }
  return {};
}

std::string outside(const char* item, std::size_t i, const std::string& name, const std::string& where, int width,
                    int height) {
  return std::string(item) + ' ' + std::to_string(i + 1) + " (" + in_ticks(name) + ") " + where +
         ", but the upright picture has " + std::to_string(width) + " x " + std::to_string(height) + " pixels";
}

}  // namespace

ReadBoxes parse_boxes(std::string_view text) {
  ReadBoxes found;
  found.mistake = read_list(text, box_form(), [&](const json& item) {
    found.boxes.push_back({item["label"].get<std::string>(), item["x"].get<double>(), item["y"].get<double>(),
                           item["width"].get<double>(), item["height"].get<double>()});
  });
  return found;
}

ReadKeyPoints parse_keypoints(std::string_view text) {
  ReadKeyPoints found;
  found.mistake = read_list(text, keypoint_form(), [&](const json& item) {
    found.keypoints.push_back({item["name"].get<std::string>(), {item["x"].get<double>(), item["y"].get<double>()}});
  });
  return found;
}

std::string boxes_json(const std::vector<Box>& boxes) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Box& box : boxes) {
    list.push_back({{"label", box.label},
                    {"x", rounded_unit(box.x)},
                    {"y", rounded_unit(box.y)},
                    {"width", rounded_unit(box.width)},
                    {"height", rounded_unit(box.height)}});
  }
  return list.dump();
}

std::string keypoints_json(const std::vector<KeyPoint>& keypoints) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const KeyPoint& keypoint : keypoints) {
    list.push_back(
        {{"name", keypoint.name}, {"x", rounded_unit(keypoint.point.x)}, {"y", rounded_unit(keypoint.point.y)}});
  }
  return list.dump();
}

std::string label_outside(const PictureLabels& labels, int width, int height, double allowed_px) {
  const auto is_outside = [allowed_px](double low, double high, int size) {
    return low < -allowed_px || high > size + allowed_px;
  };
  for (std::size_t i = 0; i < labels.boxes.size(); ++i) {
    const Box& box = labels.boxes[i];
    if (is_outside(box.x, box.x + box.width, width) || is_outside(box.y, box.y + box.height, height)) {
      return outside("box", i, box.label,
                     "reaches from " + shortest(box.x) + ", " + shortest(box.y) + " to " + shortest(box.x + box.width) +
                         ", " + shortest(box.y + box.height),
                     width, height);
    }
  }
  for (std::size_t i = 0; i < labels.keypoints.size(); ++i) {
    const auto& [name, point] = labels.keypoints[i];
    if (is_outside(point.x, point.x, width) || is_outside(point.y, point.y, height)) {
      return outside("key point", i, name, "lies at " + shortest(point.x) + ", " + shortest(point.y), width, height);
    }
  }
  return {};
}

}  // namespace fairground
