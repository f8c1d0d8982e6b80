// The columns of a manifest that a config names, for the parts of its reader.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/config/names.h"
#include "pipeline/config/wording.h"
#include "pipeline/config/yaml_reader.h"

namespace fairground {

/// The columns of one entry. A column has one meaning only.
class ColumnReader {
 public:
  explicit ColumnReader(MapReader& map) : map_(map) {}

  void column(const std::string& key, std::string& into, Need need = Need::optional) {
    if (const auto value = map_.find(key, need)) {
      into = claimed(*value).value_or("");
    }
  }

  /// A list of columns.
  void columns(const std::string& key, std::vector<std::string>& into) { read_list(key, into, Fate::kept_here); }
  /// Columns that go into the records under their own names.
  void record_columns(const std::string& key, std::vector<std::string>& into) {
    read_list(key, into, Fate::goes_into_records);
  }

 private:
  enum class Fate { kept_here, goes_into_records };

  void read_list(const std::string& key, std::vector<std::string>& into, Fate fate) {
    const auto value = map_.find(key);
    const auto items = value ? value->list("column names") : std::nullopt;
    if (!items) {
      return;
    }
    for (const ValueReader& item : *items) {
      const auto name = claimed(item);
      if (name && fate == Fate::goes_into_records && is_record_field(*name)) {
        item.error("the column " + in_ticks(*name) + " cannot be in `" + key +
                   "`, as each record has a field of that name: rename it in the manifest");
      } else if (name) {
        into.push_back(*name);
      }
    }
  }

  std::optional<std::string> claimed(const ValueReader& value) {
    auto name = value.text();
    if (!name) {
      return std::nullopt;
    }
    const auto [first, is_new] = keys_.emplace(*name, value.name());
    if (!is_new) {
      value.error("the column " + in_ticks(*name) + " is used twice: first for `" + first->second + "`");
      return std::nullopt;
    }
    return name;
  }

  MapReader& map_;
  std::map<std::string, std::string> keys_;  ///< of each column
};

}  // namespace fairground
