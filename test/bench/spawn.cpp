// Measures how many programs a second run with a bounded number at once: in a loop of posix_spawn
// and wait, and through a reaper. The two take turns, so that the load of the machine affects both.
//
//     spawn [COUNT [CONCURRENCY [WARDEN...]]]

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <string>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/io_thread.hpp"
#include "runtime/process/process_reaper.hpp"
#include "runtime/process/reaper_processes.hpp"

namespace troupe::runtime {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr const char* program = "/bin/true";

Seconds bare(int count, int concurrency) {
  const auto begin = std::chrono::steady_clock::now();
  const std::array<char*, 2> argv{const_cast<char*>(program), nullptr};
  int running = 0;
  for (int started = 0; started < count || running > 0;) {
    while (running < concurrency && started < count) {
      pid_t pid = 0;
      if (::posix_spawn(&pid, program, nullptr, nullptr, argv.data(), environ) != 0) std::abort();
      ++started;
      ++running;
    }
    if (::wait(nullptr) > 0) --running;
  }
  return std::chrono::steady_clock::now() - begin;
}

Seconds through(Processes& processes, int count, int concurrency) {
  const auto begin = std::chrono::steady_clock::now();
  std::atomic<int> left = count;  // Programs that are not started yet.
  std::atomic<int> running = concurrency;
  std::promise<void> done;
  ProcessSpec spec;
  spec.argv = {program};
  for (char** entry = environ; *entry != nullptr; ++entry) spec.env.emplace_back(*entry);
  std::function<void()> next = [&] {
    if (left-- > 0) {
      processes.start(spec, [&](const ProcessEvent& event) {
        if (std::holds_alternative<ProcessEnded>(event)) next();
      });
    } else if (--running == 0) {
      done.set_value();
    }
  };
  for (int i = 0; i < concurrency; ++i) next();
  done.get_future().wait();
  return std::chrono::steady_clock::now() - begin;
}

int run(int count, int concurrency, const char* reaper) {
  IoThread io;
  ReaperProcesses processes(io, {{"/proc/self/exe", reaper, "--fd"}, {}});
  (void)through(processes, 20, concurrency);
  constexpr int rounds = 10;
  std::array<std::vector<double>, 2> rates;
  const int each = std::max(1, count / rounds);
  for (int i = 0; i < rounds; ++i) {
    rates[0].push_back(each / bare(each, concurrency).count());
    rates[1].push_back(each / through(processes, each, concurrency).count());
  }
  for (auto& rate : rates) std::sort(rate.begin(), rate.end());
  const double of_bare = rates[0][rounds / 2];
  const double of_warden = rates[1][rounds / 2];
  std::printf(
      "%s: concurrency %d, median of %d rounds: bare %.0f/s, through the %s %.0f/s: %.0f %%\n",
      program, concurrency, rounds, of_bare, reaper, of_warden, 100 * of_warden / of_bare);
  return 0;
}

}  // namespace
}  // namespace troupe::runtime

int main(int argc, char** argv) {
  using namespace troupe::runtime;
  const std::string first = argc > 1 ? argv[1] : "";
  if (first == "warden") return reaper_main(std::atoi(argv[3]));
  if (first == "warden-plain") return reaper_main(std::atoi(argv[3]), Cgroups::never);
  const int count = argc > 1 ? std::atoi(argv[1]) : 1000;
  const int concurrency = argc > 2 ? std::atoi(argv[2]) : 2;
  return run(count, concurrency, argc > 3 ? argv[3] : "warden");
}
