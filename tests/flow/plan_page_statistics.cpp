// The sections `balance` and `power`: means and variances in two passes, Student's t by integrating its density, and
// expected errors by summing over Poisson's probabilities.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <optional>

#include "pipeline/design/power.h"
#include "tests/flow/plan_page_recount.h"

namespace fairground {
namespace {

/// The values of a quality in one group, on the compared scale, by person.
struct Sample {
  std::vector<std::vector<double>> by_person;
  std::size_t unknown = 0;

  [[nodiscard]] std::vector<double> values() const {
    std::vector<double> all;
    for (const std::vector<double>& of_one : by_person) {
      all.insert(all.end(), of_one.begin(), of_one.end());
    }
    return all;
  }
};

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double squares_about(const std::vector<double>& values, double mean) {
  return std::accumulate(values.begin(), values.end(), 0.0,
                         [&](double sum, double value) { return sum + (value - mean) * (value - mean); });
}

double variance_of(const std::vector<double>& values) {
  return squares_about(values, mean_of(values)) / static_cast<double>(values.size() - 1);
}

/// The intraclass correlation of people within groups, by the analysis of variance of unequal classes (Donner 1986), 0
/// to
/// 1. Empty where everybody has one source: then nothing is shared.
std::optional<double> likeness(const std::vector<Sample>& samples) {
  double within = 0.0;
  double between = 0.0;
  double sources = 0.0;
  double people = 0.0;
  double groups = 0.0;
  double unequal = 0.0;
  for (const Sample& sample : samples) {
    const std::vector<double> all = sample.values();
    if (all.empty()) {
      continue;
    }
    groups += 1.0;
    for (const std::vector<double>& of_one : sample.by_person) {
      const auto count = static_cast<double>(of_one.size());
      within += squares_about(of_one, mean_of(of_one));
      between += count * std::pow(mean_of(of_one) - mean_of(all), 2.0);
      people += 1.0;
      sources += count;
      unequal += count * count / static_cast<double>(all.size());
    }
  }
  if (sources == people) {
    return std::nullopt;
  }
  const double mean_within = within / (sources - people);
  const double mean_between = between / (people - groups);
  const double size = (sources - unequal) / (people - groups);
  return std::clamp((mean_between - mean_within) / (mean_between + (size - 1.0) * mean_within), 0.0, 1.0);
}

/// As many independent sources would tell as much (Kish 1965).
double effective(const Sample& sample, const std::optional<double>& likeness) {
  const auto count = static_cast<double>(sample.values().size());
  double squares = 0.0;
  for (const std::vector<double>& of_one : sample.by_person) {
    squares += static_cast<double>(of_one.size() * of_one.size());
  }
  return likeness ? count / (1.0 + (squares / count - 1.0) * *likeness) : count;
}

/// The 97.5th percentile of Student's t.
double student(double freedom) {
  const double scale =
      std::tgamma(0.5 * (freedom + 1.0)) / (std::tgamma(0.5 * freedom) * std::sqrt(freedom * std::numbers::pi));
  constexpr double kStep = 1e-4;
  double t = 0.0;
  for (double above_half = 0.0; above_half < 0.475; t += kStep) {
    const double middle = t + 0.5 * kStep;
    above_half += kStep * scale * std::pow(1.0 + middle * middle / freedom, -0.5 * (freedom + 1.0));
  }
  return t;
}

// The product rounds what meters say to 1e-4 and sums in another order; the page shows three places at most.
constexpr double kOfMeters = 1e-4;
// Such a rounding over the least standard deviation that differences are divided by, that of durations.
constexpr double kOfDifferences = 1e-3;

struct Difference {
  double size = 0.0;
  std::string names;  ///< as the page begins its line
  double chance = 0.0;
  double freedom = 0.0;
};

class BalanceRecount {
 public:
  BalanceRecount(const StatedMedium& medium, const std::vector<StatedQuality>& qualities)
      : medium_(medium), qualities_(qualities), groups_(groups_of(medium)) {}

  std::vector<Claim> all() {
    for (std::size_t q = 0; q < qualities_.size(); ++q) {
      add_samples(q);
      compare(q);
    }
    count_table();
    count_differences();
    return std::move(claims_);
  }

 private:
  void claim(const std::string& key, std::vector<Recounted> numbers) {
    claims_.push_back({medium_.design.medium + " balance", key, std::move(numbers)});
  }

  void add_samples(std::size_t q) {
    std::vector<Sample>& samples = samples_.emplace_back();
    for (const auto& [labels, members] : groups_) {
      Sample& sample = samples.emplace_back();
      std::map<std::string, std::vector<double>> by_person;
      for (const StatedSource* source : members) {
        if (!source->is_usable || !takes_part(medium_, *source)) {
          continue;
        }
        const double value = source->qualities.at(q);
        if (std::isnan(value)) {
          ++sample.unknown;
        } else {
          // Nobody knows whether sources without a subject are of one person; each counts for itself.
          by_person[source->subject.empty() ? "source " + source->id : "person " + source->subject].push_back(
              qualities_[q].is_ratio ? std::log2(value) : value);
        }
      }
      for (const auto& [person, values] : by_person) {
        sample.by_person.push_back(values);
      }
    }
  }

  void compare(std::size_t q) {
    const std::vector<Sample>& samples = samples_[q];
    const std::optional<double> alike = likeness(samples);
    for (auto a = groups_.begin(); a != groups_.end(); ++a) {
      for (auto b = std::next(a); b != groups_.end(); ++b) {
        const Sample& one = samples[static_cast<std::size_t>(std::distance(groups_.begin(), a))];
        const Sample& other = samples[static_cast<std::size_t>(std::distance(groups_.begin(), b))];
        const std::vector<double> of_one = one.values();
        const std::vector<double> of_other = other.values();
        if (of_one.size() < 2 || of_other.size() < 2) {
          ++untold_;
          continue;
        }
        const double sd = std::sqrt(0.5 * (variance_of(of_one) + variance_of(of_other)));
        Difference difference;
        difference.size = std::abs(mean_of(of_one) - mean_of(of_other)) / std::max(sd, qualities_[q].least_sd);
        difference.names = qualities_[q].name + ": " + group_key(a->first) + " vs " + group_key(b->first) + ": ";
        const double first = effective(one, alike);
        const double second = effective(other, alike);
        difference.freedom = std::max(first + second - 2.0, 1.0);
        // Hedges and Olkin's variance of a standardised difference.
        difference.chance =
            student(difference.freedom) *
            std::sqrt(1.0 / first + 1.0 / second + difference.size * difference.size / (2.0 * (first + second)));
        differences_.push_back(difference);
      }
    }
  }

  void count_table() {
    std::size_t g = 0;
    for (const auto& [labels, members] : groups_) {
      std::size_t sources = 0;
      std::vector<Recounted> numbers;
      for (std::size_t q = 0; q < qualities_.size(); ++q) {
        const Sample& sample = samples_[q][g];
        const std::vector<double> values = sample.values();
        sources = values.size() + sample.unknown;
        if (values.empty()) {
          continue;
        }
        const double mean = qualities_[q].is_ratio ? std::exp2(mean_of(values)) : mean_of(values);
        numbers.push_back({mean, kOfMeters});
        if (values.size() >= 2) {
          numbers.push_back({std::sqrt(variance_of(values)), kOfMeters});
        }
        if (sample.unknown > 0) {
          numbers.emplace_back(sample.unknown);
        }
      }
      numbers.insert(numbers.begin(), sources);
      claim(row_key(labels), numbers);
      ++g;
    }
  }

  void count_differences() {
    constexpr double kLimit = 0.1;
    constexpr std::size_t kMostListed = 8;
    const std::size_t compared = differences_.size();
    std::ranges::stable_sort(differences_, std::greater<>(), &Difference::size);
    std::erase_if(differences_, [](const Difference& difference) { return difference.size <= kLimit; });
    if (differences_.empty()) {
      claim("no standardised difference is above",
            untold_ > 0 ? std::vector<Recounted>{kLimit, untold_} : std::vector<Recounted>{kLimit});
      return;
    }
    const auto beyond = static_cast<std::size_t>(std::ranges::count_if(
        differences_, [](const Difference& difference) { return difference.size > difference.chance; }));
    claim("standardised differences are above", {differences_.size(), compared, kLimit, beyond});
    if (untold_ > 0) {
      claim("could not be told", {untold_});
    }
    for (std::size_t i = 0; i < std::min(differences_.size(), kMostListed); ++i) {
      const Difference& difference = differences_[i];
      std::vector<Recounted> numbers{{difference.size, kOfDifferences}};
      if (difference.size <= difference.chance) {
        // The page expands Student's t in a series, which is within 1 % from three degrees of freedom on.
        const double uncertain = difference.freedom >= 3.0 ? 0.01 : 0.25;
        numbers.push_back({difference.chance, uncertain * difference.chance});
      }
      claim(difference.names, numbers);
    }
  }

  const StatedMedium& medium_;
  const std::vector<StatedQuality>& qualities_;
  Groups groups_;
  std::vector<std::vector<Sample>> samples_;  ///< by quality and group
  std::vector<Difference> differences_;
  std::size_t untold_ = 0;
  std::vector<Claim> claims_;
};

/// The expected rate of errors in a condition, in which a person's, a source's and their interaction's lognormal
/// factors have together a variance that is the sum of theirs.
double expected_rate(const PowerSettings& settings, double degradation) {
  const double variance = settings.subject_sd * settings.subject_sd + settings.source_sd * settings.source_sd +
                          settings.interaction_sd * settings.interaction_sd;
  constexpr double kReach = 8.0;
  constexpr double kStep = 0.01;
  double sum = 0.0;
  double weights = 0.0;
  for (double z = -kReach; z <= kReach; z += kStep) {
    const double rate = settings.baseline_error * degradation * std::exp(z * std::sqrt(variance) - 0.5 * variance);
    const double mean = std::min<double>(settings.units, settings.units * rate);
    double errors = 0.0;
    if (settings.units == 1) {
      errors = mean;
    } else {
      double left = 1.0;
      double probability = std::exp(-mean);
      for (int k = 0; k < settings.units; ++k) {
        errors += k * probability;
        left -= probability;
        probability *= mean / (k + 1);
      }
      errors += settings.units * left;
    }
    const double weight = std::exp(-0.5 * z * z);
    sum += weight * errors / settings.units;
    weights += weight;
  }
  return sum / weights;
}

class PowerRecount {
 public:
  PowerRecount(const StatedMedium& medium, const PowerSettings& settings)
      : medium_(medium), settings_(settings), groups_(groups_of(medium)) {}

  std::vector<Claim> all() {
    std::vector<PowerGroup> groups;
    for (const auto& [labels, members] : groups_) {
      if (std::ranges::find(labels, "unknown") == labels.end()) {
        groups.push_back(power_group(labels, members));
      }
    }
    const std::size_t pairs = groups.size() * (groups.size() - 1) / 2;
    alpha_ = settings_.alpha / static_cast<double>(pairs);
    claim("assumed and not measured", {100.0 * settings_.baseline_error, settings_.degradation, settings_.units,
                                       settings_.subject_sd, settings_.source_sd, settings_.interaction_sd});
    claim("(Holm's first step)", {100.0 * settings_.power, settings_.alpha, pairs});
    for (std::size_t a = 0; a < groups.size(); ++a) {
      for (std::size_t b = a + 1; b < groups.size(); ++b) {
        const std::optional<double> ratio = smallest_ratio(groups[a], groups[b]);
        claim("\n" + groups[a].name + " vs " + groups[b].name + " ",
              ratio ? row_of(*ratio) : needed_row(groups[a], groups[b]));
      }
    }
    return std::move(claims_);
  }

 private:
  void claim(const std::string& key, std::vector<Recounted> numbers) {
    claims_.push_back({medium_.design.medium + " power", key, std::move(numbers)});
  }

  PowerGroup power_group(const std::vector<std::string>& labels, const Members& members) const {
    std::map<std::string, int> by_person;
    for (const StatedSource* source : members) {
      if (source->is_usable && !source->subject.empty() && takes_part(medium_, *source)) {
        ++by_person[source->subject];
      }
    }
    PowerGroup group{group_key(labels), {}};
    for (const auto& [person, sources] : by_person) {
      group.sources_per_subject.push_back(sources);
    }
    return group;
  }

  /// Whether the condition is found to degrade one group so many times as much as the other, whichever it is.
  [[nodiscard]] bool is_found(const PowerGroup& a, const PowerGroup& b, double ratio) const {
    const double better = settings_.degradation;
    const auto one = detection_power(settings_, a, b, better, better * ratio, alpha_, Comparison::paired);
    const auto other = detection_power(settings_, b, a, better, better * ratio, alpha_, Comparison::paired);
    return one && other && *one >= settings_.power && *other >= settings_.power;
  }

  /// Found, and what is a little smaller is not.
  [[nodiscard]] std::optional<double> smallest_ratio(const PowerGroup& a, const PowerGroup& b) const {
    constexpr double kLargest = 5.0;
    if (!is_found(a, b, kLargest)) {
      return std::nullopt;
    }
    double not_found = 1.0;
    double found = kLargest;
    while (found - not_found > 1e-4 * found) {
      const double middle = 0.5 * (not_found + found);
      (is_found(a, b, middle) ? found : not_found) = middle;
    }
    return found;
  }

  [[nodiscard]] std::vector<Recounted> row_of(double ratio) const {
    // The product searches to 1e-4 and interpolates the curves to 1e-4 (pipeline/design/power.cpp).
    constexpr double kSearched = 5e-4;
    const double worse = settings_.degradation * ratio;
    const double points = 100.0 * (expected_rate(settings_, worse) - expected_rate(settings_, settings_.degradation));
    return {{points, kSearched * points + 1e-3}, {worse, kSearched * worse}};
  }

  [[nodiscard]] std::vector<Recounted> needed_row(const PowerGroup& a, const PowerGroup& b) const {
    constexpr double kModerate = 1.25;
    constexpr std::size_t kMost = 10'000;
    std::vector<int> sources = a.sources_per_subject;
    sources.insert(sources.end(), b.sources_per_subject.begin(), b.sources_per_subject.end());
    std::ranges::sort(sources);
    const int median = sources[(sources.size() - 1) / 2];
    const auto suffice = [&](std::size_t subjects) {
      const PowerGroup group{"", std::vector<int>(subjects, median)};
      return is_found(group, group, kModerate);
    };
    if (!suffice(kMost)) {
      return {kMost, kModerate};
    }
    std::size_t too_few = 1;
    std::size_t enough = kMost;
    while (enough - too_few > 1) {
      const std::size_t middle = (too_few + enough) / 2;
      (suffice(middle) ? enough : too_few) = middle;
    }
    return {enough, kModerate};
  }

  const StatedMedium& medium_;
  const PowerSettings& settings_;
  Groups groups_;
  double alpha_ = 0.0;
  std::vector<Claim> claims_;
};

}  // namespace

std::vector<Claim> recount_balance(const StatedMedium& medium, const std::vector<StatedQuality>& qualities) {
  return BalanceRecount(medium, qualities).all();
}

std::vector<Claim> recount_power(const StatedMedium& medium, const PowerSettings& settings) {
  return PowerRecount(medium, settings).all();
}

}  // namespace fairground
