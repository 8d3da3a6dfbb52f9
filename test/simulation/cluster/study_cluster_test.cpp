// Whole studies on a cluster whose hosts, network, disk, reapers and programs have faults that are
// drawn from a seed. Invariants are checked after each event (ledger.hpp). A failure names its
// seed; `cluster_simulation --seed N --method M --trace` prints the events of the run.

#include "test/simulation/cluster/study_cluster.hpp"

#include <cstdlib>
#include <exception>
#include <string>

#include <boost/test/unit_test.hpp>

#include "test/simulation/cluster/study_methods.hpp"

namespace troupe::actors::cluster {
namespace {

BOOST_AUTO_TEST_SUITE(study_cluster)

FaultSet fault_set(const std::string& names) {
  return FaultSet::named(names).value();
}

RunResult run(const Scenario& scenario) {
  try {
    return run_scenario(scenario);
  } catch (const std::exception& thrown) {
    return {.violation = std::string("thrown: ") + thrown.what()};
  }
}

/// The first seed at which the canary is found; 0 if none is.
std::uint64_t found_at(Canary canary, const std::string& faults) {
  constexpr std::uint64_t seeds_max = 1000;
  for (std::uint64_t seed = 1; seed <= seeds_max; ++seed) {
    const auto& method = method_names()[seed % method_names().size()];
    const RunResult result = run({.seed = seed,
                                  .method = method,
                                  .fault_set = fault_set(faults),
                                  .canary = canary,
                                  .trace = {}});
    if (result.violation.empty()) continue;
    BOOST_TEST_MESSAGE("found at seed " << seed << ": " << result.violation);
    return seed;
  }
  return 0;
}

BOOST_AUTO_TEST_CASE(a_study_without_faults_finishes) {
  for (const std::string& method : method_names()) {
    const RunResult result =
        run({.seed = 1, .method = method, .fault_set = fault_set("none"), .trace = {}});
    BOOST_TEST(result.violation == "", method);
    BOOST_TEST(result.heads == 1u);
    BOOST_TEST(result.programs >= trials_started);
    BOOST_TEST(result.overlaps == 0u);
  }
}

BOOST_AUTO_TEST_CASE(a_study_survives_all_faults) {
  constexpr std::uint64_t seeds = 120;
  std::uint64_t faults = 0;
  std::uint64_t heads = 0;
  Coverage coverage;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const auto& method = method_names()[seed % method_names().size()];
    const RunResult result =
        run({.seed = seed, .method = method, .fault_set = fault_set("all"), .trace = {}});
    BOOST_TEST(result.violation == "", "--seed " << seed << " --method " << method);
    faults += result.faults;
    heads += result.heads;
    coverage.add(result.coverage);
  }
  for (const Mark mark : all_marks) BOOST_TEST(coverage.count(mark) > 0u, enum_text(mark));
  BOOST_TEST(faults > 2 * seeds);
  BOOST_TEST(heads > seeds + seeds / 10);
}

/// Each head restarts within the lease of its predecessor, and there are no other faults.
BOOST_AUTO_TEST_CASE(heads_that_restart_in_time_interrupt_no_program) {
  constexpr std::uint64_t seeds = 60;
  std::uint64_t heads = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const auto& method = method_names()[seed % method_names().size()];
    const RunResult result =
        run({.seed = seed, .method = method, .fault_set = fault_set("restarts"), .trace = {}});
    BOOST_TEST(result.violation == "", "--seed " << seed << " --method " << method);
    BOOST_TEST(result.interrupted == 0u, "--seed " << seed << " --method " << method);
    BOOST_TEST(result.overlaps == 0u);
    heads += result.heads;
  }
  BOOST_TEST(heads > seeds + seeds / 2);
}

BOOST_AUTO_TEST_CASE(a_seed_determines_the_run) {
  const Scenario scenario{
      .seed = 11, .method = "pasha", .fault_set = fault_set("all"), .trace = {}};
  Scenario other = scenario;
  other.seed = 12;
  const RunResult once = run(scenario);
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

BOOST_AUTO_TEST_CASE(a_canary_in_the_reaper_is_found) {
  BOOST_TEST(found_at(Canary::reaper, "programs") > 0u);
}

BOOST_AUTO_TEST_CASE(a_canary_in_memory_is_found) {
  BOOST_TEST(found_at(Canary::memory, "disk,programs") > 0u);
}

/// Programs save, then report: an attempt whose host is lost in between leaves a checkpoint that is
/// ahead of its reports.
BOOST_AUTO_TEST_CASE(a_canary_in_resuming_is_found) {
  const std::uint64_t seed = found_at(Canary::resume, "all");
  BOOST_TEST(seed > 0u);
  BOOST_TEST(seed <= 300u);
}

BOOST_AUTO_TEST_CASE(a_canary_in_durability_is_found) {
  const std::uint64_t seed = found_at(Canary::power, "host_loss");
  BOOST_TEST(seed > 0u);
  BOOST_TEST(seed <= 50u);
}

BOOST_AUTO_TEST_CASE(a_canary_in_the_trust_in_nodes_is_found) {
  const std::uint64_t seed = found_at(Canary::forgery, "rogue");
  BOOST_TEST(seed > 0u);
  BOOST_TEST(seed <= 50u);
}

BOOST_AUTO_TEST_CASE(a_canary_in_the_blame_for_infrastructure_is_found) {
  const std::uint64_t seed = found_at(Canary::blame, "sick");
  BOOST_TEST(seed > 0u);
  BOOST_TEST(seed <= 100u);
}

BOOST_AUTO_TEST_CASE(a_canary_in_published_checkpoints_is_found) {
  const std::uint64_t seed = found_at(Canary::sync, "host_loss,checkpoints");
  BOOST_TEST(seed > 0u);
  BOOST_TEST(seed <= 100u);
}

BOOST_AUTO_TEST_CASE(a_canary_in_a_storm_of_restarts_is_found) {
  const std::uint64_t seed = found_at(Canary::storm, "storm");
  BOOST_TEST(seed > 0u);
  BOOST_TEST(seed <= 100u);
}

BOOST_AUTO_TEST_CASE(an_unknown_fault_is_refused_with_the_known_ones) {
  const auto named = FaultSet::named("crash,flod");
  BOOST_REQUIRE(!named.has_value());
  BOOST_TEST(named.error().what.find("'flod'") != std::string::npos);
  BOOST_TEST(named.error().what.find("half_open") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors::cluster
