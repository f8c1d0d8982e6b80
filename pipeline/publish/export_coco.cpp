// `instances.json` in the format of COCO (cocodataset.org, "Data format"), with boxes and key points as they lie in
// each variant. Where COCO leaves a choice:
//
//   - `file_name` is relative to the folder `image` of the run, the root that loaders ask for beside the annotations.
//   - Ids count from 1 in the order of the plan. Categories stand in the order of their names.
//   - Coordinates are those of the records: continuous, from the upper left corner of the upright picture; the pixel in
//     column 3 covers 3 to 4. `area` is that of the box, as nothing finer is known, and `segmentation` is empty: where
//     there are masks, the picture's entry names its file (`mask_file_name`).
//   - Records do not say whose key points they are. Where no picture of the set has more than one box, they belong to
//     it. Otherwise, and where a picture has none, they are an annotation of a category of their own, `key points`,
//     with the smallest box that holds them. A name that stands twice in one picture has no place in COCO's list; then
//     all key points are left to the pictures' entries. `info` says which it is.
//   - A key point that is given counts as visible (2), since records do not tell more.
//   - Identity and repeat controls are pictures like others; `control` tells them.
//
// The records are read three times, as COCO wants all pictures before the first annotation and categories have key
// points in common; no list is kept in memory.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "pipeline/catalog/picture_cells.h"
#include "pipeline/core/error.h"
#include "pipeline/core/text.h"
#include "pipeline/output/export_files.h"
#include "pipeline/output/run_names.h"
#include "pipeline/publish/export.h"
#include "pipeline/publish/records.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr const char* kPointsCategory = "key points";
constexpr int kVisible = 2;

template <typename Read>
Read checked(Read read, const Record& record, const char* field) {
  if (!read.mistake.empty()) {
    throw UserError(std::string(to_string(Media::image)) + '/' + kMetadata + ": the record of " +
                    in_ticks(record.variant_id) + " has " + field + " that cannot be read: it " + read.mistake);
  }
  return read;
}

std::vector<Box> boxes_in(const Record& record) { return checked(parse_boxes(record.boxes), record, "boxes").boxes; }

std::vector<KeyPoint> points_in(const Record& record) {
  return checked(parse_keypoints(record.keypoints), record, "key points").keypoints;
}

int pixels_of(const Record& record, std::size_t column) {
  const double pixels = record.numbers[column];
  if (!(pixels >= 1.0 && pixels <= 1e6)) {
    throw UserError(std::string(to_string(Media::image)) + '/' + kMetadata + ": the record of " +
                    in_ticks(record.variant_id) + " tells no size of the picture");
  }
  return static_cast<int>(pixels);
}

/// The elements of a JSON list, one on each line.
class ListWriter {
 public:
  ListWriter(DerivedFile& file, const char* name) : file_(file) { file_.add(",\n" + json_text(name) + ": ["); }
  void add(std::string_view element) {
    file_.add(is_first_ ? "\n" : ",\n");
    file_.add(element);
    is_first_ = false;
  }
  void end() { file_.add("\n]"); }

 private:
  DerivedFile& file_;
  bool is_first_ = true;
};

/// What only all records together tell.
struct Findings {
  std::map<std::string, int> categories;  ///< of boxes, by name; the numbers come last
  std::vector<std::string> points;        ///< the names of key points, in the order in which they appear
  std::map<std::string, std::size_t> places;
  std::map<std::string, int> licences;
  std::vector<std::string> licence_names;
  std::size_t most_boxes = 0;
  bool has_double_point = false;
  bool has_points_alone = false;  ///< key points in a picture without boxes

  [[nodiscard]] bool writes_points() const { return !points.empty() && !has_double_point; }
  [[nodiscard]] bool points_belong_to_box() const { return most_boxes <= 1; }
  [[nodiscard]] bool has_points_category() const {
    return writes_points() && (!points_belong_to_box() || has_points_alone);
  }
};

void look_at(const MediaFacts& facts, const Record& record, Findings& findings) {
  const std::vector<Box> boxes = boxes_in(record);
  findings.most_boxes = std::max(findings.most_boxes, boxes.size());
  for (const Box& box : boxes) {
    findings.categories.emplace(box.label, 0);
  }
  if (facts.keypoints) {
    std::set<std::string> here;
    for (const KeyPoint& point : points_in(record)) {
      findings.has_double_point |= !here.insert(point.name).second;
      if (findings.places.emplace(point.name, findings.points.size()).second) {
        findings.points.push_back(point.name);
      }
    }
    findings.has_points_alone |= boxes.empty() && !here.empty();
  }
}

/// A category of a box may have the name that key points alone would have; COCO asks for different names.
std::string points_category(const Findings& findings) {
  std::string name = kPointsCategory;
  while (findings.categories.contains(name)) {
    name += " alone";
  }
  return name;
}

int licence_id(const std::string& name, Findings& findings) {
  const auto [entry, is_new] = findings.licences.emplace(name, static_cast<int>(findings.licences.size()) + 1);
  if (is_new) {
    findings.licence_names.push_back(name);
  }
  return entry->second;
}

void add_labels(ordered_json& json, const std::vector<std::string>& names,
                const std::vector<std::string_view>& values) {
  json = ordered_json::object();
  for (std::size_t i = 0; i < names.size(); ++i) {
    json[names[i]] = values[i];
  }
}

std::string image_entry(const MediaFacts& facts, const std::string& licence_column, const Record& record,
                        std::int64_t id, std::pair<int, int> size, Findings& findings) {
  ordered_json json;
  json["id"] = id;
  json["file_name"] = record.file_name;
  json["width"] = size.first;
  json["height"] = size.second;
  if (!licence_column.empty()) {
    json["license"] = licence_id(std::string(record.kept_in(facts, licence_column)), findings);
  }
  json["variant_id"] = record.variant_id;
  json["source_id"] = record.source_id;
  json["subject"] = record.subject;
  if (facts.include_clean) {
    json["clean_file_name"] = record.clean_file_name;
  }
  if (facts.mask) {
    json["mask_file_name"] = record.mask_file_name;
  }
  add_labels(json["groups"], facts.groups, record.groups);
  ordered_json& levels = json["levels"] = ordered_json::object();
  for (std::size_t i = 0; i < facts.axes.size(); ++i) {
    levels[facts.axes[i].name] = record.levels[i];
  }
  json["realization"] = record.realization;
  json["pair_id"] = record.pair_id;
  json["synthetic"] = record.synthetic;
  json["control"] = to_string(record.control);
  if (findings.has_double_point) {
    json["key_points"] = ordered_json::array();
    for (const KeyPoint& point : points_in(record)) {
      json["key_points"].push_back({{"name", point.name}, {"x", point.point.x}, {"y", point.point.y}});
    }
  }
  return json.dump();
}

ordered_json annotation(std::int64_t id, std::int64_t image, int category, const Box& box) {
  return {{"id", id},
          {"image_id", image},
          {"category_id", category},
          {"bbox", {box.x, box.y, box.width, box.height}},
          {"area", box.width * box.height},
          {"segmentation", ordered_json::array()},
          {"iscrowd", 0}};
}

/// The smallest box that holds them; there is one at least.
Box box_around(const std::vector<KeyPoint>& points) {
  const auto [left, right] = std::ranges::minmax(points, {}, [](const KeyPoint& point) { return point.point.x; });
  const auto [top, bottom] = std::ranges::minmax(points, {}, [](const KeyPoint& point) { return point.point.y; });
  return {.label = {},
          .x = left.point.x,
          .y = top.point.y,
          .width = right.point.x - left.point.x,
          .height = bottom.point.y - top.point.y};
}

void add_points(const std::vector<KeyPoint>& points, const Findings& findings, ordered_json& annotation) {
  std::vector<ordered_json> list(findings.points.size() * 3, 0);
  for (const KeyPoint& point : points) {
    const std::size_t first = findings.places.at(point.name) * 3;
    list[first] = point.point.x;
    list[first + 1] = point.point.y;
    list[first + 2] = kVisible;
  }
  annotation["keypoints"] = list;
  annotation["num_keypoints"] = points.size();
}

void write_annotations(const MediaFacts& facts, const Records& records, const Findings& findings, int points_category,
                       DerivedFile& file) {
  ListWriter annotations(file, "annotations");
  std::int64_t image = 0;
  std::int64_t next = 0;
  records.for_each([&](const Record& record) {
    ++image;
    const std::vector<Box> boxes = boxes_in(record);
    const std::vector<KeyPoint> points =
        facts.keypoints && findings.writes_points() ? points_in(record) : std::vector<KeyPoint>();
    const bool points_are_of_box = findings.points_belong_to_box() && !boxes.empty();
    for (const Box& box : boxes) {
      ordered_json one = annotation(++next, image, findings.categories.at(box.label), box);
      if (findings.writes_points() && points_are_of_box) {
        add_points(points, findings, one);
      }
      annotations.add(one.dump());
    }
    if (!points.empty() && !points_are_of_box) {
      ordered_json one = annotation(++next, image, points_category, box_around(points));
      add_points(points, findings, one);
      annotations.add(one.dump());
    }
  });
  annotations.end();
}

std::string how_points_are_written(const Findings& findings) {
  if (findings.points.empty()) {
    return "There are no key points.";
  }
  if (findings.has_double_point) {
    return "Key points stand in the entries of images only (key_points), as some image has one name twice.";
  }
  return findings.points_belong_to_box()
             ? "No image has more than one box, so key points are those of its box."
             : "Records do not tell whose key points they are, so these are annotations of a category of their own.";
}

ordered_json info_json(const SetFacts& set, const MediaFacts& facts, const Findings& findings) {
  ordered_json info;
  info["description"] = set.card.description.empty() ? set.name : set.card.description;
  info["version"] = set.card.version;
  info["contributor"] = set.card.creator;
  info["url"] = set.card.url;
  if (!set.date.empty()) {
    info["year"] = std::stoi(set.date.substr(0, 4));
    info["date_created"] = set.date;
  }
  info["generator"] = "fairground " + set.tool_version;
  info["conventions"] = "file_name, clean_file_name" + std::string(facts.mask ? " and mask_file_name are" : " are") +
                        " relative to the folder image of the run. Coordinates are continuous pixels from the upper "
                        "left corner: the pixel in column 3 covers 3 to 4. Boxes and key points are those of the "
                        "source, moved with the picture. " +
                        how_points_are_written(findings);
  return info;
}

}  // namespace

void export_coco(const ExportInputs& inputs, DerivedFiles& files) {
  const MediaFacts& facts = *inputs.set.of(Media::image);
  const Records records(inputs.tree, facts);
  const auto width = records.number("measured_width_px");
  const auto height = records.number("measured_height_px");
  std::size_t pictures = 0;
  Findings findings;
  records.for_each([&](const Record& record) {
    ++pictures;
    look_at(facts, record, findings);
  });
  if (pictures > 0 && (!width || !height)) {
    throw UserError((inputs.tree.root() / to_string(Media::image) / kMetadata).string() +
                    ": the records do not tell the size of the pictures");
  }
  int id = 0;
  for (auto& [name, number] : findings.categories) {
    number = ++id;
  }

  const std::unique_ptr<DerivedFile> file = files.begin(export_folder(ExportFormat::coco) / "instances.json");
  file->add("{\n\"info\": " + info_json(inputs.set, facts, findings).dump());
  ListWriter images(*file, "images");
  std::int64_t image = 0;
  const std::string licence_column = facts.licence_column();
  records.for_each([&](const Record& record) {
    const std::pair<int, int> size(pixels_of(record, *width), pixels_of(record, *height));
    images.add(image_entry(facts, licence_column, record, ++image, size, findings));
  });
  images.end();
  write_annotations(facts, records, findings, /*points_category=*/id + 1, *file);

  ListWriter categories(*file, "categories");
  const auto add_category = [&](const std::string& name, int number, bool has_points) {
    ordered_json json = {{"id", number}, {"name", name}, {"supercategory", ""}};
    if (has_points) {
      json["keypoints"] = findings.points;
      json["skeleton"] = ordered_json::array();
    }
    categories.add(json.dump());
  };
  for (const auto& [name, number] : findings.categories) {
    add_category(name, number, findings.writes_points() && findings.points_belong_to_box());
  }
  if (findings.has_points_category()) {
    add_category(points_category(findings), id + 1, /*has_points=*/true);
  }
  categories.end();

  ListWriter licences(*file, "licenses");
  for (std::size_t i = 0; i < findings.licence_names.size(); ++i) {
    licences.add(ordered_json({{"id", i + 1}, {"name", findings.licence_names[i]}, {"url", std::string()}}).dump());
  }
  licences.end();
  file->add("\n}\n");
  file->finish();
}

}  // namespace fairground
