#include "pipeline/design/uncovered_patterns.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

namespace fairground {
namespace {

/// Rows packed into whole words, so that equal rows are found by comparing a word or few.
class PackedRows {
 public:
  explicit PackedRows(const CodedRows& rows) {
    std::vector<std::pair<std::size_t, int>> places;  // word and shift of each attribute
    std::size_t used = 64;
    for (const std::size_t cardinality : rows.cardinalities) {
      const auto width = static_cast<std::size_t>(std::bit_width(cardinality));
      if (used + width > 64) {
        ++words_;
        used = 0;
      }
      places.emplace_back(words_ - 1, static_cast<int>(used));
      used += width;
    }
    packed_.resize(rows.size() * words_);
    for (std::size_t a = 0; a < places.size(); ++a) {
      const auto [word, shift] = places[a];
      for (std::size_t row = 0; row < rows.size(); ++row) {
        packed_[row * words_ + word] |= static_cast<std::uint64_t>(rows.columns[a][row]) << shift;
      }
    }
  }

  [[nodiscard]] std::span<const std::uint64_t> row(std::size_t i) const {
    return std::span(packed_).subspan(i * words_, words_);
  }
  [[nodiscard]] bool equal(std::size_t i, std::size_t k) const { return std::ranges::equal(row(i), row(k)); }
  [[nodiscard]] bool less(std::size_t i, std::size_t k) const {
    return std::ranges::lexicographical_compare(row(i), row(k));
  }
  [[nodiscard]] std::uint64_t hash(std::size_t i) const {
    std::uint64_t hash = 0;
    for (const std::uint64_t word : row(i)) {
      // The multiplier and shift of MurmurHash3's 64-bit finalizer; the hash only spreads rows over a table.
      hash = (hash ^ word) * 0xFF51AFD7ED558CCDU;
      hash ^= hash >> 33U;
    }
    return hash;
  }

 private:
  std::size_t words_ = 0;
  std::vector<std::uint64_t> packed_;
};

/// Gathers a population: first all singles, then the subjects with several combinations.
class PopulationBuilder {
 public:
  PopulationBuilder(const CodedRows& rows, const PackedRows& packed) : rows_(rows), packed_(packed) {}

  void add_singles(std::span<const std::uint32_t> members) {
    // Open addressing; at most half of the slots are ever used.
    constexpr std::uint32_t kFree = 0xFFFFFFFF;
    std::vector<std::uint32_t> slots(std::bit_ceil(2 * members.size() + 2), kFree);
    for (const std::uint32_t row : members) {
      std::size_t slot = packed_.hash(row) & (slots.size() - 1);
      while (slots[slot] != kFree && !packed_.equal(chosen_[slots[slot]], row)) {
        slot = (slot + 1) & (slots.size() - 1);
      }
      if (slots[slot] == kFree) {
        slots[slot] = static_cast<std::uint32_t>(chosen_.size());
        chosen_.push_back(row);
        population_.weights.push_back(0);
      }
      ++population_.weights[slots[slot]];
    }
    population_.members += members.size();
  }

  /// `rows` are distinct and more than one.
  void add_subject(std::span<const std::uint32_t> rows) {
    chosen_.insert(chosen_.end(), rows.begin(), rows.end());
    population_.owners.insert(population_.owners.end(), rows.size(), next_owner_++);
    ++population_.members;
  }

  [[nodiscard]] Population finish() {
    population_.cardinalities = rows_.cardinalities;
    for (const std::vector<ValueCode>& column : rows_.columns) {
      std::vector<ValueCode>& values = population_.columns.emplace_back();
      values.reserve(chosen_.size());
      for (const std::uint32_t row : chosen_) {
        values.push_back(column[row]);
      }
    }
    return std::move(population_);
  }

 private:
  const CodedRows& rows_;
  const PackedRows& packed_;
  std::vector<std::uint32_t> chosen_;  ///< the row that stands for each combination
  std::uint32_t next_owner_ = 0;
  Population population_;
};

/// Counts the subjects whose sources differ as weights on patterns. Let w be weights such that every pattern's count of
/// one subject (1 if it matches any of the combinations, else 0) is the sum of w over all patterns that it matches,
/// itself included: then summing out adds up subjects as it adds up sources. With a further combination c, inclusion
/// and exclusion give w + [c] − Σ w(p) [join of p and c], where a join keeps what two patterns agree in and opens the
/// rest: a pattern matches both p and c if and only if it matches their join. Subjects mostly agree in most attributes,
/// so there are few joins.
class JoinWeights {
 public:
  explicit JoinWeights(std::span<const std::size_t> cardinalities) {
    std::size_t used = 0;
    for (const std::size_t cardinality : cardinalities) {
      // The field's all ones, which open the attribute, are never a value. Fields waste so little that what has a cube
      // of less than 2^48 cells fits 64 bits.
      const auto width = static_cast<std::size_t>(std::bit_width(cardinality));
      masks_.push_back(((std::uint64_t{1} << width) - 1) << used);
      used += width;
    }
  }

  void clear() {
    for (const std::size_t slot : used_) {
      slots_[slot] = {};
    }
    used_.clear();
  }

  /// Adds the combination; returns how many joins that took.
  std::size_t add(std::span<const ValueCode> combination) {
    std::uint64_t packed = 0;
    for (std::size_t a = 0; a < masks_.size(); ++a) {
      packed |= static_cast<std::uint64_t>(combination[a]) << std::countr_zero(masks_[a]);
    }
    pending_.clear();
    for (const std::size_t slot : used_) {
      if (slots_[slot].weight != 0) {
        pending_.emplace_back(join(slots_[slot].pattern, packed), 0 - slots_[slot].weight);
      }
    }
    pending_.emplace_back(packed, 1);
    for (const auto& [pattern, weight] : pending_) {
      find(pattern).weight += weight;
    }
    return pending_.size();
  }

  /// Calls `body` with the digits of each pattern, kAnyValue for open ones, and its weight modulo 2^32.
  template <typename Body>
  void for_each(const Body& body) const {
    std::vector<ValueCode> digits(masks_.size());
    for (const std::size_t slot : used_) {
      if (slots_[slot].weight == 0) {
        continue;
      }
      for (std::size_t a = 0; a < masks_.size(); ++a) {
        const std::uint64_t field = slots_[slot].pattern & masks_[a];
        digits[a] = field == masks_[a] ? kAnyValue : static_cast<ValueCode>(field >> std::countr_zero(masks_[a]));
      }
      body(std::span<const ValueCode>(digits), slots_[slot].weight);
    }
  }

 private:
  struct Slot {
    std::uint64_t pattern = 0;
    std::uint32_t weight = 0;
    bool is_used = false;
  };

  [[nodiscard]] std::uint64_t join(std::uint64_t a, std::uint64_t b) const {
    std::uint64_t joined = a;
    for (const std::uint64_t mask : masks_) {
      joined |= ((a ^ b) & mask) != 0 ? mask : 0;
    }
    return joined;
  }

  Slot& find(std::uint64_t pattern) {
    if (2 * (used_.size() + 1) > slots_.size()) {
      grow();
    }
    const std::size_t slot = place(pattern);
    if (!slots_[slot].is_used) {
      slots_[slot] = {pattern, 0, true};
      used_.push_back(slot);
    }
    return slots_[slot];
  }

  [[nodiscard]] std::size_t place(std::uint64_t pattern) const {
    // Fibonacci hashing: the high bits of a product with 2^64 divided by the golden ratio.
    std::size_t slot = (pattern * 0x9E3779B97F4A7C15U) >> 32U & (slots_.size() - 1);
    while (slots_[slot].is_used && slots_[slot].pattern != pattern) {
      slot = (slot + 1) & (slots_.size() - 1);
    }
    return slot;
  }

  void grow() {
    const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(2 * slots_.size()));
    for (std::size_t& slot : used_) {
      const std::size_t to = place(old[slot].pattern);
      slots_[to] = old[slot];
      slot = to;
    }
  }

  std::vector<std::uint64_t> masks_;  ///< of each attribute's field
  std::vector<Slot> slots_ = std::vector<Slot>(64);
  std::vector<std::size_t> used_;
  std::vector<std::pair<std::uint64_t, std::uint32_t>> pending_;
};

/// Fills the cells of a cube.
class CubeFiller {
 public:
  CubeFiller(const Population& population, std::span<const std::size_t> strides, std::vector<std::uint32_t>& cells)
      : population_(population), cardinalities_(population.cardinalities), strides_(strides), cells_(cells) {}

  void fill() {
    add_singles();
    add_others();
    if (!strides_.empty()) {
      sum_out(cells_.data(), 0, has_open_weights_, std::plus<>());
    }
    // What is counted directly is already summed out.
    for (const auto& [begin, end] : direct_) {
      std::vector<std::uint32_t> combinations(end - begin);
      std::iota(combinations.begin(), combinations.end(), static_cast<std::uint32_t>(begin));
      count_directly(combinations, 0, 0);
    }
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

  void add_others() {
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
      if (work > most) {
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

/// Looks for maximal uncovered patterns from the root down. A pattern is reached from the parent that lacks its last
/// value, and only if that parent is covered, so that each is met once and nothing below a gap is looked at.
class CubeSearch {
 public:
  CubeSearch(const PatternCube& cube, std::uint32_t threshold, const PatternVisitor& visit)
      : cube_(cube), threshold_(threshold), visit_(visit), pattern_(cube.cardinalities().size(), kAnyValue) {}

  void run() {
    const std::size_t root = cube_.cells().size() - 1;
    if (is_uncovered(root)) {
      visit_(pattern_, 0, cube_.cells()[root]);
    } else {
      search(root, 0);
    }
  }

 private:
  [[nodiscard]] bool is_uncovered(std::size_t cell) const { return cube_.cells()[cell] < threshold_; }

  /// Tries every pattern that names one more value than that of `cell`, which is covered, at `first` or after.
  void search(std::size_t cell, std::size_t first) {
    for (std::size_t a = first; a < pattern_.size(); ++a) {
      const std::size_t stride = cube_.strides()[a];
      const std::size_t values = cube_.cardinalities()[a];
      for (std::size_t v = 0; v < values; ++v) {
        const std::size_t child = cell - (values - v) * stride;
        pattern_[a] = static_cast<ValueCode>(v);
        if (!is_uncovered(child)) {
          if (a + 1 < pattern_.size()) {
            steps_up_.push_back((values - v) * stride);
            search(child, a + 1);
            steps_up_.pop_back();
          }
        } else if (std::ranges::none_of(steps_up_, [&](std::size_t step) { return is_uncovered(child + step); })) {
          visit_(pattern_, steps_up_.size() + 1, cube_.cells()[child]);
        }
      }
      pattern_[a] = kAnyValue;
    }
  }

  const PatternCube& cube_;
  std::uint32_t threshold_;
  const PatternVisitor& visit_;
  std::vector<ValueCode> pattern_;
  std::vector<std::size_t> steps_up_;  ///< from the cell to each of its parents, in the order of the values named
};

/// Counts the combinations of a set of attributes.
class SubsetCounter {
 public:
  explicit SubsetCounter(const Population& population) : population_(population) {}

  void count(std::span<const std::size_t> attributes, std::vector<std::uint32_t>& counts) {
    std::size_t cells = 1;
    indices_.assign(population_.combinations(), 0);
    for (const std::size_t a : attributes) {
      const auto values = static_cast<std::uint32_t>(population_.cardinalities[a]);
      cells *= values;
      const std::vector<ValueCode>& column = population_.columns[a];
      for (std::size_t i = 0; i < indices_.size(); ++i) {
        indices_[i] = indices_[i] * values + column[i];
      }
    }
    counts.assign(cells, 0);
    const std::size_t singles = population_.singles();
    for (std::size_t i = 0; i < singles; ++i) {
      counts[indices_[i]] += population_.weights[i];
    }
    if (!population_.owners.empty()) {
      seen_.assign(cells, 0);
      for (std::size_t i = 0; i < population_.owners.size(); ++i) {
        const std::size_t cell = indices_[singles + i];
        const std::uint32_t owner = population_.owners[i] + 1;
        counts[cell] += seen_[cell] != owner ? 1 : 0;
        seen_[cell] = owner;
      }
    }
  }

 private:
  const Population& population_;
  std::vector<std::uint32_t> indices_;  ///< the cell of each combination
  std::vector<std::uint32_t> seen_;     ///< of each cell: the last subject counted there, from 1
};

/// Which combinations of a set of attributes are covered, by set.
using CoveredBySet = std::map<std::vector<std::size_t>, std::vector<bool>>;

/// Looks at all patterns that name values of exactly these attributes.
void search_subset(const Population& population, std::span<const std::size_t> attributes,
                   std::span<const std::uint32_t> counts, std::uint32_t threshold, const CoveredBySet& parents,
                   const PatternVisitor& visit) {
  const std::size_t level = attributes.size();
  std::vector<const std::vector<bool>*> parent_covered;  // without the i-th attribute
  for (std::size_t i = 0; i < level; ++i) {
    std::vector<std::size_t> others(attributes.begin(), attributes.end());
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    parent_covered.push_back(&parents.at(others));
  }
  std::vector<ValueCode> pattern(population.cardinalities.size(), kAnyValue);
  for (std::size_t cell = 0; cell < counts.size(); ++cell) {
    if (counts[cell] >= threshold) {
      continue;
    }
    // With one digit taken out, what is below it moves up.
    bool is_maximal = true;
    std::size_t below = 1;
    for (std::size_t i = level; i-- > 0 && is_maximal;) {
      const std::size_t values = population.cardinalities[attributes[i]];
      is_maximal = (*parent_covered[i])[cell / (below * values) * below + cell % below];
      pattern[attributes[i]] = static_cast<ValueCode>(cell / below % values);
      below *= values;
    }
    if (is_maximal) {
      visit(pattern, level, counts[cell]);
    }
  }
}

/// Adds up the products of the cardinalities of all sets of `size` attributes.
double sum_over_subsets(std::span<const std::size_t> cardinalities, std::size_t size) {
  // The elementary symmetric polynomial: sums[k] over all sets of k of the attributes so far.
  std::vector<double> sums(size + 1, 0.0);
  sums[0] = 1.0;
  for (const std::size_t cardinality : cardinalities) {
    for (std::size_t k = size; k > 0; --k) {
      sums[k] += sums[k - 1] * static_cast<double>(cardinality);
    }
  }
  return sums[size];
}

/// Whether `a` comes before `b` in rank. Patterns are of one threshold, so that fewer means more are missing.
bool ranks_before(const UncoveredPattern& a, const UncoveredPattern& b) {
  if (a.count != b.count) {
    return a.count < b.count;
  }
  return a.level != b.level ? a.level < b.level : a.pattern < b.pattern;
}

}  // namespace

Population count_sources(const CodedRows& rows) {
  const PackedRows packed(rows);
  PopulationBuilder builder(rows, packed);
  std::vector<std::uint32_t> all(rows.size());
  std::iota(all.begin(), all.end(), 0U);
  builder.add_singles(all);
  return builder.finish();
}

Population count_subjects(const CodedRows& rows, std::span<const std::uint32_t> subjects) {
  const PackedRows packed(rows);
  // A counting sort of the rows by subject.
  std::vector<std::uint32_t> starts(1, 0);
  for (const std::uint32_t subject : subjects) {
    if (subject != kNoSubject) {
      starts.resize(std::max<std::size_t>(starts.size(), std::size_t{subject} + 2), 0);
      ++starts[subject + 1];
    }
  }
  std::partial_sum(starts.begin(), starts.end(), starts.begin());
  std::vector<std::uint32_t> sorted(starts.back());
  std::vector<std::uint32_t> next(starts.begin(), starts.end() - 1);
  for (std::uint32_t row = 0; row < subjects.size(); ++row) {
    if (subjects[row] != kNoSubject) {
      sorted[next[subjects[row]]++] = row;
    }
  }
  // Of each subject the distinct rows, moved to the front of its part.
  std::vector<std::uint32_t> singles;
  for (std::size_t s = 0; s + 1 < starts.size(); ++s) {
    const auto begin = sorted.begin() + starts[s];
    std::sort(begin, sorted.begin() + starts[s + 1], [&](auto i, auto k) { return packed.less(i, k); });
    const auto end =
        std::unique(begin, sorted.begin() + starts[s + 1], [&](auto i, auto k) { return packed.equal(i, k); });
    next[s] = static_cast<std::uint32_t>(end - sorted.begin());
    if (end - begin == 1) {
      singles.push_back(*begin);
    }
  }
  PopulationBuilder builder(rows, packed);
  builder.add_singles(singles);
  for (std::size_t s = 0; s + 1 < starts.size(); ++s) {
    if (next[s] - starts[s] > 1) {
      builder.add_subject(std::span(sorted).subspan(starts[s], next[s] - starts[s]));
    }
  }
  return builder.finish();
}

double cube_bytes(std::span<const std::size_t> cardinalities) {
  double cells = 1.0;
  for (const std::size_t cardinality : cardinalities) {
    cells *= static_cast<double>(cardinality + 1);
  }
  return cells * sizeof(std::uint32_t);
}

PatternCube::PatternCube(const Population& population)
    : cardinalities_(population.cardinalities), strides_(cardinalities_.size()) {
  std::size_t cells = 1;
  for (std::size_t a = cardinalities_.size(); a-- > 0;) {
    strides_[a] = cells;
    cells *= cardinalities_[a] + 1;
  }
  cells_.resize(cells);
  CubeFiller(population, strides_, cells_).fill();
}

std::uint32_t PatternCube::count(std::span<const ValueCode> pattern) const {
  std::size_t cell = 0;
  for (std::size_t a = 0; a < strides_.size(); ++a) {
    cell += (pattern[a] == kAnyValue ? cardinalities_[a] : pattern[a]) * strides_[a];
  }
  return cells_[cell];
}

void PatternCube::subset_counts(std::span<const std::size_t> attributes, std::vector<std::uint32_t>& counts) const {
  std::size_t first = cells_.size() - 1;
  for (const std::size_t a : attributes) {
    first -= cardinalities_[a] * strides_[a];
  }
  // Grows by an attribute at a time: `cells` holds where the combinations of those so far lie.
  std::vector<std::size_t> cells(1, first);
  for (const std::size_t a : attributes) {
    std::vector<std::size_t> longer;
    longer.reserve(cells.size() * cardinalities_[a]);
    for (const std::size_t cell : cells) {
      for (std::size_t v = 0; v < cardinalities_[a]; ++v) {
        longer.push_back(cell + v * strides_[a]);
      }
    }
    cells = std::move(longer);
  }
  counts.clear();
  for (const std::size_t cell : cells) {
    counts.push_back(cells_[cell]);
  }
}

void find_uncovered(const PatternCube& cube, std::uint32_t threshold, const PatternVisitor& visit) {
  CubeSearch(cube, threshold, visit).run();
}

void find_uncovered(const Population& population, std::uint32_t threshold, std::size_t deepest,
                    const PatternVisitor& visit, const SubsetVisitor& subset) {
  const std::size_t attributes = population.cardinalities.size();
  const bool root_is_covered = population.members >= threshold;
  if (!root_is_covered) {
    visit(std::vector<ValueCode>(attributes, kAnyValue), 0, static_cast<std::uint32_t>(population.members));
  }
  CoveredBySet parents;
  parents[{}] = {root_is_covered};
  SubsetCounter counter(population);
  std::vector<std::uint32_t> counts;
  for (std::size_t level = 1; level <= std::min(deepest, attributes); ++level) {
    CoveredBySet covered;
    for_each_subset(attributes, level, [&](std::span<const std::size_t> set) {
      counter.count(set, counts);
      if (subset) {
        subset(set, counts);
      }
      search_subset(population, set, counts, threshold, parents, visit);
      if (level < deepest) {
        std::vector<bool>& bits = covered[{set.begin(), set.end()}];
        bits.reserve(counts.size());
        for (const std::uint32_t count : counts) {
          bits.push_back(count >= threshold);
        }
      }
    });
    parents = std::move(covered);
  }
}

LevelCost cost_of_levels(const Population& population, std::size_t deepest) {
  const std::vector<std::size_t>& cardinalities = population.cardinalities;
  const std::vector<std::size_t> ones(cardinalities.size(), 1);
  const auto rows = static_cast<double>(population.combinations());
  constexpr double kBytesOfSet = 256.0;  // of a node, its set and its bits' vector, generously
  LevelCost cost;
  for (std::size_t level = 1; level <= deepest; ++level) {
    const double sets = sum_over_subsets(ones, level);
    const double cells = sum_over_subsets(cardinalities, level);
    cost.steps += sets * rows * static_cast<double>(level) + cells;
    if (level < deepest) {
      cost.bytes = std::max(cost.bytes, sets * kBytesOfSet + cells / 8.0);
    }
  }
  // The largest set of attributes, as counts and as marks of the subjects seen.
  std::vector<std::size_t> largest = cardinalities;
  std::ranges::sort(largest, std::ranges::greater());
  double cells = 1.0;
  for (std::size_t i = 0; i < std::min(deepest, largest.size()); ++i) {
    cells *= static_cast<double>(largest[i]);
  }
  cost.bytes = 2.0 * cost.bytes + cells * 2.0 * sizeof(std::uint32_t) + rows * sizeof(std::uint32_t);
  if (cells > std::numeric_limits<std::uint32_t>::max()) {
    cost.bytes = std::numeric_limits<double>::infinity();  // The cells of a set are numbered with 32 bits.
  }
  return cost;
}

void for_each_subset(std::size_t attributes, std::size_t size,
                     const std::function<void(std::span<const std::size_t>)>& body) {
  if (size > attributes) {
    return;
  }
  std::vector<std::size_t> set(size);
  std::iota(set.begin(), set.end(), std::size_t{0});
  while (true) {
    body(set);
    // The last number that can still grow does, and those after it follow at once.
    std::size_t i = size;
    while (i > 0 && set[i - 1] == attributes - size + i - 1) {
      --i;
    }
    if (i == 0) {
      return;
    }
    ++set[i - 1];
    for (; i < size; ++i) {
      set[i] = set[i - 1] + 1;
    }
  }
}

void UncoveredSummary::add(std::span<const ValueCode> pattern, std::size_t level, std::uint32_t count) {
  Level& at = levels_[level];
  ++at.total;
  if (most_ == 0 || (at.first.size() == most_ && at.first.front().count < count)) {
    return;
  }
  UncoveredPattern candidate{{pattern.begin(), pattern.end()}, level, count};
  if (at.first.size() == most_) {
    if (!ranks_before(candidate, at.first.front())) {
      return;
    }
    std::ranges::pop_heap(at.first, ranks_before);
    at.first.pop_back();
  }
  at.first.push_back(std::move(candidate));
  std::ranges::push_heap(at.first, ranks_before);
}

std::size_t UncoveredSummary::total() const {
  return std::accumulate(levels_.begin(), levels_.end(), std::size_t{0},
                         [](std::size_t sum, const Level& level) { return sum + level.total; });
}

std::size_t UncoveredSummary::lowest_level() const {
  const auto found = std::ranges::find_if(levels_, [](const Level& level) { return level.total > 0; });
  return found == levels_.end() ? 0 : static_cast<std::size_t>(found - levels_.begin());
}

std::vector<UncoveredPattern> UncoveredSummary::first(std::size_t deepest) const {
  std::vector<UncoveredPattern> patterns;
  for (std::size_t level = 0; level <= std::min(deepest, levels_.size() - 1); ++level) {
    patterns.insert(patterns.end(), levels_[level].first.begin(), levels_[level].first.end());
  }
  std::ranges::sort(patterns, ranks_before);
  patterns.resize(std::min(patterns.size(), most_));
  return patterns;
}

}  // namespace fairground
