// The process tree of a program, and descendants that try to leave it.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "runtime/core/rng.hpp"
#include "runtime/io_thread.hpp"
#include "runtime/process/reaper_processes.hpp"
#include "test/e2e/process_kit.hpp"

namespace troupe::runtime {
namespace {

using namespace std::chrono_literals;
using test::has_cgroups;
using test::Program;
using test::tagged;

BOOST_AUTO_TEST_SUITE(process_tree)

const auto reapers = boost::unit_test::data::make({"warden", "warden-plain"});

struct Node {
  IoThread io;
  ReaperProcesses processes;
  std::string tag = test::fresh_tag();
  explicit Node(const std::string& reaper) : processes(io, {{test::node, reaper, "--fd"}, {}}) {}

  ProcessSpec run(std::vector<std::string> arguments, Duration leftover_grace = 20ms) {
    arguments.insert(arguments.begin(), test::subject);
    arguments.push_back(tag);
    return {std::move(arguments), {"PATH=/bin:/usr/bin"}, {}, {}, leftover_grace};
  }
};

BOOST_DATA_TEST_CASE(ends_a_descendant_that_double_forked_into_its_own_session, reapers, reaper) {
  Node node(reaper);
  Program program(node.processes, node.run({"escape-and-stay"}));
  program.wait_output("escaped\n");
  BOOST_TEST(tagged(node.tag).size() == 2u);
  node.processes.end(program.id(), 20ms);
  const auto ended = program.wait_ended();
  BOOST_TEST(tagged(node.tag).empty());
  BOOST_TEST(ended.killed == 2u);
  BOOST_TEST(ended.requested);
}

BOOST_DATA_TEST_CASE(ends_only_when_the_last_descendant_is_gone, reapers, reaper) {
  Node node(reaper);
  Program program(node.processes, node.run({"escape"}));
  const auto ended = program.wait_ended();
  BOOST_TEST(tagged(node.tag).empty());
  BOOST_TEST(describe(ended) == "exit code 0");
  BOOST_TEST(!ended.requested);
  BOOST_TEST(ended.killed == 1u);
}

BOOST_DATA_TEST_CASE(gives_leftover_descendants_their_grace, reapers, reaper) {
  Node node(reaper);
  auto spec = node.run({}, 50s);
  spec.argv = {"/bin/sh", "-c",
               "trap exit USR1; (trap 'echo tidy; exit' TERM; echo up; kill -USR1 $$; "
               "while :; do sleep 0.01; done) & wait"};
  Program program(node.processes, spec);
  const auto ended = program.wait_ended();
  BOOST_TEST(program.out() == "up\ntidy\n");
  BOOST_TEST(ended.killed == 0u);
}

BOOST_DATA_TEST_CASE(attributes_orphans_while_several_programs_run, reapers, reaper) {
  Node node(reaper);
  Program bystander(node.processes, node.run({"escape-and-stay"}));
  bystander.wait_output("escaped\n");
  const auto theirs = tagged(node.tag);
  node.tag = test::fresh_tag();
  Program program(node.processes, node.run({"escape"}));
  program.wait_ended();
  BOOST_TEST(tagged(node.tag).empty());
  BOOST_TEST(theirs.size() == 2u);
  BOOST_TEST(!test::all_die(theirs, 0ms));
}

BOOST_DATA_TEST_CASE(kills_an_unattributed_orphan_with_the_last_program, reapers, reaper) {
  Node node(reaper);
  auto other = node.run({"linger"});
  other.argv.back() = test::fresh_tag();
  Program last(node.processes, other);
  last.wait_started();
  Program program(node.processes, node.run({"escape-naked"}));
  program.wait_ended();
  const auto unattributed = tagged(node.tag);
  // With a cgroup the orphan is known to belong to its program, and has been killed with it.
  BOOST_TEST(unattributed.size() == (has_cgroups(reaper) ? 0U : 1U));
  node.processes.end(last.id(), 0s);
  last.wait_ended();
  BOOST_TEST(test::all_die(unattributed, 10s));
}

BOOST_DATA_TEST_CASE(ends_a_program_with_200_children, reapers, reaper) {
  Node node(reaper);
  Program program(node.processes, node.run({"bomb-and-stay", "200"}));
  program.wait_output("grown\n");
  node.processes.end(program.id(), 20ms);
  const auto ended = program.wait_ended();
  BOOST_TEST(tagged(node.tag).empty());
  BOOST_TEST(ended.killed == 201u);
}

BOOST_DATA_TEST_CASE(ends_600_orphans_of_a_program_that_has_ended, reapers, reaper) {
  Node node(reaper);
  Program program(node.processes, node.run({"bomb", "600"}));
  const auto ended = program.wait_ended();
  BOOST_TEST(tagged(node.tag).empty());
  BOOST_TEST(ended.killed == 600u);
}

BOOST_DATA_TEST_CASE(leaves_no_process_whenever_a_program_is_ended, reapers, reaper) {
  // Three programs at a time fork while they are ended. After the end of each, none of its
  // processes may be alive. The moments vary with the load of the machine.
  Node node(reaper);
  Rng rng(3);
  const std::vector<std::vector<std::string>> families{
      {"escape"}, {"escape-and-stay"}, {"bomb", "20"}, {"bomb-and-stay", "20"}, {"linger"}};
  for (int round = 0; round < 25; ++round) {
    std::vector<std::pair<std::string, std::unique_ptr<Program>>> running;
    for (int i = 0; i < 3; ++i) {
      node.tag = test::fresh_tag();
      running.emplace_back(
          node.tag, std::make_unique<Program>(
                        node.processes, node.run(families.at(rng.below(families.size())), 1ms)));
    }
    for (auto& [tag, program] : running) {
      if (rng.below(2) == 0) program->wait_started();
      node.processes.end(program->id(), std::chrono::microseconds(rng.below(3000)));
      program->wait_ended();
      const auto left = tagged(tag);
      BOOST_TEST(left.empty(), "round " << round << ": " << left.size() << " left");
    }
  }
}

BOOST_DATA_TEST_CASE(the_memory_limit_applies_to_the_whole_tree, reapers, reaper) {
  Node node(reaper);
  const std::string eat = test::subject + " eat 120000000 " + node.tag;
  ProcessSpec spec{{"/bin/sh", "-c", eat + " & " + eat + " & " + eat + " & wait"},
                   {"PATH=/bin:/usr/bin"},
                   {},
                   std::uint64_t{300} << 20};
  Program program(node.processes, spec);
  BOOST_TEST(describe(program.wait_ended()) == "out of memory (limit 300 MiB)");
  BOOST_TEST(tagged(node.tag).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::runtime
