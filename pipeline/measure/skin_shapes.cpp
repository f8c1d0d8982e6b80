#include "pipeline/measure/skin_shapes.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fairground {
namespace {

constexpr float kFar = 1e12F;

/// The lower envelope of parabolas, one above each sample.
class Envelope {
 public:
  explicit Envelope(int longest)
      : centres_(static_cast<std::size_t>(longest)),
        from_(static_cast<std::size_t>(longest) + 1),
        heights_(static_cast<std::size_t>(longest)) {}

  void transform(float* values, int count, std::size_t stride) {
    for (int i = 0; i < count; ++i) {
      heights_[static_cast<std::size_t>(i)] = values[static_cast<std::size_t>(i) * stride];
    }
    std::size_t last = 0;
    centres_[0] = 0;
    from_[0] = -std::numeric_limits<double>::infinity();
    for (int q = 1; q < count; ++q) {
      double crossing = meet(centres_[last], q);
      while (crossing <= from_[last]) {
        --last;
        crossing = meet(centres_[last], q);
      }
      ++last;
      centres_[last] = q;
      from_[last] = crossing;
    }
    from_[last + 1] = std::numeric_limits<double>::infinity();
    std::size_t k = 0;
    for (int q = 0; q < count; ++q) {
      while (from_[k + 1] < q) {
        ++k;
      }
      const double distance = q - centres_[k];
      values[static_cast<std::size_t>(q) * stride] =
          static_cast<float>(distance * distance + heights_[static_cast<std::size_t>(centres_[k])]);
    }
  }

 private:
  /// Where the parabola above `q` gets below that above `p`, which lies before it.
  [[nodiscard]] double meet(int p, int q) const {
    const double at_p = heights_[static_cast<std::size_t>(p)] + static_cast<double>(p) * p;
    const double at_q = heights_[static_cast<std::size_t>(q)] + static_cast<double>(q) * q;
    return (at_q - at_p) / (2.0 * (q - p));
  }

  std::vector<int> centres_;
  std::vector<double> from_;
  std::vector<double> heights_;
};

Shape inverted(const Shape& shape) {
  Shape result = shape;
  for (std::uint8_t& pixel : result.pixels) {
    pixel = pixel == 0 ? 1 : 0;
  }
  return result;
}

template <class Rule>
Shape combined(const Shape& a, const Shape& b, Rule rule) {
  Shape result(a.width, a.height);
  for (std::size_t i = 0; i < result.pixels.size(); ++i) {
    result.pixels[i] = rule(a.pixels[i] != 0, b.pixels[i] != 0) ? 1 : 0;
  }
  return result;
}

}  // namespace

std::size_t Shape::count() const {
  return static_cast<std::size_t>(std::ranges::count_if(pixels, [](std::uint8_t pixel) { return pixel != 0; }));
}

void add_polygon(Shape& shape, std::span<const PixelPoint> corners) {
  std::vector<double> crossings;
  for (int y = 0; y < shape.height; ++y) {
    const double middle = y + 0.5;
    crossings.clear();
    for (std::size_t i = 0; i < corners.size(); ++i) {
      const PixelPoint& a = corners[i];
      const PixelPoint& b = corners[(i + 1) % corners.size()];
      if ((a.y <= middle) != (b.y <= middle)) {
        crossings.push_back(a.x + (middle - a.y) / (b.y - a.y) * (b.x - a.x));
      }
    }
    std::ranges::sort(crossings);
    for (std::size_t i = 0; i + 1 < crossings.size(); i += 2) {
      const double first = std::clamp(std::ceil(crossings[i] - 0.5), 0.0, static_cast<double>(shape.width));
      const double end = std::clamp(std::ceil(crossings[i + 1] - 0.5), 0.0, static_cast<double>(shape.width));
      for (int x = static_cast<int>(first); x < static_cast<int>(end); ++x) {
        shape.pixels[shape.at(x, y)] = 1;
      }
    }
  }
}

std::vector<float> squared_distances(const Shape& shape) {
  std::vector<float> values(shape.pixels.size());
  std::ranges::transform(shape.pixels, values.begin(), [](std::uint8_t pixel) { return pixel != 0 ? 0.0F : kFar; });
  Envelope envelope(std::max({shape.width, shape.height, 1}));
  for (int x = 0; x < shape.width; ++x) {
    envelope.transform(values.data() + x, shape.height, static_cast<std::size_t>(shape.width));
  }
  for (int y = 0; y < shape.height; ++y) {
    envelope.transform(values.data() + shape.at(0, y), shape.width, 1);
  }
  return values;
}

Shape grown(const Shape& shape, double radius) {
  const std::vector<float> distances = squared_distances(shape);
  Shape result(shape.width, shape.height);
  std::ranges::transform(distances, result.pixels.begin(), [&](float squared) {
    return static_cast<std::uint8_t>(static_cast<double>(squared) <= radius * radius ? 1 : 0);
  });
  return result;
}

Shape shrunk(const Shape& shape, double radius) { return inverted(grown(inverted(shape), radius)); }

Shape opened(const Shape& shape, double radius) { return grown(shrunk(shape, radius), radius); }

Shape both(const Shape& a, const Shape& b) {
  return combined(a, b, [](bool in_a, bool in_b) { return in_a && in_b; });
}
Shape either(const Shape& a, const Shape& b) {
  return combined(a, b, [](bool in_a, bool in_b) { return in_a || in_b; });
}
Shape without(const Shape& a, const Shape& b) {
  return combined(a, b, [](bool in_a, bool in_b) { return in_a && !in_b; });
}

Pieces pieces_of(const Shape& shape) {
  Pieces pieces;
  pieces.numbers.resize(shape.pixels.size());
  std::vector<std::size_t> open;
  const auto width = static_cast<std::size_t>(shape.width);
  for (std::size_t start = 0; start < shape.pixels.size(); ++start) {
    if (shape.pixels[start] == 0 || pieces.numbers[start] != 0) {
      continue;
    }
    const int number = static_cast<int>(pieces.sizes.size()) + 1;
    std::size_t size = 0;
    const auto visit = [&](std::size_t i) {
      if (shape.pixels[i] != 0 && pieces.numbers[i] == 0) {
        pieces.numbers[i] = number;
        ++size;
        open.push_back(i);
      }
    };
    visit(start);
    while (!open.empty()) {
      const std::size_t i = open.back();
      open.pop_back();
      const std::size_t x = i % width;
      if (x > 0) {
        visit(i - 1);
      }
      if (x + 1 < width) {
        visit(i + 1);
      }
      if (i >= width) {
        visit(i - width);
      }
      if (i + width < shape.pixels.size()) {
        visit(i + width);
      }
    }
    pieces.sizes.push_back(size);
  }
  return pieces;
}

Shape touching(const Shape& shape, const Shape& seed) {
  const Pieces pieces = pieces_of(shape);
  std::vector<bool> wanted(pieces.sizes.size() + 1);
  for (std::size_t i = 0; i < shape.pixels.size(); ++i) {
    if (seed.pixels[i] != 0 && pieces.numbers[i] != 0) {
      wanted[static_cast<std::size_t>(pieces.numbers[i])] = true;
    }
  }
  Shape result(shape.width, shape.height);
  std::ranges::transform(pieces.numbers, result.pixels.begin(), [&](int number) {
    return static_cast<std::uint8_t>(wanted[static_cast<std::size_t>(number)] ? 1 : 0);
  });
  return result;
}

Shape filled(const Shape& shape) {
  const Shape outside = inverted(shape);
  Shape frame(shape.width, shape.height);
  for (int x = 0; x < shape.width; ++x) {
    frame.pixels[frame.at(x, 0)] = 1;
    frame.pixels[frame.at(x, shape.height - 1)] = 1;
  }
  for (int y = 0; y < shape.height; ++y) {
    frame.pixels[frame.at(0, y)] = 1;
    frame.pixels[frame.at(shape.width - 1, y)] = 1;
  }
  return inverted(touching(outside, frame));
}

}  // namespace fairground
