#include "schedulers/surrogates/minimize.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include <nlopt.h>

#include "runtime/core/check.hpp"

namespace troupe::schedulers {
namespace {

struct Search {
  const Objective* objective;
  Minimum best{{}, std::numeric_limits<double>::infinity()};
  std::vector<double> unused;
};

double evaluate_for_nlopt(unsigned count, const double* at, double* gradient, void* data) {
  auto& search = *static_cast<Search*>(data);
  const std::span<const double> where(at, count);
  if (gradient == nullptr) search.unused.resize(count);
  const std::span<double> slope(gradient == nullptr ? search.unused.data() : gradient, count);
  double value = (*search.objective)(where, slope);
  if (!std::isfinite(value)) {
    value = std::numeric_limits<double>::max() / 4;
    std::ranges::fill(slope, 0.0);
  }
  if (value < search.best.value || search.best.at.empty())
    search.best = {{where.begin(), where.end()}, value};
  return value;
}

}  // namespace

Minimum minimize(const Objective& objective, const MinimizeOptions& options) {
  const auto count = static_cast<unsigned>(options.start.size());
  check(options.lower.size() == count && options.upper.size() == count, "each variable has bounds");
  Search search{.objective = &objective};
  std::vector<double> at = options.start;
  for (unsigned i = 0; i < count; ++i)
    at[i] = std::clamp(at[i], options.lower[i], options.upper[i]);
  const std::unique_ptr<nlopt_opt_s, void (*)(nlopt_opt)> optimizer(
      nlopt_create(NLOPT_LD_LBFGS, count), nlopt_destroy);
  check(optimizer != nullptr, "NLopt has L-BFGS");
  (void)nlopt_set_min_objective(optimizer.get(), evaluate_for_nlopt, &search);
  (void)nlopt_set_lower_bounds(optimizer.get(), options.lower.data());
  (void)nlopt_set_upper_bounds(optimizer.get(), options.upper.data());
  (void)nlopt_set_maxeval(optimizer.get(), options.evaluations_max);
  (void)nlopt_set_ftol_rel(optimizer.get(), options.tolerance);
  double value = 0;
  (void)nlopt_optimize(optimizer.get(), at.data(), &value);  // The least value seen counts.
  if (search.best.at.empty()) {                              // NLopt did not begin.
    std::vector<double> slope(count);
    value = objective(at, slope);
    return {std::move(at), value};
  }
  return std::move(search.best);
}

}  // namespace troupe::schedulers
