#include "pipeline/design/covering_orthogonal.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>

namespace fairground::covering {
namespace {

/// A prime number and a power, as the number's only prime factor; {0, 0} if it has several.
struct PrimePower {
  std::size_t prime = 0;
  std::size_t exponent = 0;
};

PrimePower as_prime_power(std::size_t number) {
  std::size_t prime = 2;
  while (prime * prime <= number && number % prime != 0) {
    ++prime;
  }
  prime = number % prime == 0 ? prime : number;
  PrimePower power{prime, 0};
  for (; number % prime == 0; number /= prime) {
    ++power.exponent;
  }
  return number == 1 ? power : PrimePower{};
}

/// The finite field of `size` elements, as tables. An element is a polynomial over the integers modulo the prime; its
/// coefficients are the digits of its number.
class Field {
 public:
  explicit Field(std::size_t size) : size_(size), prime_(as_prime_power(size).prime) {
    if (prime_ == 0) {
      throw std::invalid_argument("a finite field must have a prime power of elements");
    }
    sums_.resize(size * size);
    for (std::size_t a = 0; a < size; ++a) {
      for (std::size_t b = 0; b < size; ++b) {
        for (std::size_t digit = 1; digit < size; digit *= prime_) {
          sums_[a * size + b] += (a / digit + b / digit) % prime_ * digit;
        }
      }
    }
    // Products are taken modulo a polynomial x^n + rest. It is irreducible, and so right, if no product of two
    // elements but zero is zero.
    for (std::size_t rest = 0; rest < size; ++rest) {
      if (multiplies_modulo(rest)) {
        return;
      }
    }
    throw std::logic_error("there is an irreducible polynomial of each degree");
  }

  [[nodiscard]] std::size_t sum(std::size_t a, std::size_t b) const { return sums_[a * size_ + b]; }
  [[nodiscard]] std::size_t product(std::size_t a, std::size_t b) const { return products_[a * size_ + b]; }

 private:
  [[nodiscard]] std::size_t scaled(std::size_t a, std::size_t factor) const {
    std::size_t result = 0;
    for (std::size_t i = 0; i < factor; ++i) {
      result = sum(result, a);
    }
    return result;
  }

  /// `a` times x, where x^n is minus `rest`.
  [[nodiscard]] std::size_t shifted(std::size_t a, std::size_t rest) const {
    const std::size_t top = size_ / prime_;
    return sum(a % top * prime_, scaled(rest, (prime_ - a / top) % prime_));
  }

  bool multiplies_modulo(std::size_t rest) {
    products_.assign(size_ * size_, 0);
    for (std::size_t a = 0; a < size_; ++a) {
      for (std::size_t b = 0; b < size_; ++b) {
        std::size_t power = a;
        std::size_t& result = products_[a * size_ + b];
        for (std::size_t digit = 1; digit < size_; digit *= prime_) {
          result = sum(result, scaled(power, b / digit % prime_));
          power = shifted(power, rest);
        }
        if (a != 0 && b != 0 && result == 0) {
          return false;
        }
      }
    }
    return true;
  }

  std::size_t size_;
  std::size_t prime_;
  std::vector<std::size_t> sums_;
  std::vector<std::size_t> products_;
};

/// Whether the array of few levels has more columns than that of polynomials.
bool has_few_levels(std::size_t levels, std::size_t ways) { return levels < ways; }

}  // namespace

std::size_t next_prime_power(std::size_t levels) {
  std::size_t number = std::max<std::size_t>(levels, 2);
  while (as_prime_power(number).prime == 0) {
    ++number;
  }
  return number;
}

std::size_t orthogonal_columns(std::size_t levels, std::size_t ways) {
  if (has_few_levels(levels, ways)) {
    return ways + 1;
  }
  return levels + (ways == 3 && levels % 2 == 0 ? 2 : 1);
}

std::vector<Row> orthogonal_array(std::size_t levels, std::size_t ways) {
  const Field field(levels);
  const std::size_t columns = orthogonal_columns(levels, ways);
  std::vector<Row> rows;
  std::vector<std::size_t> coefficients(ways, 0);
  while (true) {
    Row row(columns);
    if (has_few_levels(levels, ways)) {
      std::size_t sum = 0;
      for (std::size_t i = 0; i < ways; ++i) {
        row[i] = static_cast<LevelIndex>(coefficients[i]);
        sum = field.sum(sum, coefficients[i]);
      }
      row[ways] = static_cast<LevelIndex>(sum);
    } else {
      for (std::size_t x = 0; x < levels; ++x) {
        std::size_t value = 0;
        for (std::size_t i = ways; i-- > 0;) {
          value = field.sum(field.product(value, x), coefficients[i]);
        }
        row[x] = static_cast<LevelIndex>(value);
      }
      row[levels] = static_cast<LevelIndex>(coefficients[ways - 1]);
      if (columns > levels + 1) {
        row[levels + 1] = static_cast<LevelIndex>(coefficients[1]);
      }
    }
    rows.push_back(std::move(row));
    std::size_t i = 0;
    while (i < ways && ++coefficients[i] == levels) {
      coefficients[i++] = 0;
    }
    if (i == ways) {
      return rows;
    }
  }
}

std::vector<Row> orthogonal_start(const TupleSpace& space, std::size_t levels, std::size_t ways) {
  std::vector<std::size_t> factors;
  for (std::size_t factor = 0; factor < space.factor_count(); ++factor) {
    const bool is_demanded =
        std::any_of(space.sets_of(factor).begin(), space.sets_of(factor).end(),
                    [&](const SetMember& member) { return space.sets()[member.set].ways == ways; });
    if (is_demanded && space.levels(factor) <= levels) {
      factors.push_back(factor);
    }
  }
  std::stable_sort(factors.begin(), factors.end(),
                   [&](std::size_t a, std::size_t b) { return space.levels(a) > space.levels(b); });
  factors.resize(std::min(factors.size(), orthogonal_columns(levels, ways)));
  std::vector<Row> start;
  for (const Row& row : orthogonal_array(levels, ways)) {
    Row open(space.factor_count(), kOpen);
    for (std::size_t i = 0; i < factors.size(); ++i) {
      if (row[i] < space.levels(factors[i])) {
        open[factors[i]] = row[i];
      }
    }
    start.push_back(std::move(open));
  }
  return start;
}

}  // namespace fairground::covering
