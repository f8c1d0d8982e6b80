// Apparent tone of discs and heads of known colour, and against the paper's way written out.
#include "pipeline/measure/apparent_tone.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>
#include <vector>

#include "pipeline/core/error.h"
#include "pipeline/core/random.h"
#include "pipeline/core/skin_part.h"
#include "pipeline/measure/cie_lab.h"
#include "pipeline/measure/monk_scale.h"
#include "pipeline/media/image_file.h"

namespace fairground {
namespace {

constexpr std::uint8_t kFace = static_cast<std::uint8_t>(SkinPart::face);

struct Picture {
  Image image;
  Mask parts;

  Picture(int width, int height) {
    image.width = parts.width = width;
    image.height = parts.height = height;
    image.channels = 3;
    image.samples.resize(static_cast<std::size_t>(3 * width * height));
    parts.codes.resize(static_cast<std::size_t>(width * height));
  }
  void set(int x, int y, const LinearRgb& light) {
    for (int c = 0; c < 3; ++c) {
      image.row(y).channel(c)[static_cast<std::size_t>(x)] = static_cast<float>(light[static_cast<std::size_t>(c)]);
    }
  }
  [[nodiscard]] LinearRgb at(int x, int y) {
    LinearRgb light = {};
    for (int c = 0; c < 3; ++c) {
      light[static_cast<std::size_t>(c)] = static_cast<double>(image.row(y).channel(c)[static_cast<std::size_t>(x)]);
    }
    return light;
  }
  std::uint8_t& part(int x, int y) { return parts.codes[static_cast<std::size_t>(y * parts.width + x)]; }
};

Image as_file(Image image) {
  Raster raster = make_raster(image, 8);
  for (int y = 0; y < image.height; ++y) {
    put_row(image.row(y), raster);
  }
  return to_linear(raster);
}

Image times(Image image, const LinearRgb& gains) {
  const auto width = static_cast<std::size_t>(image.width);
  for (std::size_t i = 0; i < image.samples.size(); ++i) {
    image.samples[i] *= static_cast<float>(gains[i / width % 3]);
  }
  return image;
}

CieLab from_hue(double lightness, double chroma, double hue_deg) {
  const double angle = hue_deg * std::numbers::pi / 180.0;
  return {lightness, chroma * std::cos(angle), chroma * std::sin(angle)};
}

/// L*, chroma and hue over the range of photographed portraits.
const std::array<CieLab, 6> kTones = {from_hue(36.0, 18.0, 52.0), from_hue(44.0, 22.0, 56.0),
                                      from_hue(52.0, 25.0, 50.0), from_hue(60.0, 26.0, 58.0),
                                      from_hue(68.0, 26.0, 62.0), from_hue(76.0, 21.0, 66.0)};

const LinearRgb kWall = {0.25, 0.35, 0.5};

Picture disc(const CieLab& tone) {
  Picture picture(120, 100);
  for (int y = 0; y < 100; ++y) {
    for (int x = 0; x < 120; ++x) {
      const double distance = std::hypot(x - 60, y - 50);
      const bool is_inside = distance < 40.0;
      picture.part(x, y) = distance < 35.0 ? kFace : 0;  // farther inside than the blur reaches
      picture.set(x, y, is_inside ? linear_rgb(tone) : kWall);
    }
  }
  return picture;
}

/// An egg in the light of a lamp and of a room, with redder cheeks, pores, and noise of a camera.
Picture head(const CieLab& tone) {
  constexpr int kSize = 180;
  Picture picture(kSize, kSize);
  const LinearRgb albedo = linear_rgb(tone);
  std::vector<float> normals(static_cast<std::size_t>(4 * kSize * kSize));
  RandomStream(3, 0, "head").normals(0, normals);
  const float* draw = normals.data();
  for (int y = 0; y < kSize; ++y) {
    for (int x = 0; x < kSize; ++x) {
      const double across = (x - 90.0) / 52.0;
      const double down = (y - 92.0) / 70.0;
      const double square = across * across + down * down;
      LinearRgb light = kWall;
      if (square < 1.0) {
        // The rim is mixed with the wall behind, and its hues are anything.
        picture.part(x, y) = square < 0.88 ? kFace : 0;
        const double facing = -0.45 * across - 0.35 * down + 0.82 * std::sqrt(1.0 - square);
        const double shading = 0.3 + 0.75 * std::max(facing, 0.0);
        const double cheek = std::exp(-8.0 * ((std::abs(across) - 0.5) * (std::abs(across) - 0.5) + down * down));
        const double pores = 1.0 + 0.04 * static_cast<double>(*draw++);
        light = {albedo[0] * shading * pores, albedo[1] * shading * pores * (1.0 - 0.12 * cheek),
                 albedo[2] * shading * pores * (1.0 - 0.10 * cheek)};
      }
      for (double& value : light) {
        value += std::sqrt(2e-5 * value + 1e-7) * static_cast<double>(*draw++);
      }
      picture.set(x, y, light);
    }
  }
  return picture;
}

/// L* and hue of the region's pixels behind the blur, in double precision with the C library.
using Point = std::array<double, 2>;
std::vector<Point> smoothed_points(Picture picture) {
  const int width = picture.image.width;
  const int height = picture.image.height;
  std::array<double, 9> taps = {};
  double sum = 0.0;
  for (int k = 0; k < 9; ++k) {
    sum += taps[static_cast<std::size_t>(k)] = std::exp(-0.5 * (k - 4) * (k - 4));
  }
  std::vector<Point> points;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      if (picture.part(x, y) != kFace) {
        continue;
      }
      LinearRgb encoded = {};
      for (int dy = -4; dy <= 4; ++dy) {
        for (int dx = -4; dx <= 4; ++dx) {
          const LinearRgb light = picture.at(std::clamp(x + dx, 0, width - 1), std::clamp(y + dy, 0, height - 1));
          const double weight =
              taps[static_cast<std::size_t>(dx + 4)] * taps[static_cast<std::size_t>(dy + 4)] / (sum * sum);
          for (std::size_t c = 0; c < 3; ++c) {
            const double l = std::clamp(light[c], 0.0, 1.0);
            encoded[c] += weight * (l <= 0.0031308 ? 12.92 * l : 1.055 * std::pow(l, 1.0 / 2.4) - 0.055);
          }
        }
      }
      for (double& e : encoded) {
        e = e <= 0.04045 ? e / 12.92 : std::pow((e + 0.055) / 1.055, 2.4);
      }
      const CieLab lab = cie_lab(encoded);
      points.push_back({lab.lightness, std::atan2(lab.b, lab.a) * 180.0 / std::numbers::pi});
    }
  }
  return points;
}

double square_distance(const Point& a, const Point& b) {
  return (a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]);
}

/// The lower edge of the fullest bin, by Sturges' rule, as the paper's code has it.
double histogram_mode(const std::vector<double>& values) {
  const auto [low, high] = std::ranges::minmax(values);
  const auto bins = static_cast<int>(std::ceil(std::log2(static_cast<double>(values.size())) + 1.0));
  const double width = (high - low) / bins;
  std::vector<int> counts(static_cast<std::size_t>(bins));
  for (const double value : values) {
    ++counts[static_cast<std::size_t>(width > 0.0 ? std::min(bins - 1, static_cast<int>((value - low) / width)) : 0)];
  }
  return low + width * static_cast<double>(std::ranges::max_element(counts) - counts.begin());
}

/// The paper's way: the best of several runs of k-means (Lloyd's steps, starts by k-means++), the modes of histograms,
/// and the three lightest clusters.
Point paper_tone(const std::vector<Point>& points) {
  constexpr std::size_t kClusters = 5;
  constexpr int kStarts = 6;
  RandomStream random(2021, 0, "starts");
  std::vector<std::size_t> best(points.size());
  double least = std::numeric_limits<double>::max();
  for (int start = 0; start < kStarts; ++start) {
    std::vector<Point> centres = {points[random.below(points.size())]};
    std::vector<double> far(points.size(), std::numeric_limits<double>::max());
    while (centres.size() < kClusters) {
      double total = 0.0;
      for (std::size_t i = 0; i < points.size(); ++i) {
        far[i] = std::min(far[i], square_distance(points[i], centres.back()));
        total += far[i];
      }
      double draw = random.uniform() * total;
      std::size_t chosen = 0;
      while (chosen + 1 < points.size() && (draw -= far[chosen]) > 0.0) {
        ++chosen;
      }
      centres.push_back(points[chosen]);
    }
    std::vector<std::size_t> nearest(points.size(), kClusters);
    double energy = 0.0;
    for (bool is_moving = true; is_moving;) {
      is_moving = false;
      energy = 0.0;
      std::vector<std::array<double, 3>> sums(kClusters);
      for (std::size_t i = 0; i < points.size(); ++i) {
        std::size_t k = 0;
        for (std::size_t other = 1; other < kClusters; ++other) {
          k = square_distance(points[i], centres[other]) < square_distance(points[i], centres[k]) ? other : k;
        }
        is_moving = is_moving || nearest[i] != k;
        nearest[i] = k;
        energy += square_distance(points[i], centres[k]);
        sums[k] = {sums[k][0] + points[i][0], sums[k][1] + points[i][1], sums[k][2] + 1.0};
      }
      for (std::size_t k = 0; k < kClusters; ++k) {
        if (sums[k][2] > 0.0) {
          centres[k] = {sums[k][0] / sums[k][2], sums[k][1] / sums[k][2]};
        }
      }
    }
    if (energy < least) {
      least = energy;
      best = nearest;
    }
  }
  std::vector<std::array<double, 3>> clusters;  // L*, hue, pixels
  for (std::size_t k = 0; k < kClusters; ++k) {
    std::vector<double> lightness;
    std::vector<double> hue;
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (best[i] == k) {
        lightness.push_back(points[i][0]);
        hue.push_back(points[i][1]);
      }
    }
    if (!lightness.empty()) {
      clusters.push_back({histogram_mode(lightness), histogram_mode(hue), static_cast<double>(lightness.size())});
    }
  }
  std::ranges::sort(clusters, std::greater<>());
  clusters.resize(std::min<std::size_t>(clusters.size(), 3));
  Point mean = {};
  double pixels = 0.0;
  for (const auto& [lightness, hue, count] : clusters) {
    mean = {mean[0] + count * lightness, mean[1] + count * hue};
    pixels += count;
  }
  return {mean[0] / pixels, mean[1] / pixels};
}

/// The meter's own way, written out for pixels in place of cells.
Point fuzzy_tone(std::vector<Point> points) {
  constexpr std::size_t kClusters = 5;
  std::ranges::sort(points);
  std::vector<Point> centres(kClusters);
  for (std::size_t k = 0; k < kClusters; ++k) {
    const std::size_t first = k * points.size() / kClusters;
    const std::size_t end = (k + 1) * points.size() / kClusters;
    for (std::size_t i = first; i < end; ++i) {
      centres[k][0] += points[i][0] / static_cast<double>(end - first);
      centres[k][1] += points[i][1] / static_cast<double>(end - first);
    }
  }
  std::vector<std::array<double, kClusters>> shares(points.size());
  for (int step = 0; step <= 24; ++step) {
    std::array<std::array<double, 3>, kClusters> sums = {};
    for (std::size_t i = 0; i < points.size(); ++i) {
      double sum = 0.0;
      for (std::size_t k = 0; k < kClusters; ++k) {
        sum += shares[i][k] = 1.0 / (square_distance(points[i], centres[k]) + 0.01);
      }
      for (std::size_t k = 0; k < kClusters; ++k) {
        shares[i][k] /= sum;
        const double weight = shares[i][k] * shares[i][k];
        sums[k] = {sums[k][0] + weight * points[i][0], sums[k][1] + weight * points[i][1], sums[k][2] + weight};
      }
    }
    for (std::size_t k = 0; k < kClusters && step < 24; ++k) {
      centres[k] = {sums[k][0] / sums[k][2], sums[k][1] / sums[k][2]};
    }
  }
  std::array<std::array<double, 3>, kClusters> clusters = {};
  for (std::size_t k = 0; k < kClusters; ++k) {
    double pixels = 0.0;
    for (const auto& share : shares) {
      pixels += share[k];
    }
    clusters[k][2] = pixels;
    for (std::size_t axis = 0; axis < 2; ++axis) {
      double mean = 0.0;
      double square = 0.0;
      for (std::size_t i = 0; i < points.size(); ++i) {
        mean += shares[i][k] * points[i][axis] / pixels;
        square += shares[i][k] * points[i][axis] * points[i][axis] / pixels;
      }
      const double deviation = std::sqrt(square - mean * mean);
      const double half_bin = 0.5 * std::max(7.0 * deviation / (std::log2(pixels) + 1.0), 1.0);
      // In steps that are finer than any bin.
      constexpr double kStep = 0.05;
      double sum = 0.0;
      double moment = 0.0;
      std::vector<std::pair<double, double>> sorted;
      for (std::size_t i = 0; i < points.size(); ++i) {
        sorted.emplace_back(points[i][axis], shares[i][k]);
      }
      std::ranges::sort(sorted);
      std::size_t first = 0;
      std::size_t end = 0;
      double inside = 0.0;
      for (double x = sorted.front().first - 1.0; x < sorted.back().first + 1.0; x += kStep) {
        while (end < sorted.size() && sorted[end].first < x + half_bin) {
          inside += sorted[end++].second;
        }
        while (first < end && sorted[first].first < x - half_bin) {
          inside -= sorted[first++].second;
        }
        const double weight = std::pow(std::max(inside, 0.0), 2.5);
        sum += weight;
        moment += weight * x;
      }
      clusters[k][axis] = moment / sum;
    }
  }
  std::ranges::sort(clusters, std::greater<>());
  const double border = 0.5 * (clusters[2][0] + clusters[3][0]);
  Point mean = {};
  double pixels = 0.0;
  for (const auto& [lightness, hue, count] : clusters) {
    const double kept = count * std::clamp((lightness - border) / 2.0 + 0.5, 0.0, 1.0);
    mean = {mean[0] + kept * lightness, mean[1] + kept * hue};
    pixels += kept;
  }
  return {mean[0] / pixels, mean[1] / pixels};
}

TEST(ApparentTone, OfAnEvenDiscIsItsAlbedo) {
  constexpr double kLightness = 0.25;  // rounding to 8 bits, and the rim, which the blur mixes with the wall
  constexpr double kHue = 1.0;         // of dark tones, whose codes are few
  for (const CieLab& tone : kTones) {
    Picture picture = disc(tone);
    picture.image = as_file(picture.image);
    const ApparentTone found = measure_apparent_tone(picture.image, picture.parts);
    EXPECT_NEAR(found.lightness, tone.lightness, kLightness);
    EXPECT_NEAR(found.hue_deg, lab_hue_deg(tone), kHue);
    EXPECT_NEAR(found.chroma, lab_chroma(tone), 0.6);  // the rim is in the mean
    EXPECT_NEAR(found.ita_deg, lab_ita_deg(tone), 1.0);
    EXPECT_EQ(found.specular_fraction, 0.0);
    EXPECT_EQ(found.clipped_fraction, 0.0);
    EXPECT_EQ(found.pixels, static_cast<std::size_t>(std::ranges::count(picture.parts.codes, kFace)));
  }
}

constexpr LinearRgb kLights[] = {{1.0, 1.0, 1.0}, {0.55, 0.45, 0.32}, {0.30, 0.33, 0.38}};  // day, lamp, dim and cold

TEST(ApparentTone, IsNearThePaper) {
  constexpr double kLightness = 1.0;
  constexpr double kHue = 2.0;
  for (const CieLab& tone : kTones) {
    const Picture daylight = head(tone);
    for (const LinearRgb& light : kLights) {
      Picture picture = daylight;
      picture.image = as_file(times(picture.image, light));
      const ApparentTone found = measure_apparent_tone(picture.image, picture.parts);
      const Point paper = paper_tone(smoothed_points(picture));
      EXPECT_NEAR(found.lightness, paper[0], kLightness) << tone.lightness << ' ' << light[2];
      EXPECT_NEAR(found.hue_deg, paper[1], kHue) << tone.lightness << ' ' << light[2];
    }
  }
}

TEST(ApparentTone, CellsAreAsGoodAsPixels) {
  constexpr double kClose = 0.15;  // of half a unit that a cell has
  for (const CieLab& tone : {kTones[0], kTones[2], kTones[5]}) {
    for (const LinearRgb& light : kLights) {
      Picture picture = head(tone);
      picture.image = times(picture.image, light);
      const ApparentTone found = measure_apparent_tone(picture.image, picture.parts);
      const Point exact = fuzzy_tone(smoothed_points(picture));
      EXPECT_NEAR(found.lightness, exact[0], kClose) << tone.lightness << ' ' << light[2];
      EXPECT_NEAR(found.hue_deg, exact[1], kClose) << tone.lightness << ' ' << light[2];
    }
  }
}

// Light that falls by 1 % takes L* + 16 by its cube root, and leaves the hue.
TEST(ApparentTone, MovesAsSmoothlyAsThePixels) {
  constexpr double kExact = 0.20;  // the clusters find another order as the range of L* shrinks
  constexpr double kFile = 0.30;   // rounding to 8 bits moves pixels one by one
  const double root = std::cbrt(0.99);
  for (const CieLab& tone : {kTones[1], kTones[3], kTones[5]}) {
    const Picture picture = head(tone);
    std::array<ApparentTone, 2> before = {measure_apparent_tone(picture.image, picture.parts),
                                          measure_apparent_tone(as_file(picture.image), picture.parts)};
    for (int step = 1; step <= 60; ++step) {
      const double gain = std::pow(0.99, step);
      const Image image = times(picture.image, {gain, gain, gain});
      const std::array<ApparentTone, 2> after = {measure_apparent_tone(image, picture.parts),
                                                 measure_apparent_tone(as_file(image), picture.parts)};
      for (std::size_t i = 0; i < 2; ++i) {
        const double allowed = i == 0 ? kExact : kFile;
        EXPECT_NEAR(after[i].lightness, root * (before[i].lightness + 16.0) - 16.0, allowed) << step << ' ' << i;
        EXPECT_NEAR(after[i].hue_deg, before[i].hue_deg, i == 0 ? 0.2 : 0.5) << step << ' ' << i;
      }
      before = after;
    }
  }
}

TEST(ApparentTone, NamesTheNearestSwatches) {
  for (int swatch = 1; swatch <= 10; ++swatch) {
    Picture picture = disc(monk_lab(swatch));
    // All around is skin too, so that nothing is mixed with the wall.
    for (int y = 0; y < picture.image.height; ++y) {
      for (int x = 0; x < picture.image.width; ++x) {
        picture.set(x, y, monk_light(swatch));
      }
    }
    const ApparentTone found = measure_apparent_tone(picture.image, picture.parts);
    const MonkMatch match = nearest_monk(monk_lab(swatch));
    EXPECT_EQ(found.monk, swatch);
    EXPECT_EQ(found.monk_runner_up, match.runner_up);
    EXPECT_LT(found.monk_difference, 0.1);
    EXPECT_NEAR(found.monk_margin, match.margin, 0.2);
  }
}

TEST(ApparentTone, CountsClippedPixels) {
  Picture picture = disc(kTones[4]);
  std::size_t clipped = 0;
  for (int x = 40; x < 80; ++x) {
    for (int y = 45; y < 48; ++y) {
      const LinearRgb light = {1.0 - 0.0023 * (x % 3), 0.7, 0.5};  // codes 255, 255 and 254
      picture.set(x, y, light);
      clipped += x % 3 < 2 ? 1 : 0;
    }
  }
  picture.set(5, 5, {1.0, 1.0, 1.0});  // outside
  for (const Image& image : {picture.image, as_file(picture.image)}) {
    const ApparentTone found = measure_apparent_tone(image, picture.parts);
    EXPECT_DOUBLE_EQ(found.clipped_fraction, static_cast<double>(clipped) / static_cast<double>(found.pixels));
  }
}

TEST(ApparentTone, CountsHighlights) {
  Picture picture = head(kTones[2]);
  EXPECT_LT(measure_apparent_tone(picture.image, picture.parts).specular_fraction, 0.002);
  std::size_t shiny = 0;
  for (int y = 0; y < 180; ++y) {
    for (int x = 0; x < 180; ++x) {
      const double distance = std::hypot(x - 75, y - 70);
      LinearRgb light = picture.at(x, y);
      const double mirrored = 0.5 * std::exp(-distance * distance / (2.0 * 9.0 * 9.0));  // of white light
      // Where it is more than a third of what the skin sends back, anybody would call it a highlight.
      shiny += picture.part(x, y) == kFace && mirrored > light[1] / 3.0 ? 1 : 0;
      picture.set(x, y, {light[0] + mirrored, light[1] + mirrored, light[2] + mirrored});
    }
  }
  const ApparentTone found = measure_apparent_tone(picture.image, picture.parts);
  const double expected = static_cast<double>(shiny) / static_cast<double>(found.pixels);
  EXPECT_NEAR(found.specular_fraction / expected, 1.0, 0.4) << expected;  // where it begins is a matter of taste
}

// Pale pixels that are lighter by chance are no highlights.
TEST(ApparentTone, TakesNoNoiseForHighlights) {
  Picture picture = head(kTones[2]);
  std::vector<float> normals(picture.image.samples.size());
  RandomStream(6, 0, "grain").normals(0, normals);
  for (std::size_t i = 0; i < normals.size(); ++i) {
    picture.image.samples[i] += 0.03F * normals[i];
  }
  EXPECT_LT(measure_apparent_tone(picture.image, picture.parts).specular_fraction, 0.005);
}

TEST(ApparentTone, SpreadIsTheDeviationOfLightness) {
  Picture picture = head(kTones[3]);
  double sum = 0.0;
  double square = 0.0;
  const std::vector<Point> points = smoothed_points(picture);
  for (const Point& point : points) {
    sum += point[0];
    square += point[0] * point[0];
  }
  const auto count = static_cast<double>(points.size());
  EXPECT_NEAR(measure_apparent_tone(picture.image, picture.parts).lightness_spread,
              std::sqrt(square / count - sum / count * (sum / count)), 1e-3);
}

TEST(ApparentTone, LooksAtSkinAndNothingElse) {
  Picture picture = head(kTones[3]);
  const ApparentTone before = measure_apparent_tone(picture.image, picture.parts);
  for (const SkinPart part : kAllSkinParts) {
    Picture other = picture;
    for (int y = 110; y < 130; ++y) {
      for (int x = 80; x < 100; ++x) {
        other.part(x, y) = static_cast<std::uint8_t>(part);
      }
    }
    const ApparentTone found = measure_apparent_tone(other.image, other.parts);
    EXPECT_EQ(found.pixels, before.pixels - (is_skin(part) ? 0 : 400)) << to_string(part);
  }
  // What is farther away than the blur reaches changes nothing.
  Picture other = picture;
  for (int y = 0; y < 180; ++y) {
    other.set(170, y, {9.0, -1.0, 0.0});
  }
  const ApparentTone found = measure_apparent_tone(other.image, other.parts);
  EXPECT_EQ(found.lightness, before.lightness);
  EXPECT_EQ(found.hue_deg, before.hue_deg);
  EXPECT_EQ(found.specular_fraction, before.specular_fraction);
}

TEST(ApparentTone, TakesSmallRegionsAndOddPictures) {
  for (const auto& [width, height] : {std::pair{1, 1}, {1, 7}, {7, 1}, {3, 2}, {31, 17}}) {
    for (const CieLab& tone : {kTones[0], kTones[5], CieLab{50.0, 0.0, 0.0}}) {
      Picture picture(width, height);
      for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
          picture.set(x, y, linear_rgb(tone));
          picture.part(x, y) = (x + y) % 2 == 0 ? kFace : 0;
        }
      }
      const ApparentTone found = measure_apparent_tone(picture.image, picture.parts);
      EXPECT_NEAR(found.lightness, tone.lightness, 0.1) << width << ' ' << height;
      EXPECT_TRUE(lab_chroma(tone) == 0.0 || std::abs(found.hue_deg - lab_hue_deg(tone)) < 0.2) << found.hue_deg;
      EXPECT_EQ(found.lightness_spread, found.pixels == 1 ? 0.0 : found.lightness_spread);
    }
  }
  // Beyond black and white.
  Picture wild(16, 16);
  for (int y = 0; y < 16; ++y) {
    for (int x = 0; x < 16; ++x) {
      wild.set(x, y, {x - 3.0, 0.3 * y - 2.0, 0.1});
      wild.part(x, y) = kFace;
    }
  }
  const ApparentTone found = measure_apparent_tone(wild.image, wild.parts);
  EXPECT_GT(found.lightness, 0.0);
  EXPECT_LE(found.lightness, 100.0);
  EXPECT_GT(found.clipped_fraction, 0.5);
}

TEST(ApparentTone, RefusesGreyPicturesAndEmptyMasks) {
  Picture picture = disc(kTones[2]);
  Mask nothing = picture.parts;
  std::ranges::fill(nothing.codes, static_cast<std::uint8_t>(SkinPart::lips));
  EXPECT_THROW((void)measure_apparent_tone(picture.image, nothing), ItemError);
  Image grey = picture.image;
  grey.channels = 1;
  grey.samples.resize(grey.samples.size() / 3);
  EXPECT_THROW((void)measure_apparent_tone(grey, picture.parts), ItemError);
}

}  // namespace
}  // namespace fairground
