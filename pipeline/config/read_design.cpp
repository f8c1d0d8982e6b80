// The key `design`. Much of it names axes and levels, so that it is read after them; `order` is needed before.

#include <algorithm>
#include <iterator>

#include "pipeline/config/config_parts.h"
#include "pipeline/config/design_parts.h"
#include "pipeline/config/wording.h"

namespace fairground {
namespace {

constexpr int kFewestWays = 2;
constexpr int kMostWays = 6;
const std::vector<std::pair<std::string, Order>> kOrders = {{"staged", Order::staged},
                                                            {"as_written", Order::as_written}};

/// Of axes or of levels.
template <class T>
std::vector<std::string> names_of(const std::vector<T>& named) {
  std::vector<std::string> names;
  std::ranges::transform(named, std::back_inserter(names), &T::name);
  return names;
}

/// The names that levels of an axis go by: their own, and those of ladders, which stand for all of their rungs.
std::vector<std::string> level_names(const Axis& axis) {
  std::vector<std::string> names;
  for (const Level& level : axis.levels) {
    if (!level.ladder.empty() && std::ranges::find(names, level.ladder) == names.end()) {
      names.push_back(level.ladder);
    }
    names.push_back(level.name);
  }
  return names;
}

/// What a design is read against.
struct Surroundings {
  Media medium = Media::audio;
  std::string media;  ///< its name
  const std::vector<Axis>* axes = nullptr;
  bool axes_are_good = true;  ///< otherwise no name is looked up in them, since its mistakes could be theirs
  bool has_subjects = false;
  bool is_shared = false;  ///< the same text is read for the other medium too
};

/// Reads the `design` of one medium, whose axes have been read.
class DesignReader {
 public:
  explicit DesignReader(const Surroundings& around) : around_(around), axes_(*around.axes) {}

  DesignSettings read(const ValueReader& value) {
    DesignSettings design = first_design(around_.medium);
    MapReader map(value);
    if (value.is(YamlNode::Kind::map)) {
      for (const YamlEntry& entry : value.node().entries) {
        design.places[entry.key] = value.mistakes().text_of(entry.key_place);
      }
    }
    std::optional<int> ways = 0;
    if (const auto given = map.find("ways")) {
      ways = read_ways(*given);
    }
    design.ways = ways.value_or(0);
    if (const auto also = map.find("also")) {
      read_also(*also, ways, design);
    }
    if (const auto except = map.find("except")) {
      read_except(*except, design);
    }
    if (const auto at_least = map.find("at_least")) {
      read_at_least(*at_least, design.at_least);
    }
    map.integer("realizations", design.realizations, {1, 100'000});
    map.choice("pairing", design.pairing, {{"matched", Pairing::matched}, {"independent", Pairing::independent}});
    map.choice("order", design.order, kOrders);
    map.flag("include_clean", design.include_clean);
    map.choice("fill", design.fill, {{"matched", Fill::matched}, {"missing_only", Fill::missing_only}});
    if (const auto observed = map.find("observed")) {
      read_observed(*observed, design);
    } else if (design.fill == Fill::missing_only) {
      value.mistakes().add(map.place_of("fill"),
                           "`fill: missing_only` credits what was observed: say with `observed: {AXIS: COLUMN}` which "
                           "column of the manifest names the level that a source already holds");
    }
    if (const auto share = map.find("sources_per_group")) {
      read_share(*share, map.has("at_least"), design);
    }
    if (const auto match_on = map.find("match_on")) {
      read_match_on(*match_on, design);
    }
    if (const auto budget = map.find("budget")) {
      if (around_.is_shared) {
        value.mistakes().add(map.place_of("budget"),
                             "sources of both media share this `design`, and a budget is for one of them: divide the "
                             "design, as in `design: {audio: {budget: …}, image: {budget: …}}`");
      }
      read_budget(*budget, design.budget);
    }
    if (const auto controls = map.find("controls")) {
      read_controls(*controls, design.controls);
    }
    if (const auto power = map.find("power")) {
      read_power(*power, design.power);
    }
    map.integer("effort", design.effort, {1, 1000});
    map.finish();
    return design;
  }

 private:
  /// The end of messages about what one medium has and the other may not have.
  [[nodiscard]] std::string divided_hint() const {
    return around_.is_shared ? "; sources of both media share this `design`: it may be divided into `audio` and `image`"
                             : "";
  }

  [[nodiscard]] std::string no_axis(const std::string& name) const {
    return "there is no axis " + in_ticks(name) + " of " + around_.media + "; " +
           (axes_.empty() ? "declare it under `axes`" : suggestion(name, names_of(axes_))) + divided_hint();
  }

  /// The index of the axis with this name. Nothing, and no mistake, where the axes have mistakes.
  [[nodiscard]] std::optional<std::size_t> axis(const std::string& name, Place place, Mistakes& mistakes) const {
    if (!around_.axes_are_good) {
      return std::nullopt;
    }
    const auto found = std::ranges::find(axes_, name, &Axis::name);
    if (found == axes_.end()) {
      mistakes.add(place, no_axis(name));
      return std::nullopt;
    }
    return static_cast<std::size_t>(found - axes_.begin());
  }

  /// 0 for all, and nothing where there is a mistake.
  [[nodiscard]] std::optional<int> read_ways(const ValueReader& value) const {
    if (value.is_word("all")) {
      return 0;
    }
    const auto ways = value.integer({kFewestWays, kMostWays}, "`all`, the full factorial");
    if (!ways) {
      return std::nullopt;
    }
    if (around_.axes_are_good && static_cast<std::size_t>(*ways) > axes_.size()) {
      value.error("`ways: " + std::to_string(*ways) + "` combines more axes than " + around_.media + " has (" +
                  std::to_string(axes_.size()) + "); write `ways: all`, or add axes" + divided_hint());
      return std::nullopt;
    }
    return static_cast<int>(*ways);
  }

  /// `ways` is that of all axes, and nothing where it has a mistake.
  void read_also(const ValueReader& value, std::optional<int> ways, DesignSettings& design) const {
    const auto items = value.list("maps like {axes: [noise, device, room], ways: 3}");
    if (items && ways == 0) {
      value.error(
          "`also` adds combinations to those of `ways: 2` and the like, and the full factorial has all of them; "
          "set `ways` to a number, or take `also` out");
      return;
    }
    for (const ValueReader& item : items.value_or(std::vector<ValueReader>{})) {
      if (auto strength = read_strength(item, ways)) {
        design.also.push_back(std::move(*strength));
      }
    }
  }

  [[nodiscard]] std::optional<MixedStrength> read_strength(const ValueReader& item, std::optional<int> ways) const {
    const std::size_t mistakes_before = item.mistakes().count();
    MixedStrength strength;
    MapReader map(item);
    if (const auto axes = map.find("axes", Need::required)) {
      strength.axes = read_axis_names(*axes);
    }
    map.integer("ways", strength.ways, {kFewestWays, kMostWays}, Need::required);
    map.finish();
    if (item.mistakes().count() != mistakes_before || !around_.axes_are_good) {
      return std::nullopt;
    }
    const std::string asked = "`ways: " + std::to_string(strength.ways) + "`";
    if (static_cast<std::size_t>(strength.ways) > strength.axes.size()) {
      item.error(asked + " combines more axes than are named here (" + std::to_string(strength.axes.size()) +
                 "); name more of them, or lower `ways`");
      return std::nullopt;
    }
    if (ways && strength.ways <= *ways) {
      item.error(asked + " adds nothing to the `ways: " + std::to_string(*ways) +
                 "` of all axes; raise it, or take this entry out");
      return std::nullopt;
    }
    return strength;
  }

  /// Indices, ascending.
  [[nodiscard]] std::vector<std::size_t> read_axis_names(const ValueReader& value) const {
    std::vector<std::size_t> indices;
    for (const ValueReader& item : value.list("names of axes").value_or(std::vector<ValueReader>{})) {
      if (!item.is(YamlNode::Kind::scalar)) {
        item.wrong("a list of names of axes");
      } else if (const auto index = axis(item.node().text, item.place(), item.mistakes())) {
        add_once(item, item.node().text, *index, indices);
      }
    }
    std::ranges::sort(indices);
    return indices;
  }

  static void add_once(const ValueReader& item, const std::string& name, std::size_t index,
                       std::vector<std::size_t>& indices) {
    if (std::ranges::find(indices, index) != indices.end()) {
      item.error(in_ticks(name) + " is named twice; take one away");
    } else {
      indices.push_back(index);
    }
  }

  void read_except(const ValueReader& value, DesignSettings& design) const {
    const auto items = value.list("maps like {noise: alarm, device: [studio, phone]}");
    for (const ValueReader& item : items.value_or(std::vector<ValueReader>{})) {
      if (auto exclusion = read_exclusion(item)) {
        design.except.push_back(std::move(*exclusion));
      }
    }
  }

  [[nodiscard]] std::optional<Exclusion> read_exclusion(const ValueReader& item) const {
    const std::size_t mistakes_before = item.mistakes().count();
    Exclusion exclusion;
    for (const auto& [place, cell] : MapReader(item, "axes and levels").entries()) {
      const auto index = axis(cell.name(), place, item.mistakes());
      std::vector<std::size_t> levels = read_levels(cell, index);
      if (index) {
        exclusion.cells.emplace_back(*index, std::move(levels));
      }
    }
    if (item.mistakes().count() != mistakes_before || !around_.axes_are_good) {
      return std::nullopt;
    }
    // An axis of which all levels are named narrows nothing.
    const auto narrows = [this](const auto& cell) { return cell.second.size() < axes_[cell.first].levels.size(); };
    const auto narrow = std::ranges::find_if(exclusion.cells, narrows);
    if (narrow == exclusion.cells.end()) {
      item.error(
          "this excludes every condition; name the levels that do not go together, as in {noise: alarm, device: "
          "studio}");
      return std::nullopt;
    }
    if (std::ranges::count_if(exclusion.cells, narrows) == 1) {
      const Axis& axis = axes_[narrow->first];
      item.error("this leaves no condition with " + axis.name + "=" + axis.levels[narrow->second.front()].name +
                 "; name levels of another axis too, or take the level out of its axis");
      return std::nullopt;
    }
    std::ranges::sort(exclusion.cells);
    return exclusion;
  }

  /// The indices of the levels that a value names, ascending: one, or a list of them. Without `axis_index` only the
  /// form is checked.
  [[nodiscard]] std::vector<std::size_t> read_levels(const ValueReader& value,
                                                     std::optional<std::size_t> axis_index) const {
    std::vector<ValueReader> items{value};
    if (value.is(YamlNode::Kind::list)) {
      items = value.list("levels").value_or(std::vector<ValueReader>{});
      if (items.empty()) {
        value.error(in_ticks(value.name()) + " must name at least one level");
      }
    }
    std::vector<std::size_t> indices;
    for (const ValueReader& item : items) {
      if (!item.is(YamlNode::Kind::scalar)) {
        item.wrong("a level, or a list of levels");
      } else if (axis_index) {
        add_level(item, axes_[*axis_index], indices);
      }
    }
    std::ranges::sort(indices);
    return indices;
  }

  /// A ladder's name adds all of its rungs.
  void add_level(const ValueReader& item, const Axis& axis, std::vector<std::size_t>& indices) const {
    const std::string& name = item.node().text;
    bool is_known = false;
    for (std::size_t i = 0; i < axis.levels.size(); ++i) {
      const Level& level = axis.levels[i];
      if (level.name == name || (!level.ladder.empty() && level.ladder == name)) {
        add_once(item, level.name, i, indices);
        is_known = true;
      }
    }
    if (!is_known) {
      item.error("the axis " + in_ticks(axis.name) + " of " + around_.media + " has no level " + in_ticks(name) + "; " +
                 suggestion(name, level_names(axis)) + divided_hint());
    }
  }

  void read_at_least(const ValueReader& value, AtLeast& at_least) const {
    MapReader map(value);
    map.integer("sources", at_least.sources, kCountBounds);
    map.only_if(around_.has_subjects,
                "needs to know the people: name the manifest's column of them with `subject` under "
                "`sources` of " +
                    around_.media + divided_hint());
    map.integer("subjects", at_least.subjects, kCountBounds);
    map.finish();
    must_not_be_empty(value, "`sources`, `subjects` or both");
  }

  void read_observed(const ValueReader& value, DesignSettings& design) const {
    for (const auto& [place, column] : MapReader(value, "axes and columns").entries()) {
      const auto index = axis(column.name(), place, value.mistakes());
      const auto name = column.text();
      if (index && !axes_[*index].levels.front().steps.empty()) {
        value.mistakes().add(place, "the first level of the axis " + in_ticks(column.name()) +
                                        " has steps, so that no recording could be left as it is; `observed` needs an "
                                        "axis that begins with an empty level, as in {none: []}");
      } else if (index && needs_skin(axes_[*index])) {
        // A tone that somebody was photographed with is not what a variant makes of somebody else's skin.
        value.mistakes().add(place, "levels of the axis " + in_ticks(column.name()) +
                                        " change skin in pictures, so that nobody was recorded in one of them: take it "
                                        "out of `observed`, and name the column in `groups` or `keep`");
      } else if (index && name) {
        design.observed.emplace(column.name(), *name);
      }
    }
    must_not_be_empty(value, "at least one axis and its column");
  }

  const Surroundings& around_;
  const std::vector<Axis>& axes_;
};

/// `media` may be one that the config has no sources of, or whose sources have mistakes; then little can be checked.
/// `is_shared`: `value` is the design of both media.
DesignSettings read_one(const ValueReader& value, const Config& config, Media media, GoodParts good, bool is_shared) {
  static const std::vector<Axis> none;
  const auto found = config.media.find(media);
  Surroundings around;
  around.medium = media;
  around.media = to_string(media);
  around.axes = found == config.media.end() ? &none : &found->second.axes;
  around.axes_are_good = good.axes && found != config.media.end();
  around.has_subjects = !good.sources || std::ranges::any_of(config.sources, [&](const SourceSettings& source) {
    return source.media == media && !source.subject.empty();
  });
  around.is_shared = is_shared;
  return DesignReader(around).read(value);
}

bool is_divided(const MapReader& map) {
  return std::ranges::any_of(kAllMedia, [&](Media media) { return map.has(to_string(media)); });
}

}  // namespace

DesignSettings first_design(Media media) {
  DesignSettings design;
  design.power.units = media == Media::image ? 1 : PowerSettings().units;
  return design;
}

Order read_order(const ValueReader& design, Media media) {
  // Mistakes are noted when the whole of it is read.
  Mistakes ignored("");
  const auto order_in = [&](const ValueReader& value) {
    Order order = Order::staged;
    MapReader map(ValueReader(value.node(), value.name(), ignored));
    const bool is_good = map.choice("order", order, kOrders);
    return is_good || !map.has("order") ? order : Order::as_written;
  };
  const ValueReader quiet(design.node(), design.name(), ignored);
  MapReader map(quiet);
  if (!is_divided(map)) {
    return order_in(design);
  }
  const auto part = map.find(to_string(media));
  return part ? order_in(*part) : Order::staged;
}

void read_designs(const ValueReader& design, GoodParts good, Config& config) {
  MapReader map(design);
  if (!is_divided(map)) {
    for (auto& [media, settings] : config.media) {
      settings.design = read_one(design, config, media, good, /*is_shared=*/config.media.size() > 1);
    }
    if (config.media.empty()) {
      // Of which medium does not matter, as nothing that differs between them is looked up.
      (void)read_one(design, config, Media::audio, good, /*is_shared=*/false);
    }
    return;
  }
  for (const Media media : kAllMedia) {
    map.only_if(config.media.empty() || config.media.contains(media), "has no sources");
    if (const auto part = map.find(to_string(media))) {
      DesignSettings settings = read_one(*part, config, media, good, /*is_shared=*/false);
      if (config.media.contains(media)) {
        config.media.at(media).design = std::move(settings);
      }
    }
  }
  map.finish();
}

}  // namespace fairground
