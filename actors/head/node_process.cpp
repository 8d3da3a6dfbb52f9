#include "actors/head/node_process.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <string_view>
#include <utility>

#include <sched.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "actors/trial/visible_devices.hpp"
#include "runtime/core/check.hpp"
#include "runtime/make_node.hpp"

namespace troupe::actors {

namespace {

sigset_t set_of(const std::vector<int>& signals) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : signals) sigaddset(&set, signal);
  return set;
}

}  // namespace

NodeProcess::NodeProcess(runtime::NodeOptions options)
    : node_(runtime::make_node(std::move(options))) {}

NodeProcess::~NodeProcess() {
  if (signal_fd_ < 0) return;
  call([this] { reactor().unwatch(signal_watch_); });
  close(signal_fd_);
}

void NodeProcess::call(const std::function<void()>& work) {
  std::promise<void> done;
  reactor().post([&] {
    work();
    done.set_value();
  });
  done.get_future().wait();
}

void NodeProcess::on_signals(const std::vector<int>& signals, std::function<void(int)> on_signal) {
  check(signal_fd_ < 0, "a process sets its signal handlers once");
  const sigset_t set = set_of(signals);
  signal_fd_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  call([&] {
    signal_watch_ = reactor().watch_readable(signal_fd_, [fd = signal_fd_, on_signal] {
      signalfd_siginfo info{};
      while (read(fd, &info, sizeof info) == sizeof info)
        on_signal(static_cast<int>(info.ssi_signo));
    });
  });
}

void block_signals(const std::vector<int>& signals) {
  const sigset_t set = set_of(signals);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

namespace {

/// Number of GPUs: those that CUDA_VISIBLE_DEVICES lists, else those of NVIDIA's driver.
std::uint32_t gpus_here() {
  if (const char* visible = std::getenv("CUDA_VISIBLE_DEVICES")) {
    return static_cast<std::uint32_t>(listed_devices(visible).size());
  }
  std::error_code none;
  std::uint32_t count = 0;
  for (const auto& gpu : std::filesystem::directory_iterator("/proc/driver/nvidia/gpus", none))
    count += gpu.exists() ? 1 : 0;
  return count;
}

}  // namespace

runtime::Resources this_machine() {
  runtime::Resources resources;
  cpu_set_t cpus;
  resources.cpus = sched_getaffinity(0, sizeof cpus, &cpus) == 0
                       ? static_cast<std::uint32_t>(CPU_COUNT(&cpus))
                       : 1;
  resources.gpus = gpus_here();
  struct sysinfo machine{};
  if (sysinfo(&machine) == 0)
    resources.memory = static_cast<std::uint64_t>(machine.totalram) * machine.mem_unit;
  return resources;
}

std::string this_program() {
  std::error_code failed;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", failed);
  return failed ? "/proc/self/exe" : path.string();
}

}  // namespace troupe::actors
