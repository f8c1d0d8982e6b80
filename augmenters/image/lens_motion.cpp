// The camera moves while it exposes, in linear light, so that highlights draw streaks as they do on a sensor.
//
// A line is motion at one speed; its MTF is sin(pi L f) / (pi L f) along it. A hand's motion has two parts, which have
// half of the angular speed's power each: a drift, which is steady as long as one exposes, and the tremor of 8 to 12
// cycles per second (the band of physiological tremor: Elble and Koller, "Tremor", 1990). So short exposures draw
// lines and long ones draw loops. The shares are empirical, and so is the speed: some 1 to 3 degrees per second by hand
// (root mean square). Rotation about the line of sight is left out.

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "augmenters/augmenter.h"
#include "augmenters/image/parts/kernel.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

enum class Path { line, hand };

struct LensMotion {
  Path path = Path::line;
  std::optional<double> extent_px;
  std::optional<double> extent_fraction;
  std::optional<double> shake_deg_s;
  std::optional<double> exposure_ms;
  double field_of_view_deg = 78.0;
  double angle_deg = 0.0;
};

const ParameterTable<LensMotion>& table() {
  using P = LensMotion;
  static const auto instance =
      ParameterTable<P>()
          .choice("path", &P::path, {{"line", Path::line}, {"hand", Path::hand}},
                  "A straight line at one speed, or a path that a hand draws, which belongs to the realization.")
          .number("extent_px", &P::extent_px, "px", {0.0, 200.0},
                  "How far the ends of the line, or those points of the path that are farthest apart, are from each "
                  "other.")
          .number("extent_fraction", &P::extent_fraction, "of the diagonal", {0.0, 0.1},
                  "The same as a fraction of the frame's diagonal.")
          .number(
              "shake_deg_s", &P::shake_deg_s, "deg/s", {0.0, 10.0},
              "How fast the camera turns; the extent then follows from the exposure. Without `exposure_ms`, and where "
              "no step declares the illuminance, there is no blur.")
          .number("exposure_ms", &P::exposure_ms, "ms", {0.0, 500.0},
                  "How long the camera exposes; by default what the declared illuminance makes it.")
          .number("field_of_view_deg", &P::field_of_view_deg, "deg", {20.0, 120.0},
                  "Of the frame's diagonal; used with `shake_deg_s`.")
          .number("angle_deg", &P::angle_deg, "deg", {-180.0, 180.0},
                  "Direction of the line: 0 is to the right, 90 is down.");
  return instance;
}

std::string check(const std::vector<Setting>& settings) {
  const auto given = [&](std::size_t i) { return !std::holds_alternative<std::monostate>(settings[i]); };
  if (static_cast<int>(given(1)) + static_cast<int>(given(2)) + static_cast<int>(given(3)) != 1) {
    return "give one of `extent_px`, `extent_fraction` and `shake_deg_s`";
  }
  if (given(4) && !given(3)) {
    return "`exposure_ms` counts beside `shake_deg_s` alone";
  }
  return {};
}

/// What a hand does in one direction while one exposes.
struct HandAxis {
  double drift;         ///< normal
  double tremor_hz;     ///< from 8 to 12
  double tremor_turns;  ///< the phase

  /// Degrees after `time` seconds, at an angular speed of 1 degree per second in both directions together.
  [[nodiscard]] double place(double time) const {
    constexpr double kHalf = 0.5;
    const double tremor =
        std::sqrt(2.0) * plain::sine_of_turns(tremor_hz * time + tremor_turns) / (2.0 * plain::kPi * tremor_hz);
    return kHalf * (drift * time + tremor);
  }
};

std::array<HandAxis, 2> draw_hand(const StepRandom& random) {
  std::array<float, 2> drifts{};
  random.stream("drift").normals(0, drifts);
  RandomStream tremor = random.stream("tremor");
  std::array<HandAxis, 2> axes{};
  for (std::size_t i = 0; i < axes.size(); ++i) {
    axes[i].drift = static_cast<double>(drifts[i]);
    axes[i].tremor_hz = tremor.uniform(8.0, 12.0);
    axes[i].tremor_turns = tremor.uniform();
  }
  return axes;
}

/// Between the two points that are farthest apart, of some sixty.
double extent_of(const std::vector<PathPoint>& path) {
  const std::size_t step = std::max<std::size_t>(path.size() / 64, 1);
  double largest = 0.0;
  for (std::size_t i = 0; i < path.size(); i += step) {
    for (std::size_t k = i + step; k < path.size(); k += step) {
      const double x = path[i].x - path[k].x;
      const double y = path[i].y - path[k].y;
      largest = std::max(largest, x * x + y * y);
    }
  }
  return std::sqrt(largest);
}

/// `count` places at equal distances in time.
std::vector<PathPoint> hand_path(const StepRandom& random, double time, std::size_t count) {
  const auto [x, y] = draw_hand(random);
  std::vector<PathPoint> path(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double moment = time * (static_cast<double>(i) + 0.5) / static_cast<double>(count);
    path[i] = {x.place(moment), y.place(moment)};
  }
  return path;
}

std::vector<PathPoint> line_path(double angle_deg, std::size_t count) {
  std::vector<PathPoint> path(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double along = (static_cast<double>(i) + 0.5) / static_cast<double>(count) - 0.5;
    path[i] = {along * plain::cosine_of_turns(angle_deg / 360.0), along * plain::sine_of_turns(angle_deg / 360.0)};
  }
  return path;
}

/// How many pixels a degree is in the middle of the frame.
double pixels_per_degree(const Shot& shot, double field_of_view_deg) {
  const double half_turns = field_of_view_deg / 720.0;
  const double focal_length_px =
      shot.half_diagonal() * plain::cosine_of_turns(half_turns) / plain::sine_of_turns(half_turns);
  return focal_length_px * plain::kPi / 180.0;
}

void apply(Picture& picture, const LensMotion& p, const StepRandom& random) {
  constexpr double kUsualTime = 1.0 / 15.0;  // that a path of a given extent takes, in seconds
  constexpr double kPointsPerPixel = 16.0;   // of a path, at least
  constexpr double kSlowPart = 8.0;          // how much faster than on average a hand may be
  const std::optional<Exposure>& exposure = picture.shot.exposure;
  double time = exposure ? exposure->time_s : kUsualTime;
  double extent = p.extent_px.value_or(2.0 * picture.shot.half_diagonal() * p.extent_fraction.value_or(0.0));
  if (p.shake_deg_s) {
    time = p.exposure_ms ? *p.exposure_ms / 1000.0 : exposure ? exposure->time_s : 0.0;
    extent = *p.shake_deg_s * time * pixels_per_degree(picture.shot, p.field_of_view_deg);
    picture.measure.values.emplace_back("exposure_ms", 1000.0 * time);
  }
  std::vector<PathPoint> path;
  if (extent > 0.0) {
    const auto count = static_cast<std::size_t>(std::ceil(kPointsPerPixel * kSlowPart * (extent + 1.0)));
    path = p.path == Path::hand ? hand_path(random, time, count) : line_path(p.angle_deg, count);
    const double drawn = extent_of(path);
    // Of a hand, the speed is that of many realizations on average, and the extent hangs on the draw.
    const double scale = p.path == Path::line ? extent : p.shake_deg_s ? extent / time : extent / drawn;
    for (PathPoint& point : path) {
      point = {scale * point.x, scale * point.y};
    }
    extent = p.path == Path::line ? extent : scale * drawn;
    spread_light(picture.image, path_spread(std::move(path)));
  }
  picture.measure.values.emplace_back("extent_px", extent);
}

const Registration registration(picture_augmenter<LensMotion>(
    {
        .name = "lens.motion",
        .summary = "Blur by a camera that moves while it exposes: along a line, or as a hand trembles.",
        .source = "Elble and Koller 1990 (the band of tremor); the rest empirical",
        .media = Media::image,
        .stage = Stage::lens,
        .version = 1,
        .identity = "extent_px: 0",
        .labels = "keeps all labels, as the mean of the path stays where it was",
        .claim = "The frequency of half the contrast across a line is within 3 % of its law. Light is kept within "
                 "1e-5, the path's mean stays within 0.001 px, and over 400 draws the hand's speed is within 15 %.",
        .limits = "Rotation about the line of sight is left out. How drift and tremor share the speed, and the speed "
                  "itself, are empirical.",
        .example = "line: [{lens.motion: {extent_px: 16, angle_deg: 20}}]\n"
                   "hand: [{lens.motion: {path: hand, extent_px: 16}}]\n",
        .check = check,
    },
    table(), apply));

}  // namespace
}  // namespace fairground
