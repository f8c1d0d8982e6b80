// A place in a hospital: several noises at once, each at its own level at the microphone.
//
// This is a profile: it stands for noise.hvac, noise.ventilator, noise.pump, noise.alarm and noise.impact, each of
// which is drawn, levelled, labelled and recorded as if it stood in the config itself. Levels are those of published
// surveys, rounded, where there is one: ventilation by room criteria NC 30 to 35 (34 to 42 dBA), a ventilator at the
// bed 49 dBA (Respir. Care 2023), alarms 52 to 72 dBA (PLoS ONE 15, 2020, e0235287); an intensive care unit as a whole
// has a median of 54 dBA over a day (Int. J. Environ. Res. Public Health 17, 2020, 4670). The others are empirical.

#include <optional>
#include <string>
#include <vector>

#include "augmenters/augmenter.h"

namespace fairground {
namespace {

enum class Place { intensive_care, ward, corridor };

struct NoiseWard {
  Place place = Place::ward;
  std::optional<double> ventilation_dba;
  std::optional<double> ventilator_dba;
  std::optional<double> pump_dba;
  std::optional<double> alarm_dba;
  std::optional<double> steps_dba;
  std::optional<double> trolley_dba;
  std::optional<double> door_dba;
};

const ParameterTable<NoiseWard>& table() {
  using P = NoiseWard;
  constexpr ParameterTable<P>::Interval kLevels{0.0, 130.0};
  static const auto instance =
      ParameterTable<P>()
          .choice("place", &P::place,
                  {{"intensive_care", Place::intensive_care}, {"ward", Place::ward}, {"corridor", Place::corridor}},
                  "Which noises there are if no level says more, and how loud.")
          .number("ventilation_dba", &P::ventilation_dba, "dBA", kLevels, "Level of the air conditioning; 0 for none.")
          .number("ventilator_dba", &P::ventilator_dba, "dBA", kLevels, "Level of a lung ventilator; 0 for none.")
          .number("pump_dba", &P::pump_dba, "dBA", kLevels, "Level of an infusion pump; 0 for none.")
          .number("alarm_dba", &P::alarm_dba, "dBA", kLevels, "Level of an alarm while it sounds; 0 for none.")
          .number("steps_dba", &P::steps_dba, "dBA", kLevels, "Level of steps while they are heard; 0 for none.")
          .number("trolley_dba", &P::trolley_dba, "dBA", kLevels, "Level of a trolley while it rattles; 0 for none.")
          .number("door_dba", &P::door_dba, "dBA", kLevels, "Level of doors while they fall shut; 0 for none.");
  return instance;
}

/// A noise of the profile: its parameter's place in table(), and its level in each place, 0 where it is not heard.
struct Member {
  std::size_t parameter = 0;
  ProfileStep step;
  double intensive_care_dba = 0.0;
  double ward_dba = 0.0;
  double corridor_dba = 0.0;
};

const std::vector<Member>& members() {
  using Text = std::string;
  static const std::vector<Member> all{
      {1, {"noise.hvac", {{"rating", 30.0}}}, 42.0, 38.0, 40.0},
      {2, {"noise.ventilator", {}}, 49.0, 0.0, 0.0},
      {3, {"noise.pump", {{"kind", Text("infusion")}}}, 40.0, 38.0, 0.0},
      {4, {"noise.alarm", {{"priority", Text("medium")}}}, 60.0, 52.0, 0.0},
      {5, {"noise.impact", {{"kind", Text("footsteps")}}}, 48.0, 50.0, 56.0},
      {6, {"noise.impact", {{"kind", Text("trolley")}}}, 0.0, 58.0, 62.0},
      {7, {"noise.impact", {{"kind", Text("door")}}}, 0.0, 0.0, 64.0},
  };
  return all;
}

std::vector<ProfileStep> expand(const std::vector<Setting>& settings) {
  const auto& place = std::get<std::string>(settings[0]);
  std::vector<ProfileStep> steps;
  for (const Member& member : members()) {
    Setting level = settings[member.parameter];
    if (std::holds_alternative<std::monostate>(level)) {
      level = place == "intensive_care" ? member.intensive_care_dba
              : place == "ward"         ? member.ward_dba
                                        : member.corridor_dba;
    }
    if (level != Setting(0.0)) {
      steps.push_back(member.step);
      steps.back().settings.emplace_back("noise_dba", level);
    }
  }
  return steps;
}

std::string check(const std::vector<Setting>& settings) {
  return expand(settings).empty() ? "every noise is at 0 dBA, so that nothing is left of it; give one a level" : "";
}

const Registration registration(profile<NoiseWard>(
    {
        .name = "noise.ward",
        .summary =
            "A place in a hospital: ventilation, machines, alarms and steps together, each at a level of its own.",
        .source =
            "PLoS ONE 2020, e0235287; Int. J. Environ. Res. Public Health 17, 2020, 4670; Respir. Care 2023 (levels)",
        .media = Media::audio,
        .stage = Stage::scene,
        .version = 1,
        .identity = "none: every place is heard",
        .labels = "keeps all labels; alarms and impacts are events",
        .claim = "A place becomes its noises at the levels of its table; in the file, steady ones are within 0.2 dB "
                 "and those made of events within 1 dB of theirs.",
        .limits = "Levels are those of published surveys, rounded, where there is one; the others are empirical.",
        .example = "ward: [{noise.ward: {place: ward, alarm_dba: 62}}]\n"
                   "intensive_care: [{noise.ward: {place: intensive_care, alarm_dba: 65, ventilator_dba: 58}}]\n"
                   "corridor: [{noise.ward: {place: corridor}}]\n",
        .check = check,
    },
    table(), expand));

}  // namespace
}  // namespace fairground
