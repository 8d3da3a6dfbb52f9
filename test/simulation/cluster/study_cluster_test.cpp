// Whole studies on a cluster whose hosts, network, disk, reapers and programs fail by a seed. What
// must always hold is looked at after each event (ledger.hpp). A failure names its seed, and
// `cluster_simulation --seed N --method M --trace` tells its story.

#include "test/simulation/cluster/study_cluster.hpp"

#include <cstdlib>
#include <exception>
#include <string>

#include <boost/test/unit_test.hpp>

#include "test/simulation/cluster/study_methods.hpp"

namespace troupe::actors::cluster {
namespace {

BOOST_AUTO_TEST_SUITE(study_cluster)

Troubles troubles(const std::string& names) {
  return Troubles::named(names).value();
}

Verdict run(const Scenario& scenario) {
  try {
    return judge(scenario);
  } catch (const std::exception& thrown) {
    return {.broken = std::string("thrown: ") + thrown.what()};
  }
}

/// The first seed at which the canary is found; 0 if none is.
std::uint64_t found_at(Canary canary, const std::string& faults) {
  constexpr std::uint64_t seeds_max = 1000;
  for (std::uint64_t seed = 1; seed <= seeds_max; ++seed) {
    const auto& method = method_names()[seed % method_names().size()];
    const Verdict verdict = run({.seed = seed,
                                 .method = method,
                                 .troubles = troubles(faults),
                                 .canary = canary,
                                 .trace = {}});
    if (verdict.broken.empty()) continue;
    BOOST_TEST_MESSAGE("found at seed " << seed << ": " << verdict.broken);
    return seed;
  }
  return 0;
}

BOOST_AUTO_TEST_CASE(a_study_without_troubles_ends_as_it_should) {
  for (const std::string& method : method_names()) {
    const Verdict verdict =
        run({.seed = 1, .method = method, .troubles = troubles("none"), .trace = {}});
    BOOST_TEST(verdict.broken == "", method);
    BOOST_TEST(verdict.heads == 1u);
    BOOST_TEST(verdict.programs >= trials_started);
    BOOST_TEST(verdict.overlaps == 0u);
  }
}

BOOST_AUTO_TEST_CASE(a_study_survives_every_trouble) {
  constexpr std::uint64_t seeds = 150;
  std::uint64_t faults = 0;
  std::uint64_t heads = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const auto& method = method_names()[seed % method_names().size()];
    const Verdict verdict =
        run({.seed = seed, .method = method, .troubles = troubles("all"), .trace = {}});
    BOOST_TEST(verdict.broken == "", "--seed " << seed << " --method " << method);
    faults += verdict.faults;
    heads += verdict.heads;
  }
  BOOST_TEST(faults > 2 * seeds);
  BOOST_TEST(heads > seeds + seeds / 10);
}

/// Each head within the lease of the last, and nothing else goes wrong.
BOOST_AUTO_TEST_CASE(heads_that_are_restarted_in_time_break_no_program_off) {
  constexpr std::uint64_t seeds = 60;
  std::uint64_t heads = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const auto& method = method_names()[seed % method_names().size()];
    const Verdict verdict =
        run({.seed = seed, .method = method, .troubles = troubles("restarts"), .trace = {}});
    BOOST_TEST(verdict.broken == "", "--seed " << seed << " --method " << method);
    BOOST_TEST(verdict.broken_off == 0u, "--seed " << seed << " --method " << method);
    BOOST_TEST(verdict.overlaps == 0u);
    heads += verdict.heads;
  }
  BOOST_TEST(heads > seeds + seeds / 2);
}

BOOST_AUTO_TEST_CASE(one_seed_is_one_history) {
  const Scenario scenario{.seed = 11, .method = "pasha", .troubles = troubles("all"), .trace = {}};
  Scenario other = scenario;
  other.seed = 12;
  const Verdict once = run(scenario);
  BOOST_TEST((once == run(scenario)));
  BOOST_TEST((once != run(other)));
}

BOOST_AUTO_TEST_CASE(a_canary_in_delivery_is_found) {
  BOOST_TEST(found_at(Canary::delivery, "none") > 0u);
}

BOOST_AUTO_TEST_CASE(a_canary_in_fencing_is_found) {
  BOOST_TEST(found_at(Canary::fencing, "none") > 0u);
}

BOOST_AUTO_TEST_CASE(a_canary_in_the_journal_is_found) {
  BOOST_TEST(found_at(Canary::journal, "none") > 0u);
}

BOOST_AUTO_TEST_CASE(a_canary_in_the_warden_is_found) {
  BOOST_TEST(found_at(Canary::reaper, "programs") > 0u);
}

BOOST_AUTO_TEST_CASE(a_canary_in_memory_is_found) {
  BOOST_TEST(found_at(Canary::memory, "disk,programs") > 0u);
}

BOOST_AUTO_TEST_CASE(an_unknown_fault_is_answered_with_those_that_are_known) {
  const auto named = Troubles::named("crash,flod");
  BOOST_REQUIRE(!named.has_value());
  BOOST_TEST(named.error().what.find("'flod'") != std::string::npos);
  BOOST_TEST(named.error().what.find("half_open") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors::cluster
