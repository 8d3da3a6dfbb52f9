// Starts and ends of programs under a real reaper, with cgroups (where they are writable) and
// without.

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <signal.h>

#include "runtime/io_thread.hpp"
#include "runtime/process/reaper_processes.hpp"
#include "test/e2e/process_kit.hpp"

namespace troupe::runtime {
namespace {

using namespace std::chrono_literals;
using test::Program;
using Cause = ProcessEnded::Cause;

BOOST_AUTO_TEST_SUITE(process_end)

const auto reapers = boost::unit_test::data::make({"warden", "warden-plain"});

struct Node {
  IoThread io;
  ReaperProcesses processes;
  explicit Node(const std::string& reaper) : processes(io, {{test::node, reaper, "--fd"}, {}}) {}

  static ProcessSpec shell(const std::string& line) {
    return {{"/bin/sh", "-c", line}, {"PATH=/usr/bin:/bin"}, {}, {}};
  }
};

BOOST_DATA_TEST_CASE(reports_start_output_and_exit_code_in_order, reapers, reaper) {
  Node node(reaper);
  Program program(node.processes, Node::shell("echo hello; echo oops >&2; exit 3"));
  const auto ended = program.wait_ended();
  BOOST_TEST(program.wait_started() > 0);
  BOOST_TEST(program.out() == "hello\n");
  BOOST_TEST(program.err() == "oops\n");
  BOOST_TEST(program.order().starts_with("started "));
  BOOST_TEST(program.order().ends_with(" ended"));
  BOOST_TEST(ended.process == program.id());
  BOOST_TEST((ended.cause == Cause::exited));
  BOOST_TEST(ended.code == 3);
  BOOST_TEST(!ended.requested);
  BOOST_TEST(ended.killed == 0u);
  BOOST_TEST(describe(ended) == "exit code 3");
}

BOOST_DATA_TEST_CASE(a_program_without_output_only_ends, reapers, reaper) {
  Node node(reaper);
  Program program(node.processes, {{"true"}, {"PATH=/bin:/usr/bin"}, {}, {}});
  BOOST_TEST(describe(program.wait_ended()) == "exit code 0");
  BOOST_TEST(program.order() == "started ended");
}

BOOST_DATA_TEST_CASE(names_the_signal_that_ended_a_program, reapers, reaper) {
  Node node(reaper);
  Program program(node.processes, Node::shell("kill -SEGV $$"));
  const auto ended = program.wait_ended();
  BOOST_TEST(describe(ended) == "signal SIGSEGV");
  BOOST_TEST(ended.code == SIGSEGV);
  BOOST_TEST(!ended.requested);
}

BOOST_DATA_TEST_CASE(explains_why_a_program_cannot_be_started, reapers, reaper) {
  Node node(reaper);
  const auto fate = [&](ProcessSpec spec) {
    Program program(node.processes, std::move(spec));
    const auto ended = program.wait_ended();
    BOOST_TEST((ended.cause == Cause::not_started));
    BOOST_TEST(program.order() == "ended");
    return describe(ended) + " " + std::to_string(ended.code);
  };
  BOOST_TEST(fate({{"./no-such-trainer"}, {}, "/tmp", {}}) ==
             "cannot start ./no-such-trainer: No such file or directory " + std::to_string(ENOENT));
  BOOST_TEST(fate({{"no-such-trainer"}, {"PATH=/usr/bin:/bin"}, {}, {}}) ==
             "cannot start no-such-trainer: No such file or directory " + std::to_string(ENOENT));
  BOOST_TEST(fate({{"/etc/passwd"}, {}, {}, {}}) ==
             "cannot start /etc/passwd: the file is not executable; make it so with chmod +x "
             "/etc/passwd " +
                 std::to_string(EACCES));
  BOOST_TEST(fate({{"/bin/true"}, {}, "/no/such/folder", {}}) ==
             "cannot start /bin/true in /no/such/folder: No such file or directory " +
                 std::to_string(ENOENT));
  BOOST_TEST(fate({{}, {}, {}, {}}) ==
             "cannot start a program without a name " + std::to_string(EINVAL));
}

BOOST_DATA_TEST_CASE(gives_a_program_its_arguments_environment_and_folder_and_nothing_else, reapers,
                     reaper) {
  ::setenv("TROUPE_TEST_LEAK", "1", 1);
  Node node(reaper);
  Program program(
      node.processes,
      {{"/bin/sh", "-c", "printf '%s|' \"$@\"; pwd; env | sort; ls -l /proc/self/fd | wc -l", "sh",
        "a b", "", "'\"$HOME"},
       {"PATH=/usr/bin:/bin", "GREETING=two words"},
       "/usr",
       {}});
  BOOST_TEST(describe(program.wait_ended()) == "exit code 0");
  const std::string out = program.out();
  BOOST_TEST(out.starts_with("a b||'\"$HOME|/usr\n"));
  BOOST_TEST(out.find("GREETING=two words\n") != std::string::npos);
  BOOST_TEST(out.find("TROUPE_TEST_LEAK") == std::string::npos);
  // The lines of ls: its total, descriptors 0, 1 and 2, and the one of the folder that it reads.
  BOOST_TEST(out.ends_with("\n5\n"));
}

BOOST_DATA_TEST_CASE(passes_more_environment_than_fits_in_a_socket, reapers, reaper) {
  Node node(reaper);
  ProcessSpec spec = Node::shell("printf %s \"$LAST\"");
  for (int i = 0; i < 10; ++i)
    spec.env.push_back("BIG" + std::to_string(i) + "=" + std::string(100'000, 'x'));
  spec.env.push_back("LAST=seen");
  Program program(node.processes, spec);
  BOOST_TEST(describe(program.wait_ended()) == "exit code 0");
  BOOST_TEST(program.out() == "seen");
  spec.argv.back() = std::string(200'000, 'x');  // Longer than an argument may be (128 KiB).
  Program refused(node.processes, spec);
  BOOST_TEST(describe(refused.wait_ended()) == "cannot start /bin/sh: Argument list too long");
}

BOOST_DATA_TEST_CASE(a_program_may_end_itself_on_sigterm, reapers, reaper) {
  Node node(reaper);
  Program program(
      node.processes,
      Node::shell("trap 'echo saved; exit 7' TERM; echo up; while :; do sleep 0.01; done"));
  program.wait_output("up\n");
  node.processes.end(program.id(), 50s);
  const auto ended = program.wait_ended();
  BOOST_TEST(program.out() == "up\nsaved\n");
  BOOST_TEST(describe(ended) == "exit code 7");
  BOOST_TEST(ended.requested);
}

BOOST_DATA_TEST_CASE(a_program_gets_sigterm_once, reapers, reaper) {
  Node node(reaper);
  Program program(node.processes, {{test::subject, "count-terms", "x"}, {}, {}, {}});
  program.wait_output("counting\n");
  node.processes.end(program.id(), 50s);
  BOOST_TEST(describe(program.wait_ended()) == "exit code 1");
  BOOST_TEST(program.out() == "counting\nSIGTERM\n");
}

BOOST_DATA_TEST_CASE(a_process_whose_parent_ends_gets_sigterm_once, reapers, reaper) {
  Node node(reaper);
  Program program(node.processes, {{test::subject, "fork-count-terms", "x"}, {}, {}, {}});
  program.wait_output("counting\n");
  node.processes.end(program.id(), 50s);
  BOOST_TEST(describe(program.wait_ended()) == "signal SIGTERM");
  BOOST_TEST(program.out() == "counting\nSIGTERM\n");
}

BOOST_DATA_TEST_CASE(kills_a_program_that_ignores_sigterm, reapers, reaper) {
  Node node(reaper);
  Program program(node.processes,
                  Node::shell("trap '' TERM; echo up; while :; do sleep 0.1; done"));
  program.wait_output("up\n");
  node.processes.end(program.id(), 20ms);
  const auto ended = program.wait_ended();
  BOOST_TEST(describe(ended) == "signal SIGKILL");
  BOOST_TEST(ended.requested);
  BOOST_TEST(ended.killed >= 1u);
}

BOOST_DATA_TEST_CASE(a_second_end_shortens_the_grace, reapers, reaper) {
  Node node(reaper);
  Program program(node.processes,
                  Node::shell("trap '' TERM; echo up; while :; do sleep 0.1; done"));
  program.wait_output("up\n");
  node.processes.end(program.id(), 1h);
  node.processes.end(program.id(), 0s);
  BOOST_TEST(describe(program.wait_ended()) == "signal SIGKILL");
}

BOOST_DATA_TEST_CASE(continues_a_stopped_program_to_end_it, reapers, reaper) {
  Node node(reaper);
  Program program(node.processes, {{test::subject, "stop", "x"}, {}, {}, {}});
  program.wait_output("stopping\n");
  node.processes.end(program.id(), 50s);
  BOOST_TEST(describe(program.wait_ended()) == "signal SIGTERM");
}

BOOST_DATA_TEST_CASE(reports_the_end_by_the_memory_limit, reapers, reaper) {
  Node node(reaper);
  const std::uint64_t limit = 200U << 20;
  Program hungry(node.processes,
                 {{test::subject, "eat", std::to_string(400U << 20), "x"}, {}, {}, limit});
  const auto ended = hungry.wait_ended();
  BOOST_TEST((ended.cause == Cause::out_of_memory));
  BOOST_TEST(describe(ended) == "out of memory (limit 200 MiB)");
  BOOST_TEST(!ended.requested);
  Program modest(node.processes, {{test::subject, "eat", "1000", "x"}, {}, {}, limit});
  modest.wait_output("ate 1\n");
  node.processes.end(modest.id(), 50s);
  BOOST_TEST(describe(modest.wait_ended()) == "signal SIGTERM");
}

BOOST_DATA_TEST_CASE(runs_many_at_once_and_one_after_the_other, reapers, reaper) {
  Node node(reaper);
  std::vector<std::unique_ptr<Program>> programs;
  for (int i = 0; i < 60; ++i)
    programs.push_back(std::make_unique<Program>(
        node.processes, Node::shell("echo " + std::to_string(i) + "; exit " + std::to_string(i))));
  for (int i = 0; i < 60; ++i) {
    auto& program = *programs.at(static_cast<std::size_t>(i));
    BOOST_TEST(program.wait_ended().code == i);
    BOOST_TEST(program.out() == std::to_string(i) + "\n");
  }
}

BOOST_DATA_TEST_CASE(an_expired_lease_ends_all_programs, reapers, reaper) {
  Node node(reaper);
  Program polite(node.processes, Node::shell("echo up; exec sleep 600"));
  Program stubborn(node.processes, Node::shell("trap '' TERM; echo up; while :; do sleep 1; done"));
  polite.wait_output("up");
  stubborn.wait_output("up");
  node.processes.set_lease(node.io.now() + 1ms, 10ms);
  BOOST_TEST(describe(polite.wait_ended()) == "lost: its lease is over");
  BOOST_TEST(stubborn.wait_ended().killed > 0u);
  Program late(node.processes, Node::shell("exit 0"));
  BOOST_TEST(describe(late.wait_ended()) == "lost: its lease is over");
  BOOST_TEST(late.order() == "ended");
}

BOOST_DATA_TEST_CASE(a_renewed_lease_keeps_programs_running, reapers, reaper) {
  Node node(reaper);
  node.processes.set_lease(node.io.now(), 0ms);
  node.processes.set_lease(node.io.now() + 1h, 0ms);  // The latest lease counts.
  Program program(node.processes, Node::shell("sleep 0.2; exit 5"));
  const auto ended = program.wait_ended();
  BOOST_TEST(describe(ended) == "exit code 5");
  BOOST_TEST(!ended.requested);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::runtime
