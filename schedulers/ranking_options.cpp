#include "schedulers/ranking_options.hpp"

#include <cmath>

#include "schedulers/number_text.hpp"

namespace troupe::schedulers {

double threshold(const RankingOptions& options) {
  if (options.t) return *options.t;
  return options.criterion == RankingCriterion::rbo ? 0.5 : 0.05;
}

std::vector<OptionProblem> problems(const RankingOptions& options) {
  std::vector<OptionProblem> found;
  const auto examine = [&](std::string_view name, double value, bool sound, const char* expected) {
    if (std::isfinite(value) && sound) return;
    std::string what = std::string(name) + " is " + number_text(value) + "; it must be " + expected;
    found.push_back({name, std::move(what)});
  };
  examine("ranking.percentile", options.percentile,
          options.percentile >= 0 && options.percentile <= 100, "from 0 to 100");
  examine("ranking.epsilon", options.epsilon, options.epsilon >= 0, "0 or more");
  examine("ranking.m", options.m, options.m >= 0, "0 or more");
  examine("ranking.p", options.p, options.p > 0 && options.p <= 1, "more than 0 and at most 1");
  const double t = threshold(options);
  if (options.criterion == RankingCriterion::rbo)
    examine("ranking.t", t, t >= 0 && t <= 1, "from 0 to 1 for rbo");
  else
    examine("ranking.t", t, t >= 0, "0 or more");
  return found;
}

}  // namespace troupe::schedulers
