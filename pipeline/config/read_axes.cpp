#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "pipeline/config/config_parts.h"
#include "pipeline/config/names.h"
#include "pipeline/config/wording.h"

namespace fairground {
namespace {

constexpr std::string_view kCleanLevel = "clean";
constexpr std::string_view kIdentityLevel = "identity";

/// The columns that go into the records of one medium under their own names.
std::vector<std::string> record_columns(const Config& config, Media media) {
  std::vector<std::string> columns;
  for (const SourceSettings& source : config.sources) {
    if (source.media == media) {
      columns.insert(columns.end(), source.groups.begin(), source.groups.end());
      columns.insert(columns.end(), source.keep.begin(), source.keep.end());
    }
  }
  return columns;
}

/// The settings of the rungs, if the step is a ladder. A mistake in them is the schema's own.
std::vector<std::vector<Setting>> ladder_of(const Step& step) {
  const StepSchema& schema = *step.schema;
  std::vector<std::vector<Setting>> ladder;
  if (schema.expand_levels) {
    ladder = schema.expand_levels(step.settings);
  }
  for (std::size_t rung = 0; rung < ladder.size(); ++rung) {
    const auto defect = [&](const std::string& what) {
      throw std::logic_error(schema.name + ": rung " + std::to_string(rung + 1) + " of its ladder " + what);
    };
    if (ladder[rung].size() != schema.parameters.size()) {
      defect("has " + std::to_string(ladder[rung].size()) + " settings");
    }
    const std::string fault = schema.check ? schema.check(ladder[rung]) : "";
    if (!fault.empty()) {
      defect("is refused: " + fault);
    }
    if (!schema.expand_levels(ladder[rung]).empty()) {
      defect("is a ladder too");
    }
  }
  return ladder;
}

/// Reads the axes of one medium.
class AxesReader {
 public:
  AxesReader(Media media, std::span<const StepSchema* const> schemas, const Config& config, Mistakes& mistakes)
      : order_(config.media.at(media).design.order), columns_(record_columns(config, media)), mistakes_(mistakes) {
    context_.media = media;
    context_.schemas = schemas;
    context_.assets = config.assets;
  }

  Axis axis(Place place, const ValueReader& value) {
    check_axis_name(value.name(), place);
    Axis axis;
    axis.name = value.name();
    const std::size_t mistakes_before = mistakes_.count();
    const auto levels = MapReader(value, "levels").entries();
    if (levels.empty() && mistakes_.count() == mistakes_before) {
      mistakes_.add(place, "the axis " + in_ticks(axis.name) + " must have at least one level");
    }
    for (const auto& [level_place, steps] : levels) {
      check_name("level", steps.name(), level_place, mistakes_);
      if (steps.name() == kCleanLevel) {
        mistakes_.add(level_place, "the level name `clean` is reserved for clean references");
      }
      if (steps.name() == kIdentityLevel) {
        mistakes_.add(level_place, "the level name `identity` is reserved for controls");
      }
      const bool is_first = &steps == &levels.front().second;
      if (auto read = level(level_place, steps, is_first)) {
        std::vector<Level> ones = rungs(std::move(*read), level_place);
        check_ladder_names(axis, ones, level_place);
        for (Level& one : ones) {
          check_contents(axis, one, level_place);
          axis.levels.push_back(std::move(one));
        }
      }
    }
    if (levels.size() == 1 && axis.levels.size() == 1 && axis.levels.front().steps.empty()) {
      mistakes_.add(place,
                    "the axis " + in_ticks(axis.name) +
                        " has one level, which is empty, so it changes nothing; add a level or take the axis out");
    }
    return axis;
  }

 private:
  void check_axis_name(const std::string& name, Place place) {
    check_name("axis", name, place, mistakes_);
    for (const Media media : kAllMedia) {
      if (name == to_string(media)) {
        mistakes_.add(place,
                      "the axis name " + in_ticks(name) +
                          " is reserved: `axes` is divided into `audio` and `image` only if there are sources of both");
        return;
      }
    }
    if (is_record_field(name)) {
      mistakes_.add(place, "the axis name " + in_ticks(name) + " is reserved: each record has a field of that name");
    }
    if (std::ranges::find(columns_, name) != columns_.end()) {
      mistakes_.add(place, "the axis " + in_ticks(name) + " has the name of a column in `groups` or `keep`");
    }
  }

  /// Nothing where there is a mistake in it.
  std::optional<Level> level(Place place, const ValueReader& value, bool is_first) {
    const auto items = value.list("steps, and `[]` if it changes nothing");
    if (!items) {
      return std::nullopt;
    }
    if (items->empty() && !is_first) {
      mistakes_.add(place, "only the first level of an axis may be empty: put " + in_ticks(value.name()) + " first");
      return std::nullopt;
    }
    Level level{value.name(), {}};
    bool all_read = true;
    const StepSchema* before = nullptr;
    for (const ValueReader& item : *items) {
      std::vector<Step> steps = read_step(item, context_);
      all_read = all_read && !steps.empty();
      if (!steps.empty()) {
        // A profile may reach over several stages. Where it begins is what its author sees.
        check_stage(before, *steps.front().schema, item.place());
        before = steps.front().schema;
      }
      std::ranges::move(steps, std::back_inserter(level.steps));
    }
    if (order_ == Order::staged) {
      std::ranges::stable_sort(level.steps, {}, [](const Step& step) { return step.schema->stage; });
    }
    return all_read ? std::optional(std::move(level)) : std::nullopt;
  }

  /// `before` is where the step before it in its level begins, or nullptr.
  void check_stage(const StepSchema* before, const StepSchema& schema, Place place) {
    if (order_ == Order::as_written || before == nullptr || schema.stage >= before->stage) {
      return;
    }
    mistakes_.add(place, "`" + schema.name + "` (" + to_string(schema.stage) + ") would run before `" + before->name +
                             "` (" + to_string(before->stage) +
                             "): swap them, or write `order: as_written` in `design`");
  }

  /// The levels that a level stands for: itself, or the rungs of the ladder in it. Its other steps are in each of them.
  std::vector<Level> rungs(Level level, Place place) {
    std::vector<std::vector<Setting>> ladder;
    std::size_t at = level.steps.size();
    for (std::size_t i = 0; i < level.steps.size(); ++i) {
      std::vector<std::vector<Setting>> settings = ladder_of(level.steps[i]);
      if (settings.empty()) {
        continue;
      }
      if (at != level.steps.size()) {
        mistakes_.add(place, "the level " + in_ticks(level.name) + " has two ladders, `" +
                                 level.steps[at].schema->name + "` and `" + level.steps[i].schema->name +
                                 "`: keep one, or, where both may run in one chain, give each an axis of its own");
        return {};
      }
      ladder = std::move(settings);
      at = i;
    }
    if (ladder.empty()) {
      return {std::move(level)};
    }
    std::vector<Level> levels;
    for (std::size_t rung = 0; rung < ladder.size(); ++rung) {
      Level one{level.name + "_" + std::to_string(rung + 1), level.steps, level.name};
      one.steps[at].settings = std::move(ladder[rung]);
      levels.push_back(std::move(one));
    }
    return levels;
  }

  /// A ladder takes the names of its rungs and its own, by which `except` may name all of them.
  void check_ladder_names(const Axis& axis, const std::vector<Level>& ones, Place place) {
    for (const Level& one : ones) {
      for (const Level& before : axis.levels) {
        if (before.name == one.name) {
          mistakes_.add(place, "the axis " + in_ticks(axis.name) + " would have two levels " + in_ticks(one.name) +
                                   ", as the ladder " + in_ticks(one.ladder.empty() ? before.ladder : one.ladder) +
                                   " makes one: rename the other, or the ladder");
          return;
        }
        if (before.name == one.ladder || before.ladder == one.name) {
          mistakes_.add(place, "the axis " + in_ticks(axis.name) + " has both a ladder and a level " +
                                   in_ticks(before.name == one.ladder ? one.ladder : one.name) +
                                   ": rename one of them");
          return;
        }
      }
    }
  }

  /// Two conditions would be the same bytes under two names.
  void check_contents(const Axis& axis, const Level& level, Place place) {
    const auto same = std::ranges::find(axis.levels, level.steps, &Level::steps);
    if (same != axis.levels.end()) {
      mistakes_.add(place,
                    "the levels " + in_ticks(same->name) + " and " + in_ticks(level.name) + " have equal contents");
    }
  }

  Order order_;
  std::vector<std::string> columns_;
  Mistakes& mistakes_;
  StepContext context_;
};

}  // namespace

void read_axes(const ValueReader& axes, Media media, std::span<const StepSchema* const> schemas, Config& config) {
  AxesReader reader(media, schemas, config, axes.mistakes());
  for (const auto& [place, value] : MapReader(axes, "axes").entries()) {
    config.media.at(media).axes.push_back(reader.axis(place, value));
  }
}

}  // namespace fairground
