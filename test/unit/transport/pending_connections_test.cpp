#include "transport/pending_connections.hpp"

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "runtime/simulation/sim_reactor.hpp"
#include "runtime/simulation/virtual_clock.hpp"

namespace troupe::transport {
namespace {

BOOST_AUTO_TEST_SUITE(callers)

using namespace std::chrono_literals;

using Notes = std::vector<std::string>;

const std::string hung_up = "it hung up, or does not speak this protocol at all";

struct Gate {
  runtime::simulation::VirtualClock clock;
  runtime::simulation::SimReactor reactor{clock};
  Notes notes;
  PendingConnections callers{reactor, [this](const std::string& address, const std::string& why) {
                               notes.push_back(address + ": " + why);
                             }};
};

BOOST_AUTO_TEST_CASE(who_passed_may_leave) {
  Gate gate;
  gate.callers.accepted(7, "10.0.0.4");
  gate.callers.passed(7);
  gate.callers.ended(7);
  BOOST_TEST(gate.notes.empty());
}

BOOST_AUTO_TEST_CASE(who_hangs_up_unheard_is_told) {
  Gate gate;
  gate.callers.accepted(7, "10.0.0.4");
  gate.callers.ended(7);
  BOOST_TEST(gate.notes == Notes{"10.0.0.4: " + hung_up}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_descriptor_of_one_that_passed_says_nothing_for_the_next) {
  Gate gate;
  gate.callers.accepted(7, "10.0.0.4");
  gate.callers.passed(7);
  gate.callers.ended(7);
  gate.callers.accepted(7, "10.0.0.5");
  gate.callers.ended(7);
  BOOST_TEST(gate.notes == Notes{"10.0.0.5: " + hung_up}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_failure_is_the_reason_of_the_end_after_it) {
  Gate gate;
  gate.callers.accepted(7, "10.0.0.4");
  gate.callers.failed("it has no key");
  BOOST_TEST(gate.notes.empty());
  gate.callers.ended(7);
  gate.reactor.advance(1s);
  BOOST_TEST(gate.notes == Notes{"10.0.0.4: it has no key"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_failure_that_was_told_already_is_not_told_again) {
  Gate gate;
  gate.callers.accepted(7, "10.0.0.4");
  gate.callers.failed("");
  gate.callers.ended(7);
  BOOST_TEST(gate.notes.empty());
}

BOOST_AUTO_TEST_CASE(a_failure_without_an_end_is_told_by_itself) {
  Gate gate;
  gate.callers.accepted(7, "10.0.0.4");
  gate.callers.failed("its bytes were forged");
  gate.reactor.advance(150ms);
  BOOST_TEST(gate.notes.empty());
  gate.reactor.advance(50ms);
  BOOST_TEST(gate.notes == Notes{": its bytes were forged"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(two_that_fail_at_once_have_a_reason_each) {
  Gate gate;
  gate.callers.accepted(7, "10.0.0.4");
  gate.callers.accepted(8, "10.0.0.5");
  gate.callers.failed("one");
  gate.callers.failed("two");
  gate.callers.ended(7);
  gate.callers.ended(8);
  BOOST_TEST(gate.notes == (Notes{"10.0.0.4: one", "10.0.0.5: two"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_end_told_before_its_beginning_is_not_lost) {
  Gate gate;
  gate.callers.ended(7);
  BOOST_TEST(gate.notes.empty());
  gate.callers.accepted(7, "10.0.0.9");  // Whoever has the descriptor now.
  BOOST_TEST(gate.notes == Notes{": " + hung_up}, boost::test_tools::per_element());
  gate.callers.accepted(7, "10.0.0.4");  // The next one is not taken for it.
  gate.callers.passed(7);
  gate.callers.ended(7);
  BOOST_TEST(gate.notes.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::transport
