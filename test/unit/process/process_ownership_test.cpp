#include "runtime/process/process_ownership.hpp"

#include <chrono>
#include <optional>

#include <boost/test/unit_test.hpp>

#include "runtime/core/check.hpp"
#include "runtime/process/process_reaper.hpp"

namespace troupe::runtime {
namespace {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(process_ownership)

// Pids above the largest one of Linux (2^22): no test can signal a process by mistake.
constexpr pid_t first_leader = (1 << 22) + 100;
constexpr pid_t second_leader = (1 << 22) + 200;
constexpr pid_t some_orphan = (1 << 22) + 300;
constexpr Instant start{1'000s};

/// A process in the session and process group of `leader`.
ProcessStat in_session_of(pid_t leader) {
  return {.state = 'S', .parent = 1, .group = leader, .session = leader};
}

ReapedProcess& add(OwnedProcesses& processes, ProcessId process, pid_t leader) {
  return processes.add(process, ProcessSpec{}, leader, std::nullopt, false);
}

BOOST_AUTO_TEST_CASE(an_orphan_belongs_to_the_program_that_its_cookie_names) {
  OwnedProcesses processes;
  add(processes, 1, first_leader);
  ReapedProcess& second = add(processes, 2, second_leader);
  BOOST_TEST(processes.owner_of(in_session_of(first_leader), 2) == &second);
  BOOST_TEST(processes.owner_of(in_session_of(first_leader), 3) == nullptr);
}

BOOST_AUTO_TEST_CASE(an_orphan_without_a_cookie_belongs_to_the_program_of_its_session_or_group) {
  OwnedProcesses processes;
  ReapedProcess& first = add(processes, 1, first_leader);
  ReapedProcess& second = add(processes, 2, second_leader);
  BOOST_TEST(processes.owner_of(in_session_of(second_leader), {}) == &second);
  const ProcessStat group_only{.state = 'S', .parent = 1, .group = first_leader, .session = 5};
  BOOST_TEST(processes.owner_of(group_only, {}) == &first);
}

BOOST_AUTO_TEST_CASE(an_adopted_orphan_adds_its_session_to_its_program) {
  OwnedProcesses processes;
  ReapedProcess& first = add(processes, 1, first_leader);
  add(processes, 2, second_leader);
  BOOST_TEST(processes.owner_of(in_session_of(some_orphan), {}) == nullptr);
  processes.adopt(some_orphan, in_session_of(some_orphan), first);
  BOOST_TEST(processes.owns(some_orphan));
  BOOST_TEST(processes.owner_of(in_session_of(some_orphan), {}) == &first);
}

BOOST_AUTO_TEST_CASE(an_orphan_without_cookie_and_known_session_belongs_to_the_only_program) {
  OwnedProcesses processes;
  BOOST_TEST(processes.owner_of(in_session_of(some_orphan), {}) == nullptr);
  ReapedProcess& only = add(processes, 1, first_leader);
  BOOST_TEST(processes.owner_of(in_session_of(some_orphan), {}) == &only);
  add(processes, 2, second_leader);
  BOOST_TEST(processes.owner_of(in_session_of(some_orphan), {}) == nullptr);
}

BOOST_AUTO_TEST_CASE(a_program_has_finished_when_it_and_its_orphans_are_reaped) {
  OwnedProcesses processes;
  ReapedProcess& program = add(processes, 1, first_leader);
  processes.adopt(some_orphan, in_session_of(some_orphan), program);
  processes.reaped(first_leader, 3 << 8);
  BOOST_TEST(!program.finished());
  BOOST_TEST(!processes.owns(first_leader));
  BOOST_CHECK_THROW(processes.remove(processes.begin()), CheckFailure);
  processes.reaped(some_orphan, 0);
  BOOST_TEST(program.finished());
  BOOST_TEST(describe(program.ended()) == "exit code 3");
  BOOST_TEST((processes.remove(processes.begin()) == processes.end()));
  BOOST_TEST(processes.empty());
  processes.reaped(some_orphan, 0);  // A child that is unknown changes nothing.
  BOOST_TEST(processes.find(1) == nullptr);
}

BOOST_AUTO_TEST_CASE(the_pid_of_a_reaped_orphan_may_be_used_again) {
  OwnedProcesses processes;
  ReapedProcess& program = add(processes, 1, first_leader);
  processes.adopt(some_orphan, in_session_of(some_orphan), program);
  BOOST_CHECK_THROW(processes.adopt(some_orphan, in_session_of(some_orphan), program),
                    CheckFailure);
  processes.reaped(some_orphan, 0);
  processes.adopt(some_orphan, in_session_of(some_orphan), program);
  BOOST_TEST(processes.owns(some_orphan));
}

BOOST_AUTO_TEST_CASE(an_unattributed_orphan_settles_after_50_ms) {
  UnattributedOrphans orphans;
  BOOST_TEST(!orphans.settling(start));
  orphans.replace({some_orphan}, start);
  BOOST_TEST(orphans.settling(start + 49ms));
  orphans.replace({some_orphan}, start + 40ms);  // The same orphan keeps its time.
  BOOST_TEST(orphans.settling(start + 49ms));
  BOOST_TEST(!orphans.settling(start + 50ms));
  orphans.replace({some_orphan, some_orphan + 1}, start + 60ms);
  BOOST_TEST(orphans.settling(start + 109ms));
  BOOST_TEST(!orphans.settling(start + 110ms));
}

BOOST_AUTO_TEST_CASE(an_unattributed_orphan_is_looked_at_after_delays_that_double) {
  UnattributedOrphans orphans;
  BOOST_TEST((orphans.next_look() == Instant::never()));
  orphans.replace({some_orphan}, start);
  BOOST_TEST((orphans.next_look() == start + 1ms));
  orphans.replace({some_orphan}, start);  // Looked at early: the delay stays.
  BOOST_TEST((orphans.next_look() == start + 1ms));
  Instant now = start;
  Duration delay{};
  for (int look = 0; look < 20; ++look) {
    now = orphans.next_look();
    orphans.replace({some_orphan}, now);
    delay = orphans.next_look() - now;
  }
  BOOST_TEST((delay == 10s));
  orphans.replace({some_orphan, some_orphan + 1}, now + 1s);  // A new one: the delays start anew.
  BOOST_TEST((orphans.next_look() == now + 1s + 1ms));
  orphans.replace({}, now + 2s);
  BOOST_TEST((orphans.next_look() == Instant::never()));
}

BOOST_AUTO_TEST_CASE(killed_orphans_are_looked_at_until_none_is_alive) {
  UnattributedOrphans orphans;
  orphans.replace({some_orphan}, start);
  orphans.killed(1, start + 1ms);
  BOOST_TEST(orphans.size() == 0u);
  BOOST_TEST(!orphans.settling(start + 1ms));
  BOOST_TEST((orphans.next_look() == start + 3ms));
  orphans.killed(0, start + 3ms);
  BOOST_TEST((orphans.next_look() == Instant::never()));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(program_lease)

BOOST_AUTO_TEST_CASE(there_is_no_limit_before_the_first_lease) {
  ProgramLease lease;
  BOOST_TEST(!lease.expired(Instant{} + 1'000'000h));
  BOOST_TEST(!lease.enforce(Instant{} + 1'000'000h));
  BOOST_TEST((lease.deadline() == Instant::never()));
}

BOOST_AUTO_TEST_CASE(an_expired_lease_is_enforced_once_and_refuses_starts_until_it_is_renewed) {
  ProgramLease lease;
  const Instant now{50s};
  lease.renew(now + 1s, 10ms);
  BOOST_TEST((lease.deadline() == now + 1s));
  BOOST_TEST(!lease.enforce(now));
  BOOST_TEST(lease.enforce(now + 1s));
  BOOST_TEST((lease.grace() == 10ms));
  BOOST_TEST(!lease.enforce(now + 2s));
  BOOST_TEST(lease.expired(now + 2s));
  BOOST_TEST((lease.deadline() == Instant::never()));
  lease.renew(now + 5s, 20ms);
  BOOST_TEST(!lease.expired(now + 2s));
  BOOST_TEST((lease.deadline() == now + 5s));
  BOOST_TEST(lease.enforce(now + 5s));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::runtime
