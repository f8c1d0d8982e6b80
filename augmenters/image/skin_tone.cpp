// Another apparent skin tone: the pixels of the subject's visible skin change, and nothing else does. It asks a model
// one question, whether its answer hangs on the tone of skin, and it makes nobody a member of any group.
//
// Skin gets a constant shift in optical density per channel (parts/skin_move.h), by a mask that is found once, in the
// source. A shift is given as it is, along the direction in which photographed tones differ, or solved for a lightness
// as measure_apparent_tone() reads it. Darkened skin gets the grain that the source itself has at that light, as it
// would otherwise be suspiciously clean; lightened skin keeps its noise, since to smooth it would be another change
// than tone. Nothing is clamped: what lies beyond the limits, or fails a gate, is refused with its figure.
//
// The constants of the move and of its limits are empirical, from two portraits and the statistics of 739.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>

#include "augmenters/augmenter.h"
#include "augmenters/image/parts/skin_gates.h"
#include "augmenters/image/parts/skin_move.h"
#include "augmenters/image/parts/skin_patch.h"
#include "augmenters/image/parts/skin_refusals.h"
#include "augmenters/image/parts/skin_rims.h"
#include "pipeline/config/config.h"
#include "pipeline/core/error.h"
#include "pipeline/core/text.h"
#include "pipeline/measure/ciede2000.h"
#include "pipeline/measure/monk_scale.h"

namespace fairground {
namespace {

struct SkinTone {
  std::optional<double> lightness;
  std::optional<double> shift_od;
  std::optional<std::int64_t> monk;
  std::optional<std::int64_t> ladder;
  double darker = 20.0;
  double lighter = 6.0;
  double lowest = 44.0;
  double highest = 74.0;
  double automatic = 12.0;
  double face_width_px = 160.0;
};

constexpr double kLeastLightness = 36.0;  // nothing is photographed beyond these
constexpr double kMostLightness = 78.0;
constexpr double kWidest = kMostLightness - kLeastLightness;

const ParameterTable<SkinTone>& table() {
  using P = SkinTone;
  static const auto instance =
      ParameterTable<P>()
          .number("lightness", &P::lightness, "L*", {kLeastLightness, kMostLightness},
                  "The apparent lightness that skin gets; one of this, `shift_od`, `monk` and `ladder` is given.")
          .number("shift_od", &P::shift_od, "OD", {-kMostSkinShiftOd, kMostSkinShiftOd},
                  "How far skin is shifted in optical density (natural logarithm) along the direction in which "
                  "photographed tones differ; above 0 is darker.")
          .integer("monk", &P::monk, "", {1.0, 10.0},
                   "The swatch of the Monk Skin Tone scale whose nearest tone within the limits skin gets; how far it "
                   "stays from it is in the record.")
          .integer("ladder", &P::ladder, "levels", {2.0, 12.0},
                   "Makes so many levels of this one, at equal steps of lightness from `lowest` to `highest`, the same "
                   "for every source.")
          .number("darker", &P::darker, "L*", {0.0, kWidest}, "The most by which skin may get darker than it is.")
          .number("lighter", &P::lighter, "L*", {0.0, kWidest}, "The most by which skin may get lighter than it is.")
          .number("lowest", &P::lowest, "L*", {kLeastLightness, kMostLightness}, "No skin gets darker than this.")
          .number("highest", &P::highest, "L*", {kLeastLightness, kMostLightness}, "No skin gets lighter than this.")
          .number("automatic", &P::automatic, "L*", {0.0, kWidest},
                  "The most by which skin may change either way where its mask was found and nobody has looked at it.")
          .number("face_width_px", &P::face_width_px, "px", {32.0, 4096.0},
                  "The least width of a face whose mask was found.");
  return instance;
}

constexpr std::size_t kTargets = 4;  // stand first in the table
constexpr std::size_t kLightnessAt = 0;
constexpr std::size_t kLadderAt = 3;
constexpr std::size_t kLowestAt = 6;
constexpr std::size_t kHighestAt = 7;

std::string check(const std::vector<Setting>& settings) {
  const auto is_given = [](const Setting& setting) { return !std::holds_alternative<std::monostate>(setting); };
  if (std::ranges::count_if(std::span(settings).first(kTargets), is_given) != 1) {
    return "give one of `lightness`, `shift_od`, `monk` and `ladder`";
  }
  for (std::size_t i = kTargets; i < settings.size(); ++i) {
    if (std::holds_alternative<Range>(settings[i])) {
      return "`" + table().specs()[i].name + "` is a limit, and limits are not drawn; give one number";
    }
  }
  const double lowest = std::get<double>(settings[kLowestAt]);
  const double highest = std::get<double>(settings[kHighestAt]);
  if (lowest > highest) {
    return "`lowest` must not be above `highest`";
  }
  if (lowest == highest && is_given(settings[kLadderAt])) {
    return "a `ladder` needs a `lowest` below its `highest`";
  }
  const auto* number = std::get_if<double>(&settings[kLightnessAt]);
  const auto* range = std::get_if<Range>(&settings[kLightnessAt]);
  const bool is_beyond = (number != nullptr && (*number < lowest || *number > highest)) ||
                         (range != nullptr && (range->low < lowest || range->high > highest));
  if (is_beyond) {
    return "`lightness` goes beyond `lowest` " + shortest(lowest) + " or `highest` " + shortest(highest) +
           "; keep it within, or widen these as far as " + shortest(kLeastLightness) + " to " +
           shortest(kMostLightness);
  }
  return {};
}

constexpr std::size_t kShiftAt = 1;

/// The region, its tone and its noise are those of the source, and limits are those of one move.
std::string check_chain(const std::vector<const Step*>& chain) {
  const auto moves_skin = [](const Step* step) {
    return step->schema->name == "skin.tone" && step->settings[kShiftAt] != Setting(0.0);
  };
  const auto first = std::ranges::find_if(chain, moves_skin);
  if (first == chain.end()) {
    return {};
  }
  if (std::find_if(first + 1, chain.end(), moves_skin) != chain.end()) {
    return "two steps move the same skin, and its limits hold for one move; keep one, or forbid the combination with "
           "`except`";
  }
  const auto early =
      std::find_if(chain.begin(), first, [](const Step* step) { return step->schema->stage > Stage::skin; });
  return early == first ? ""
                        : early[0]->schema->name +
                              " comes before it, and skin is found in the picture as it was taken; put the axis of "
                              "skin.tone first, or use `order: staged`";
}

/// The same steps of lightness for every source, from the darkest to the lightest.
std::vector<std::vector<Setting>> expand_levels(const std::vector<Setting>& settings) {
  const auto* count = std::get_if<std::int64_t>(&settings[kLadderAt]);
  const auto* lowest = std::get_if<double>(&settings[kLowestAt]);
  const auto* highest = std::get_if<double>(&settings[kHighestAt]);
  if (count == nullptr || lowest == nullptr || highest == nullptr) {
    return {};
  }
  std::vector<std::vector<Setting>> rungs;
  for (std::int64_t i = 0; i < *count; ++i) {
    const double part = static_cast<double>(i) / static_cast<double>(*count - 1);
    std::vector<Setting> rung = settings;
    rung[kLadderAt] = {};
    rung[kLightnessAt] =
        std::clamp(std::round((*lowest + part * (*highest - *lowest)) * 100.0) / 100.0, *lowest, *highest);
    rungs.push_back(std::move(rung));
  }
  return rungs;
}

SkinLimits limits_of(const SkinTone& p) {
  return {p.darker, p.lighter, p.lowest, p.highest, p.automatic, p.face_width_px};
}

/// The darkest and the lightest that this source may get.
struct Reach {
  double lowest = 0.0;
  double highest = 0.0;
};

Reach reach_of(const SkinTone& p, const SkinRegion& region, double own) {
  const bool is_found = region.source != MaskSource::supplied;
  const double darker = is_found ? std::min(p.darker, p.automatic) : p.darker;
  const double lighter = is_found ? std::min(p.lighter, p.automatic) : p.lighter;
  return {std::max(p.lowest, own - darker), std::min(p.highest, own + lighter)};
}

/// What is wanted of the skin, and what moves it there.
struct Move {
  SkinColour wanted;
  OdShift shift = {};
  bool is_given = false;  ///< the shift, which then stays as it is
};

constexpr double kSolvedTo = 0.1;  // in L*: how near the tone is solved for

/// Of the tones that the source may get, the lightness of that which is nearest to a swatch.
double nearest_to_swatch(int swatch, const SkinColour& own, const Reach& reach) {
  constexpr double kStep = 0.05;         // in L*
  constexpr double kRoomToSolve = 0.05;  // of optical density, as the meter may ask for a little more
  const CieLab wanted = monk_lab(swatch);
  double best = own.lightness;
  double least = std::numeric_limits<double>::infinity();
  for (int i = 0; reach.lowest + kStep * i <= reach.highest; ++i) {
    const SkinColour colour = eased_colour(own, reach.lowest + kStep * i);
    const double difference = ciede2000(lab_of(colour), wanted);
    if (difference < least && length_of(shift_between(own, colour)) <= kMostSkinShiftOd - kRoomToSolve) {
      least = difference;
      best = colour.lightness;
    }
  }
  return best;
}

Move plan_move(const SkinTone& p, const SkinLimits& limits, const SkinRegion& region, const ApparentTone& tone) {
  const SkinColour own = colour_of(tone);
  Move move;
  if (p.shift_od) {
    for (std::size_t c = 0; c < move.shift.size(); ++c) {
      move.shift[c] = *p.shift_od * kToneDirection[c];
    }
    move.wanted = shifted(own, move.shift);
    move.is_given = true;
    check_skin_limits(limits, region, own.lightness, move.wanted.lightness);
    return move;
  }
  const double lightness = p.lightness
                               ? *p.lightness
                               : nearest_to_swatch(static_cast<int>(*p.monk), own, reach_of(p, region, own.lightness));
  move.wanted = eased_colour(own, lightness);
  move.shift = shift_between(own, move.wanted);
  check_skin_limits(limits, region, own.lightness, lightness);
  return move;
}

/// Moves the skin, and as the meter reads no mean, again by what it reads too much or too little.
ApparentTone move_to(Move& move, const SkinColour& own, const SkinPatch& patch, const SkinGrain& grain,
                     const Mask& parts, Image& image) {
  constexpr int kMostTries = 6;
  constexpr double kNearHue = 0.5;  // in degrees
  static constexpr double kMostCorrection = 3.0;
  SkinColour aimed = move.wanted;
  for (int attempt = 1;; ++attempt) {
    move_skin(patch, move.shift, grain, image);
    const ApparentTone tone = measure_apparent_tone(image, parts);
    check_skin_shift(own.lightness, tone.lightness, length_of(move.shift));
    if (move.is_given || attempt == kMostTries ||
        (std::fabs(tone.lightness - move.wanted.lightness) <= kSolvedTo &&
         difference_in_hue(tone.hue_deg, move.wanted.hue_deg) <= kNearHue)) {
      return tone;
    }
    // In bounds, since on skin with few colours the meter may read something else for once.
    const auto correct = [](double& value, double by) { value += std::clamp(by, -kMostCorrection, kMostCorrection); };
    correct(aimed.lightness, move.wanted.lightness - tone.lightness);
    correct(aimed.chroma, move.wanted.chroma - tone.chroma);
    correct(aimed.hue_deg, move.wanted.hue_deg - tone.hue_deg);
    move.shift = shift_between(own, aimed);
  }
}

/// A region of another size would be read and written beyond its end.
void check_place(const Image& image, const SkinRegion& region) {
  const auto pixels = static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height);
  if (image.width != region.parts.width || image.height != region.parts.height || region.parts.codes.size() != pixels ||
      region.weights.size() != pixels) {
    throw std::logic_error("skin.tone: the picture has not the size of the region");
  }
}

void apply(Picture& picture, const SkinTone& p, const StepRandom& random) {
  if (p.shift_od == 0.0) {
    return;
  }
  if (picture.shot.skin == nullptr || !picture.shot.skin->region || !picture.shot.skin->tone) {
    throw std::logic_error("skin.tone: there is no skin");
  }
  if (p.ladder) {
    throw std::logic_error("skin.tone: a ladder is no step");
  }
  check_place(picture.image, *picture.shot.skin->region);
  const SkinFacts& skin = *picture.shot.skin;
  const SkinRegion& region = *skin.region;
  const ApparentTone& own = *skin.tone;
  const SkinLimits limits = limits_of(p);
  check_skin_source(limits, skin, picture.image.channels);
  Move move = plan_move(p, limits, region, own);
  const double face_width = supposed_face_width(region);
  const SkinPatch patch = cut_skin(picture.image, region, rim_reach_px(face_width));
  const SkinGrain grain(patch, skin.noise, random.stream("grain"));
  const ApparentTone tone = move_to(move, colour_of(own), patch, grain, region.parts, picture.image);
  const double noise = noise_ratio(patch, move.shift, skin.noise);  // of the shift that it has come to
  check_skin_noise(noise);
  const SkinFigures figures = measure_moved_skin(patch, picture.image);
  const std::optional<double> rims = rim_fraction(patch, picture.image, face_width);
  check_moved_skin(move.wanted, tone, figures, rims, !fills_the_frame(patch));
  check_skin_limits(limits, region, own.lightness, tone.lightness, kSolvedTo);

  picture.tone = tone;
  auto& values = picture.measure.values;
  values.emplace_back("requested_lightness", move.wanted.lightness);
  values.emplace_back("requested_hue_deg", move.wanted.hue_deg);
  values.emplace_back("lightness_miss", std::fabs(tone.lightness - move.wanted.lightness));
  values.emplace_back("hue_miss_deg", difference_in_hue(tone.hue_deg, move.wanted.hue_deg));
  values.emplace_back("source_hue_deg", own.hue_deg);
  values.emplace_back("hue_deg", tone.hue_deg);
  values.emplace_back("shift_od", std::copysign(length_of(move.shift), move.shift[1]));
  values.emplace_back("lightness_change", tone.lightness - own.lightness);
  values.emplace_back("hue_change_deg", tone.hue_deg - own.hue_deg);
  values.emplace_back("chroma_change", tone.chroma - own.chroma);
  if (p.monk) {
    const CieLab reached = lab_of(colour_of(tone));
    values.emplace_back("monk_residual_ciede2000", ciede2000(reached, monk_lab(static_cast<int>(*p.monk))));
  }
  values.emplace_back("changed_outside", static_cast<double>(figures.changed_outside));
  values.emplace_back("gradient_correlation", figures.gradient_correlation.value_or(0.0));
  values.emplace_back("clipped_fraction", figures.clipped_fraction);
  if (rims) {  // a mask that fills the frame can have none
    values.emplace_back("rim_fraction", *rims);
  }
  values.emplace_back("noise_ratio", noise);
  if (skin.missed_skin_fraction) {
    values.emplace_back("missed_skin_fraction", *skin.missed_skin_fraction);
  }
  if (region.face_width_px) {
    values.emplace_back("face_width_px", *region.face_width_px);
  }
  values.emplace_back("unique_levels", figures.levels);
  values.emplace_back("source_unique_levels", figures.levels_before);
}

const Registration registration(picture_augmenter<SkinTone>(
    {
        .name = "skin.tone",
        .summary = "Another apparent tone of the subject's visible skin, bounded and gated; it stands for no group.",
        .source = "Tsumura et al. 1999 (optical density); Ma et al. 2015 (photographed tones); Thong et al. 2023 "
                  "(meter)",
        .media = Media::image,
        .stage = Stage::skin,
        .version = 1,
        .identity = "shift_od: 0",
        .labels = "keeps all labels",
        .claim = "On rendered portraits, skin moves along the photographed direction within 2e-5 in optical density, "
                 "and all else stays to the bit. On even skin the lightness asked for is reached within 0.15 L*, and "
                 "added grain has its variance within 5 %.",
        .limits = "It makes nobody a member of any group. What lies beyond the limits, or fails a gate, is refused "
                  "with its figure. The constants of the move and of its limits are empirical, from two portraits and "
                  "the statistics of 739.",
        .example = "darker: [{skin.tone: {shift_od: 0.35}}]\n"
                   "lightness_66: [{skin.tone: {lightness: 66}}]\n"
                   "lightness_60: [{skin.tone: {lightness: 60}}]\n",
        .check = check,
        .check_chain = check_chain,
        .expand_levels = expand_levels,
        .needs_skin = true,
    },
    table(), apply));

}  // namespace
}  // namespace fairground
