#include <gmock/gmock.h>

#include <bit>
#include <cmath>
#include <map>
#include <set>

#include "augmenters/image/parts/skin_move.h"
#include "pipeline/core/plain.h"
#include "pipeline/measure/ciede2000.h"
#include "pipeline/measure/monk_scale.h"
#include "tests/augmenters/skin.h"
#include "tests/support/statistics.h"

namespace fairground {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr std::array<double, 3> kDirection = {0.494, 0.576, 0.651};  // as documented
constexpr double kFloatRounding = 2e-5;                              // of ln of a product of floats

RenderedSkin portrait(std::size_t tone = 3, const RenderedLight& light = kFrontalLight, int side = 256) {
  RenderedSkinSettings settings;
  settings.width = side;
  settings.height = side;
  settings.albedo = kRenderedTones[tone].albedo();
  settings.light = light;
  return render_portrait(settings);
}

/// Skin of one colour in front of something dark, both even, but for texture on the skin: without any, its structure
/// could not be seen to stay. The usual one is below 0.02 L*, and the usual size is that of a small mask, as so few
/// colours have few levels.
RenderedSkin disc(double lightness, double chroma, double hue_deg, int side = 88, double texture = 5e-4) {
  RenderedSkin made{{side, side, 3, 8, {}, {}}, {side, side, {}}, {}, {}, {}};
  const double angle = hue_deg * plain::kPi / 180.0;
  const LinearRgb light = linear_rgb({lightness, chroma * std::cos(angle), chroma * std::sin(angle)});
  for (int y = 0; y < side; ++y) {
    for (int c = 0; c < 3; ++c) {
      for (int x = 0; x < side; ++x) {
        const bool is_skin = std::hypot(x - side / 2, y - side / 2) < 0.4 * side;
        const double factor = (x + y) % 2 == 0 ? 1.0 + texture : 1.0 - texture;
        made.image.samples.push_back(is_skin ? static_cast<float>(light[static_cast<std::size_t>(c)] * factor) : 0.05F);
        if (c == 0) {
          made.parts.codes.push_back(is_skin ? 1 : 0);
        }
      }
    }
  }
  return made;
}

float sample(const Image& image, std::size_t pixel, std::size_t channel) {
  const auto width = static_cast<std::size_t>(image.width);
  return image.row(static_cast<int>(pixel / width))[channel * width + pixel % width];
}

/// All that lies within two pixels is of the same part.
bool is_deep(const Mask& parts, std::size_t pixel, int depth) {
  const auto x = static_cast<int>(pixel % static_cast<std::size_t>(parts.width));
  const auto y = static_cast<int>(pixel / static_cast<std::size_t>(parts.width));
  for (int dy = -depth; dy <= depth; ++dy) {
    for (int dx = -depth; dx <= depth; ++dx) {
      const int column = x + dx;
      const int row = y + dy;
      if (column < 0 || row < 0 || column >= parts.width || row >= parts.height ||
          parts.codes[static_cast<std::size_t>(row * parts.width + column)] != parts.codes[pixel]) {
        return false;
      }
    }
  }
  return true;
}

/// The first pixel beside skin, with skin to its left and right.
std::size_t first_between(const Mask& parts) {
  const auto width = static_cast<std::size_t>(parts.width);
  for (std::size_t row = 0; row < parts.codes.size(); row += width) {
    bool has_skin = false;
    for (std::size_t x = 0; x < width; ++x) {
      const auto rest = std::span(parts.codes).subspan(row + x, width - x);
      has_skin = has_skin || rest[0] != 0;
      if (has_skin && rest[0] == 0 && std::ranges::any_of(rest, [](std::uint8_t code) { return code != 0; })) {
        return row + x;
      }
    }
  }
  throw std::logic_error("all skin hangs together");
}

// Limits wide enough for anything that is tested beside them.
const Given kWide = {{"darker", 42.0}, {"lighter", 42.0}, {"lowest", 36.0}, {"highest", 78.0}};

Given wide(const std::string& name, Value value) {
  Given given = kWide;
  given[name] = std::move(value);
  return given;
}

TEST(SkinTone, GivesTheInputBackWhereNothingIsShifted) {
  const RenderedSkin source = portrait();
  SkinFacts skin = known_skin(source.image, source.parts);
  skin.noise.channels.fill({1e-5, 1e-3});
  const Picture same = tone_moved(source.image, skin, {{"shift_od", 0.0}});
  EXPECT_EQ(same.image.samples, source.image.samples);
  EXPECT_FALSE(same.tone.has_value());
}

TEST(SkinTone, ShiftsOpticalDensityAlongThePhotographedDirection) {
  const RenderedSkin source = portrait(3, kFrontalLight, 512);
  const SkinFacts skin = known_skin(source.image, source.parts);
  const std::map<SkinPart, double> shares = {{SkinPart::face, 1.0},  {SkinPart::ears, 1.0},  {SkinPart::neck, 1.0},
                                             {SkinPart::hands, 1.0}, {SkinPart::lips, 0.55}, {SkinPart::brows, 0.8}};
  for (const double shift : {-0.2, 0.3, 0.7}) {
    const Picture moved = tone_moved(source.image, skin, wide("shift_od", shift));
    std::map<SkinPart, std::size_t> seen;
    for (std::size_t pixel = 0; pixel < source.parts.codes.size(); ++pixel) {
      const auto part = static_cast<SkinPart>(source.parts.codes[pixel]);
      // Lips and brows fade into the face over some pixels.
      if (part == SkinPart::none || !is_deep(source.parts, pixel, is_skin(part) ? 6 : 2)) {
        continue;
      }
      ++seen[part];
      for (std::size_t c = 0; c < 3; ++c) {
        const double before = sample(source.image, pixel, c);
        const double after = sample(moved.image, pixel, c);
        // What is left of the fade two pixels within lips and brows is below a tenth of what their share lacks.
        const double tolerance = is_skin(part) ? kFloatRounding : 0.05 * std::abs(shift);
        ASSERT_NEAR(std::log(before / after), shares.at(part) * shift * kDirection[c], tolerance) << pixel << " " << c;
      }
    }
    EXPECT_GT(seen[SkinPart::face], 1000U);
    EXPECT_GT(seen[SkinPart::lips], 20U);
    EXPECT_GT(seen[SkinPart::brows], 5U);
    EXPECT_NEAR(found(moved, "shift_od"), shift, 1e-3);
  }
}

TEST(SkinTone, LeavesAllElseBitForBit) {
  for (std::size_t tone = 0; tone < 6; tone += 2) {
    for (const RenderedLight& light : {kFrontalLight, kSideLight}) {
      RenderedSkin source = portrait(tone, light);
      // Adding nothing would change the sign of a zero here, with skin on both sides.
      const std::size_t beside = first_between(source.parts);
      for (int c = 0; c < 3; ++c) {
        source.image.row(static_cast<int>(beside / 256)).channel(c)[beside % 256] = -0.0F;
      }
      SkinFacts skin = known_skin(source.image, source.parts);
      skin.noise.channels.fill({1e-6, 1e-5});
      for (const double shift : {-0.05, 0.15}) {
        const Picture moved = tone_moved(source.image, skin, wide("shift_od", shift));
        std::size_t changed = 0;
        for (std::size_t pixel = 0; pixel < source.parts.codes.size(); ++pixel) {
          for (std::size_t c = 0; c < 3; ++c) {
            const float before = sample(source.image, pixel, c);
            const float after = sample(moved.image, pixel, c);
            if (source.parts.codes[pixel] == 0) {
              ASSERT_EQ(std::bit_cast<std::uint32_t>(before), std::bit_cast<std::uint32_t>(after)) << pixel;
            }
            changed += before != after ? 1 : 0;
          }
        }
        EXPECT_GT(changed, 10000U);
      }
    }
  }
}

// On even skin the meter reads the colour itself, so that the wanted one can be computed apart.
TEST(SkinTone, ReachesTheLightnessThatIsAskedFor) {
  constexpr double kSolved = 0.15;  // the loop ends within 0.1; even skin differs from its reading by rounding
  for (const double own : {42.0, 55.0, 68.0, 74.0}) {
    const RenderedSkin source = disc(own, 24.0, 58.0);
    const SkinFacts skin = known_skin(source.image, source.parts);
    for (double wanted = std::max(own - 16.0, 38.0); wanted <= std::min(own + 6.0, 76.0); wanted += 4.0) {
      const Picture moved = tone_moved(source.image, skin, wide("lightness", wanted));
      const std::size_t middle = source.parts.codes.size() / 2 + 44;
      const TrueTone tone =
          true_tone({sample(moved.image, middle, 0), sample(moved.image, middle, 1), sample(moved.image, middle, 2)});
      EXPECT_NEAR(tone.lightness, wanted, kSolved) << own;
      EXPECT_NEAR(tone.hue_deg, 58.0, 0.6) << own << " to " << wanted;
      ASSERT_TRUE(moved.tone.has_value());
      EXPECT_NEAR(moved.tone->lightness, wanted, 0.1) << own;
    }
  }
}

TEST(SkinTone, EasesChromaAndHueTowardsWhatIsPhotographed) {
  const RenderedSkin source = disc(65.0, 16.0, 50.0);
  const SkinFacts skin = known_skin(source.image, source.parts);
  // The anchors' chroma is 26.2 at 65 and 25.5 at 50; the pull of hue is 0.35 of 8 degrees.
  const Picture far = tone_moved(source.image, skin, {{"lightness", 50.0}});
  EXPECT_NEAR(far.tone->hue_deg, 50.0 + 0.35 * 8.0, 0.6);
  EXPECT_NEAR(far.tone->chroma, 0.95 * 25.2, 0.6);
  // Nearby, little is done: nothing jumps where lightness hardly moves.
  const Picture near = tone_moved(source.image, skin, {{"lightness", 64.7}});
  EXPECT_NEAR(near.tone->hue_deg, 50.0, 0.7);
  EXPECT_NEAR(near.tone->chroma, 16.0, 1.0);
}

TEST(SkinTone, ComesBackByTheOppositeShift) {
  const RenderedSkin source = portrait(2);
  const SkinFacts skin = known_skin(source.image, source.parts);
  const Picture darker = tone_moved(source.image, skin, wide("shift_od", 0.8));
  SkinFacts again = known_skin(darker.image, source.parts);
  const Picture back = tone_moved(darker.image, again, wide("shift_od", -0.8));
  for (std::size_t i = 0; i < source.image.samples.size(); ++i) {
    ASSERT_NEAR(back.image.samples[i], source.image.samples[i], 2e-6F * (1.0F + source.image.samples[i]));
  }
}

/// The variance over the disc's inner part, of each channel.
std::array<double, 3> variances(const Image& image) {
  std::array<std::vector<float>, 3> values;
  for (int y = image.height / 4; y < image.height * 3 / 4; ++y) {
    for (std::size_t c = 0; c < 3; ++c) {
      const auto width = static_cast<std::size_t>(image.width);
      const auto row = image.row(y).subspan(c * width + width / 4, width / 2);
      values[c].insert(values[c].end(), row.begin(), row.end());
    }
  }
  return {moments(std::span<const float>(values[0])).variance, moments(std::span<const float>(values[1])).variance,
          moments(std::span<const float>(values[2])).variance};
}

// 128 x 128 draws: their variance varies by sqrt(2 / 16384) = 1.1 %.
constexpr double kVarianceTolerance = 0.05;

TEST(SkinTone, AddsTheGrainThatDarkenedSkinHasLost) {
  const RenderedSkin source = disc(66.0, 24.0, 58.0, 256, 0.0);
  SkinFacts skin = known_skin(source.image, source.parts);
  skin.noise.channels = {{{2e-5, 1e-4}, {1e-5, 2e-4}, {4e-5, 0.0}}};
  constexpr double kShift = 0.9;
  const SkinPatch patch = cut_skin(source.image, *skin.region, 8);
  const SkinGrain grain(patch, skin.noise, RandomStream(5, 3, "grain"));
  Image moved = source.image;
  move_skin(patch, {kShift * kDirection[0], kShift * kDirection[1], kShift * kDirection[2]}, grain, moved);
  const std::array<double, 3> measured = variances(moved);
  for (std::size_t c = 0; c < 3; ++c) {
    // The source has no grain, so that all of what is missing is there to be seen.
    const double light = sample(source.image, source.parts.codes.size() / 2 + 128, c);
    const double gain = std::exp(-kShift * kDirection[c]);
    const auto variance = [&](double v) { return skin.noise.channels[c].constant + skin.noise.channels[c].slope * v; };
    const double expected = variance(gain * light) - gain * gain * variance(light);
    EXPECT_NEAR(measured[c], expected, kVarianceTolerance * expected) << c;
  }
}

TEST(SkinTone, LeavesTheNoiseOfLightenedSkin) {
  const RenderedSkin source = disc(60.0, 24.0, 58.0);
  SkinFacts skin = known_skin(source.image, source.parts);
  const Picture clean = tone_moved(source.image, skin, wide("shift_od", -0.2));
  skin.noise.channels.fill({1e-5, 1e-4});
  const Picture noisy = tone_moved(source.image, skin, wide("shift_od", -0.2));
  EXPECT_EQ(noisy.image.samples, clean.image.samples);
  EXPECT_GT(found(noisy, "noise_ratio"), 1.0);
}

TEST(SkinTone, DrawsGrainByPlaceAlone) {
  constexpr double kTexture = 0.3;  // so much that grain does not drown it
  const RenderedSkin small = disc(66.0, 24.0, 58.0, 64, kTexture);
  const RenderedSkin large = disc(66.0, 24.0, 58.0, 88, kTexture);
  const auto grain = [](const RenderedSkin& source, const StepRandom& random) {
    SkinFacts skin = known_skin(source.image, source.parts);
    const Image clean = tone_moved(source.image, skin, wide("shift_od", 0.9)).image;
    skin.noise.channels.fill({1e-4, 0.0});
    Image noise = tone_moved(source.image, skin, wide("shift_od", 0.9), random).image;
    for (std::size_t i = 0; i < noise.samples.size(); ++i) {
      noise.samples[i] -= clean.samples[i];
    }
    return noise;
  };
  const Image a = grain(small, {5, 3});
  const Image b = grain(large, {5, 3});
  const Image other = grain(small, {5, 4});
  constexpr std::size_t kPlace = 40;  // in both discs, in row 40 of either
  for (std::size_t c = 0; c < 3; ++c) {
    const float there = a.row(40)[c * 64 + kPlace];
    EXPECT_NE(there, 0.0F);
    EXPECT_NEAR(there, b.row(40)[c * 88 + kPlace], 1e-6F);
    EXPECT_NE(there, other.row(40)[c * 64 + kPlace]);
  }
}

TEST(SkinTone, StaysWithinItsLimits) {
  const RenderedSkin source = disc(64.0, 24.0, 58.0);
  SkinFacts skin = known_skin(source.image, source.parts);
  const auto gate = [&](const Given& given) { return refusal(source.image, skin, given); };
  EXPECT_EQ(gate({{"lightness", 46.0}}).gate, "");
  EXPECT_EQ(gate({{"lightness", 43.0}, {"lowest", 36.0}}).gate, "skin_limit_darker");
  EXPECT_NEAR(gate({{"lightness", 43.0}, {"lowest", 36.0}}).value, 21.0, 0.3);
  EXPECT_EQ(gate({{"lightness", 43.0}, {"lowest", 36.0}}).limit, 20.0);
  EXPECT_EQ(gate({{"lightness", 72.0}}).gate, "skin_limit_lighter");
  EXPECT_EQ(gate({{"lightness", 72.0}, {"lighter", 10.0}}).gate, "");
  EXPECT_EQ(gate({{"shift_od", 1.2}, {"lowest", 52.0}}).gate, "skin_limit_lowest");
  EXPECT_EQ(gate({{"shift_od", -0.6}, {"lighter", 42.0}, {"highest", 70.0}}).gate, "skin_limit_highest");
  EXPECT_EQ(gate({{"lightness", 50.0}}).gate, "");
  skin.region->source = MaskSource::landmarks;
  EXPECT_EQ(gate({{"lightness", 54.0}}).gate, "skin_face_width");
  skin.region->face_width_px = 159.0;
  EXPECT_EQ(gate({{"lightness", 54.0}}).gate, "skin_face_width");
  skin.region->face_width_px = 161.0;
  EXPECT_EQ(gate({{"lightness", 54.0}}).gate, "");
  EXPECT_EQ(gate({{"lightness", 50.0}}).gate, "skin_limit_automatic");
  EXPECT_EQ(gate({{"lightness", 50.0}, {"automatic", 20.0}}).gate, "");
  skin.missed_skin_fraction = 0.0099;
  EXPECT_EQ(gate({{"lightness", 54.0}}).gate, "");
  skin.missed_skin_fraction = 0.0163;  // the least of lighter rendered heads without ears
  EXPECT_EQ(gate({{"lightness", 54.0}}).gate, "skin_missed");
  EXPECT_EQ(gate({{"lightness", 54.0}}).limit, 0.01);
}

// Where the source's tone is another than the meter reads on the picture, the result is off by as much.
TEST(SkinTone, RefusesAShiftThatMakesAnotherToneThanItShould) {
  const RenderedSkin source = disc(60.0, 24.0, 58.0);
  const auto gate = [&](double lighter, double hue_deg, double shift) {
    SkinFacts skin = known_skin(source.image, source.parts);
    skin.tone->lightness += lighter;
    skin.tone->hue_deg += hue_deg;
    return refusal(source.image, skin, {{"shift_od", shift}});
  };
  for (const double shift : {-0.2, 0.4}) {
    EXPECT_EQ(gate(0.0, 0.0, shift).gate, "");
    EXPECT_EQ(gate(1.2, 0.0, shift).gate, "");
    EXPECT_EQ(gate(2.0, 0.0, shift).gate, "skin_target_lightness");
    EXPECT_NEAR(gate(2.0, 0.0, shift).value, 2.0, 0.3);
    EXPECT_EQ(gate(2.0, 0.0, shift).limit, 1.5);
    EXPECT_EQ(gate(-2.0, 0.0, shift).gate, "skin_target_lightness");
    EXPECT_EQ(gate(0.0, 2.0, shift).gate, "");
    EXPECT_EQ(gate(0.0, 5.0, shift).gate, "skin_target_hue");
    EXPECT_NEAR(gate(0.0, 5.0, shift).value, 5.0, 1.0);
    EXPECT_EQ(gate(0.0, 5.0, shift).limit, 3.0);
  }
}

TEST(SkinTone, HoldsWhatItMeasuresToItsLimitsToo) {
  const RenderedSkin source = disc(60.0, 24.0, 58.0);
  SkinFacts skin = known_skin(source.image, source.parts);
  const double reached = tone_moved(source.image, skin, {{"shift_od", 0.6}}).tone->lightness;
  // The prediction is 1 too light or too dark, so that it passes where the result does not.
  const auto gate = [&](double off, const std::string& limit, double value) {
    skin.tone = known_skin(source.image, source.parts).tone;
    skin.tone->lightness += off;
    Given given = {{"shift_od", 0.6}, {"lowest", 36.0}};
    given[limit] = value;
    return refusal(source.image, skin, given);
  };
  EXPECT_EQ(gate(1.0, "lowest", reached + 0.05).gate, "");  // as near as a tone is solved for
  EXPECT_EQ(gate(1.0, "lowest", reached + 0.3).gate, "skin_limit_lowest");
  EXPECT_NEAR(gate(1.0, "lowest", reached + 0.3).value, reached, 1e-9);
  EXPECT_EQ(gate(-1.0, "highest", reached - 0.05).gate, "");
  EXPECT_EQ(gate(-1.0, "highest", reached - 0.3).gate, "skin_limit_highest");
  const double darker = 60.0 - reached;
  EXPECT_EQ(gate(1.0, "darker", darker + 1.2).gate, "");
  EXPECT_EQ(gate(1.0, "darker", darker + 0.8).gate, "skin_limit_darker");
  skin.region->source = MaskSource::landmarks;
  skin.region->face_width_px = 200.0;
  EXPECT_EQ(gate(1.0, "automatic", darker + 1.2).gate, "");
  EXPECT_EQ(gate(1.0, "automatic", darker + 0.8).gate, "skin_limit_automatic");
}

TEST(SkinTone, NeverShiftsBeyondWhatAnyLimitAllows) {
  const RenderedSkin source = disc(77.0, 24.0, 58.0);
  const SkinFacts skin = known_skin(source.image, source.parts);
  EXPECT_EQ(refusal(source.image, skin, wide("lightness", 37.0)).gate, "skin_limit_shift");
  EXPECT_EQ(refusal(source.image, skin, wide("shift_od", 1.6)).gate, "");
}

TEST(SkinTone, RefusesColouredLight) {
  for (const auto& [hue, expected] :
       {std::pair(38.0, "skin_source_hue"), {44.0, ""}, {69.0, ""}, {74.0, "skin_source_hue"}}) {
    const RenderedSkin source = disc(60.0, 24.0, hue);
    const SkinFacts skin = known_skin(source.image, source.parts);
    EXPECT_EQ(refusal(source.image, skin, {{"shift_od", 0.2}}).gate, expected) << hue;
  }
}

TEST(SkinTone, RefusesWhatClips) {
  RenderedSkin source = disc(66.0, 24.0, 58.0);
  std::size_t skin_pixels = 0;
  for (std::size_t i = 0; i < source.parts.codes.size(); ++i) {
    skin_pixels += source.parts.codes[i];
  }
  // A glint on 2 % of the skin, which is not at white yet.
  const std::size_t glint = skin_pixels / 50;
  for (std::size_t i = 0, left = glint; left > 0; ++i) {
    if (source.parts.codes[i] != 0) {
      const auto width = static_cast<std::size_t>(source.image.width);
      source.image.row(static_cast<int>(i / width)).samples[i % width] = 0.9F;
      --left;
    }
  }
  const SkinFacts skin = known_skin(source.image, source.parts);
  EXPECT_EQ(refusal(source.image, skin, {{"shift_od", -0.1}}).gate, "");
  const GateFigure clipped = refusal(source.image, skin, {{"shift_od", -0.3}});
  EXPECT_EQ(clipped.gate, "skin_clipped");
  EXPECT_NEAR(clipped.value, 0.02, 0.001);
  EXPECT_EQ(clipped.limit, 0.01);
}

// sigma does not hang on light where all of it is constant, so that the ratio is the gain: 1 / g of green.
TEST(SkinTone, RefusesToAmplifyNoise) {
  const RenderedSkin source = disc(50.0, 24.0, 58.0);
  SkinFacts skin = known_skin(source.image, source.parts);
  skin.noise.channels.fill({1e-6, 0.0});
  const Picture moved = tone_moved(source.image, skin, wide("shift_od", -0.6));
  EXPECT_NEAR(found(moved, "noise_ratio"), std::exp(0.6 * kDirection[2]), 1e-6);
  const GateFigure noise = refusal(source.image, skin, wide("shift_od", -0.7));
  EXPECT_EQ(noise.gate, "skin_noise_ratio");
  EXPECT_NEAR(noise.value, std::exp(0.7 * kDirection[2]), 1e-6);
}

/// The correlation of gradients of log luminance between neighbours that are both in the mask, computed plainly.
double gradient_correlation(const Image& before, const Image& after, const Mask& parts) {
  const auto log_luminance = [](const Image& image, std::size_t pixel) {
    const double luminance =
        0.2126 * sample(image, pixel, 0) + 0.7152 * sample(image, pixel, 1) + 0.0722 * sample(image, pixel, 2);
    return std::log(std::max(luminance, 1e-3));
  };
  const auto width = static_cast<std::size_t>(parts.width);
  double squares_before = 0.0;
  double squares_after = 0.0;
  double products = 0.0;
  for (std::size_t pixel = 0; pixel < parts.codes.size(); ++pixel) {
    for (const std::size_t next : {pixel + 1, pixel + width}) {
      const bool is_in_row = next != pixel + 1 || next % width != 0;
      if (is_in_row && next < parts.codes.size() && parts.codes[pixel] != 0 && parts.codes[next] != 0) {
        const double a = log_luminance(before, next) - log_luminance(before, pixel);
        const double b = log_luminance(after, next) - log_luminance(after, pixel);
        squares_before += a * a;
        squares_after += b * b;
        products += a * b;
      }
    }
  }
  return products / std::sqrt(squares_before * squares_after);
}

TEST(SkinTone, MeasuresHowMuchStructureStays) {
  const RenderedSkin source = portrait();
  SkinFacts skin = known_skin(source.image, source.parts);
  const Picture moved = tone_moved(source.image, skin, wide("shift_od", 0.6));
  EXPECT_GT(found(moved, "gradient_correlation"), 0.97);
  // Lips keep half of their weight or more, so that the mask is the same as that of the figure. Sums of floats.
  skin.noise.channels.fill({2e-5, 0.0});
  const Picture grainy = tone_moved(source.image, skin, wide("shift_od", 0.6));
  const double expected = gradient_correlation(source.image, grainy.image, source.parts);
  EXPECT_LT(expected, found(moved, "gradient_correlation") - 0.001);
  EXPECT_NEAR(found(grainy, "gradient_correlation"), expected, 1e-4);
  // Grain that drowns the texture is no structure of the source.
  skin.noise.channels.fill({2e-3, 0.0});
  const GateFigure figure = refusal(source.image, skin, wide("shift_od", 0.6));
  EXPECT_EQ(figure.gate, "skin_gradient_correlation");
  EXPECT_EQ(figure.limit, 0.95);
  EXPECT_LT(figure.value, 0.95);
}

TEST(SkinTone, RefusesWhatItCannotJudge) {
  const RenderedSkin even = disc(60.0, 24.0, 58.0, 88, 0.0);
  const GateFigure gradients = refusal(even.image, known_skin(even.image, even.parts), {{"shift_od", 0.2}});
  EXPECT_EQ(gradients.gate, "skin_gradient_correlation");
  EXPECT_EQ(gradients.value, 0.0);
  EXPECT_EQ(gradients.limit, 0.95);
  // A line of single pixels has an edge without a side.
  RenderedSkin line = disc(60.0, 24.0, 58.0);
  line.parts.codes.assign(line.parts.codes.size(), 0);
  std::fill_n(line.parts.codes.begin() + 44 * 88, 88, std::uint8_t{1});
  for (int c = 0; c < 3; ++c) {
    const auto row = line.image.row(44).channel(c);
    for (std::size_t x = 0; x < row.size(); ++x) {
      row[x] = row[44] * (x % 2 == 0 ? 1.0F : 1.001F);
    }
  }
  const GateFigure rims = refusal(line.image, known_skin(line.image, line.parts), {{"shift_od", 0.05}});
  EXPECT_EQ(rims.gate, "skin_rims");
  EXPECT_EQ(rims.value, 0.0);
  EXPECT_EQ(rims.limit, 0.15);
}

// The tone that is known is off by 3, so that the first shift is far from the last.
TEST(SkinTone, JudgesNoiseByTheShiftThatItHasComeTo) {
  const RenderedSkin source = disc(55.0, 24.0, 58.0);
  for (const double off : {-3.0, 3.0}) {
    SkinFacts skin = known_skin(source.image, source.parts);
    skin.tone->lightness += off;
    skin.noise.channels.fill({1e-6, 0.0});
    const Picture moved = tone_moved(source.image, skin, wide("lightness", 60.0));
    const std::size_t middle = source.parts.codes.size() / 2 + 44;
    double most = 0.0;  // noise that does not hang on light grows by the gain
    for (std::size_t c = 0; c < 3; ++c) {
      most = std::max<double>(most, sample(moved.image, middle, c) / sample(source.image, middle, c));
    }
    EXPECT_NEAR(found(moved, "noise_ratio"), most, 1e-5) << off;
  }
}

TEST(SkinTone, AsksForLevelsThatTheSourceHas) {
  // Rows of equal light, more than there are codes: about 43 levels of luminance, and two thirds when they are darkened.
  const auto skin_of = [](int side) {
    RenderedSkin made = disc(60.0, 24.0, 58.0, side);
    for (int y = 0; y < side; ++y) {
      for (float& light : made.image.row(y).samples) {
        light *= 1.0F + 0.0125F * static_cast<float>(y % 64);
      }
    }
    return made;
  };
  const Given much_darker = {{"shift_od", 1.6}, {"darker", 42.0}, {"lowest", 36.0}};
  const RenderedSkin small = skin_of(88);
  EXPECT_LT(std::ranges::count(small.parts.codes, 1), 64 * 64);
  EXPECT_EQ(refusal(small.image, known_skin(small.image, small.parts), much_darker).gate, "") << "half is enough";
  const RenderedSkin large = skin_of(96);
  EXPECT_GT(std::ranges::count(large.parts.codes, 1), 64 * 64);
  const GateFigure levels = refusal(large.image, known_skin(large.image, large.parts), much_darker);
  EXPECT_EQ(levels.gate, "skin_levels");
  EXPECT_GT(levels.limit, 25.0) << "three quarters";
  EXPECT_LT(levels.limit, 40.0) << "no more than the source has";
  EXPECT_LT(levels.value, levels.limit);
  // Evenly lit skin has few levels by itself, and loses next to none here.
  EXPECT_EQ(refusal(large.image, known_skin(large.image, large.parts), {{"shift_od", 0.1}}).gate, "");
}

TEST(SkinTone, RecordsWhatEachGateSaw) {
  const RenderedSkin source = disc(64.0, 24.0, 50.0);
  SkinFacts skin = known_skin(source.image, source.parts);
  skin.missed_skin_fraction = 0.004;
  skin.region->source = MaskSource::landmarks;
  skin.region->face_width_px = 170.0;
  for (const Given& given : {Given{{"lightness", 56.0}}, Given{{"shift_od", 0.3}}}) {
    const Picture moved = tone_moved(source.image, skin, given);
    std::set<std::string> names;
    for (const auto& [name, value] : moved.measure.values) {
      EXPECT_TRUE(names.insert(name).second) << name;
    }
    for (const char* name :
         {"requested_lightness", "requested_hue_deg", "lightness_miss", "hue_miss_deg", "source_hue_deg", "hue_deg",
          "shift_od", "lightness_change", "changed_outside", "gradient_correlation", "clipped_fraction", "rim_fraction",
          "noise_ratio", "missed_skin_fraction", "face_width_px", "unique_levels", "source_unique_levels"}) {
      EXPECT_TRUE(names.contains(name)) << name;
    }
    EXPECT_EQ(found(moved, "changed_outside"), 0.0);
    EXPECT_EQ(found(moved, "face_width_px"), 170.0);
    EXPECT_EQ(found(moved, "missed_skin_fraction"), 0.004);
    EXPECT_NEAR(found(moved, "source_hue_deg"), 50.0, 0.1);
    EXPECT_EQ(found(moved, "hue_deg"), moved.tone->hue_deg);
    EXPECT_NEAR(found(moved, "lightness_miss"), std::abs(moved.tone->lightness - found(moved, "requested_lightness")),
                1e-12);
    EXPECT_NEAR(found(moved, "hue_miss_deg"), std::abs(moved.tone->hue_deg - found(moved, "requested_hue_deg")), 1e-12);
  }
  // 8 L* away, all of the pull of 0.35 towards 58 degrees is asked for.
  const Picture moved = tone_moved(source.image, skin, {{"lightness", 56.0}});
  EXPECT_NEAR(found(moved, "requested_hue_deg"), 50.0 + 0.35 * 8.0, 0.1);
}

TEST(SkinTone, GoesAsNearToASwatchAsItMay) {
  const RenderedSkin source = disc(64.0, 24.0, 58.0);
  const SkinFacts skin = known_skin(source.image, source.parts);
  const auto moved = [&](std::int64_t swatch, double darker) {
    return tone_moved(source.image, skin, {{"monk", swatch}, {"darker", darker}, {"lowest", 36.0}});
  };
  const Picture bounded = moved(7, 10.0);
  const Picture free = moved(7, 26.0);
  EXPECT_NEAR(found(bounded, "requested_lightness"), 54.0, 0.2);
  EXPECT_LT(found(free, "shift_od"), 1.6);
  EXPECT_LT(found(free, "requested_lightness"), 48.0);
  EXPECT_LT(found(free, "monk_residual_ciede2000"), found(bounded, "monk_residual_ciede2000"));
  const double angle = bounded.tone->hue_deg * plain::kPi / 180.0;
  const CieLab reached{bounded.tone->lightness, bounded.tone->chroma * std::cos(angle),
                       bounded.tone->chroma * std::sin(angle)};
  EXPECT_NEAR(found(bounded, "monk_residual_ciede2000"), ciede2000(reached, monk_lab(7)), 1e-6);
}

TEST(SkinTone, TakesOneTargetWithinItsLimits) {
  const StepSchema& schema = augmenter("skin.tone").schema;
  const auto problem = [&](const Given& given) {
    std::vector<Setting> settings;
    for (const Value& value : values_of(schema, given)) {
      settings.push_back(std::visit([](const auto& v) -> Setting { return v; }, value));
    }
    return schema.check(settings);
  };
  EXPECT_EQ(problem({{"lightness", 60.0}}), "");
  EXPECT_EQ(problem({{"monk", std::int64_t{5}}}), "");
  EXPECT_NE(problem({}), "");
  EXPECT_NE(problem({{"lightness", 60.0}, {"shift_od", 0.1}}), "");
  EXPECT_NE(problem({{"lightness", 43.0}}), "");
  EXPECT_EQ(problem({{"lightness", 43.0}, {"lowest", 43.0}}), "");
  EXPECT_EQ(problem({{"shift_od", 0.1}, {"lowest", 74.0}}), "");
  EXPECT_NE(problem({{"shift_od", 0.1}, {"lowest", 74.5}}), "");
  EXPECT_NE(problem({{"ladder", std::int64_t{3}}, {"lowest", 74.0}}), "");
}

Step step_of(const std::string& name, const Given& given) {
  const StepSchema& schema = augmenter(name).schema;
  Step step{&schema, {}};
  for (const Value& value : values_of(schema, given)) {
    step.settings.push_back(std::visit([](const auto& v) -> Setting { return v; }, value));
  }
  return step;
}

TEST(SkinTone, MovesSkinOnceAndBeforeAnythingElse) {
  const auto& check = augmenter("skin.tone").schema.check_chain;
  const Step tone = step_of("skin.tone", {{"lightness", 60.0}});
  const Step other = step_of("skin.tone", {{"shift_od", 0.2}});
  const Step same = step_of("skin.tone", {{"shift_od", 0.0}});
  const Step light = step_of("light.exposure", {{"ev", -1.0}});
  const Step lens = step_of("lens.distortion", {});
  const Step file = step_of("file.resize", {{"scale", 0.5}});
  EXPECT_EQ(check({&tone, &light, &lens, &file}), "");
  for (const Step* early : {&light, &lens, &file}) {
    EXPECT_THAT(check({early, &tone}), AllOf(HasSubstr(early->schema->name), HasSubstr("order: staged")));
    EXPECT_NE(check({early, &other, &light}), "");
  }
  EXPECT_THAT(check({&tone, &other}), HasSubstr("one move"));
  EXPECT_THAT(check({&tone, &tone, &light}), HasSubstr("one move"));
  // What moves nothing stands in the identity of every axis, and does no harm.
  EXPECT_EQ(check({&light, &same, &same}), "");
  EXPECT_EQ(check({&same, &tone, &light}), "");
}

TEST(SkinTone, NeverReadsBeyondTheRegion) {
  const RenderedSkin source = disc(64.0, 24.0, 58.0);
  const SkinFacts skin = known_skin(source.image, source.parts);
  const RenderedSkin other = disc(64.0, 24.0, 58.0, 64);
  EXPECT_THROW(static_cast<void>(tone_moved(other.image, skin, {{"shift_od", 0.2}})), std::logic_error);
  SkinFacts cut = skin;
  cut.region->weights.pop_back();
  EXPECT_THROW(static_cast<void>(tone_moved(source.image, cut, {{"shift_od", 0.2}})), std::logic_error);
}

TEST(SkinTone, TakesPicturesOfAnySize) {
  for (const auto& [width, height] : {std::pair(1, 1), {1, 7}, {7, 1}, {1, 2}, {9, 65}}) {
    Image image{width, height, 3, 8, {}, {}};
    for (int y = 0; y < height; ++y) {
      for (const float light : {0.42F, 0.25F, 0.15F}) {
        for (int x = 0; x < width; ++x) {
          image.samples.push_back((x + y) % 2 == 0 ? light : 1.01F * light);
        }
      }
    }
    image.alpha.assign(static_cast<std::size_t>(width * height), 7);
    const Mask parts{width, height, std::vector<std::uint8_t>(static_cast<std::size_t>(width * height), 1)};
    const SkinFacts skin = known_skin(image, parts);
    if (width * height == 1) {
      EXPECT_EQ(refusal(image, skin, wide("shift_od", 0.4)).gate, "skin_gradient_correlation");
      continue;
    }
    const Picture moved = tone_moved(image, skin, wide("shift_od", 0.4));
    for (int y = 0; y < height; ++y) {
      EXPECT_NEAR(moved.image.row(y)[0], std::as_const(image).row(y)[0] * std::exp(-0.4 * kDirection[0]), 1e-6)
          << width << " x " << height;
    }
    // All of the frame is skin, so that there is no edge on which rims could be.
    EXPECT_THROW(static_cast<void>(found(moved, "rim_fraction")), std::logic_error);
    EXPECT_EQ(moved.image.alpha, image.alpha);
  }
}

TEST(SkinTone, RefusesGreyPictures) {
  const RenderedSkin source = disc(60.0, 24.0, 58.0, 16);
  const SkinFacts skin = known_skin(source.image, source.parts);
  Image grey{16, 16, 1, 8, std::vector<float>(256, 0.3F), {}};
  EXPECT_EQ(refusal(grey, skin, {{"shift_od", 0.2}}).gate, "skin_colour");
}

TEST(SkinTone, MakesALadderOfEqualSteps) {
  const StepSchema& schema = augmenter("skin.tone").schema;
  std::vector<Setting> settings;
  for (const Value& value : values_of(schema, {{"ladder", std::int64_t{5}}})) {
    settings.push_back(std::visit([](const auto& v) -> Setting { return v; }, value));
  }
  const auto rungs = schema.expand_levels(settings);
  ASSERT_EQ(rungs.size(), 5U);
  const std::size_t at = *schema.find("lightness");
  for (std::size_t i = 0; i < rungs.size(); ++i) {
    EXPECT_NEAR(std::get<double>(rungs[i][at]), 44.0 + 7.5 * static_cast<double>(i), 0.005);
    EXPECT_EQ(schema.check(rungs[i]), "");
    EXPECT_TRUE(schema.expand_levels(rungs[i]).empty());
  }
}

}  // namespace
}  // namespace fairground
