#include "pipeline/design/planned_set.h"

#include <cerrno>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <unordered_set>

#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "pipeline/core/text.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

template <class E>
std::optional<E> named(const std::string& name, std::initializer_list<E> values) {
  for (const E value : values) {
    if (name == to_string(value)) {
      return value;
    }
  }
  return std::nullopt;
}

/// Adds a line of a plan, or returns false where it is none.
bool add_line(const std::string& text, std::map<Media, std::map<std::string, std::uint32_t>>& known, PlannedSet& set) {
  const json line = json::parse(text, nullptr, /*allow_exceptions=*/false);
  const auto text_of = [&](const char* field) {
    const auto found = line.find(field);
    return found != line.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  if (!line.is_object()) {
    return false;
  }
  const auto media = named(text_of("media"), {Media::audio, Media::image});
  const auto control = named(text_of("control"), {Control::none, Control::identity, Control::repeat});
  const auto condition = line.find("condition");
  const auto realization = line.find("realization");
  if (!media || !control || text_of("variant_id").empty() || text_of("source_id").empty() || condition == line.end() ||
      !condition->is_object() || realization == line.end() || !realization->is_number_integer()) {
    return false;
  }
  std::map<std::string, std::string> levels;
  for (const auto& [axis, level] : condition->items()) {
    if (!level.is_string()) {
      return false;
    }
    levels[axis] = level.get<std::string>();
  }
  PlannedMedia& planned = set.media[*media];
  const auto [place, is_new] =
      known[*media].try_emplace(condition->dump(), static_cast<std::uint32_t>(planned.conditions.size()));
  if (is_new) {
    planned.conditions.push_back(std::move(levels));
  }
  PlannedSource& source = planned.sources[text_of("source_id")];
  source.realization = realization->get<int>();
  source.lines.push_back({place->second, *control, text_of("variant_id")});
  ++set.lines;
  return true;
}

}  // namespace

PlannedSet read_planned_set(const fs::path& path) {
  std::error_code error;
  PlannedSet set;
  set.file = fs::is_directory(path, error) ? path / "plan.jsonl" : path;
  errno = 0;
  std::ifstream file(set.file, std::ios::binary);
  if (!file || fs::is_directory(set.file, error)) {
    throw UserError(set.file.string() + ": cannot be read: " + std::generic_category().message(errno) +
                    "; name a plan, or the folder of a run");
  }
  Sha256 hash;
  std::map<Media, std::map<std::string, std::uint32_t>> known;
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    hash.update(file.eof() ? line : line + '\n');
    if (!add_line(line, known, set)) {
      throw UserError(set.file.string() + ":" + std::to_string(number) +
                      ": this is no line of a plan; plans are written by `fairground plan --out FILE` and by runs");
    }
  }
  set.sha256 = hash.hex();
  return set;
}

void drop_failed(PlannedSet& planned, const fs::path& directory) {
  std::ifstream file(directory / "failures.jsonl", std::ios::binary);
  std::unordered_set<std::string> failed;
  for (std::string line; std::getline(file, line);) {
    const json entry = json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (entry.is_object() && entry.value("kind", json()) == "failed" && entry.value("variant_id", json()).is_string()) {
      failed.insert(entry["variant_id"].get<std::string>());
    }
  }
  for (auto& [media, set] : planned.media) {
    for (auto& [id, source] : set.sources) {
      planned.lines -= std::erase_if(source.lines, [&](const PlannedLine& it) { return failed.contains(it.variant_id); });
    }
  }
}

}  // namespace fairground
