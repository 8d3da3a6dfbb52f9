#include "schedulers/searchers/points.hpp"

#include <set>
#include <string>

#include "runtime/core/check.hpp"

namespace troupe::schedulers {

std::vector<Config> points_in_order(const Space& space, const std::vector<Config>& points) {
  std::vector<Config> ordered;
  std::set<std::string> seen;
  for (const Config& partial : points) {
    Config point = space.completed(partial);
    check(space.contains(point), "a point to evaluate lies in the space");
    check(space.forbidding(point) == nullptr, "a point to evaluate is allowed");
    if (seen.insert(space.match(point)).second) ordered.push_back(std::move(point));
  }
  return ordered;
}

}  // namespace troupe::schedulers
