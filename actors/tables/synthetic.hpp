#pragma once

#include <cstddef>
#include <cstdint>

#include "actors/tables/table.hpp"

namespace troupe::actors {

/// Made-up curves where no table fits: a loss that falls as a power of the resource,
/// `a + b r^-c + noise`. Its limit, its start and its speed depend on three hyperparameters, so
/// that curves cross: what falls fast at first need not end low. A unit takes 0.5 to 2 s, by
/// configuration. The same seed gives the same table.
[[nodiscard]] Table synthetic_table(std::size_t rows, std::size_t columns, std::uint64_t seed);

}  // namespace troupe::actors
