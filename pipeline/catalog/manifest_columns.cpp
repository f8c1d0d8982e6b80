#include "pipeline/catalog/manifest_columns.h"

#include <algorithm>
#include <iterator>

#include "pipeline/config/names.h"
#include "pipeline/core/text.h"

namespace fairground {

std::vector<std::string> describe_columns(const SourceSettings& settings, const MediaSettings& media,
                                          MediaCatalog& catalog) {
  std::vector<std::string> observed_columns;
  catalog.has_subjects = !settings.subject.empty();
  catalog.has_words = !settings.words.empty();
  catalog.has_boxes = !settings.boxes.empty();
  catalog.has_keypoints = !settings.keypoints.empty();
  catalog.maps.clear();
  for (std::size_t i = 0; i < kPictureMaps.size(); ++i) {
    if (!(settings.*kPictureMaps[i].column).empty()) {
      catalog.maps.push_back(i);
    }
  }
  catalog.group_columns = settings.groups;
  catalog.columns = settings.keep;
  for (const std::string& column : {settings.transcript, settings.licence}) {
    if (!column.empty()) {
      catalog.columns.push_back(column);
    }
  }
  catalog.observed_axes.clear();
  for (std::size_t i = 0; i < media.axes.size(); ++i) {
    const auto observed = media.design.observed.find(media.axes[i].name);
    if (observed != media.design.observed.end()) {
      catalog.observed_axes.push_back(i);
      observed_columns.push_back(observed->second);
    }
  }
  return observed_columns;
}

ColumnMap map_columns(const SourceSettings& settings, const MediaCatalog& catalog,
                      const std::vector<std::string>& observed_columns, const std::vector<std::string>& names) {
  const auto find = [&](const std::string& column) -> ColumnMap::Place {
    const auto place = std::ranges::find(names, column);
    return place == names.end() ? std::nullopt : std::optional(static_cast<std::size_t>(place - names.begin()));
  };
  const auto find_all = [&](const std::vector<std::string>& columns) {
    std::vector<ColumnMap::Place> places;
    std::ranges::transform(columns, std::back_inserter(places), find);
    return places;
  };
  const auto find_if_named = [&](const std::string& column) { return column.empty() ? std::nullopt : find(column); };
  ColumnMap map;
  map.id = find(settings.id);
  map.file = find(settings.file);
  map.subject = find_if_named(settings.subject);
  map.groups = find_all(catalog.group_columns);
  map.carried = find_all(catalog.columns);
  map.words = find_if_named(settings.words);
  map.boxes = find_if_named(settings.boxes);
  map.keypoints = find_if_named(settings.keypoints);
  for (std::size_t i = 0; i < kPictureMaps.size(); ++i) {
    map.maps[i] = find_if_named(settings.*kPictureMaps[i].column);
  }
  map.observed = find_all(observed_columns);
  return map;
}

std::vector<std::string> column_mistakes(const SourceSettings& settings, const MediaSettings& media,
                                         const MediaCatalog& catalog, const std::vector<std::string>& observed_columns,
                                         const std::vector<std::string>& names) {
  std::vector<std::string> mistakes;
  std::string known;
  for (const std::string& name : names) {
    known += (known.empty() ? "" : ", ") + on_one_line(name);
  }
  const auto need = [&](const std::string& column) {
    if (std::ranges::find(names, column) == names.end()) {
      mistakes.push_back("there is no column " + in_ticks(column) + "; the manifest has: " + known);
    }
  };
  need(settings.id);
  need(settings.file);
  std::vector<std::string> optional = {settings.subject, settings.words, settings.boxes, settings.keypoints};
  for (const PictureMap& map : kPictureMaps) {
    optional.push_back(settings.*map.column);
  }
  for (const std::string& column : optional) {
    if (!column.empty()) {
      need(column);
    }
  }
  constexpr std::string_view kMask = "mask";
  constexpr const char* kMaskIsTaken = " has the name that Hugging Face's loaders make of `mask_file_name`; rename it";
  const bool has_masks = !settings.mask.empty();
  for (const auto& columns : {catalog.group_columns, catalog.columns}) {
    for (const std::string& column : columns) {
      need(column);
      if (is_record_field(column)) {
        mistakes.push_back("column " + in_ticks(column) + " has the name of a field of every record; rename it");
      }
      if (has_masks && column == kMask) {
        mistakes.push_back("column " + in_ticks(column) + kMaskIsTaken);
      }
      if (std::ranges::find(media.axes, column, &Axis::name) != media.axes.end()) {
        mistakes.push_back("column " + in_ticks(column) + " has the name of an axis; rename one of them");
      }
    }
  }
  if (has_masks && std::ranges::find(media.axes, kMask, &Axis::name) != media.axes.end()) {
    mistakes.push_back("axis " + in_ticks(kMask) + kMaskIsTaken);
  }
  std::ranges::for_each(observed_columns, need);
  return mistakes;
}

}  // namespace fairground
