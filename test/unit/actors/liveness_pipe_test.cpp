// LivenessPipe: detection of remaining processes of a node.

#include "actors/head/liveness_pipe.hpp"

#include <csignal>

#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test/kit/temp_folder.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(liveness_pipe)

/// Starts a process that holds the write end until it is killed.
pid_t holder_of(LivenessPipe& liveness_pipe) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    for (;;) ::pause();
  }
  BOOST_REQUIRE(liveness_pipe.started(pid).has_value());
  return pid;
}

void end(pid_t pid) {
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
}

std::vector<LivenessPipe> open_pipes_in(const std::filesystem::path& folder) {
  auto open_pipes = LivenessPipe::find_open(folder);
  BOOST_REQUIRE(open_pipes.has_value());
  return std::move(open_pipes).value();
}

BOOST_AUTO_TEST_CASE(it_is_found_by_a_later_head_while_a_process_holds_it) {
  const test::TempFolder folder;
  pid_t pid = 0;
  {
    auto liveness_pipe = LivenessPipe::make(folder.path(), "own-3");
    BOOST_REQUIRE(liveness_pipe.has_value());
    pid = holder_of(*liveness_pipe);
    BOOST_TEST(!liveness_pipe->is_closed());
  }
  auto open_pipes = open_pipes_in(folder.path());
  BOOST_REQUIRE(open_pipes.size() == 1U);
  BOOST_TEST(open_pipes[0].node() == "own-3");
  BOOST_TEST(open_pipes[0].pid() == pid);
  BOOST_TEST(!open_pipes[0].is_closed());
  end(pid);
  BOOST_TEST(open_pipes[0].is_closed());
  BOOST_TEST(!open_pipes[0].orderly());
  BOOST_TEST(std::filesystem::is_empty(folder.path()));
}

BOOST_AUTO_TEST_CASE(one_that_nobody_holds_any_more_is_removed) {
  const test::TempFolder folder;
  auto liveness_pipe = LivenessPipe::make(folder.path(), "own-1");
  BOOST_REQUIRE(liveness_pipe.has_value());
  end(holder_of(*liveness_pipe));
  BOOST_TEST(open_pipes_in(folder.path()).empty());
  BOOST_TEST(std::filesystem::is_empty(folder.path()));
}

BOOST_AUTO_TEST_CASE(a_head_that_died_before_it_knew_the_process_left_a_pipe_too) {
  const test::TempFolder folder;
  const auto liveness_pipe = LivenessPipe::make(folder.path(), "own-1");
  BOOST_REQUIRE(liveness_pipe.has_value());
  const auto open_pipes = open_pipes_in(folder.path());
  BOOST_REQUIRE(open_pipes.size() == 1U);
  BOOST_TEST(open_pipes[0].node() == "own-1");
  BOOST_TEST(open_pipes[0].pid() == 0);
  open_pipes[0].kill();  // Without a process id, kill() does nothing.
}

BOOST_AUTO_TEST_CASE(a_node_says_that_it_ends_in_order) {
  const test::TempFolder folder;
  auto liveness_pipe = LivenessPipe::make(folder.path(), "own-1");
  BOOST_REQUIRE(liveness_pipe.has_value());
  LivenessPipe::announce_orderly_end({liveness_pipe->write_end()});
  BOOST_TEST(!liveness_pipe->is_closed());
  BOOST_TEST(liveness_pipe->orderly());
  end(holder_of(*liveness_pipe));
  BOOST_TEST(liveness_pipe->is_closed());
}

BOOST_AUTO_TEST_CASE(it_kills_who_holds_it_and_nobody_else_of_that_number) {
  const test::TempFolder folder;
  auto held = LivenessPipe::make(folder.path(), "own-1");
  BOOST_REQUIRE(held.has_value());
  const pid_t node = holder_of(*held);
  auto other = LivenessPipe::make(folder.path(), "own-2");
  BOOST_REQUIRE(other.has_value());
  BOOST_REQUIRE(
      other->started(node).has_value());  // The process id now belongs to another process.
  other->kill();
  BOOST_TEST(::waitpid(node, nullptr, WNOHANG) == 0);
  kill_local_node(folder.path(), "own-3");
  BOOST_TEST(::waitpid(node, nullptr, WNOHANG) == 0);
  kill_local_node(folder.path(), "own-1");
  BOOST_TEST(::waitpid(node, nullptr, 0) == node);
  BOOST_TEST(held->is_closed());
}

BOOST_AUTO_TEST_CASE(other_files_of_the_folder_are_left_alone) {
  const test::TempFolder folder;
  for (const char* name : {".own-1-4711", ".own-x-", "own-1", ".spare"})
    BOOST_REQUIRE(::close(::creat((folder.path() / name).c_str(), 0600)) == 0);
  BOOST_TEST(open_pipes_in(folder.path()).empty());
  BOOST_TEST(std::filesystem::exists(folder.path() / ".own-1-4711"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
