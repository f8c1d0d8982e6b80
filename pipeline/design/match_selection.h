// What is kept of all sources while they are matched, and how far from balance that is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "pipeline/design/match.h"
#include "pipeline/design/sums.h"

namespace fairground::matching {

/// Sources are numbered by rank.
class Selection {
 public:
  struct Source {
    std::uint32_t group = 0;
    std::size_t subject = 0;  ///< one number for each subject in each group
    std::vector<double> scores;
    bool stays = false;  ///< never dropped
    bool is_kept = true;
  };

  /// `subjects` is how many numbers of them there are.
  Selection(std::vector<Source> sources, std::size_t groups, std::vector<double> least_variances, std::size_t subjects,
            bool has_subjects, const MatchLimits& limits);

  [[nodiscard]] const std::vector<Source>& sources() const { return sources_; }
  [[nodiscard]] std::size_t groups() const { return groups_; }
  [[nodiscard]] std::size_t sources_of(std::uint32_t group) const { return sources_of_group_[group]; }
  [[nodiscard]] bool by_pairs() const { return by_pairs_; }
  [[nodiscard]] std::size_t work() const { return work_; }
  /// Whether only the spreads of before count.
  void set_spreads_are_first(bool only) { spreads_are_first_ = only; }
  void forget_work() { work_ = 0; }
  void count_work(std::size_t work) { work_ += work; }
  /// Comparisons that one change of one group costs.
  [[nodiscard]] std::size_t work_of_change() const { return (by_pairs_ ? groups_ : 1) * qualities_; }
  [[nodiscard]] std::size_t kept_of_subject(std::size_t i) const { return sources_of_subject_[sources_[i].subject]; }

  [[nodiscard]] bool may_drop(std::size_t i) const;

  void drop(std::size_t i) { change(i, -1.0); }
  void take_back(std::size_t i) { change(i, 1.0); }

  /// The sum of squared excesses, all of it and the part in which one group is.
  [[nodiscard]] double excess() const;
  [[nodiscard]] double excess_of(std::size_t group, std::size_t first_other = 0) const;

  /// How much the sum falls when a source is dropped, all sources together: by their slopes, below 0 for those that
  /// help.
  [[nodiscard]] std::vector<double> slopes() const;

 private:
  /// One quality of a group and another one.
  struct Term {
    std::size_t quality = 0;
    double difference = 0.0;
    double excess = 0.0;
    double direction = 0.0;
    double variance = 0.0;
    bool counts_less = false;  ///< a smaller spread than now would count
    bool counts_more = false;  ///< a greater one would
  };

  [[nodiscard]] Sums& at(std::size_t group, std::size_t quality) { return sums_[group * qualities_ + quality]; }
  [[nodiscard]] const Sums& at(std::size_t group, std::size_t quality) const {
    return sums_[group * qualities_ + quality];
  }

  template <class Body>
  void for_each_other(std::size_t group, std::size_t first_other, const Body& body) const;
  template <class Body>
  void compare(std::size_t q, const Sums& a, const Sums& a_first, const Sums& b, const Sums& b_first,
               const Body& body) const;
  void change(std::size_t i, double sign);
  [[nodiscard]] bool is_hopeless(std::size_t a, std::size_t b, std::size_t q) const {
    return has_hopeless_ && hopeless_[(a * groups_ + b) * qualities_ + q];
  }
  void find_hopeless();

  std::vector<Source> sources_;
  std::size_t groups_;
  std::size_t qualities_;
  bool by_pairs_;
  double limit_;
  std::vector<double> least_variances_;
  std::size_t smallest_sources_;
  std::size_t smallest_subjects_;
  std::vector<Sums> sums_;    ///< [group][quality]
  std::vector<Sums> totals_;  ///< [quality]
  std::vector<Sums> first_sums_;
  std::vector<Sums> first_totals_;
  std::vector<bool> hopeless_;  ///< [group][group][quality]
  bool has_hopeless_ = false;
  bool spreads_are_first_ = false;
  std::vector<std::size_t> sources_of_group_;
  std::vector<std::size_t> subjects_of_group_;
  std::vector<std::size_t> sources_of_subject_;
  mutable std::size_t work_ = 0;
};

[[nodiscard]] std::vector<std::size_t> dropped_of(const Selection& selection);

}  // namespace fairground::matching
