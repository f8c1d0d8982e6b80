#include "pipeline/design/follow.h"

#include <algorithm>

#include "pipeline/core/error.h"
#include "pipeline/core/text.h"
#include "pipeline/design/conditions.h"

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
      const auto source = planned_->sources.find(catalog_.sources[i].id);
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
    return UserError(given_.file.string() + ": the plan " + what +
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
      const bool is_reserved =
          !levels.empty() && (all_levels_are(levels, kCleanLevel) || all_levels_are(levels, to_string(Control::identity)));
      if (!row_of_planned.back() && !is_reserved) {
        std::string text;
        for (const auto& [axis, level] : levels) {
          text += (text.empty() ? "" : ", ") + axis + "=" + level;
        }
        throw mistake("has the condition " + text + ", which the config does not have");
      }
      if (row_of_planned.back()) {
        rows.push_back(*row_of_planned.back());
      }
    }
    std::ranges::sort(rows);
    rows.erase(std::ranges::unique(rows).begin(), rows.end());
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
      const std::uint32_t condition = line.control == Control::identity && line.identity < kNoCondition - first_identity_
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

}  // namespace fairground
