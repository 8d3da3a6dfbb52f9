// Deaths of nodes and reapers.

#include <array>
#include <filesystem>
#include <future>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/io_thread.hpp"
#include "runtime/process/process_table.hpp"
#include "runtime/process/reaper_processes.hpp"
#include "test/e2e/process_kit.hpp"

namespace troupe::runtime {
namespace {

using namespace std::chrono_literals;
using test::Program;
using test::tagged;

BOOST_AUTO_TEST_SUITE(process_death)

const auto reapers = boost::unit_test::data::make({"warden", "warden-plain"});

/// A node process with a reaper and running programs.
class OtherNode {
 public:
  OtherNode(const std::string& reaper, int programs, const std::string& tag) {
    std::array<int, 2> out{};
    BOOST_REQUIRE(::pipe2(out.data(), O_CLOEXEC) == 0);
    const std::string count = std::to_string(programs);
    const std::array<const char*, 7> argv{
        test::node.c_str(), "own",       reaper.c_str(), test::subject.c_str(),
        count.c_str(),      tag.c_str(), nullptr};
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(out[1], 1);
      ::execv(argv[0], const_cast<char* const*>(argv.data()));
      ::_exit(127);
    }
    ::close(out[1]);
    char byte = 0;
    BOOST_TEST_REQUIRE(::read(out[0], &byte, 1) == 1);
    ::close(out[0]);
  }
  ~OtherNode() { kill(SIGKILL); }
  OtherNode(const OtherNode&) = delete;
  OtherNode& operator=(const OtherNode&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  void kill(int signal) {
    if (pid_ == 0) return;
    ::kill(pid_, signal);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  pid_t pid_ = 0;
};

/// The reapers among the children of `node`.
std::vector<pid_t> reapers_of(pid_t node) {
  return children_of(node);
}

BOOST_DATA_TEST_CASE(a_killed_node_leaves_no_process, reapers, reaper) {
  const std::string tag = test::fresh_tag();
  OtherNode node(reaper, 3, tag);
  auto everybody = tagged(tag);
  BOOST_TEST(everybody.size() == 1 + 3 * 2u);
  for (const pid_t pid : reapers_of(node.pid())) everybody.push_back(pid);
  BOOST_TEST(everybody.size() == 1 + 3 * 2 + 1u);
  node.kill(SIGKILL);
  BOOST_TEST(test::all_die(everybody, 1000ms));
  BOOST_TEST(tagged(tag).empty());
}

BOOST_DATA_TEST_CASE(a_killed_reaper_loses_its_programs_and_the_next_start_gets_a_new_one, reapers,
                     reaper) {
  IoThread io;
  ReaperProcesses processes(io, {{test::node, reaper, "--fd"}, {}});
  const std::string tag = test::fresh_tag();
  Program first(processes, {{test::subject, "escape-and-stay", tag}, {}, {}, {}});
  Program second(processes, {{test::subject, "escape-and-stay", tag}, {}, {}, {}});
  first.wait_output("escaped\n");
  second.wait_output("escaped\n");
  const auto found = reapers_of(::getpid());
  BOOST_TEST_REQUIRE(found.size() == 1u);
  ::kill(found.front(), SIGKILL);
  for (Program* program : {&first, &second}) {
    const auto ended = program->wait_ended();
    BOOST_TEST((ended.cause == ProcessEnded::Cause::lost));
    BOOST_TEST(describe(ended) == "lost: the warden was ended by SIGKILL");
    BOOST_TEST(program->order() == "started out ended");
  }
  BOOST_TEST(tagged(tag).empty());
  Program third(processes, {{"/bin/echo", "again"}, {}, {}, {}});
  BOOST_TEST(describe(third.wait_ended()) == "exit code 0");
  BOOST_TEST(third.out() == "again\n");
}

BOOST_DATA_TEST_CASE(a_reaper_that_gets_sigterm_kills_its_programs, reapers, reaper) {
  IoThread io;
  ReaperProcesses processes(io, {{test::node, reaper, "--fd"}, {}});
  const std::string tag = test::fresh_tag();
  Program program(processes, {{test::subject, "escape-and-stay", tag}, {}, {}, {}});
  program.wait_output("escaped\n");
  ::kill(reapers_of(::getpid()).front(), SIGTERM);
  BOOST_TEST(describe(program.wait_ended()) == "lost: the warden ended with exit code 0");
  BOOST_TEST(tagged(tag).empty());
}

BOOST_DATA_TEST_CASE(destroying_the_processes_kills_all_programs_first, reapers, reaper) {
  const std::string tag = test::fresh_tag();
  std::promise<void> escaped;
  IoThread io;
  {
    ReaperProcesses processes(io, {{test::node, reaper, "--fd"}, {}});
    processes.start({{test::subject, "escape-and-stay", tag}, {}, {}, {}},
                    [&](const ProcessEvent& event) {
                      if (std::holds_alternative<ProcessOutput>(event)) escaped.set_value();
                    });
    escaped.get_future().wait();
    BOOST_TEST(tagged(tag).size() == 2u);
  }
  BOOST_TEST(tagged(tag).empty());
  BOOST_TEST(reapers_of(::getpid()).empty());
}

BOOST_AUTO_TEST_CASE(a_reaper_that_cannot_be_started_is_named) {
  IoThread io;
  ReaperProcesses processes(io, {{"/no/such/troupe", "warden", "--fd"}, {}});
  Program program(processes, {{"/bin/true"}, {}, {}, {}});
  const auto ended = program.wait_ended();
  BOOST_TEST((ended.cause == ProcessEnded::Cause::not_started));
  BOOST_TEST(describe(ended) ==
             "cannot start the warden /no/such/troupe: No such file or directory");
}

BOOST_AUTO_TEST_CASE(a_lock_lives_as_long_as_the_reaper_and_is_not_inherited_by_programs) {
  const auto path = std::filesystem::temp_directory_path() / test::fresh_tag();
  const Descriptor lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  BOOST_TEST_REQUIRE(::flock(lock.get(), LOCK_EX) == 0);
  IoThread io;
  ReaperProcesses processes(io, {{test::node, "warden", "--fd"}, {lock.get()}});
  Program program(processes,
                  {{"/bin/sh", "-c", "ls -l /proc/$PPID/fd /proc/$$/fd"}, {"PATH=/bin"}, {}, {}});
  BOOST_TEST(describe(program.wait_ended()) == "exit code 0");
  const std::string out = program.out();
  const auto first = out.find(path.string());
  BOOST_TEST(first != std::string::npos);
  BOOST_TEST(out.find(path.string(), first + 1) == std::string::npos);
  std::filesystem::remove(path);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::runtime
