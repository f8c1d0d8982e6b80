// Orthogonal arrays, in which every combination of the levels of any t columns appears exactly once: the best start
// there is where factors have about as many levels as a finite field has elements.
#pragma once

#include <cstddef>
#include <vector>

#include "pipeline/design/covering_tuples.h"

namespace fairground::covering {

/// The least prime power that is at least `levels`, and at least 2.
[[nodiscard]] std::size_t next_prime_power(std::size_t levels);

/// The most columns that orthogonal_array() has.
[[nodiscard]] std::size_t orthogonal_columns(std::size_t levels, std::size_t ways);

/// All levels^ways rows; `levels` must be a prime power. Source: K. A. Bush, "Orthogonal arrays of index unity", Ann.
/// Math. Statist. 23 (1952) 426. Rows are the polynomials of degree below `ways` over the field; columns are their
/// values at the field's elements and the first coefficient; or, with few levels, the coefficients and their sum.
[[nodiscard]] std::vector<Row> orthogonal_array(std::size_t levels, std::size_t ways);

/// An orthogonal array over `levels` levels for those factors of the set that have at most so many, the ones with most
/// levels first. Levels that a factor does not have, and all other factors, are open.
[[nodiscard]] std::vector<Row> orthogonal_start(const TupleSpace& space, std::size_t levels, std::size_t ways);

}  // namespace fairground::covering
