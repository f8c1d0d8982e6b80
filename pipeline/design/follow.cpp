#include "pipeline/design/follow.h"

#include <algorithm>
#include <deque>

#include "pipeline/core/error.h"
#include "pipeline/core/text.h"
#include "pipeline/design/budget.h"
#include "pipeline/design/conditions.h"
#include "pipeline/design/observations.h"

namespace fairground {
namespace {

constexpr std::uint32_t kNoCondition = 0xFFFFFFFFU;

bool all_levels_are(const std::map<std::string, std::string>& levels, const std::string& name) {
  return std::ranges::all_of(levels, [&](const auto& level) { return level.second == name; });
}

/// Finds the conditions of a plan among those that the config can make.
class Follower {
 public:
  Follower(const Config& config, Media media, const MediaCatalog& catalog, const PlannedSet& given)
      : given_(given), settings_(config.media.at(media)), catalog_(catalog) {
    plan_.media = media;
    plan_.settings = &settings_;
    plan_.catalog = &catalog;
    if (given.media.contains(media)) {
      planned_ = &given.media.at(media);
    }
  }

  MediaPlan make() {
    find_conditions();
    std::map<std::vector<std::uint32_t>, std::uint32_t> known{{{}, 0}};
    plan_.blocks.emplace_back();
    plan_.block_of.assign(catalog_.sources.size(), 0);
    plan_.realizations.assign(catalog_.sources.size(), -1);
    plan_.parts.assign(catalog_.sources.size(), Part::beyond_share);
    std::size_t found = 0;
    for (std::size_t i = 0; i < catalog_.sources.size() && planned_ != nullptr; ++i) {
      const auto source = planned_->sources.find(std::string(catalog_.sources[i].id()));
      if (source == planned_->sources.end()) {
        continue;
      }
      ++found;
      plan_.parts[i] = Part::takes_part;
      plan_.realizations[i] = source->second.realization;
      const std::vector<std::uint32_t> block = block_of(i, source->second);
      const auto [place, is_new] = known.try_emplace(block, static_cast<std::uint32_t>(plan_.blocks.size()));
      if (is_new) {
        plan_.blocks.push_back(block);
      }
      plan_.block_of[i] = place->second;
    }
    if (planned_ != nullptr && found < planned_->sources.size()) {
      throw mistake("names " + counted(planned_->sources.size() - found, "source") +
                    " that the manifest does not have");
    }
    std::ranges::sort(plan_.repeats);
    plan_.facts.full_factorial = full_factorial_size(settings_);
    plan_.block_of_group.assign(catalog_.groups.size(), 0);
    settle(plan_);
    return std::move(plan_);
  }

 private:
  [[nodiscard]] UserError mistake(const std::string& what) const {
    return UserError(
        given_.file.string() + ": the plan " + what +
        "; the config or its manifests have changed since it was made. `fairground plan CONFIG --against " +
        given_.file.string() + "` shows the difference");
  }

  void find_conditions() {
    std::vector<LevelRow> rows;
    std::vector<std::optional<LevelRow>> row_of_planned;
    const std::size_t conditions = planned_ == nullptr ? 0 : planned_->conditions.size();
    for (std::size_t c = 0; c < conditions; ++c) {
      const auto& levels = planned_->conditions[c];
      row_of_planned.push_back(row_of(settings_, levels));
      const bool is_reserved = !levels.empty() && (all_levels_are(levels, kCleanLevel) ||
                                                   all_levels_are(levels, to_string(Control::identity)));
      if (!row_of_planned.back() && !is_reserved) {
        std::string text;
        for (const auto& [axis, level] : levels) {
          text.append(text.empty() ? "" : ", ").append(axis).append("=").append(level);
        }
        throw mistake("has the condition " + text + ", which the config does not have");
      }
      if (row_of_planned.back()) {
        rows.push_back(*row_of_planned.back());
      }
    }
    std::ranges::sort(rows);
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    plan_.conditions = make_conditions(settings_, rows);
    const std::size_t combinations = plan_.conditions.size();
    if (settings_.design.controls.identity) {
      std::ranges::move(identity_conditions(settings_, plan_.identity_steps), std::back_inserter(plan_.conditions));
    }
    first_identity_ = static_cast<std::uint32_t>(combinations);
    std::map<std::map<std::string, std::string>, std::uint32_t> by_levels;
    for (std::size_t k = 0; k < combinations; ++k) {
      by_levels.emplace(levels_of(plan_.conditions[k]), static_cast<std::uint32_t>(k));
    }
    for (std::size_t c = 0; c < conditions; ++c) {
      const auto found = by_levels.find(planned_->conditions[c]);
      index_of_planned_.push_back(found == by_levels.end() ? kNoCondition : found->second);
    }
  }

  [[nodiscard]] std::map<std::string, std::string> levels_of(const Condition& condition) const {
    std::map<std::string, std::string> levels;
    for (std::size_t i = 0; i < settings_.axes.size(); ++i) {
      levels[settings_.axes[i].name] = condition.level_name(i);
    }
    return levels;
  }

  /// The conditions of one source; its repeats go into the plan.
  std::vector<std::uint32_t> block_of(std::size_t index, const PlannedSource& source) {
    std::vector<std::uint32_t> block;
    for (const PlannedLine& line : source.lines) {
      const std::uint32_t condition =
          line.control == Control::identity && line.identity < kNoCondition - first_identity_
              ? first_identity_ + line.identity
              : index_of_planned_[line.condition];
      if (condition >= plan_.conditions.size()) {
        throw mistake("has the variant " + line.variant_id + ", whose condition the config does not have");
      }
      if (line.control == Control::repeat) {
        plan_.repeats.push_back({index, condition});
      } else {
        block.push_back(condition);
      }
    }
    std::ranges::sort(block);
    return block;
  }

  const PlannedSet& given_;
  const MediaSettings& settings_;
  const MediaCatalog& catalog_;
  const PlannedMedia* planned_ = nullptr;
  MediaPlan plan_;
  std::vector<std::uint32_t> index_of_planned_;
  std::uint32_t first_identity_ = 0;
};

}  // namespace

std::optional<LevelRow> row_of(const MediaSettings& settings, const std::map<std::string, std::string>& levels) {
  LevelRow row;
  std::size_t named = 0;
  for (const Axis& axis : settings.axes) {
    const auto name = levels.find(axis.name);
    if (name == levels.end() && !axis.levels[0].steps.empty()) {
      return std::nullopt;
    }
    named += name == levels.end() ? 0U : 1U;
    const auto level =
        name == levels.end() ? axis.levels.begin() : std::ranges::find(axis.levels, name->second, &Level::name);
    if (level == axis.levels.end()) {
      return std::nullopt;
    }
    row.push_back(static_cast<int>(level - axis.levels.begin()));
  }
  return named == levels.size() ? std::optional(std::move(row)) : std::nullopt;
}

MediaPlan follow(const Config& config, Media media, const MediaCatalog& catalog, const PlannedSet& given) {
  return Follower(config, media, catalog, given).make();
}

std::string missing_from(const MediaPlan& followed) {
  const MediaSettings& settings = *followed.settings;
  const MediaCatalog& catalog = *followed.catalog;
  const DesignSettings& design = settings.design;
  struct Members {
    std::size_t starters = 0;
    std::size_t taking_part = 0;
    std::size_t cells = 0;  ///< that may be repeated
    std::size_t repeats = 0;
    std::uint32_t block = 0;
  };
  std::vector<Members> groups(catalog.groups.size());
  std::optional<std::uint32_t> of_all;
  for (std::size_t i = 0; i < catalog.sources.size(); ++i) {
    Members& group = groups[catalog.sources[i].group];
    group.starters += part_of(settings, catalog, i) == Part::takes_part ? 1U : 0U;
    const std::uint32_t block = followed.block_of[i];
    if (followed.parts[i] != Part::takes_part) {
      continue;
    }
    if (followed.realizations[i] >= design.realizations) {
      return "source " + in_ticks(catalog.sources[i].id()) + " has realization " +
             std::to_string(followed.realizations[i]) + " of " + std::to_string(design.realizations);
    }
    const bool differs = group.taking_part > 0 && block != group.block;
    if (differs || (design.fill == Fill::matched && of_all.value_or(block) != block)) {
      return "source " + in_ticks(catalog.sources[i].id()) + " has not the conditions that the sources before it have";
    }
    of_all = block;
    group.block = block;
    ++group.taking_part;
    group.cells += static_cast<std::size_t>(std::ranges::count_if(
        followed.blocks[block], [&](std::uint32_t c) { return followed.conditions[c].control == Control::none; }));
  }
  for (const Repeat& repeat : followed.repeats) {
    ++groups[catalog.sources[repeat.source].group].repeats;
  }
  std::deque<std::vector<Step>> steps;
  const std::size_t identities = design.controls.identity ? identity_conditions(settings, steps).size() : 0;
  const auto share = static_cast<std::size_t>(design.sources_per_group);
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const Members& group = groups[g];
    std::string name;
    for (const std::string& label : catalog.groups[g]) {
      name += (name.empty() ? "" : " / ") + label;
    }
    const std::size_t wanted = share == 0 ? group.starters : std::min(share, group.starters);
    const bool is_matched = !design.match_on.empty();  // then nobody knows here how many were dropped
    if (is_matched ? group.taking_part > wanted : group.taking_part != wanted) {
      return "group " + in_ticks(name) + " has " + counted(group.taking_part, "source") + " instead of " +
             std::to_string(wanted);
    }
    if (group.repeats != repeats_of(design.controls.repeat, group.cells)) {
      return "group " + in_ticks(name) + " has " + counted(group.repeats, "repeat") + " instead of " +
             std::to_string(repeats_of(design.controls.repeat, group.cells));
    }
    const auto has = static_cast<std::size_t>(std::ranges::count_if(followed.blocks[group.block], [&](std::uint32_t c) {
      return followed.conditions[c].control == Control::identity;
    }));
    if (group.taking_part > 0 && has != identities) {
      return "group " + in_ticks(name) + " has " + counted(has, "identity control") + " of each source instead of " +
             std::to_string(identities);
    }
  }
  return "";
}

}  // namespace fairground
