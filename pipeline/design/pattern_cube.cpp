#include "pipeline/design/pattern_cube.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>
#include <utility>

#include "pipeline/design/join_weights.h"

namespace fairground {
namespace {

/// Fills the cells of a cube.
class CubeFiller {
 public:
  /// One join takes about as long as counting so many patterns directly (empirical).
  static constexpr double kStepsOfJoin = 16.0;

  CubeFiller(const Population& population, std::span<const std::size_t> strides, std::vector<std::uint32_t>& cells)
      : population_(population), cardinalities_(population.cardinalities), strides_(strides), cells_(cells) {}

  /// Whether that took no more than `most_steps` for the subjects whose sources differ; else the cells are of no use.
  [[nodiscard]] bool fill(double most_steps) {
    add_singles();
    if (!add_others(most_steps)) {
      return false;
    }
    if (!strides_.empty()) {
      sum_out(cells_.data(), 0, has_open_weights_, std::plus<>());
    }
    // What is counted directly is already summed out.
    for (const auto& [begin, end] : direct_) {
      std::vector<std::uint32_t> combinations(end - begin);
      std::iota(combinations.begin(), combinations.end(), static_cast<std::uint32_t>(begin));
      count_directly(combinations, 0, 0);
    }
    return true;
  }

 private:
  void add_singles() {
    constexpr std::size_t kBlock = 4096;  // indices that stay in the nearest cache
    std::vector<std::size_t> indices;
    for (std::size_t start = 0; start < population_.singles(); start += kBlock) {
      indices.assign(std::min(kBlock, population_.singles() - start), 0);
      for (std::size_t a = 0; a < strides_.size(); ++a) {
        for (std::size_t i = 0; i < indices.size(); ++i) {
          indices[i] += population_.columns[a][start + i] * strides_[a];
        }
      }
      for (std::size_t i = 0; i < indices.size(); ++i) {
        cells_[indices[i]] += population_.weights[start + i];
      }
    }
  }

  [[nodiscard]] bool add_others(double most_steps) {
    double steps = 0.0;
    JoinWeights joins(cardinalities_);
    std::vector<ValueCode> combination(strides_.size());
    for (std::size_t begin = population_.singles(), end = begin; begin < population_.combinations(); begin = end) {
      while (end < population_.combinations() && owner(end) == owner(begin)) {
        ++end;
      }
      // Empirical: where there are more joins than a sixteenth of the patterns that are reached, counting directly is
      // as fast.
      const double reached = static_cast<double>(end - begin) *
                             static_cast<double>(std::uint64_t{1} << std::min<std::size_t>(strides_.size(), 62));
      const double most = std::min(reached, static_cast<double>(cells_.size())) / 16.0;
      double work = 0.0;
      joins.clear();
      for (std::size_t k = begin; k < end && work <= most; ++k) {
        for (std::size_t a = 0; a < strides_.size(); ++a) {
          combination[a] = population_.columns[a][k];
        }
        work += static_cast<double>(joins.add(combination));
      }
      const bool is_direct = work > most;
      steps += kStepsOfJoin * work + (is_direct ? std::min(reached, static_cast<double>(cells_.size())) : 0.0);
      if (steps > most_steps) {
        return false;
      }
      if (is_direct) {
        direct_.emplace_back(begin, end);
        continue;
      }
      joins.for_each([&](std::span<const ValueCode> pattern, std::uint32_t weight) {
        std::size_t index = 0;
        for (std::size_t a = 0; a < strides_.size(); ++a) {
          index += (pattern[a] == kAnyValue ? cardinalities_[a] : pattern[a]) * strides_[a];
        }
        cells_[index] += weight;
      });
      has_open_weights_ = true;
    }
    return true;
  }

  [[nodiscard]] std::uint32_t owner(std::size_t combination) const {
    return population_.owners[combination - population_.singles()];
  }

  /// Adds to the cells where `attribute` or a later one is open what their values hold. Block by block, so that most of
  /// the work is done within a cache. `open_too`: cells of open attributes already hold something.
  template <typename Cell, typename Add>
  void sum_out(Cell* cells, std::size_t attribute, bool open_too, const Add& add) const {
    const std::size_t stride = strides_[attribute];
    const std::size_t values = cardinalities_[attribute];
    if (attribute + 1 < strides_.size()) {
      for (std::size_t v = 0; v < values + (open_too ? 1 : 0); ++v) {
        sum_out(cells + v * stride, attribute + 1, open_too, add);
      }
    }
    Cell* open = cells + values * stride;
    for (std::size_t v = 0; v < values; ++v) {
      const Cell* slice = cells + v * stride;
      for (std::size_t k = 0; k < stride; ++k) {
        open[k] = add(open[k], slice[k]);
      }
    }
  }

  /// Adds 1 to every pattern that matches any of `combinations`, whose order changes, and has the values of `cell`
  /// before `attribute`.
  void count_directly(std::span<std::uint32_t> combinations, std::size_t attribute, std::size_t cell) {
    if (combinations.size() == 1) {
      count_one(combinations.front(), attribute, cell);
      return;
    }
    if (attribute == strides_.size()) {
      ++cells_[cell];
      return;
    }
    constexpr std::size_t kMostMarked = std::size_t{1} << 22U;  // bytes that stay in a cache
    const std::size_t stride = strides_[attribute];
    const std::size_t values = cardinalities_[attribute];
    const std::size_t below = stride * (values + 1);  // cells
    if (below <= kMostMarked && combinations.size() >= below >> (strides_.size() - attribute)) {
      count_by_marks(combinations, attribute, std::span(cells_).subspan(cell, below));
      return;
    }
    count_directly(combinations, attribute + 1, cell + values * stride);
    const std::vector<ValueCode>& column = population_.columns[attribute];
    std::ranges::sort(combinations, {}, [&](std::uint32_t i) { return column[i]; });
    for (std::size_t begin = 0, end = 0; begin < combinations.size(); begin = end) {
      const ValueCode value = column[combinations[begin]];
      while (end < combinations.size() && column[combinations[end]] == value) {
        ++end;
      }
      count_directly(combinations.subspan(begin, end - begin), attribute + 1, cell + value * stride);
    }
  }

  void count_one(std::uint32_t combination, std::size_t attribute, std::size_t cell) {
    if (attribute == strides_.size()) {
      ++cells_[cell];
      return;
    }
    count_one(combination, attribute + 1, cell + population_.columns[attribute][combination] * strides_[attribute]);
    count_one(combination, attribute + 1, cell + cardinalities_[attribute] * strides_[attribute]);
  }

  /// The same for `cells`, which are those of the patterns of `attribute` and later ones, where most of them match.
  void count_by_marks(std::span<const std::uint32_t> combinations, std::size_t attribute,
                      std::span<std::uint32_t> cells) {
    marks_.assign(cells.size(), 0);
    for (const std::uint32_t i : combinations) {
      std::size_t index = 0;
      for (std::size_t a = attribute; a < strides_.size(); ++a) {
        index += population_.columns[a][i] * strides_[a];
      }
      marks_[index] = 1;
    }
    sum_out(marks_.data(), attribute, /*open_too=*/false,
            [](std::uint8_t a, std::uint8_t b) { return static_cast<std::uint8_t>(a | b); });
    for (std::size_t i = 0; i < cells.size(); ++i) {
      cells[i] += marks_[i];
    }
  }

  const Population& population_;
  std::span<const std::size_t> cardinalities_;
  std::span<const std::size_t> strides_;
  std::vector<std::uint32_t>& cells_;
  bool has_open_weights_ = false;
  std::vector<std::pair<std::size_t, std::size_t>> direct_;  ///< combinations of the subjects that have too many joins
  std::vector<std::uint8_t> marks_;
};

}  // namespace

double cube_bytes(std::span<const std::size_t> cardinalities) {
  double cells = 1.0;
  for (const std::size_t cardinality : cardinalities) {
    cells *= static_cast<double>(cardinality + 1);
  }
  return cells * sizeof(std::uint32_t);
}

PatternCube::PatternCube(const Population& population)
    : PatternCube(std::move(*within(population, std::numeric_limits<double>::infinity()))) {}

PatternCube::PatternCube(const std::vector<std::size_t>& cardinalities)
    : cardinalities_(cardinalities), strides_(cardinalities.size()) {
  std::size_t cells = 1;
  for (std::size_t a = cardinalities_.size(); a-- > 0;) {
    strides_[a] = cells;
    cells *= cardinalities_[a] + 1;
  }
  cells_.resize(cells);
}

std::optional<PatternCube> PatternCube::within(const Population& population, double most_steps) {
  std::optional<PatternCube> cube = PatternCube(population.cardinalities);
  if (!CubeFiller(population, cube->strides_, cube->cells_).fill(most_steps)) {
    cube.reset();
  }
  return cube;
}

std::uint32_t PatternCube::count(std::span<const ValueCode> pattern) const {
  std::size_t cell = 0;
  for (std::size_t a = 0; a < strides_.size(); ++a) {
    cell += (pattern[a] == kAnyValue ? cardinalities_[a] : pattern[a]) * strides_[a];
  }
  return cells_[cell];
}

void PatternCube::subset_counts(std::span<const std::size_t> attributes, std::vector<std::uint32_t>& counts) const {
  std::size_t cell = cells_.size() - 1;
  std::size_t size = 1;
  for (const std::size_t a : attributes) {
    cell -= cardinalities_[a] * strides_[a];
    size *= cardinalities_[a];
  }
  counts.clear();
  counts.reserve(size);
  // The digits count up as an odometer does.
  std::vector<std::size_t> digits(attributes.size(), 0);
  while (true) {
    counts.push_back(cells_[cell]);
    std::size_t i = attributes.size();
    for (; i > 0; --i) {
      const std::size_t a = attributes[i - 1];
      cell += strides_[a];
      if (++digits[i - 1] < cardinalities_[a]) {
        break;
      }
      cell -= digits[i - 1] * strides_[a];
      digits[i - 1] = 0;
    }
    if (i == 0) {
      return;
    }
  }
}

}  // namespace fairground
