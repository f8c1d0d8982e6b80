#include "pipeline/measure/skin_colour.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "pipeline/core/plain.h"

namespace fairground {
namespace {

/// Light below which a logarithm would be one of noise and codes: about seven codes of eight bits.
constexpr double kDarkest = 0.002;

/// How the pixels from `begin` to `end` of a row or column fall to coarser ones.
struct Shares {
  std::vector<int> first;        ///< the coarser pixel that each begins in
  std::vector<double> in_first;  ///< how much of it lies there; the rest lies in the next one
  int count = 0;                 ///< of coarser pixels

  Shares(int length, double scale) : first(static_cast<std::size_t>(length)), in_first(first.size()) {
    count = std::max(1, static_cast<int>(std::ceil(length / scale)));
    for (int i = 0; i < length; ++i) {
      const double from = i / scale;
      const double cell = std::min(std::floor(from), count - 1.0);
      const double part = std::min((cell + 1.0) * scale - i, 1.0);
      first[static_cast<std::size_t>(i)] = static_cast<int>(cell);
      in_first[static_cast<std::size_t>(i)] = cell + 1.0 >= count ? 1.0 : part;
    }
  }
};

/// Means of planes, row by row. `read` puts plane `p` of row `y` into a buffer.
template <class Read, class Write>
void coarsen(const Window& window, double scale, std::size_t planes, Read read, Write write) {
  const Shares columns(window.right - window.left, scale);
  const Shares rows(window.bottom - window.top, scale);
  const auto width = static_cast<std::size_t>(columns.count);
  std::vector<double> line(width * planes + planes);
  std::vector<double> here(width * planes);
  std::vector<double> next(here.size());
  std::vector<double> areas_x(width + 1);
  for (std::size_t i = 0; i < columns.first.size(); ++i) {
    areas_x[static_cast<std::size_t>(columns.first[i])] += columns.in_first[i];
    areas_x[static_cast<std::size_t>(columns.first[i]) + 1] += 1.0 - columns.in_first[i];
  }
  std::vector<float> samples(static_cast<std::size_t>(window.right - window.left));
  double area_here = 0.0;
  double area_next = 0.0;
  const auto finish = [&](int row) {
    for (std::size_t x = 0; x < width; ++x) {
      for (std::size_t p = 0; p < planes; ++p) {
        here[x * planes + p] /= area_here * areas_x[x];
      }
    }
    write(row, here);
  };
  for (std::size_t y = 0; y < rows.first.size(); ++y) {
    std::ranges::fill(line, 0.0);
    for (std::size_t p = 0; p < planes; ++p) {
      read(p, window.top + static_cast<int>(y), samples);
      for (std::size_t i = 0; i < samples.size(); ++i) {
        const auto value = static_cast<double>(samples[i]);
        const std::size_t cell = static_cast<std::size_t>(columns.first[i]) * planes + p;
        line[cell] += value * columns.in_first[i];
        line[cell + planes] += value * (1.0 - columns.in_first[i]);
      }
    }
    for (std::size_t i = 0; i < here.size(); ++i) {
      here[i] += line[i] * rows.in_first[y];
      next[i] += line[i] * (1.0 - rows.in_first[y]);
    }
    area_here += rows.in_first[y];
    area_next += 1.0 - rows.in_first[y];
    const bool last = y + 1 == rows.first.size();
    if (last || rows.first[y + 1] != rows.first[y]) {
      finish(rows.first[y]);
      std::swap(here, next);
      std::ranges::fill(next, 0.0);
      area_here = area_next;
      area_next = 0.0;
    }
  }
}

void invert(ColourLaw& law) {
  const auto& c = law.covariance;
  auto& inverse = law.inverse;
  const auto minor = [&](std::size_t i, std::size_t j) {
    const std::size_t i1 = (i + 1) % 3;
    const std::size_t i2 = (i + 2) % 3;
    const std::size_t j1 = (j + 1) % 3;
    const std::size_t j2 = (j + 2) % 3;
    return c[i1][j1] * c[i2][j2] - c[i1][j2] * c[i2][j1];
  };
  const double determinant = c[0][0] * minor(0, 0) + c[0][1] * minor(0, 1) + c[0][2] * minor(0, 2);
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      inverse[i][j] = minor(j, i) / determinant;
    }
  }
  law.log_determinant = plain::log(determinant);
}

double median(std::vector<float>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return static_cast<double>(*middle);
}

/// The direction in which a law reaches farthest, by repeated multiplication.
std::array<double, 3> longest_axis(const ColourLaw& law) {
  std::array<double, 3> axis = {1.0, 0.7, 0.4};
  for (int round = 0; round < 30; ++round) {
    std::array<double, 3> turned{};
    double length = 0.0;
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t j = 0; j < 3; ++j) {
        turned[i] += law.covariance[i][j] * axis[j];
      }
      length += turned[i] * turned[i];
    }
    length = std::sqrt(length);
    for (std::size_t i = 0; i < 3; ++i) {
      axis[i] = turned[i] / length;
    }
  }
  return axis;
}

double variance_along(const ColourLaw& law, const std::array<double, 3>& axis) {
  double sum = 0.0;
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      sum += axis[i] * law.covariance[i][j] * axis[j];
    }
  }
  return sum;
}

}  // namespace

ColourField colour_field(const Image& image, const Window& window, double scale) {
  ColourField field;
  field.left = window.left;
  field.top = window.top;
  field.scale = scale;
  field.width = Shares(window.right - window.left, scale).count;
  field.height = Shares(window.bottom - window.top, scale).count;
  field.colours.resize(static_cast<std::size_t>(field.width) * static_cast<std::size_t>(field.height));
  for (Plane& plane : field.roots) {
    plane = Plane(field.width, field.height);
  }
  const auto read = [&](std::size_t plane, int y, std::vector<float>& samples) {
    const auto row = image.row(y).subspan(plane * static_cast<std::size_t>(image.width));
    for (std::size_t i = 0; i < samples.size(); ++i) {
      samples[i] = std::clamp(row[static_cast<std::size_t>(window.left) + i], 0.0F, 1.0F);
    }
  };
  const auto write = [&](int y, const std::vector<double>& means) {
    LogColour* row = field.colours.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(field.width);
    for (std::size_t x = 0; x < static_cast<std::size_t>(field.width); ++x) {
      for (std::size_t c = 0; c < 3; ++c) {
        field.roots[c].row(y)[x] = static_cast<float>(std::sqrt(std::sqrt(std::max(means[3 * x + c], 0.0))));
      }
      const double red = means[3 * x] + kDarkest;
      const double green = means[3 * x + 1] + kDarkest;
      const double blue = means[3 * x + 2] + kDarkest;
      const double log_green = plain::log(green);
      row[x] = {static_cast<float>(plain::log(0.2126 * red + 0.7152 * green + 0.0722 * blue)),  // Rec. 709
                static_cast<float>(plain::log(red) - log_green), static_cast<float>(plain::log(blue) - log_green)};
    }
  };
  coarsen(window, scale, 3, read, write);
  return field;
}

std::vector<float> coarser_marks(const ColourField& field, const std::vector<std::uint8_t>& marks, int picture_width,
                                 int picture_height) {
  std::vector<float> shares(field.colours.size());
  const Window window{static_cast<int>(field.left), static_cast<int>(field.top),
                      std::min(picture_width, static_cast<int>(std::ceil(field.left + field.width * field.scale))),
                      std::min(picture_height, static_cast<int>(std::ceil(field.top + field.height * field.scale)))};
  const auto read = [&](std::size_t, int y, std::vector<float>& samples) {
    const std::uint8_t* row = marks.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(picture_width);
    for (std::size_t i = 0; i < samples.size(); ++i) {
      samples[i] = row[static_cast<std::size_t>(window.left) + i] != 0 ? 1.0F : 0.0F;
    }
  };
  const auto write = [&](int y, const std::vector<double>& means) {
    const auto width = static_cast<std::size_t>(field.width);
    for (std::size_t x = 0; x < std::min(means.size(), width) && y < field.height; ++x) {
      shares[static_cast<std::size_t>(y) * width + x] = static_cast<float>(means[x]);
    }
  };
  coarsen(window, field.scale, 1, read, write);
  return shares;
}

double ColourLaw::distance(const LogColour& colour) const {
  const double a = static_cast<double>(colour[0]) - mean[0];
  const double b = static_cast<double>(colour[1]) - mean[1];
  const double c = static_cast<double>(colour[2]) - mean[2];
  return inverse[0][0] * a * a + inverse[1][1] * b * b + inverse[2][2] * c * c +
         2.0 * (inverse[0][1] * a * b + inverse[0][2] * a * c + inverse[1][2] * b * c);
}

double ColourLaw::chroma_distance(const LogColour& colour) const {
  const double b = static_cast<double>(colour[1]) - mean[1];
  const double c = static_cast<double>(colour[2]) - mean[2];
  const double determinant = covariance[1][1] * covariance[2][2] - covariance[1][2] * covariance[1][2];
  return (covariance[2][2] * b * b - 2.0 * covariance[1][2] * b * c + covariance[1][1] * c * c) / determinant;
}

ColourLaw fit_colours(std::span<const LogColour> colours, double least_deviation) {
  ColourLaw law;
  law.weight = static_cast<double>(colours.size());
  const double count = std::max(law.weight, 1.0);
  for (const LogColour& colour : colours) {
    for (std::size_t i = 0; i < 3; ++i) {
      law.mean[i] += static_cast<double>(colour[i]);
    }
  }
  for (double& mean : law.mean) {
    mean /= count;
  }
  for (const LogColour& colour : colours) {
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        law.covariance[i][j] +=
            (static_cast<double>(colour[i]) - law.mean[i]) * (static_cast<double>(colour[j]) - law.mean[j]);
      }
    }
  }
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      law.covariance[i][j] /= count;
      law.covariance[j][i] = law.covariance[i][j];
    }
    law.covariance[i][i] += least_deviation * least_deviation;
  }
  invert(law);
  return law;
}

ColourLaw fit_most_colours(std::span<const LogColour> colours, double least_deviation, double farthest) {
  if (colours.empty()) {
    return fit_colours(colours, least_deviation);
  }
  // The first round keeps the half of the colours whose chroma is nearest to the medians.
  std::array<double, 3> middle{};
  for (std::size_t i = 0; i < 3; ++i) {
    std::vector<float> values(colours.size());
    std::ranges::transform(colours, values.begin(), [&](const LogColour& colour) { return colour[i]; });
    middle[i] = median(values);
  }
  const auto from_middle = [&](const LogColour& colour) {
    const double red = static_cast<double>(colour[1]) - middle[1];
    const double blue = static_cast<double>(colour[2]) - middle[2];
    const double light = 0.3 * (static_cast<double>(colour[0]) - middle[0]);  // shading reaches far
    return static_cast<float>(red * red + blue * blue + light * light);
  };
  std::vector<float> distances(colours.size());
  std::ranges::transform(colours, distances.begin(), from_middle);
  std::vector<float> sorted = distances;
  const auto half = static_cast<float>(median(sorted));
  std::vector<LogColour> kept;
  for (std::size_t i = 0; i < colours.size(); ++i) {
    if (distances[i] <= half) {
      kept.push_back(colours[i]);
    }
  }
  ColourLaw law = fit_colours(kept, least_deviation);
  constexpr int kRounds = 8;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<LogColour> near;
    std::ranges::copy_if(colours, std::back_inserter(near),
                         [&](const LogColour& colour) { return law.distance(colour) <= farthest; });
    if (near.size() == kept.size()) {
      break;
    }
    kept = std::move(near);
    law = fit_colours(kept, least_deviation);
  }
  return law;
}

ColourMixture::ColourMixture(std::span<const LogColour> colours, std::size_t laws, double least_deviation)
    : least_deviation_(least_deviation) {
  std::vector<std::vector<LogColour>> clusters = {{colours.begin(), colours.end()}};
  laws_ = {fit_colours(colours, least_deviation)};
  while (laws_.size() < laws) {
    std::size_t widest = 0;
    double most = -1.0;
    for (std::size_t k = 0; k < laws_.size(); ++k) {
      const double spread = variance_along(laws_[k], longest_axis(laws_[k])) * laws_[k].weight;
      if (spread > most) {
        most = spread;
        widest = k;
      }
    }
    const std::array<double, 3> axis = longest_axis(laws_[widest]);
    std::vector<LogColour> low;
    std::vector<LogColour> high;
    for (const LogColour& colour : clusters[widest]) {
      double along = 0.0;
      for (std::size_t i = 0; i < 3; ++i) {
        along += axis[i] * (static_cast<double>(colour[i]) - laws_[widest].mean[i]);
      }
      (along <= 0.0 ? low : high).push_back(colour);
    }
    if (low.empty() || high.empty()) {
      break;
    }
    laws_[widest] = fit_colours(low, least_deviation);
    laws_.push_back(fit_colours(high, least_deviation));
    clusters[widest] = std::move(low);
    clusters.push_back(std::move(high));
  }
  refit(colours);
}

void ColourMixture::find_offsets() {
  offsets_.clear();
  const double total = weight();
  for (const ColourLaw& law : laws_) {
    offsets_.push_back(0.5 * law.log_determinant - plain::log(law.weight / total));
  }
}

void ColourMixture::widen_light(double deviation) {
  for (ColourLaw& law : laws_) {
    law.covariance[0][0] += deviation * deviation;
    invert(law);
  }
  find_offsets();
}

void ColourMixture::add(const ColourLaw& law, double weight) {
  laws_.push_back(law);
  laws_.back().weight = weight;
  find_offsets();
}

double ColourMixture::weight() const {
  double total = 0.0;
  for (const ColourLaw& law : laws_) {
    total += law.weight;
  }
  return total;
}

void ColourMixture::refit(std::span<const LogColour> colours) {
  find_offsets();
  std::vector<std::vector<LogColour>> clusters(laws_.size());
  for (const LogColour& colour : colours) {
    clusters[best(colour)].push_back(colour);
  }
  std::vector<ColourLaw> fitted;
  constexpr std::size_t kFewest = 8;  // colours that a law is fitted to
  for (const std::vector<LogColour>& cluster : clusters) {
    if (cluster.size() >= kFewest) {
      fitted.push_back(fit_colours(cluster, least_deviation_));
    }
  }
  if (!fitted.empty()) {
    laws_ = std::move(fitted);
  }
  find_offsets();
}

std::size_t ColourMixture::best(const LogColour& colour) const {
  std::size_t nearest = 0;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < laws_.size(); ++k) {
    const double cost = 0.5 * laws_[k].distance(colour) + offsets_[k];
    if (cost < least) {
      least = cost;
      nearest = k;
    }
  }
  return nearest;
}

double ColourMixture::cost(const LogColour& colour) const {
  const std::size_t k = best(colour);
  return 0.5 * laws_[k].distance(colour) + offsets_[k];
}

}  // namespace fairground
