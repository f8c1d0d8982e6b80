// How subjects whose sources differ are added to a cube of patterns.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "pipeline/design/population.h"

namespace fairground {

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

}  // namespace fairground
