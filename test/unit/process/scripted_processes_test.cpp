#include "runtime/simulation/scripted_processes.hpp"

#include <csignal>
#include <string>

#include <boost/test/unit_test.hpp>

#include "runtime/simulation/sim_reactor.hpp"

namespace troupe::runtime::simulation {
namespace {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(scripted_processes)

struct Fixture {
  VirtualClock clock;
  SimReactor reactor{clock};
  Script script;
  ScriptedProcesses processes{reactor, [this](ProcessId, const ProcessSpec&) { return script; }};
  std::string log;
  bool asks_for_more = true;

  ProcessId start() {
    const auto process =
        processes.start({{"./train"}, {}, {}, {}}, [this](const ProcessEvent& event) {
          if (std::holds_alternative<ProcessStarted>(event)) {
            log += "started;";
          } else if (const auto* output = std::get_if<ProcessOutput>(&event)) {
            log +=
                std::string(output->stream == Stream::out ? "out " : "err ") + output->bytes + ";";
            if (asks_for_more) processes.more(output->process, output->stream);
          } else {
            const auto& ended = std::get<ProcessEnded>(event);
            log += describe(ended) + (ended.requested ? ", requested;" : ";");
          }
        });
    reactor.run_until_idle();
    return process;
  }
};

BOOST_FIXTURE_TEST_CASE(plays_a_script_on_a_virtual_clock, Fixture) {
  script.prints = {{1s, "a"}, {2s, "b", Stream::err}};
  script.ends_after = 1s;
  script.end.code = 4;
  start();
  BOOST_TEST(log == "started;");
  reactor.advance(1s);
  BOOST_TEST(log == "started;out a;");
  reactor.advance(2s);
  BOOST_TEST(log == "started;out a;err b;");
  BOOST_TEST(processes.running().size() == 1u);
  reactor.advance(1s);
  BOOST_TEST(log == "started;out a;err b;exit code 4;");
  BOOST_TEST(processes.running().empty());
}

BOOST_FIXTURE_TEST_CASE(delivers_output_and_end_only_on_request, Fixture) {
  asks_for_more = false;
  script.prints = {{0s, "a"}, {0s, "b"}};
  const auto process = start();
  reactor.advance(1s);
  BOOST_TEST(log == "started;out a;");
  processes.more(process, Stream::out);
  reactor.run_until_idle();
  BOOST_TEST(log == "started;out a;out b;");
  processes.more(process, Stream::out);
  reactor.run_until_idle();
  BOOST_TEST(log == "started;out a;out b;exit code 0;");
}

BOOST_FIXTURE_TEST_CASE(sigterm_ends_a_program, Fixture) {
  script.ends = false;
  const auto process = start();
  processes.end(process, 10s);
  reactor.run_until_idle();
  BOOST_TEST(log == "started;signal SIGTERM, requested;");
  BOOST_TEST((processes.end_calls() == std::vector<ScriptedProcesses::EndCall>{{process, 10s}}));
  processes.end(process, 10s);
  reactor.run_until_idle();
  BOOST_TEST(log == "started;signal SIGTERM, requested;");
}

BOOST_FIXTURE_TEST_CASE(a_program_may_ignore_sigterm_until_the_grace_has_passed, Fixture) {
  script.ends = false;
  script.on_term = Script::OnTerm::ignores;
  const auto process = start();
  processes.end(process, 10s);
  reactor.advance(9s);
  processes.print(process, "still here");
  BOOST_TEST(log == "started;out still here;");
  reactor.advance(1s);
  BOOST_TEST(log == "started;out still here;signal SIGKILL, requested;");
}

BOOST_FIXTURE_TEST_CASE(two_ends_kill_at_the_earlier_time_and_leave_no_timer, Fixture) {
  script.ends = false;
  script.on_term = Script::OnTerm::ignores;
  const auto process = start();
  processes.end(process, 10s);
  processes.end(process, 4s);
  processes.end(process, 20s);
  reactor.advance(3s);
  BOOST_TEST(log == "started;");
  reactor.advance(1s);
  BOOST_TEST(log == "started;signal SIGKILL, requested;");
  BOOST_TEST(!reactor.next_timer().has_value());
}

BOOST_FIXTURE_TEST_CASE(a_program_may_fail_to_start_or_be_lost, Fixture) {
  script.end.cause = ProcessEnded::Cause::not_started;
  script.end.what = "cannot start ./train: No such file or directory";
  start();
  BOOST_TEST(log == "cannot start ./train: No such file or directory;");
  log.clear();
  script = {};
  script.ends = false;
  start();
  processes.lose_all();
  BOOST_TEST(log == "started;lost: the warden was ended by SIGKILL;");
  BOOST_TEST(processes.started().size() == 2u);
}

BOOST_FIXTURE_TEST_CASE(is_controlled_by_the_test_without_an_author, Fixture) {
  ScriptedProcesses bare(reactor);
  const auto process = bare.start({{"x"}, {}, {}, {}}, [&](const ProcessEvent& event) {
    if (std::holds_alternative<ProcessStarted>(event)) {
      log += "started;";
    } else if (const auto* output = std::get_if<ProcessOutput>(&event)) {
      log += output->bytes;
      bare.more(output->process, output->stream);
    } else if (const auto* ended = std::get_if<ProcessEnded>(&event)) {
      log += ";" + describe(*ended);
    }
  });
  bare.print(process, "one ");
  bare.print(process, "two");
  bare.exit(process, 1);
  reactor.run_until_idle();
  BOOST_TEST(log == "started;one two;exit code 1");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::runtime::simulation
