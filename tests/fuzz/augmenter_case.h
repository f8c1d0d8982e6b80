// What the bytes of an input stand for where augmenters are fuzzed: a chain of steps, as a config could have it, and
// what it runs on. There is no list of augmenters: all of it comes from the registry.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/config/config.h"
#include "pipeline/design/chain.h"
#include "tests/augmenters/every_augmenter.h"

namespace fairground {

/// Decisions, taken from bytes. Where these end, each is the first one.
class Choices {
 public:
  explicit Choices(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::uint64_t number(int width) {
    std::uint64_t value = 0;
    for (int i = 0; i < width; ++i) {
      const auto byte = bytes_.empty() ? std::byte{0} : bytes_.front();
      value = value << 8U | std::to_integer<std::uint64_t>(byte);
      bytes_ = bytes_.subspan(std::min<std::size_t>(1, bytes_.size()));
    }
    return value;
  }
  /// Below `count`, which is at most 65536.
  std::size_t below(std::size_t count) { return number(count > 256 ? 2 : 1) % count; }
  bool one_in(std::size_t count) { return below(count) == count - 1; }
  /// From 0 to 1, both of which are more likely than what lies between.
  double place() {
    const std::size_t kind = below(8);
    return kind < 2 ? static_cast<double>(kind) : static_cast<double>(number(2)) / 65535.0;
  }

 private:
  std::span<const std::byte> bytes_;
};

/// A step with the settings that a config would have. `settings` may hold ranges, which are drawn as in a run.
struct ChosenStep {
  const Augmenter* augmenter = nullptr;
  Step step;
};

struct AugmenterCase {
  Media media = Media::audio;
  std::vector<ChosenStep> chain;  ///< in the order of stages
  std::vector<StepRandom> randoms;
  // Sound:
  int sample_rate = 16000;
  int channels = 1;
  std::size_t frames = 0;
  // Pictures:
  int width = 1;
  int height = 1;
  int picture_channels = 3;
  int bits = 8;
  bool has_alpha = false;
  bool has_labels = false;
  bool has_skin = true;
  std::size_t content = 0;  ///< which of the kinds of signal or picture
};

/// The rates at which the assets are there.
inline const std::vector<int> kFuzzRates = {16000, 8000, 48000};
inline constexpr std::size_t kContents = 6;
inline constexpr int kWidestPicture = 48;

namespace cases {

inline double number_of(const ParameterSpec& spec, Choices& choices) {
  return std::clamp(number_at(spec, choices.place()), spec.minimum, spec.maximum);
}

inline Setting fallback_of(const ParameterSpec& spec) {
  return std::visit([](const auto& value) -> Setting { return value; }, spec.fallback);
}

/// Any setting that the config's reader accepts for this parameter by itself.
inline Setting setting_of(const Augmenter& augmenter, const ParameterSpec& spec, Choices& choices) {
  if (!spec.required && choices.below(3) == 0) {
    return fallback_of(spec);
  }
  switch (spec.kind) {
    case ParameterKind::number: {
      const double number = number_of(spec, choices);
      if (!spec.drawable || !choices.one_in(4)) {
        return number;
      }
      const double other = number_of(spec, choices);
      return number == other ? Setting(number) : Setting(Range{std::min(number, other), std::max(number, other)});
    }
    case ParameterKind::integer:
      return static_cast<std::int64_t>(std::llround(number_of(spec, choices)));
    case ParameterKind::flag:
      return choices.below(2) == 1;
    case ParameterKind::choice:
      return spec.choices[choices.below(spec.choices.size())];
    case ParameterKind::asset:
      break;
  }
  const bool takes_both = spec.asset_kinds.size() > 1 && choices.below(2) == 1;
  return takes_both ? std::string("responses") : asset_for(augmenter, spec);
}

inline bool obeys_its_rule(const StepSchema& schema, const std::vector<Setting>& settings) {
  return !schema.check || schema.check(settings).empty();
}

/// The steps of one line of a level: several of a profile, and of a ladder one rung. Nothing where its rule forbids it.
inline std::vector<ChosenStep> steps_of(const Augmenter& augmenter, Choices& choices) {
  const StepSchema& schema = augmenter.schema;
  std::vector<Setting> settings;
  for (const ParameterSpec& spec : schema.parameters) {
    settings.push_back(setting_of(augmenter, spec, choices));
  }
  if (!obeys_its_rule(schema, settings)) {
    return {};
  }
  if (!schema.expand) {
    const auto rungs = schema.expand_levels ? schema.expand_levels(settings) : std::vector<std::vector<Setting>>();
    return {{&augmenter, {&schema, rungs.empty() ? settings : rungs[choices.below(rungs.size())]}}};
  }
  std::vector<ChosenStep> steps;
  for (const ProfileStep& one : schema.expand(settings)) {
    const Augmenter& part = fairground::augmenter(one.augmenter);
    Step step{&part.schema, {}};
    for (const ParameterSpec& spec : part.schema.parameters) {
      const auto given = std::ranges::find(one.settings, spec.name, &std::pair<std::string, Setting>::first);
      step.settings.push_back(given != one.settings.end() ? given->second : fallback_of(spec));
    }
    steps.push_back({&part, std::move(step)});
  }
  return steps;
}

/// By the rules of all its augmenters over what they run with.
inline bool may_run_together(const std::vector<ChosenStep>& chain) {
  std::vector<const Step*> steps;
  for (const ChosenStep& chosen : chain) {
    steps.push_back(&chosen.step);
  }
  return std::ranges::all_of(chain, [&](const ChosenStep& chosen) {
    return !chosen.augmenter->schema.check_chain || chosen.augmenter->schema.check_chain(steps).empty();
  });
}

/// Mostly short, where the ends of filters and blocks are; seldom up to two seconds.
inline std::size_t frames_of(int rate, Choices& choices) {
  switch (choices.below(8)) {
    case 0:
      return 1 + choices.below(16);
    case 1:
    case 2:
      return 1 + choices.below(64);
    case 3:
      return 1 + choices.below(static_cast<std::size_t>(rate)) * 2;
    default:
      return 1 + choices.below(4096);
  }
}

}  // namespace cases

/// Nothing where the steps break a rule of theirs.
inline std::optional<AugmenterCase> augmenter_case(std::span<const std::byte> bytes) {
  Choices choices(bytes);
  const std::vector<const Augmenter*>& all = registered_augmenters();
  AugmenterCase made;
  const std::size_t lines = 1 + choices.below(8) / 6;  // mostly one, so that it is seen whose fault it is
  for (std::size_t i = 0; i < lines; ++i) {
    const Augmenter& augmenter = *all[choices.below(all.size())];
    if (i == 0) {
      made.media = augmenter.schema.media;
    } else if (augmenter.schema.media != made.media) {
      continue;
    }
    std::vector<ChosenStep> steps = cases::steps_of(augmenter, choices);
    if (steps.empty()) {
      return std::nullopt;
    }
    std::ranges::move(steps, std::back_inserter(made.chain));
  }
  std::ranges::stable_sort(made.chain, {}, [](const ChosenStep& chosen) { return chosen.augmenter->schema.stage; });
  if (!cases::may_run_together(made.chain)) {
    return std::nullopt;
  }
  made.content = choices.below(kContents);
  if (made.media == Media::audio) {
    made.sample_rate = kFuzzRates[choices.below(kFuzzRates.size())];
    made.channels = 1 + static_cast<int>(choices.below(2));
    made.frames = cases::frames_of(made.sample_rate, choices);
  } else {
    made.width = 1 + static_cast<int>(choices.below(kWidestPicture));
    made.height = 1 + static_cast<int>(choices.below(kWidestPicture));
    made.picture_channels = choices.one_in(4) ? 1 : 3;
    made.bits = choices.one_in(4) ? 16 : 8;
    made.has_alpha = choices.one_in(4);
    made.has_labels = choices.one_in(2);
    made.has_skin = !choices.one_in(8);
  }
  for (std::size_t i = 0; i < made.chain.size(); ++i) {
    made.randoms.push_back({choices.number(8), static_cast<std::uint32_t>(choices.number(4))});
  }
  return made;
}

}  // namespace fairground
