// The mean of a function of a standard normal variable, as a sum.
#pragma once

#include <vector>

namespace fairground::power {

/// Points and weights for the mean of a function of a standard normal variable.
struct Node {
  double z = 0.0;
  double weight = 0.0;
};

/// Equal steps from -`reach` to `reach`. For smooth functions the trapezoidal rule is then as exact as any: its error
/// falls like exp(-2 pi² / step²) (Trefethen and Weideman, SIAM Review 56 (2014) 385).
[[nodiscard]] std::vector<Node> normal_nodes(double step, double reach);

}  // namespace fairground::power
