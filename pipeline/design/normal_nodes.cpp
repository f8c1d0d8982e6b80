#include "pipeline/design/normal_nodes.h"

#include <cmath>

namespace fairground::power {

std::vector<Node> normal_nodes(double step, double reach) {
  const int half = static_cast<int>(reach / step);
  std::vector<Node> nodes;
  double sum = 0.0;
  for (int i = -half; i <= half; ++i) {
    const double z = i * step;
    nodes.push_back({z, std::exp(-0.5 * z * z)});
    sum += nodes.back().weight;
  }
  for (Node& node : nodes) {
    node.weight /= sum;
  }
  return nodes;
}

}  // namespace fairground::power
