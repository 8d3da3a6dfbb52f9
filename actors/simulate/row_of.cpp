#include "actors/simulate/row_of.hpp"

#include <cstdint>
#include <variant>

#include "runtime/core/check.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::actors {

std::size_t row_of(const SimulationPlan& plan, const Config& config) {
  if (plan.nearest) return plan.nearest->find(config);
  const auto* value = schedulers::find(config, row_parameter);
  const auto* row = value == nullptr ? nullptr : std::get_if<std::int64_t>(value);
  check(row != nullptr && *row >= 0 && static_cast<std::size_t>(*row) < plan.table->rows(),
        "a study over a table's rows proposes rows of it");
  return static_cast<std::size_t>(*row);
}

}  // namespace troupe::actors
