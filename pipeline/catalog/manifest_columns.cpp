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
  ColumnMap map;
  map.id = find(settings.id);
  map.file = find(settings.file);
  map.subject = settings.subject.empty() ? std::nullopt : find(settings.subject);
  map.groups = find_all(catalog.group_columns);
  map.carried = find_all(catalog.columns);
  map.words = settings.words.empty() ? std::nullopt : find(settings.words);
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
  if (!settings.subject.empty()) {
    need(settings.subject);
  }
  if (!settings.words.empty()) {
    need(settings.words);
  }
  for (const auto& columns : {catalog.group_columns, catalog.columns}) {
    for (const std::string& column : columns) {
      need(column);
      if (is_record_field(column)) {
        mistakes.push_back("column " + in_ticks(column) + " has the name of a field of every record; rename it");
      }
      if (std::ranges::find(media.axes, column, &Axis::name) != media.axes.end()) {
        mistakes.push_back("column " + in_ticks(column) + " has the name of an axis; rename one of them");
      }
    }
  }
  std::ranges::for_each(observed_columns, need);
  return mistakes;
}

}  // namespace fairground
