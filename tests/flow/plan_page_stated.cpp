#include "tests/flow/plan_page_stated.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "tests/support/temporary_folder.h"

namespace fairground {
namespace {

std::vector<std::string> cells_of(const std::string& row) {
  std::vector<std::string> cells(1);
  for (const char c : row) {
    if (c == ',') {
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  return cells;
}

/// Four bytes, the lowest first.
std::size_t number_at(const std::string& bytes, std::size_t offset) {
  std::size_t number = 0;
  for (std::size_t i = 4; i-- > 0;) {
    number = number << 8U | static_cast<unsigned char>(bytes.at(offset + i));
  }
  return number;
}

void look_at_file(const std::filesystem::path& file, StatedSource& source) {
  source.has_header = std::filesystem::exists(file);
  source.is_usable = source.has_header;
  if (!source.has_header) {
    return;
  }
  const std::string bytes = read_text(file);
  if (bytes.starts_with("BM")) {
    source.is_usable = bytes.size() == number_at(bytes, 2);
    source.megapixels = 1e-6 * static_cast<double>(number_at(bytes, 18) * number_at(bytes, 22));
  } else {
    source.rate = static_cast<int>(number_at(bytes, 24));
    source.seconds = static_cast<double>(number_at(bytes, bytes.find("data") + 4)) /
                     static_cast<double>(number_at(bytes, 28));  // bytes a second
  }
}

}  // namespace

std::vector<StatedSource> read_sources(const std::filesystem::path& manifest, const StatedDesign& design) {
  const std::vector<std::string> rows = read_lines(manifest);
  const std::vector<std::string> columns = cells_of(rows.at(0));
  std::vector<StatedSource> sources;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const std::vector<std::string> cells = cells_of(rows[i]);
    const auto cell = [&](const std::string& column) {
      return cells.at(static_cast<std::size_t>(std::ranges::find(columns, column) - columns.begin()));
    };
    StatedSource& source = sources.emplace_back();
    source.id = cell(design.id_column);
    source.subject = cell(design.subject_column);
    std::ranges::transform(design.group_columns, std::back_inserter(source.labels), cell);
    source.observed = cell(design.observed_column);
    look_at_file(manifest.parent_path() / cell("path"), source);
  }
  return sources;
}

std::vector<PlanLine> read_plan_lines(const std::vector<std::string>& lines) {
  std::vector<PlanLine> plan;
  for (const std::string& text : lines) {
    const auto json = nlohmann::json::parse(text);
    plan.push_back(
        {json.at("media"), json.at("source_id"), json.at("condition"), json.at("realization"), json.at("control")});
  }
  return plan;
}

Groups groups_of(const StatedMedium& medium) {
  Groups groups;
  for (const StatedSource& source : medium.sources) {
    std::vector<std::string> labels = source.labels;
    std::ranges::replace(labels, std::string(), std::string("unknown"));
    groups[labels].push_back(&source);
  }
  return groups;
}

bool takes_part(const StatedMedium& medium, const StatedSource& source) {
  return std::ranges::find(medium.plan, source.id, &PlanLine::source) != medium.plan.end();
}

std::string row_key(const std::vector<std::string>& labels) {
  std::string key = "\n";
  for (const std::string& label : labels) {
    key += label + ' ';
  }
  return key;
}

std::string group_key(const std::vector<std::string>& labels) {
  std::string key;
  for (const std::string& label : labels) {
    key += (key.empty() ? "" : " / ") + label;
  }
  return key;
}

void People::add(const StatedSource& source) {
  ++sources;
  if (source.subject.empty()) {
    ++without;
  } else {
    subjects.insert(source.subject);
  }
}

void People::add_subjects_to(std::vector<Recounted>& numbers) const {
  numbers.emplace_back(subjects.size());
  if (without > 0) {
    numbers.emplace_back(without);
  }
}

}  // namespace fairground
