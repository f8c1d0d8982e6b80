#include "pipeline/measure/skin_cut.h"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <opencv2/imgproc/detail/gcgraph.hpp>

#include "pipeline/core/plain.h"

namespace fairground {
namespace {

// Rother et al. found these to serve.
constexpr std::size_t kLaws = 5;
constexpr int kRounds = 4;
constexpr double kSmoothness = 50.0;

// Empirical. Luminance counts less than chroma, since shading is no edge of skin.
constexpr double kLightScale = 22.0;
constexpr double kChromaScale = 110.0;
constexpr double kLeastDeviation = 0.02;

constexpr double kUnit = 256.0;       // whole numbers to one of cost
constexpr double kMostCost = 1000.0;  // of one pixel

using Capacity = std::int64_t;

Capacity capacity(double cost) { return static_cast<Capacity>(std::floor(kUnit * cost + 0.5)); }

struct Neighbour {
  int dx;
  int dy;
  double length;
};
constexpr std::array kNeighbours = {Neighbour{-1, 0, 1.0}, Neighbour{-1, -1, 1.4142135623730951}, Neighbour{0, -1, 1.0},
                                    Neighbour{1, -1, 1.4142135623730951}};

double squared_step(const LogColour& a, const LogColour& b) {
  const double light = kLightScale * (static_cast<double>(a[0]) - static_cast<double>(b[0]));
  const double red = kChromaScale * (static_cast<double>(a[1]) - static_cast<double>(b[1]));
  const double blue = kChromaScale * (static_cast<double>(a[2]) - static_cast<double>(b[2]));
  return light * light + red * red + blue * blue;
}

template <class Visit>
void visit_pairs(const ColourField& field, Visit visit) {
  for (int y = 0; y < field.height; ++y) {
    for (int x = 0; x < field.width; ++x) {
      for (const Neighbour& neighbour : kNeighbours) {
        const int to_x = x + neighbour.dx;
        const int to_y = y + neighbour.dy;
        if (to_x >= 0 && to_x < field.width && to_y >= 0) {
          const auto i = static_cast<std::size_t>(y * field.width + x);
          const auto j = static_cast<std::size_t>(to_y * field.width + to_x);
          visit(i, j, neighbour.length);
        }
      }
    }
  }
}

}  // namespace

Shape cut_skin(const ColourField& field, const std::vector<Guess>& guesses, const ColourMixture& skin_law,
               const std::vector<float>& trust) {
  double sum = 0.0;
  double pairs = 0.0;
  visit_pairs(field, [&](std::size_t i, std::size_t j, double) {
    sum += squared_step(field.colours[i], field.colours[j]);
    pairs += 1.0;
  });
  const double beta = sum > 0.0 ? 0.5 * pairs / sum : 0.0;

  Shape skin(field.width, field.height);
  std::ranges::transform(guesses, skin.pixels.begin(),
                         [](Guess guess) { return static_cast<std::uint8_t>(guess >= Guess::probably ? 1 : 0); });
  // Only what is open takes part in the cut; what is sure beside it holds it at its ends.
  std::vector<int> nodes(guesses.size(), -1);
  int count = 0;
  for (std::size_t i = 0; i < guesses.size(); ++i) {
    if (guesses[i] == Guess::hardly || guesses[i] == Guess::probably) {
      nodes[i] = count++;
    }
  }
  std::vector<Capacity> links;
  visit_pairs(field, [&](std::size_t i, std::size_t j, double length) {
    if (nodes[i] >= 0 || nodes[j] >= 0) {
      const double step = squared_step(field.colours[i], field.colours[j]);
      links.push_back(capacity(kSmoothness / length * plain::exp(-std::min(beta * step, 50.0))));
    }
  });

  for (int round = 0; round < kRounds; ++round) {
    std::vector<LogColour> outside;
    for (std::size_t i = 0; i < guesses.size(); ++i) {
      if (skin.pixels[i] == 0) {
        outside.push_back(field.colours[i]);
      }
    }
    if (outside.empty() || count == 0) {
      break;
    }
    const ColourMixture other_law(outside, kLaws, kLeastDeviation);
    cv::detail::GCGraph<Capacity> graph(static_cast<unsigned>(count), static_cast<unsigned>(2 * links.size()));
    std::vector<Capacity> to_skin(static_cast<std::size_t>(count));
    std::vector<Capacity> to_other(to_skin.size());
    for (std::size_t i = 0; i < guesses.size(); ++i) {
      if (nodes[i] >= 0) {
        graph.addVtx();
        const auto node = static_cast<std::size_t>(nodes[i]);
        const double skin_cost = std::clamp(skin_law.cost(field.colours[i]), -kMostCost, kMostCost);
        const double other_cost =
            std::clamp(other_law.cost(field.colours[i]), -kMostCost, kMostCost) + static_cast<double>(trust[i]);
        const double least = std::min(skin_cost, other_cost);
        to_skin[node] += capacity(other_cost - least);
        to_other[node] += capacity(skin_cost - least);
      }
    }
    std::size_t link = 0;
    bool has_edges = false;
    visit_pairs(field, [&](std::size_t i, std::size_t j, double) {
      if (nodes[i] < 0 && nodes[j] < 0) {
        return;
      }
      const Capacity strength = links[link++];
      if (nodes[i] >= 0 && nodes[j] >= 0) {
        graph.addEdges(nodes[i], nodes[j], strength, strength);
        has_edges = true;
        return;
      }
      const std::size_t open = nodes[i] >= 0 ? i : j;
      const std::size_t sure = nodes[i] >= 0 ? j : i;
      (guesses[sure] == Guess::surely ? to_skin : to_other)[static_cast<std::size_t>(nodes[open])] += strength;
    });
    for (std::size_t node = 0; node < to_skin.size(); ++node) {
      graph.addTermWeights(static_cast<int>(node), to_skin[node], to_other[node]);
    }
    // OpenCV's graph demands an edge. Where no two open pixels touch, each goes where its own costs are least.
    if (has_edges) {
      graph.maxFlow();
    }
    for (std::size_t i = 0; i < guesses.size(); ++i) {
      if (nodes[i] >= 0) {
        const auto node = static_cast<std::size_t>(nodes[i]);
        const bool is_skin = has_edges ? graph.inSourceSegment(nodes[i]) : to_skin[node] >= to_other[node];
        skin.pixels[i] = is_skin ? 1 : 0;
      }
    }
  }
  return skin;
}

}  // namespace fairground
