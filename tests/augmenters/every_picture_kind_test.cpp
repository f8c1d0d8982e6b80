// Every augmenter of pictures on every kind of picture: depths, grey and colour, transparency, labels, orientations,
// sizes up to 48 megapixels; what it leaves alone, and where it says that things move.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numbers>
#include <opencv2/core.hpp>

#include "pipeline/flow/picture_path.h"
#include "pipeline/media/image_file.h"
#include "pipeline/media/moved_labels.h"
#include "tests/augmenters/every_augmenter.h"
#include "tests/media/image_fixtures.h"

namespace fairground {
namespace {

/// A picture of what the kind asks for. Some of its light is beyond black and far beyond white.
Image picture_of(int width, int height, int channels, int bits, bool has_alpha) {
  Image image = test_picture(width, height, channels);
  image.bits = bits;
  RandomStream random(11, 0, "kinds");
  for (std::size_t i = 0; i < image.samples.size(); i += 13) {
    image.samples[i] = static_cast<float>(random.uniform(-0.5, 8.0));
  }
  if (has_alpha) {
    image.alpha.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    for (std::uint16_t& alpha : image.alpha) {
      alpha = static_cast<std::uint16_t>(random.below(bits == 16 ? 65536 : 256));
    }
  }
  return image;
}

/// Slow waves, so that a picture that is moved, blurred or made noisy can still be found in it.
Image wavy_picture(int width, int height) {
  Image image{width, height, 1, 16, {}, {}};
  image.samples.resize(image.row_size() * static_cast<std::size_t>(height));
  const auto wave = [](double place, double waves) {
    return 0.15 * std::sin(2.0 * std::numbers::pi * (waves * place + 0.1));
  };
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double u = (x + 0.5) / width;
      const double v = (y + 0.5) / height;
      image.row(y).samples[static_cast<std::size_t>(x)] =
          static_cast<float>(0.4 + wave(u, 5.0) + wave(v, 4.0) + wave(u + v, 3.0) * 0.5);
    }
  }
  return image;
}

float sample_at(const Image& image, PixelPoint point) {
  const auto clamped = [](double place, int size) {
    return std::clamp(static_cast<int>(std::floor(place)), 0, size - 1);
  };
  return image.row(clamped(point.y, image.height))[static_cast<std::size_t>(clamped(point.x, image.width))];
}

bool is_inside(PixelPoint point, const Image& image) {
  return point.x >= 0.0 && point.y >= 0.0 && point.x <= image.width && point.y <= image.height;
}

bool moves(const Picture& picture, const Image& before) {
  return !picture.point_map.is_identity() || picture.image.width != before.width ||
         picture.image.height != before.height;
}

/// The picture's transparency in codes of so many bits: a file that holds 8 has no more for it.
std::vector<std::uint16_t> alpha_at(const Image& image, int bits) {
  std::vector<std::uint16_t> alpha = image.alpha;
  if (image.bits == 16 && bits == 8) {
    for (std::uint16_t& code : alpha) {
      code = static_cast<std::uint16_t>((code + 128) / 257);
    }
  }
  return alpha;
}

/// One case of each augmenter: its middling one.
std::vector<Case> one_of_each(const std::vector<Case>& cases) {
  const auto is_middling = [](const Case& c) { return c.name.find("at 0.3") != std::string::npos; };
  std::map<const Augmenter*, Case> chosen;
  for (const Case& c : cases) {
    const auto [place, is_new] = chosen.try_emplace(c.augmenter, c);
    if (!is_new && is_middling(c) && !is_middling(place->second)) {
      place->second = c;
    }
  }
  std::vector<Case> list;
  for (auto& [augmenter, c] : chosen) {
    list.push_back(std::move(c));
  }
  return list;
}

/// A chain of this one step, as a run takes a picture through it.
TakenPicture take(const Augmenter& augmenter, const std::vector<Value>& values, const Image& image, int bits) {
  PreparedStep prepared;
  prepared.augmenter = &augmenter;
  prepared.rows = augmenter.prepare_rows ? augmenter.prepare_rows(values, {}) : nullptr;
  prepared.picture = augmenter.prepare_picture ? augmenter.prepare_picture(values, {}) : nullptr;
  prepared.file = augmenter.prepare_file ? augmenter.prepare_file(values, {}) : nullptr;
  if (!augmenter.schema.needs_skin) {
    return take_picture({{&prepared, &values, kRandom}}, image, {}, bits);
  }
  const SkinFacts skin = test_skin(image);
  try {
    return take_picture({{&prepared, &values, kRandom}}, image, {}, bits, &skin);
  } catch (const GateError&) {
    return take_picture({}, image, {}, bits, &skin);
  }
}

TEST_F(EveryAugmenter, TakesEveryKindOfPicture) {
  for (const Case& c : image_) {
    for (const auto& [width, height] : {std::pair(33, 21), {1, 1}, {2, 9}}) {
      for (const int channels : {1, 3}) {
        for (const int bits : {8, 16}) {
          for (const bool has_alpha : {false, true}) {
            SCOPED_TRACE(c.name + ", " + std::to_string(width) + " x " + std::to_string(height) + ", " +
                         std::to_string(channels) + " channels of " + std::to_string(bits) + " bits" +
                         (has_alpha ? ", alpha" : ""));
            // Beside transparency the file stage has colour: no raster is grey and transparent.
            const Image before = picture_of(width, height, channels, bits, has_alpha);
            const Picture after = take(c, before);
            EXPECT_TRUE(all_finite(after.image.samples));
            EXPECT_EQ(after.image.samples.size(),
                      after.image.row_size() * static_cast<std::size_t>(after.image.height));
            EXPECT_GE(std::min(after.image.width, after.image.height), 1);
            EXPECT_TRUE(after.image.channels == channels || (!c.augmenter->prepare_rows && after.image.channels == 3));
            if (!moves(after, before)) {
              EXPECT_EQ(after.image.alpha, alpha_at(before, after.image.bits))
                  << "transparency is not for augmenters to change";
            } else if (has_alpha) {
              EXPECT_EQ(after.image.alpha.size(),
                        static_cast<std::size_t>(after.image.width) * static_cast<std::size_t>(after.image.height));
            }
            for (const auto& [name, value] : after.measure.values) {
              EXPECT_TRUE(std::isfinite(value)) << name;
            }
          }
        }
      }
    }
  }
}

// Nothing that a manifest says of a picture, and no amount of light, brings a step down.
TEST_F(EveryAugmenter, TakesEveryLabelAndEveryLight) {
  const Image before = picture_of(40, 30, 3, 8, false);
  PictureLabels full{{{"face", 10, 8, 12, 15}}, {{"nose", {16, 15}}}};
  full.mask = Mask{40, 30, std::vector<std::uint8_t>(40 * 30, 1)};
  full.depth = flat_picture(40, 30, 1, 0.5F);
  full.normals = flat_picture(40, 30, 3, 0.57735F);
  PictureLabels odd{{{"", -1, -1, 0, 0}, {"all", -1, -1, 42, 32}}, {{"", {-1, 31}}}};
  odd.mask = Mask{40, 30, std::vector<std::uint8_t>(40 * 30, 0)};
  odd.depth = test_picture(40, 30, 1);
  odd.normals = flat_picture(40, 30, 3, -0.57735F);
  for (const Case& c : image_) {
    for (const PictureLabels* labels : {&full, &odd}) {
      for (const double lux : {1e-3, 20.0, 1e5}) {
        SCOPED_TRACE(c.name + " at " + std::to_string(lux) + " lx");
        Shot shot;
        shot.labels = labels;
        shot.declared.illuminance_lux = lux;
        shot.exposure = expose(lux, {});
        EXPECT_TRUE(all_finite(take(c, before, kRandom, shot).image.samples));
      }
    }
  }
}

// 48 megapixels, once for each augmenter: in grey where it sees all of the picture, which bounds the test's memory and
// time, and in colour on a few of its rows where it sees these alone.
TEST_F(EveryAugmenter, TakesHugePictures) {
  constexpr int kWidth = 8000;
  constexpr int kHeight = 6000;
  constexpr int kEvery = 997;
  const Image row = test_picture(kWidth, 1, 1);
  const Image colours = test_picture(kWidth, 1, 3);
  Image huge;
  for (const Case& c : one_of_each(image_)) {
    SCOPED_TRACE(c.name);
    if (c.augmenter->prepare_rows) {
      const Shot shot{kWidth, kHeight, 3};
      const RowOperation operation = c.augmenter->prepare_rows(c.values, {})(shot, c.values, kRandom);
      for (int y = 0; y < kHeight; y += kEvery) {
        Image one = colours;
        operation(ImageRow{y, kWidth, 3, one.samples});
        EXPECT_TRUE(all_finite(one.samples));
      }
      continue;
    }
    huge = Image{kWidth, kHeight, 1, 8, {}, {}};
    huge.samples.resize(huge.row_size() * kHeight);
    for (int y = 0; y < kHeight; ++y) {
      // Neighbouring rows differ, as an even picture is easier than others.
      const auto shift = static_cast<std::ptrdiff_t>(y * 37 % kWidth);
      std::ranges::rotate_copy(row.samples, row.samples.begin() + shift, huge.row(y).samples.begin());
    }
    const Picture after = c.augmenter->schema.needs_skin
                              ? take(c, huge)
                              : apply_picture(*c.augmenter, c.values, std::move(huge), kRandom);
    EXPECT_GE(after.image.width, 1);
    bool finite = true;
    for (int y = 0; y < after.image.height; y += kEvery) {
      finite = finite && std::ranges::all_of(after.image.row(y), [](float sample) { return std::isfinite(sample); });
    }
    EXPECT_TRUE(finite);
  }
}

/// `upright` as a camera stores it that says how to turn it (EXIF 2.32, tag 274).
cv::Mat stored(const cv::Mat& upright, int orientation) {
  cv::Mat turned = upright;
  const auto flip = [&turned](int how) {
    cv::Mat flipped;
    cv::flip(turned, flipped, how);
    turned = flipped;
  };
  constexpr int kUpsideDown = 0, kMirrored = 1, kBoth = -1;
  switch (orientation) {
    case 2:
    case 6:
      flip(kMirrored);
      break;
    case 3:
    case 7:
      flip(kBoth);
      break;
    case 4:
    case 8:
      flip(kUpsideDown);
      break;
    default:
      break;
  }
  cv::Mat result = turned;
  if (orientation >= 5) cv::transpose(turned, result);
  return result;
}

// Every step then gets the same samples, so that what it makes of them hangs on no orientation.
TEST_F(EveryAugmenter, GetsTheSamePictureForEveryOrientation) {
  const cv::Mat upright = slope_picture(29, 18, CV_8UC3);
  const Image expected = to_linear({upright});
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const Bytes png = png_with_chunk(encode_image({stored(upright, orientation)}, ImageContainer::png, 100), "eXIf",
                                     exif_block(orientation, /*big_endian=*/true));
    const Image image = decode_picture(png, "a.png", {});
    EXPECT_EQ(std::pair(image.width, image.height), std::pair(expected.width, expected.height)) << orientation;
    EXPECT_EQ(image.samples, expected.samples) << orientation;
  }
}

/// Every code of `depth`, next to others than those that follow it, in all channels.
cv::Mat all_codes(int type) {
  const cv::Mat shape(1, 1, type);
  const int side = shape.depth() == CV_16U ? 256 : 64;
  cv::Mat codes(side, side, type);
  const int channels = codes.channels();
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      for (int c = 0; c < channels; ++c) {
        // An odd factor makes each code come once, or once in 256.
        const int code = (y * side + x) * 40503 + c * 977;
        if (codes.depth() == CV_16U) {
          codes.ptr<std::uint16_t>(y)[x * channels + c] = static_cast<std::uint16_t>(code);
        } else {
          codes.ptr<std::uint8_t>(y)[x * channels + c] = static_cast<std::uint8_t>(code);
        }
      }
    }
  }
  return codes;
}

TEST_F(EveryAugmenter, GivesTheSourceBackAtItsIdentitySetting) {
  // Linear light of 16 bits and back is allowed one code; that of 8 bits is none.
  constexpr double kWithin8 = 0.0;
  constexpr double kWithin16 = 1.0;
  for (const Case& c : one_of_each(image_)) {
    const auto step = identity_step(c.augmenter->schema);
    if (!step) {
      EXPECT_TRUE(c.augmenter->schema.identity.starts_with("none")) << c.name << ": says nothing of an identity";
      continue;
    }
    std::vector<Value> values;
    for (const Setting& setting : step->settings) {
      values.push_back(std::visit(
          [](const auto& v) -> Value {
            if constexpr (std::is_same_v<std::decay_t<decltype(v)>, Range>) {
              ADD_FAILURE() << "an identity is nothing that is drawn";
              return {};
            } else {
              return v;
            }
          },
          setting));
    }
    for (const int type : {CV_8UC1, CV_8UC3, CV_8UC4, CV_16UC1, CV_16UC3, CV_16UC4}) {
      SCOPED_TRACE(c.augmenter->schema.name + ", type " + std::to_string(type));
      const Raster source{all_codes(type)};
      const Image image = to_linear(source);
      const TakenPicture taken = take(*c.augmenter, values, image, source.bits());
      ASSERT_EQ(taken.raster.codes.type(), type);
      ASSERT_EQ(taken.raster.codes.size(), source.codes.size());
      EXPECT_LE(cv::norm(taken.raster.codes, source.codes, cv::NORM_INF), source.bits() == 8 ? kWithin8 : kWithin16);
    }
  }
}

TEST_F(EveryAugmenter, KeepsLabelsOrSaysWhereTheyAre) {
  const Image before = wavy_picture(160, 120);
  std::map<std::string, bool> any_moved;
  for (const Case& c : image_) {
    any_moved[c.augmenter->schema.name] |= moves(take(c, before), before);
  }
  for (const auto& [name, moved] : any_moved) {
    const std::string& labels = find_augmenter(name)->schema.labels;
    EXPECT_EQ(moved, labels.find("moves ") != std::string::npos) << name << " says that it " << labels;
    EXPECT_TRUE(moved || labels.starts_with("keeps")) << name << " says that it " << labels;
  }
}

// Where a step says that things move: forth and back is where it was, both ways.
TEST_F(EveryAugmenter, MovesPointsForthAndBack) {
  constexpr double kWithinPx = 1e-3;
  constexpr int kPlaces = 20;
  for (const auto& [width, height] : {std::pair(160, 120), {1200, 900}, {7, 1}}) {
    const Image before = wavy_picture(width, height);
    for (const Case& c : image_) {
      if (c.augmenter->prepare_rows) {
        continue;
      }
      SCOPED_TRACE(c.name + ", " + std::to_string(width) + " x " + std::to_string(height));
      const Picture after = take(c, before);
      if (after.point_map.is_identity()) {
        EXPECT_EQ(std::pair(after.image.width, after.image.height), std::pair(width, height))
            << "another size is a move of all points";
        continue;
      }
      double forth = 0.0;
      double back = 0.0;
      for (int j = 0; j <= kPlaces; ++j) {
        for (int i = 0; i <= kPlaces; ++i) {
          const PixelPoint old{width * double(i) / kPlaces, height * double(j) / kPlaces};
          const PixelPoint moved = after.point_map(old);
          if (is_inside(moved, after.image)) {
            const PixelPoint again = after.point_map.back(moved);
            forth = std::max({forth, std::abs(again.x - old.x), std::abs(again.y - old.y)});
          }
          const PixelPoint now{after.image.width * double(i) / kPlaces, after.image.height * double(j) / kPlaces};
          const PixelPoint from = after.point_map.back(now);
          if (is_inside(from, before)) {
            const PixelPoint again = after.point_map(from);
            back = std::max({back, std::abs(again.x - now.x), std::abs(again.y - now.y)});
          }
        }
      }
      EXPECT_LE(forth, kWithinPx);
      EXPECT_LE(back, kWithinPx);
    }
  }
}

// ... and the picture went there, too.
TEST_F(EveryAugmenter, MovesPicturesAsItMovesPoints) {
  // Of the waves' correlation with themselves. A shift of a few pixels takes much more.
  constexpr double kSame = 0.9;
  constexpr int kSmallest = 40;  // fewer pixels do not hold the waves any more
  const Image before = wavy_picture(320, 240);
  for (const Case& c : image_) {
    // At the least quality a file leaves hardly anything to be found again.
    const bool is_lost = c.augmenter->prepare_file && c.name.find("at 0.0") != std::string::npos;
    if (c.augmenter->prepare_rows || is_lost) {
      continue;
    }
    SCOPED_TRACE(c.name);
    const Picture after = take(c, before);
    if (after.point_map.is_identity() || std::min(after.image.width, after.image.height) < kSmallest) {
      continue;
    }
    std::array<double, 5> sums{};
    double count = 0.0;
    for (int y = 0; y < after.image.height; ++y) {
      for (int x = 0; x < after.image.width; ++x) {
        const PixelPoint from = after.point_map.back({x + 0.5, y + 0.5});
        if (!is_inside(from, before)) {
          continue;
        }
        const double a = after.image.row(y)[static_cast<std::size_t>(x)];
        const double b = sample_at(before, from);
        const std::array<double, 5> terms{a, b, a * a, b * b, a * b};
        std::ranges::transform(sums, terms, sums.begin(), std::plus());
        count += 1.0;
      }
    }
    ASSERT_GT(count, 0.0);
    const double covariance = sums[4] / count - sums[0] * sums[1] / (count * count);
    const double variances = (sums[2] / count - sums[0] * sums[0] / (count * count)) *
                             (sums[3] / count - sums[1] * sums[1] / (count * count));
    EXPECT_GT(covariance / std::sqrt(variances), kSame);
  }
}

}  // namespace
}  // namespace fairground
