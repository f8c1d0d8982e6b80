#include "pipeline/design/population.h"

#include <algorithm>
#include <bit>
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

}  // namespace fairground
