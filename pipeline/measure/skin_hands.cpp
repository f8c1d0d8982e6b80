// All figures are empirical. Lengths are in widths of the face.
#include "pipeline/measure/skin_hands.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "pipeline/measure/skin_cut.h"

namespace fairground {
namespace {

constexpr double kFieldFaceWidth = 60.0;  // pixels of the field in which hands are looked for
constexpr double kFineFaceWidth = 200.0;  // and of that in which they are cut out

// Where arms reach.
constexpr double kAside = 3.2;
constexpr double kAbove = 1.2;
constexpr double kBelow = 4.0;

constexpr double kLikeSkin = 9.0;  // squared distance of chroma
constexpr double kDarkest = -1.6;  // nats from the face
constexpr double kLightest = 0.7;
constexpr double kApart = 0.1;      // from the head
constexpr double kPalm = 0.05;      // half the width that some of a hand has
constexpr double kFinger = 0.015;   // and that all of it has
constexpr double kFingers = 0.6;    // how far fingers reach
constexpr double kSmallest = 0.08;  // of a square of the face's width
constexpr double kLargest = 2.0;

// Around the box of another face.
constexpr double kHeadAside = 0.35;
constexpr double kHeadAbove = 0.4;
constexpr double kHeadBelow = 0.8;

// What is surely a hand.
constexpr double kMeanChroma = 4.0;  // squared distance; 2 in the mean over the face itself
constexpr double kDoubtfulChroma = 3.5;
constexpr double kEnds = 0.8;           // share of its surroundings that do not look like skin
constexpr double kLeastShading = 0.05;  // standard deviation, nats
constexpr double kRingFrom = 0.03;
constexpr double kRingTo = 0.1;

constexpr double kMargin = 0.2;  // around a hand, for the cut
constexpr double kSure = 0.04;
constexpr double kOpen = 0.1;
constexpr double kFine = 0.012;
constexpr double kLeastDeviation = 0.02;
constexpr std::size_t kLaws = 3;
constexpr double kShade = 0.35;

Window window_around(const Image& image, double left, double top, double right, double bottom) {
  const auto inside = [](double value, int length) {
    return static_cast<int>(std::clamp(value, 0.0, static_cast<double>(length)));
  };
  return {inside(std::floor(left), image.width), inside(std::floor(top), image.height),
          inside(std::ceil(right), image.width), inside(std::ceil(bottom), image.height)};
}

Window reach_of(const Image& image, const FaceOutline& outline) {
  double left = outline.middle.x;
  double right = left;
  double top = outline.middle.y;
  double bottom = top;
  for (const double x : {-kAside, kAside}) {
    for (const double y : {-kAbove, kBelow}) {
      const double at_x = outline.middle.x + outline.width * (x * outline.across.x + y * outline.down.x);
      const double at_y = outline.middle.y + outline.width * (x * outline.across.y + y * outline.down.y);
      left = std::min(left, at_x);
      right = std::max(right, at_x);
      top = std::min(top, at_y);
      bottom = std::max(bottom, at_y);
    }
  }
  return window_around(image, left, top, right, bottom);
}

/// Another person's face with ears, forehead and neck.
std::array<PixelPoint, 4> head_of(const Box& face, const ColourField& field) {
  const double left = face.x - kHeadAside * face.width;
  const double right = face.x + (1.0 + kHeadAside) * face.width;
  const double top = face.y - kHeadAbove * face.height;
  const double bottom = face.y + (1.0 + kHeadBelow) * face.height;
  return {field.from_picture({left, top}), field.from_picture({right, top}), field.from_picture({right, bottom}),
          field.from_picture({left, bottom})};
}

bool like_skin(const ColourLaw& law, const LogColour& colour) {
  const double light = static_cast<double>(colour[0]) - law.mean[0];
  return light > kDarkest && light < kLightest && law.chroma_distance(colour) < kLikeSkin;
}

/// What a piece is like.
struct Likeness {
  double chroma = 0.0;
  double shading = 0.0;
  double ends = 0.0;
};

Likeness likeness_of(const ColourField& field, const Shape& piece, const ColourLaw& law, double unit) {
  Likeness likeness;
  double count = 0.0;
  double light = 0.0;
  double squares = 0.0;
  for (std::size_t i = 0; i < piece.pixels.size(); ++i) {
    if (piece.pixels[i] != 0) {
      const double value = static_cast<double>(field.colours[i][0]);
      count += 1.0;
      light += value;
      squares += value * value;
      likeness.chroma += law.chroma_distance(field.colours[i]);
    }
  }
  likeness.chroma /= count;
  likeness.shading = std::sqrt(std::max(squares / count - light / count * (light / count), 0.0));
  const Shape ring = without(grown(piece, kRingTo * unit), grown(piece, kRingFrom * unit));
  double around = 0.0;
  for (std::size_t i = 0; i < ring.pixels.size(); ++i) {
    if (ring.pixels[i] != 0) {
      around += 1.0;
      likeness.ends += like_skin(law, field.colours[i]) ? 0.0 : 1.0;
    }
  }
  likeness.ends = around > 0.0 ? likeness.ends / around : 0.0;
  return likeness;
}

/// The hand that a piece of a coarse field marks, cut out of a finer one.
Hand cut_hand(const Image& image, const ColourField& coarse, const Shape& piece, const ColourLaw& law,
              double face_width) {
  int left = piece.width;
  int right = 0;
  int top = piece.height;
  int bottom = 0;
  for (int y = 0; y < piece.height; ++y) {
    for (int x = 0; x < piece.width; ++x) {
      if (piece.has(x, y)) {
        left = std::min(left, x);
        right = std::max(right, x + 1);
        top = std::min(top, y);
        bottom = std::max(bottom, y + 1);
      }
    }
  }
  const double margin = kMargin * face_width;
  const Window window =
      window_around(image, coarse.left + left * coarse.scale - margin, coarse.top + top * coarse.scale - margin,
                    coarse.left + right * coarse.scale + margin, coarse.top + bottom * coarse.scale + margin);
  Hand hand;
  hand.field = colour_field(image, window, std::max(1.0, face_width / kFineFaceWidth));
  const ColourField& field = hand.field;
  const double unit = face_width / field.scale;
  Shape rough(field.width, field.height);
  for (int y = 0; y < field.height; ++y) {
    for (int x = 0; x < field.width; ++x) {
      const PixelPoint at =
          coarse.from_picture({field.left + (x + 0.5) * field.scale, field.top + (y + 0.5) * field.scale});
      rough.pixels[rough.at(x, y)] =
          piece.has(static_cast<int>(std::floor(at.x)), static_cast<int>(std::floor(at.y))) ? 1 : 0;
    }
  }
  const Shape sure = shrunk(rough, kSure * unit);
  const Shape open = grown(rough, kOpen * unit);
  std::vector<Guess> guesses(field.colours.size(), Guess::surely_not);
  std::vector<LogColour> colours;
  for (std::size_t i = 0; i < guesses.size(); ++i) {
    if (sure.pixels[i] != 0 && like_skin(law, field.colours[i])) {
      guesses[i] = Guess::surely;
      colours.push_back(field.colours[i]);
    } else if (open.pixels[i] != 0) {
      guesses[i] = like_skin(law, field.colours[i]) ? Guess::probably : Guess::hardly;
    }
  }
  hand.skin = Shape(field.width, field.height);
  if (colours.empty()) {
    return hand;
  }
  ColourMixture skin_law(colours, kLaws, kLeastDeviation);
  skin_law.widen_light(kShade);
  const std::vector<float> trust(field.colours.size());
  hand.skin = opened(cut_skin(field, guesses, skin_law, trust), kFine * unit);
  hand.skin = touching(hand.skin, sure);
  return hand;
}

}  // namespace

Hands find_hands(const Image& image, const FaceOutline& outline, const ColourLaw& law, const Mask& head,
                 const std::vector<Box>& others) {
  Hands hands;
  const Window window = reach_of(image, outline);
  if (window.empty()) {
    return hands;
  }
  const ColourField field = colour_field(image, window, std::max(1.0, outline.width / kFieldFaceWidth));
  const double unit = outline.width / field.scale;
  const std::vector<float> shares = coarser_marks(field, head.codes, head.width, head.height);
  Shape known(field.width, field.height);
  std::ranges::transform(shares, known.pixels.begin(),
                         [](float share) { return static_cast<std::uint8_t>(share > 0.0F ? 1 : 0); });
  const Shape near_head = grown(known, kApart * unit);
  Shape heads(field.width, field.height);
  for (const Box& other : others) {
    add_polygon(heads, head_of(other, field));
  }
  Shape like(field.width, field.height);
  for (std::size_t i = 0; i < like.pixels.size(); ++i) {
    like.pixels[i] = near_head.pixels[i] == 0 && heads.pixels[i] == 0 && like_skin(law, field.colours[i]) ? 1 : 0;
  }
  like = opened(like, kFinger * unit);
  const Pieces pieces = pieces_of(opened(like, kPalm * unit));
  std::vector<Shape> hands_seen;
  for (std::size_t number = 1; number <= pieces.sizes.size(); ++number) {
    const double area = static_cast<double>(pieces.sizes[number - 1]) / (unit * unit);
    if (area < kSmallest || area > kLargest) {
      continue;
    }
    Shape piece(field.width, field.height);
    std::ranges::transform(pieces.numbers, piece.pixels.begin(), [&](int of) {
      return static_cast<std::uint8_t>(static_cast<std::size_t>(of) == number ? 1 : 0);
    });
    piece = both(touching(like, piece), grown(piece, kFingers * unit));
    if (std::ranges::any_of(hands_seen, [&](const Shape& seen) { return both(seen, piece).count() > 0; })) {
      continue;
    }
    hands_seen.push_back(piece);
    const double whole = static_cast<double>(piece.count()) / (unit * unit);
    const Likeness likeness = likeness_of(field, piece, law, unit);
    if (whole > kLargest || likeness.ends < kEnds || likeness.shading < kLeastShading ||
        likeness.chroma > kMeanChroma) {
      hands.doubtful += likeness.chroma <= kDoubtfulChroma && whole <= kLargest ? whole : 0.0;
      continue;
    }
    if (!others.empty()) {
      hands.doubtful += whole;
      continue;
    }
    hands.sure.push_back(cut_hand(image, field, piece, law, outline.width));
  }
  return hands;
}

}  // namespace fairground
