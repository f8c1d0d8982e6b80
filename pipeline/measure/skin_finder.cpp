#include "pipeline/measure/skin_finder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>
#include <new>
#include <opencv2/core.hpp>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/core/error.h"
#include "pipeline/core/skin_part.h"
#include "pipeline/core/text.h"
#include "pipeline/measure/face_cascade.h"
#include "pipeline/measure/face_landmarks.h"
#include "pipeline/measure/face_outline.h"
#include "pipeline/measure/missed_skin.h"
#include "pipeline/measure/photographed_hue.h"
#include "pipeline/measure/skin_edges.h"
#include "pipeline/measure/skin_regions.h"

namespace fairground {
namespace {

/// Of a face's width: how far its outline may lie beyond the picture. Landmarks are not surer than that.
constexpr double kMostBeyond = 0.03;

/// A face's box and one that the manifest draws show the same face where they share so much of their union.
constexpr double kLeastOverlap = 0.2;

// A photograph has noise and texture: neighbours differ, and there are many levels. Both limits are empirical; the two
// sample portraits have 0.002 and 0.011 equal neighbours, and 194 and 208 levels.
constexpr double kMostEqualNeighbours = 0.5;
constexpr std::size_t kFewestLevels = 32;

constexpr double kLeastConfidence = 0.5;

/// Boxes are less than landmarks: they say nothing of eyes, lips and brows.
constexpr double kCascadeTrust = 0.75;

/// A supplied mask of fewer pixels of skin than a square of ten has is a mistake of whoever drew it, and too little for
/// the five clusters that a tone is measured by.
constexpr std::size_t kFewestPixels = 100;

/// What of a supplied mask's skin must be moved by at least half. Weights come up over some pixels from the edge, so
/// that lines and dots have little of it.
constexpr float kHalf = 0.5F;
constexpr double kLeastHalfMoved = 0.5;

std::string figure(double value) { return shortest(std::floor(100.0 * value + 0.5) / 100.0); }

double overlap(const Box& a, const Box& b) {
  const double width = std::min(a.x + a.width, b.x + b.width) - std::max(a.x, b.x);
  const double height = std::min(a.y + a.height, b.y + b.height) - std::max(a.y, b.y);
  if (width <= 0.0 || height <= 0.0) {
    return 0.0;
  }
  return width * height / (a.width * a.height + b.width * b.height - width * height);
}

/// Says in `facts` why there is no region.
void refuse(SkinFacts& facts, std::string reason, GateFigure found) {
  facts.region.reset();
  facts.tone.reset();
  facts.missed_skin_fraction.reset();
  facts.refusal = std::move(reason);
  facts.refusal_figure = std::move(found);
}

struct Choice {
  const Face* face = nullptr;
  std::string refusal = {};
  std::size_t count = 0;  ///< how many faces there were to choose from
};

Choice choose_face(const std::vector<Face>& faces, const std::vector<Box>& boxes) {
  std::vector<const Box*> drawn;
  for (const Box& box : boxes) {
    if (box.label == "face") {
      drawn.push_back(&box);
    }
  }
  if (faces.empty()) {
    return {nullptr, "no face is found; supply a mask", 0};
  }
  if (drawn.size() == 1) {
    const auto best =
        std::ranges::max_element(faces, {}, [&](const Face& face) { return overlap(face.box, *drawn.front()); });
    if (overlap(best->box, *drawn.front()) >= kLeastOverlap) {
      return {&*best};
    }
    return {nullptr, "no face is found in the box labelled `face`; supply a mask", 0};
  }
  if (faces.size() > 1) {
    return {nullptr,
            std::to_string(faces.size()) +
                " faces are found; draw one box labelled `face`, around the subject's, or supply a mask",
            faces.size()};
  }
  return {&faces.front()};
}

/// How far the outline lies beyond the picture, in widths of the face.
double beyond(const FaceOutline& outline, const Image& image) {
  double farthest = 0.0;
  for (const PixelPoint& point : outline.oval) {
    farthest = std::max({farthest, -point.x, -point.y, point.x - image.width, point.y - image.height});
  }
  return farthest / outline.width;
}

/// What tells a photograph from a drawing, within a mask.
struct Texture {
  double equal_neighbours = 0.0;  ///< share of pixels that are the same as the one to the right
  std::size_t levels = 0;         ///< of green light, of 256 steps of its square root
};

Texture texture_of(const Image& image, const Mask& mask) {
  Texture texture;
  std::array<bool, 256> seen{};
  std::size_t pairs = 0;
  std::size_t equal = 0;
  const auto width = static_cast<std::size_t>(image.width);
  for (int y = 0; y < image.height; ++y) {
    const std::span<const float> row = image.row(y);
    const std::uint8_t* codes = mask.codes.data() + static_cast<std::size_t>(y) * width;
    for (std::size_t x = 0; x < width; ++x) {
      if (codes[x] == 0) {
        continue;
      }
      const float green = std::clamp(row[width + x], 0.0F, 1.0F);
      seen[static_cast<std::size_t>(std::sqrt(green) * 255.0F)] = true;
      if (x + 1 < width && codes[x + 1] != 0) {
        ++pairs;
        equal +=
            row[x] == row[x + 1] && row[width + x] == row[width + x + 1] && row[2 * width + x] == row[2 * width + x + 1]
                ? 1
                : 0;
      }
    }
  }
  texture.equal_neighbours = pairs > 0 ? static_cast<double>(equal) / static_cast<double>(pairs) : 1.0;
  texture.levels = static_cast<std::size_t>(std::ranges::count(seen, true));
  return texture;
}

double between(double value, double low, double high) {
  return static_cast<double>(ramp(static_cast<float>(value), static_cast<float>(low), static_cast<float>(high)));
}

/// How far a grown mask is to be trusted: the product of what speaks for it, each from 0 to 1. Empirical.
/// - the score of the mesh, or of the box
/// - how much of the face's outline is skin: hair may hide the brow
/// - how far the colours outside lie from those of skin
/// - how little of the edge is the bounds'
/// - how little skin is missed
/// - how little may be a hand or not
/// - how alike both ears are, which hair and a turned head make different too, so that it counts for little
double confidence_of(const Face& face, const GrowthQuality& quality) {
  const double score =
      face.mesh.empty() ? kCascadeTrust * between(face.score, 0.0, 0.5) : between(face.mesh_score, 0.4, 0.9);
  return score * between(quality.oval_share, 0.5, 0.85) * between(quality.separation, 2.0, 6.0) *
         (1.0 - between(quality.leak, 0.03, 0.12)) * (1.0 - between(quality.missed, 0.01, 0.06)) *
         (1.0 - between(quality.doubtful_hands, 0.05, 0.3)) * (1.0 - 0.1 * quality.ear_asymmetry);
}

std::string doubts(double confidence, const GrowthQuality& quality) {
  return "the mask that was grown from the face has a confidence of " + figure(confidence) + ", less than " +
         figure(kLeastConfidence) + " (skin fills " + figure(quality.oval_share) +
         " of the face; colours outside its edge lie " + figure(quality.separation) +
         " standard deviations from skin; " + figure(quality.leak) + " of the edge would have gone on; " +
         figure(quality.missed) + " of it is missed; what may be hands has " + figure(quality.doubtful_hands) +
         " of a square of the face's width); supply a mask";
}

/// How much of a region is moved.
struct MovedSkin {
  std::size_t skin = 0;     ///< pixels, without lips and brows
  std::size_t moved = 0;    ///< of these, those that are moved at all
  std::size_t by_half = 0;  ///< and those that are moved by at least half
};

MovedSkin moved_skin(const SkinRegion& region) {
  MovedSkin found;
  for (std::size_t i = 0; i < region.parts.codes.size(); ++i) {
    if (is_skin(static_cast<SkinPart>(region.parts.codes[i]))) {
      ++found.skin;
      found.moved += region.weights[i] > 0.0F ? 1 : 0;
      found.by_half += region.weights[i] >= kHalf ? 1 : 0;
    }
  }
  return found;
}

void look_at_supplied(const Image& image, const PictureLabels& labels, const MaskCodes& codes, SkinFacts& facts) {
  facts.region = supplied_region(image, labels, codes);
  if (!facts.region) {
    refuse(facts, "the mask has no skin", {"skin_mask_empty", 0.0, 1.0});
    return;
  }
  facts.core_tone = measure_apparent_tone(image, facts.region->parts);
  constexpr const char* kThin = "skin_mask_thin";
  const MovedSkin found = moved_skin(*facts.region);
  if (found.skin < kFewestPixels) {
    refuse(facts,
           "the mask is too small: it has " + std::to_string(found.skin) + " pixels of skin, fewer than " +
               std::to_string(kFewestPixels),
           {kThin, static_cast<double>(found.skin), static_cast<double>(kFewestPixels)});
    return;
  }
  const double share = static_cast<double>(found.by_half) / static_cast<double>(found.skin);
  if (share < kLeastHalfMoved) {
    refuse(facts,
           "the mask is too thin: only " + figure(share) +
               " of the mask's skin lies far enough from its edge to be moved by half, less than " +
               figure(kLeastHalfMoved),
           {kThin, share, kLeastHalfMoved});
    return;
  }
  facts.missed_skin_fraction = measured_missed_skin(image, *facts.region);
  if (!facts.missed_skin_fraction) {
    refuse(facts, "the mask is too thin: it is nowhere deep enough to tell what skin it leaves out", {kThin, 0.0, 1.0});
    return;
  }
  facts.tone = facts.core_tone;
  facts.noise = measure_noise_level(image);
}

}  // namespace

struct SkinFinder::Models {
  std::optional<FaceLandmarks> landmarks;
  std::optional<FaceCascade> cascade;

  void grow(const Image& image, const PictureLabels& labels, SkinFacts& facts) const;
};

void SkinFinder::Models::grow(const Image& image, const PictureLabels& labels, SkinFacts& facts) const {
  const std::vector<Face> faces = landmarks ? landmarks->find(image) : cascade->find(image);
  const Choice choice = choose_face(faces, labels.boxes);
  if (choice.face == nullptr) {
    refuse(facts, choice.refusal, {"skin_face_count", static_cast<double>(choice.count), 1.0});
    return;
  }
  const FaceOutline outline = outline_of(*choice.face);
  const std::optional<Mask> core = core_mask(image, outline);
  if (!core) {
    refuse(facts, "the face is only " + figure(outline.width) + " pixels wide, too little to tell its skin",
           {"skin_face_small", 0.0, 1.0});
    return;
  }
  facts.core_tone = measure_apparent_tone(image, *core);
  const double outside = beyond(outline, image);
  if (!(outside <= kMostBeyond)) {
    refuse(facts,
           "the face reaches beyond the picture by " + figure(outside) + " of its width, more than " +
               figure(kMostBeyond) + "; supply a mask",
           {"skin_face_border", outside, kMostBeyond});
    return;
  }
  const Texture texture = texture_of(image, *core);
  const bool is_even = texture.equal_neighbours > kMostEqualNeighbours;
  if (is_even || texture.levels < kFewestLevels) {
    const auto levels = static_cast<double>(texture.levels);
    refuse(facts,
           "the face looks drawn: " + figure(texture.equal_neighbours) +
               " of its pixels are the same as their neighbours, and it has " + std::to_string(texture.levels) +
               " levels of light; supply a mask",
           {"skin_face_drawn", is_even ? texture.equal_neighbours : levels,
            is_even ? kMostEqualNeighbours : static_cast<double>(kFewestLevels)});
    return;
  }
  const double hue = facts.core_tone->hue_deg;
  if (!(hue >= kLeastSkinHueDeg && hue <= kMostSkinHueDeg)) {
    refuse(facts,
           "the light is coloured: the face has a hue of " + figure(hue) + " degrees, outside " +
               figure(kLeastSkinHueDeg) + " to " + figure(kMostSkinHueDeg) + ", between which photographed faces lie",
           {"skin_source_hue", hue, hue > kMostSkinHueDeg ? kMostSkinHueDeg : kLeastSkinHueDeg});
    return;
  }
  std::vector<Box> others;
  for (const Face& face : faces) {
    if (&face != choice.face) {
      others.push_back(face.box);
    }
  }
  GrownRegion grown = grown_region(image, outline, others);
  const double confidence = confidence_of(*choice.face, grown.quality);
  if (!(confidence >= kLeastConfidence)) {
    refuse(facts, doubts(confidence, grown.quality), {"skin_confidence", confidence, kLeastConfidence});
    return;
  }
  if (moved_skin(grown.region).moved == 0) {
    refuse(facts, "the mask that was grown from the face is so thin that nothing of it would be moved; supply a mask",
           {"skin_mask_thin", 0.0, 1.0});
    return;
  }
  grown.region.source = choice.face->mesh.empty() ? MaskSource::cascade : MaskSource::landmarks;
  grown.region.confidence = confidence;
  facts.tone = measure_apparent_tone(image, grown.region.parts);
  facts.noise = measure_noise_level(image);
  facts.missed_skin_fraction = grown.quality.missed;
  facts.region = std::move(grown.region);
}

SkinFinder::SkinFinder(const SkinModels& models) {
  auto loaded = std::make_unique<Models>();
  if (!models.landmarks.empty()) {
    loaded->landmarks.emplace(models.landmarks);
  } else if (!models.cascades.empty()) {
    loaded->cascade.emplace(models.cascades);
  }
  models_ = std::move(loaded);
}

SkinFinder::~SkinFinder() = default;

SkinFacts SkinFinder::find(const Image& image, const PictureLabels& labels, const MaskCodes& codes) const {
  SkinFacts facts;
  if (image.channels != 3) {
    refuse(facts, "the picture is grey, so that its skin has no tone",
           {"skin_colour", static_cast<double>(image.channels), 3.0});
    return facts;
  }
  if (!labels.mask && !models_->landmarks && !models_->cascade) {
    refuse(facts, "it has no mask, and neither `face_model` nor `face_cascades` is given",
           {"skin_mask_missing", 0.0, 1.0});
    return facts;
  }
  // An odd picture costs its skin variants alone. What is no picture's fault goes on to whoever called.
  const auto fail = [&](const std::string& reason) {
    refuse(facts, "its skin cannot be looked for: " + reason, {"skin_mask", 0.0, 1.0});
  };
  try {
    if (labels.mask) {
      look_at_supplied(image, labels, codes, facts);
    } else {
      models_->grow(image, labels, facts);
    }
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const PassingFault&) {
    throw;
  } catch (const cv::Exception& error) {
    if (error.code == cv::Error::StsNoMem) {
      throw std::bad_alloc();
    }
    fail(error.err);
  } catch (const std::exception& error) {
    fail(error.what());
  }
  return facts;
}

}  // namespace fairground
