// A key light from another direction than the camera's, hard or soft.
//
// The source counts as lit from the front: half of its light from the camera's direction, half from everywhere
// (empirical). At each pixel it is multiplied by what a matt surface gets of the new light over what it got of the old:
//   gain = k (a + (1 - a) E(n . l)) / (1/2 + 1/2 n_z),
// where a is the ambient share and E the irradiance of an evenly bright cap of the sky around l, over what it gives to
// a surface that faces it: Lambert's cosine at softness 0, (1 + cos) / 2 of a hemisphere at 1, and between them the
// closed form for a cap that the surface's horizon cuts (Snyder, "Area light sources for real-time graphics", 1996).
//
// Normals are the labels' (`normals`, `depth`), or else those of a relief of a head and shoulders
// (parts/normal_field.h) at the box labelled `face`, or in the middle. The camera exposes for what it is told to: k
// brings the mean gain over it to 1, whatever the picture shows. Nothing casts a shadow on something else; light.shadow
// does.

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <optional>

#include "augmenters/augmenter.h"
#include "augmenters/image/parts/normal_field.h"
#include "pipeline/core/hot.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

enum class ExposedFor { face, frame, brightest };

struct LightDirection {
  double azimuth_deg = 45.0;
  double elevation_deg = 30.0;
  double softness = 0.3;
  double ambient = 0.2;
  ExposedFor exposed_for = ExposedFor::face;
  std::optional<double> depth_unit_px;
};

const ParameterTable<LightDirection>& table() {
  using P = LightDirection;
  static const auto instance =
      ParameterTable<P>()
          .required_number("azimuth_deg", &P::azimuth_deg, "deg", {-180.0, 180.0},
                           "Where the light comes from: 0 is the camera, 90 the right of the picture, 180 behind.")
          .number("elevation_deg", &P::elevation_deg, "deg", {-90.0, 90.0},
                  "How high it stands: 0 is the camera's height, 90 straight above.")
          .number("softness", &P::softness, "", {0.0, 1.0},
                  "Size of the light: 0 is a point, 1 half of the sky; a window near by has about 0.3 (empirical).")
          .number("ambient", &P::ambient, "", {0.0, 1.0},
                  "Share of the light that comes from everywhere and fills the shadows.")
          .choice("exposed_for", &P::exposed_for,
                  {{"face", ExposedFor::face}, {"frame", ExposedFor::frame}, {"brightest", ExposedFor::brightest}},
                  "What gets as much light as before: the head on average, or the frame where nobody is; the frame on "
                  "average; or the place that gets most.")
          .number("depth_unit_px", &P::depth_unit_px, "px", {1e-6, 1e6},
                  "How many pixels one unit of a supplied depth is; if left out, its whole range counts as a quarter "
                  "of the diagonal.");
  return instance;
}

/// Of 0 <= x, in plain arithmetic, within 1e-15.
double arctangent(double x) {
  const double half = x / (1.0 + std::sqrt(1.0 + x * x));
  const double quarter = half / (1.0 + std::sqrt(1.0 + half * half));  // at most tan(pi / 8)
  const double t = quarter / (1.0 + std::sqrt(1.0 + quarter * quarter));
  const double t2 = t * t;
  double sum = 0.0;
  for (int k = 23; k > 0; k -= 2) {
    sum = 1.0 / k - t2 * sum;
  }
  return 8.0 * t * sum;
}

double arccosine(double x) {
  return x <= -1.0 ? plain::kPi : 2.0 * arctangent(std::sqrt(std::max(1.0 - x, 0.0) / (1.0 + x)));
}

/// What a surface gets of a cap of the sky that is seen under the half angle `sigma` and stands at `cosine` from the
/// surface's normal, over what it gets of one straight above.
double cap_irradiance(double cosine, double sine_of_sigma) {
  const double sine = std::sqrt(std::max(1.0 - cosine * cosine, 0.0));
  if (std::fabs(cosine) >= sine_of_sigma) {  // all of it is above the horizon, or below
    return std::max(cosine, 0.0);
  }
  const double x = std::sqrt(1.0 / (sine_of_sigma * sine_of_sigma) - 1.0);
  const double y = std::clamp(-x * cosine / sine, -1.0, 1.0);
  const double z = sine * std::sqrt(1.0 - y * y);
  const double part = x > 0.0 ? arctangent(z / x) : 0.5 * plain::kPi;
  return (cosine * arccosine(y) - x * z + part / (sine_of_sigma * sine_of_sigma)) / plain::kPi;
}

/// The cap's irradiance as a sum of Chebyshev polynomials, within 1.2e-3 of it, for loops that can look nothing up:
/// between -reach and reach it bends, beyond it is 0 or the cosine itself.
constexpr std::size_t kTerms = 10;
struct Irradiance {
  float reach = 0.0F;
  float inverse_reach = 0.0F;
  std::array<float, kTerms> terms{};
};

Irradiance irradiance_of(double softness) {
  const double reach = plain::sine_of_turns(0.25 * softness);
  if (reach == 0.0) {
    return {};
  }
  Irradiance irradiance{static_cast<float>(reach), static_cast<float>(1.0 / reach)};
  constexpr double kCount = kTerms;
  for (std::size_t j = 0; j < kTerms; ++j) {
    double sum = 0.0;
    for (std::size_t k = 0; k < kTerms; ++k) {
      const double turns = (static_cast<double>(k) + 0.5) / (2.0 * kCount);
      sum += cap_irradiance(reach * plain::cosine_of_turns(turns), reach) *
             plain::cosine_of_turns(static_cast<double>(j) * turns);
    }
    irradiance.terms[j] = static_cast<float>(sum * (j == 0 ? 1.0 : 2.0) / kCount);
  }
  return irradiance;
}

struct Light {
  float x;
  float y;
  float z;
};

Light towards(const LightDirection& p) {
  const double level = plain::cosine_of_turns(p.elevation_deg / 360.0);
  return {static_cast<float>(level * plain::sine_of_turns(p.azimuth_deg / 360.0)),
          static_cast<float>(-plain::sine_of_turns(p.elevation_deg / 360.0)),
          static_cast<float>(level * plain::cosine_of_turns(p.azimuth_deg / 360.0))};
}

/// Gains into `x`.
FAIRGROUND_HOT void shade(float* __restrict x, const float* __restrict y, const float* __restrict z, std::size_t count,
                          Light light, Irradiance irradiance, float ambient, float scale) {
  for (std::size_t i = 0; i < count; ++i) {
    const float cosine = x[i] * light.x + y[i] * light.y + z[i] * light.z;
    const float u = std::min(std::max(cosine * irradiance.inverse_reach, -1.0F), 1.0F);
    float next = 0.0F;  // Clenshaw's recurrence
    float after = 0.0F;
    for (std::size_t j = kTerms - 1; j > 0; --j) {
      const float term = irradiance.terms[j] + 2.0F * u * next - after;
      after = next;
      next = term;
    }
    const float bent = irradiance.terms[0] + u * next - after;
    const float key = std::max(bent, 0.0F) + std::max(cosine - irradiance.reach, 0.0F);
    const float before = 0.5F + 0.5F * std::max(z[i], 0.0F);
    x[i] = scale * (ambient + (1.0F - ambient) * key) / before;
  }
}

FAIRGROUND_HOT void multiply(float* __restrict samples, const float* __restrict gains, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    samples[i] *= gains[i];
  }
}

/// Makes the gains of any row.
struct Shading {
  NormalField field;
  Light light;
  Irradiance irradiance;
  float ambient;
  float scale = 1.0F;

  void row(int y, std::vector<float>& gains, std::vector<float>& spare) const {
    const std::size_t width = gains.size();
    spare.resize(2 * width);
    const std::span<float> rest(spare);
    field.row(y, {gains, rest.first(width), rest.subspan(width)});
    shade(gains.data(), rest.data(), rest.data() + width, width, light, irradiance, ambient, scale);
  }
};

struct Gains {
  double mean = 1.0;
  double highest = 1.0;
};

/// Over some rows of what the camera exposes for.
Gains gains_over(const Shading& shading, const Shot& shot, ExposedFor region) {
  constexpr int kRows = 64;  // half a frame
  const HeadPlace head = head_of(shot);
  std::vector<float> gains(static_cast<std::size_t>(shot.width));
  std::vector<float> spare;
  double sum = 0.0;
  double weight = 0.0;
  double highest = 0.0;
  const int step = std::max(1, shot.height / (2 * kRows));
  for (int y = 0; y < shot.height; y += step) {
    const double v = (y + 0.5 - head.y) / head.half_height;
    const double across = region == ExposedFor::face ? 1.0 - v * v : 0.0;
    if (across < 0.0) {
      continue;
    }
    shading.row(y, gains, spare);
    for (int x = 0; x < shot.width; x += step) {
      const double u = (x + 0.5 - head.x) / head.half_width;
      if (region == ExposedFor::face && u * u > across) {
        continue;
      }
      const double gain = gains[static_cast<std::size_t>(x)];
      sum += gain;
      weight += 1.0;
      highest = std::max(highest, gain);
    }
  }
  return weight > 0.0 ? Gains{sum / weight, highest} : Gains{};
}

RowOperation rows(const Shot& shot, const LightDirection& p, const StepRandom&) {
  constexpr double kLeast = 1e-3;  // a scene that gets no light at all is not brightened to a thousandfold
  Shading shading{NormalField(shot, p.depth_unit_px.value_or(0.0)), towards(p), irradiance_of(p.softness),
                  static_cast<float>(p.ambient)};
  const bool no_face = p.exposed_for == ExposedFor::face && has_nobody(shot);
  const ExposedFor exposed_for = no_face ? ExposedFor::frame : p.exposed_for;
  const Gains gains = gains_over(shading, shot, exposed_for);
  shading.scale =
      static_cast<float>(1.0 / std::max(exposed_for == ExposedFor::brightest ? gains.highest : gains.mean, kLeast));
  const double brightest = gains.highest * shading.scale;
  const bool known = shading.field.is_known();
  // Labels do not live until the rows are run, so gains that come from them are made now.
  std::vector<float> plane;
  std::vector<float> row(static_cast<std::size_t>(shot.width));
  std::vector<float> spare;
  if (known) {
    plane.reserve(row.size() * static_cast<std::size_t>(shot.height));
    for (int y = 0; y < shot.height; ++y) {
      shading.row(y, row, spare);
      plane.insert(plane.end(), row.begin(), row.end());
    }
  }
  struct State {
    Shading shading;
    std::vector<float> plane;
    std::vector<float> row;
    std::vector<float> spare;
  };
  auto state = std::make_shared<State>(State{shading, std::move(plane), std::move(row), std::move(spare)});
  return {[state](const ImageRow& image) {
            const std::size_t width = state->row.size();
            const float* gain = state->row.data();
            if (state->plane.empty()) {
              state->shading.row(image.y, state->row, state->spare);
            } else {
              gain = state->plane.data() + static_cast<std::size_t>(image.y) * width;
            }
            for (int c = 0; c < image.channels; ++c) {
              multiply(image.channel(c).data(), gain, width);
            }
          },
          [brightest, known]() -> std::vector<std::pair<std::string, double>> {
            return {{"highest_gain", brightest}, {"normals_known", known ? 1.0 : 0.0}};
          }};
}

const Registration registration(row_augmenter<LightDirection>(
    {
        .name = "light.direction",
        .summary = "A key light from another direction, hard or soft, on supplied normals or depth or on a relief of a "
                   "head and shoulders.",
        .source = "Lambert 1760; Snyder 1996 (irradiance of a cap of the sky)",
        .media = Media::image,
        .stage = Stage::light,
        .version = 1,
        .identity = "none: the source's own light is only supposed",
        .labels = "keeps all labels",
        .claim = "Against a ray tracer, the relative error is below 0.1 % on known normals, 1.5 % on known depth and "
                 "13 % on the supposed relief of a head. A ball is brightest within 3 degrees of where the light comes "
                 "from.",
        .limits = "Nothing casts a shadow onto something else; where it should, the test's error is below 25 %. That "
                  "the source was lit from the front, half from everywhere, is supposed.",
        .example = "from_the_right: [{light.direction: {azimuth_deg: 70}}]\n"
                   "from_above: [{light.direction: {azimuth_deg: 0, elevation_deg: 85, softness: 0}}]\n"
                   "hard_from_the_left: [{light.direction: {azimuth_deg: -80, elevation_deg: 10, softness: "
                   "0, ambient: 0.1}}]\n",
    },
    table(), rows));

}  // namespace
}  // namespace fairground
