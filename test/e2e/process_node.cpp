// A node or a reaper as a process of its own, for the process tests.

#include <cstdio>
#include <cstdlib>
#include <future>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

#include "runtime/io_thread.hpp"
#include "runtime/process/process_reaper.hpp"
#include "runtime/process/reaper_processes.hpp"

namespace troupe::runtime {
namespace {

/// Runs `count` programs whose descendants change the session, prints "ready", and waits for a
/// kill.
int own(const char* self, const char* reaper, const char* subject, int count, const char* tag) {
  IoThread io;
  ReaperProcesses processes(io, {{self, reaper, "--fd"}, {}});
  std::vector<std::promise<void>> escaped(static_cast<std::size_t>(count));
  for (auto& one : escaped)
    processes.start({{subject, "escape-and-stay", tag}, {}, {}, {}},
                    [&](const ProcessEvent& event) {
                      if (std::holds_alternative<ProcessOutput>(event)) one.set_value();
                    });
  for (auto& one : escaped) one.get_future().wait();
  std::puts("ready");
  std::fflush(stdout);
  for (;;) ::pause();
}

}  // namespace
}  // namespace troupe::runtime

int main(int argc, char** argv) {
  using namespace troupe::runtime;
  const std::string_view mode = argc > 3 ? argv[1] : "";
  if (mode == "warden") return reaper_main(std::atoi(argv[3]));
  if (mode == "warden-plain") return reaper_main(std::atoi(argv[3]), Cgroups::never);
  if (mode == "own") return own(argv[0], argv[2], argv[3], std::atoi(argv[4]), argv[argc - 1]);
  return 64;
}
