#include "pipeline/design/planned_set.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <system_error>
#include <unordered_set>

#include "pipeline/catalog/json_text.h"
#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "pipeline/core/text.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// More than any config may ask for.
constexpr std::uint64_t kMostRealizations = 1'000'000;

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
  const json line = parse_json(text);
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
      !condition->is_object() || realization == line.end() || !realization->is_number_unsigned() ||
      realization->get<std::uint64_t>() > kMostRealizations) {
    return false;
  }
  const auto identity = line.find("identity");
  if ((control == Control::identity) != (identity != line.end() && identity->is_number_unsigned())) {
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
  source.lines.push_back({place->second, *control, control == Control::identity ? identity->get<std::uint32_t>() : 0U,
                          text_of("variant_id")});
  ++set.lines;
  return true;
}

/// A line that a file holds twice would be one variant that is made twice.
void check_for_twins(const PlannedSet& set) {
  std::vector<std::string_view> ids;
  for (const auto& [media, planned] : set.media) {
    for (const auto& [id, source] : planned.sources) {
      ids.clear();
      for (const PlannedLine& line : source.lines) {
        ids.push_back(line.variant_id);
      }
      std::ranges::sort(ids);
      if (const auto twin = std::ranges::adjacent_find(ids); twin != ids.end()) {
        throw UserError(set.file.string() + ": the plan has the variant " + std::string(*twin) +
                        " more than once; plans are written by `fairground plan --out FILE` and by runs");
      }
    }
  }
}

/// Takes out the variants that failures.jsonl lists as failed, and returns how many they are.
std::size_t drop_failed(PlannedSet& planned, const fs::path& directory) {
  std::ifstream file(directory / "failures.jsonl", std::ios::binary);
  std::unordered_set<std::string> failed;
  for (std::string line; std::getline(file, line);) {
    const json entry = parse_json(line);
    if (entry.is_object() && entry.value("kind", json()) == "failed" && entry.value("variant_id", json()).is_string()) {
      failed.insert(entry["variant_id"].get<std::string>());
    }
  }
  std::size_t dropped = 0;
  for (auto& [media, set] : planned.media) {
    for (auto& [id, source] : set.sources) {
      dropped += std::erase_if(source.lines, [&](const PlannedLine& it) { return failed.contains(it.variant_id); });
    }
  }
  planned.lines -= dropped;
  return dropped;
}

/// Adds what an earlier run has.
void add_earlier(const PlannedMedia& earlier, PlannedMedia& into) {
  std::vector<std::uint32_t> place;
  for (const auto& levels : earlier.conditions) {
    const auto known = std::ranges::find(into.conditions, levels);
    place.push_back(static_cast<std::uint32_t>(known - into.conditions.begin()));
    if (known == into.conditions.end()) {
      into.conditions.push_back(levels);
    }
  }
  for (const auto& [id, source] : earlier.sources) {
    PlannedSource& both = into.sources[id];
    both.realization = source.realization;
    std::unordered_set<std::string> known;
    for (const PlannedLine& line : both.lines) {
      known.insert(line.variant_id);
    }
    for (PlannedLine line : source.lines) {
      line.condition = place[line.condition];
      if (known.insert(line.variant_id).second) {
        both.lines.push_back(std::move(line));
      }
    }
  }
}

json read_run_file(const fs::path& directory) {
  std::ifstream file(directory / "run.json", std::ios::binary);
  json run = parse_json(std::string{std::istreambuf_iterator<char>(file), {}});
  if (!run.is_object()) {
    throw UserError((directory / "run.json").string() +
                    ": cannot be read as JSON; this is no finished run of fairground");
  }
  return run;
}

/// What is missing here without being known to be would never be made. `failed`: variants that failures.jsonl has.
void check_is_whole(const fs::path& directory, const json& run, const PlannedSet& set, std::size_t failed) {
  const auto differs = [&](const char* name) {
    return UserError((directory / name).string() +
                     ": is not the file that run.json speaks of, so that nobody knows what this run has; `fairground "
                     "verify " +
                     directory.string() + "` says more");
  };
  if (run.value("plan_sha256", json()) != json(set.sha256)) {
    throw differs("plan.jsonl");
  }
  const auto counts = run.find("counts");
  if (counts == run.end() || !counts->is_object() || counts->value("failed", json()) != json(failed)) {
    throw differs("failures.jsonl");
  }
}

/// The folder and the plan's hash of the run that this one extended. Empty: it extended none.
std::optional<std::pair<fs::path, std::string>> extended_by(const json& run) {
  if (!run.contains("extends")) {
    return std::nullopt;
  }
  const json& extends = run["extends"];
  const auto text = [&](const char* field) {
    return extends.is_object() && extends.value(field, json()).is_string() ? extends[field].get<std::string>() : "";
  };
  return std::pair(fs::path(text("directory")), text("plan_sha256"));
}

PlannedSet read_chain(const fs::path& directory, std::set<fs::path>& seen) {
  std::error_code error;
  if (!fs::exists(directory / "run.json", error)) {
    throw UserError(directory.string() + ": there is no finished run, as it holds no run.json; " +
                    (fs::exists(directory / "plan.jsonl", error) ? "finish that run first, by the command that began it"
                                                                 : "name the folder that a run has made"));
  }
  const json run = read_run_file(directory);
  PlannedSet set = read_planned_set(directory);
  set.directory = fs::absolute(directory).lexically_normal();
  check_is_whole(directory, run, set, drop_failed(set, directory));
  const auto extended = extended_by(run);
  if (!extended) {
    return set;
  }
  const auto& [earlier_directory, plan_sha256] = *extended;
  const std::string which = directory.string() + ": this run extended the one in " + earlier_directory.string();
  if (!seen.insert(fs::weakly_canonical(directory, error)).second) {
    throw UserError(which + ", which again extended this one; one of their folders has been exchanged");
  }
  if (!fs::exists(earlier_directory / "run.json", error)) {
    throw UserError(which +
                    ", which is not there any more; put it back, or name it in `extends` of run.json where it lies "
                    "now, so that what it has is not made again");
  }
  const PlannedSet earlier = read_chain(earlier_directory, seen);
  if (earlier.sha256 != plan_sha256) {
    throw UserError(which + ", but the plan there is not the one that it had then; put that run back");
  }
  for (const auto& [media, planned] : earlier.media) {
    add_earlier(planned, set.media[media]);
  }
  set.lines = 0;
  for (const auto& [media, planned] : set.media) {
    for (const auto& [id, source] : planned.sources) {
      set.lines += source.lines.size();
    }
  }
  return set;
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
  check_for_twins(set);
  set.sha256 = hash.hex();
  return set;
}

PlannedSet read_finished_run(const fs::path& directory) {
  std::set<fs::path> seen;
  return read_chain(directory, seen);
}

}  // namespace fairground
