#include "schedulers/rungs/curve.hpp"

#include <map>

#include <boost/test/unit_test.hpp>

#include "runtime/core/rng.hpp"

namespace troupe::schedulers {
namespace {

BOOST_AUTO_TEST_SUITE(curve)

BOOST_AUTO_TEST_CASE(the_first_metric_at_a_resource_stands) {
  Curve curve;
  curve.add(3, 0.5);
  curve.add(3, 0.7);
  BOOST_TEST(curve.at(3).value() == 0.5);
  BOOST_TEST(!curve.at(2).has_value());
}

BOOST_AUTO_TEST_CASE(agrees_with_a_map_in_any_order_of_resources) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Rng rng(seed);
    Curve curve;
    std::map<Resource, double> model;
    BOOST_TEST(!curve.last().has_value());
    const Resource step = 1 + static_cast<Resource>(rng.below(3));
    Resource next = static_cast<Resource>(rng.below(5));
    for (int i = 0; i < 40; ++i) {
      // Usually the next resource of the grid, sometimes a random one.
      const auto resource = rng.below(5) > 0 ? next : static_cast<Resource>(rng.below(100)) - 10;
      if (resource == next) next += step;
      const double metric = rng.uniform();
      curve.add(resource, metric);
      model.emplace(resource, metric);
      BOOST_REQUIRE_EQUAL(curve.last()->resource, model.rbegin()->first);
      BOOST_REQUIRE_EQUAL(curve.last()->metric, model.rbegin()->second);
    }
    for (Resource resource = -20; resource < 220; ++resource) {
      const auto known = model.find(resource);
      BOOST_REQUIRE((curve.at(resource) ==
                     (known == model.end() ? std::nullopt : std::optional(known->second))));
    }
    const Resource highest = static_cast<Resource>(rng.below(100));
    std::vector<std::pair<Resource, double>> visited;
    curve.for_each_up_to(highest, [&](Resource r, double m) { visited.emplace_back(r, m); });
    const std::vector<std::pair<Resource, double>> expected(model.begin(),
                                                            model.upper_bound(highest));
    BOOST_TEST((visited == expected));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::schedulers
