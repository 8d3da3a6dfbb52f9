#include "transport/zmq/pending_connections.hpp"

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "runtime/simulation/sim_reactor.hpp"
#include "runtime/simulation/virtual_clock.hpp"

namespace troupe::transport {
namespace {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(pending_connections)

using Notes = std::vector<std::string>;

const std::string hung_up = "it hung up, or does not speak this protocol at all";

/// Notes each rejection as "ADDRESS: REASON".
struct Fixture {
  runtime::simulation::VirtualClock clock;
  runtime::simulation::SimReactor reactor{clock};
  Notes notes;
  PendingConnections connections{reactor,
                                 [this](const std::string& address, const std::string& why) {
                                   notes.push_back(address + ": " + why);
                                 }};
};

BOOST_FIXTURE_TEST_CASE(the_end_of_a_connection_that_delivered_a_frame_is_not_reported, Fixture) {
  connections.on_accepted(7, "10.0.0.4");
  connections.on_frame(7);
  connections.on_ended(7);
  BOOST_TEST(notes.empty());
}

BOOST_FIXTURE_TEST_CASE(a_connection_that_ends_without_a_frame_is_reported, Fixture) {
  connections.on_accepted(7, "10.0.0.4");
  connections.on_ended(7);
  BOOST_TEST(notes == Notes{"10.0.0.4: " + hung_up}, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_reused_descriptor_is_a_new_connection, Fixture) {
  connections.on_accepted(7, "10.0.0.4");
  connections.on_frame(7);
  connections.on_ended(7);
  connections.on_accepted(7, "10.0.0.5");
  connections.on_ended(7);
  BOOST_TEST(notes == Notes{"10.0.0.5: " + hung_up}, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_failed_handshake_is_the_reason_of_the_next_end, Fixture) {
  connections.on_accepted(7, "10.0.0.4");
  connections.on_handshake_failed("it has no key");
  BOOST_TEST(notes.empty());
  connections.on_ended(7);
  reactor.advance(1s);
  BOOST_TEST(notes == Notes{"10.0.0.4: it has no key"}, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_failure_with_an_empty_reason_is_not_reported, Fixture) {
  connections.on_accepted(7, "10.0.0.4");
  connections.on_handshake_failed("");
  connections.on_ended(7);
  BOOST_TEST(notes.empty());
}

BOOST_FIXTURE_TEST_CASE(a_failure_without_an_end_is_reported_after_200_ms, Fixture) {
  connections.on_accepted(7, "10.0.0.4");
  connections.on_handshake_failed("its bytes were forged");
  reactor.advance(150ms);
  BOOST_TEST(notes.empty());
  reactor.advance(50ms);
  BOOST_TEST(notes == Notes{": its bytes were forged"}, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(two_failures_are_matched_to_two_ends_in_order, Fixture) {
  connections.on_accepted(7, "10.0.0.4");
  connections.on_accepted(8, "10.0.0.5");
  connections.on_handshake_failed("one");
  connections.on_handshake_failed("two");
  connections.on_ended(7);
  connections.on_ended(8);
  BOOST_TEST(notes == (Notes{"10.0.0.4: one", "10.0.0.5: two"}), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(an_end_reported_before_its_acceptance_is_not_lost, Fixture) {
  connections.on_ended(7);
  BOOST_TEST(notes.empty());
  connections.on_accepted(7, "10.0.0.9");  // The address of a later user of the descriptor.
  BOOST_TEST(notes == Notes{": " + hung_up}, boost::test_tools::per_element());
  connections.on_accepted(7, "10.0.0.4");  // A connection of its own.
  connections.on_frame(7);
  connections.on_ended(7);
  BOOST_TEST(notes.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::transport
