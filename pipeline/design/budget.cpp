#include "pipeline/design/budget.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fairground {
namespace {

struct Price {
  double variants = 0.0;
  double bytes = 0.0;

  void add(double count, double bytes_each) {
    variants += count;
    bytes += count * bytes_each;
  }
  Price& operator+=(const Price& other) {
    variants += other.variants;
    bytes += other.bytes;
    return *this;
  }
};

/// What one list costs, by how many of its wanted conditions are made.
class ListPrice {
 public:
  ListPrice(const BillingRules& rules, const ConditionList& list) : rules_(rules), fixed_(list.fixed.size()) {
    for (const GroupBill& group : list.groups) {
      double bytes = 0.0;
      for (const std::size_t source : group.sources) {
        const double each = rules.bytes(source);
        bytes += each;
        every_.add(1.0, each);
        const std::size_t owed =
            rules.owed ? rules.owed(source, list.fixed) : list.fixed.size() + rules.conditions_of_all;
        owed_.add(static_cast<double>(owed), each);
        if (rules.has_clean && rules.has_clean(source)) {
          clean_again_.add(1.0, each);
          if (owed > 0) {
            clean_again_at_once_.add(1.0, each);
          }
        }
      }
      const auto size = static_cast<double>(group.sources.size());
      groups_.push_back({group.sources.size(), group.repeats_made, size > 0.0 ? bytes / size : 0.0});
    }
  }

  [[nodiscard]] Price at(std::size_t wanted) const {
    Price price = owed_;
    price.variants += static_cast<double>(wanted) * every_.variants;
    price.bytes += static_cast<double>(wanted) * every_.bytes;
    price += wanted > 0 ? clean_again_ : clean_again_at_once_;
    const std::size_t conditions = fixed_ + wanted + (rules_.repeats_clean_of_all ? 1 : 0);
    for (const Group& group : groups_) {
      const std::size_t repeats = repeats_of(rules_.repeat, group.sources * conditions);
      price.add(static_cast<double>(repeats - std::min(repeats, group.repeats_made)), group.mean_bytes);
    }
    return price;
  }

 private:
  struct Group {
    std::size_t sources = 0;
    std::size_t repeats_made = 0;
    double mean_bytes = 0.0;
  };

  const BillingRules& rules_;
  std::size_t fixed_;
  Price every_;  ///< one condition of every source
  Price owed_;
  Price clean_again_;
  Price clean_again_at_once_;
  std::vector<Group> groups_;
};

}  // namespace

std::size_t repeats_of(double share, std::size_t cells) {
  constexpr double kRounding = 1e-9;
  const double exact = share * static_cast<double>(cells);
  return std::min(cells, static_cast<std::size_t>(std::max(std::ceil(exact - kRounding), 0.0)));
}

std::optional<std::vector<std::size_t>> affordable(const Budget& budget, const BillingRules& rules,
                                                   const std::vector<ConditionList>& lists) {
  constexpr double kUnlimited = std::numeric_limits<double>::infinity();
  const double most_variants = budget.variants ? static_cast<double>(*budget.variants) : kUnlimited;
  const double most_bytes = budget.bytes.value_or(kUnlimited);
  const auto fits = [&](const Price& price) { return price.variants <= most_variants && price.bytes <= most_bytes; };
  std::vector<ListPrice> prices;
  std::vector<Price> now;
  Price total;
  std::size_t longest = 0;
  for (const ConditionList& list : lists) {
    prices.emplace_back(rules, list);
    now.push_back(prices.back().at(0));
    total += now.back();
    longest = std::max(longest, list.wanted.size());
  }
  if (!fits(total)) {
    return std::nullopt;
  }
  // The most valuable of every list, then the second of every list, and so on.
  std::vector<std::size_t> made(lists.size(), 0);
  for (std::size_t k = 0; k < longest; ++k) {
    for (std::size_t list = 0; list < lists.size(); ++list) {
      if (made[list] < k || k >= lists[list].wanted.size()) {
        continue;
      }
      const Price next = prices[list].at(k + 1);
      const Price with{total.variants - now[list].variants + next.variants, total.bytes - now[list].bytes + next.bytes};
      if (fits(with)) {
        total = with;
        now[list] = next;
        made[list] = k + 1;
      }
    }
  }
  return made;
}

}  // namespace fairground
