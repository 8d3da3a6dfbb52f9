#include "test/e2e/process_kit.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <stdexcept>
#include <string_view>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "runtime/process/cgroup.hpp"
#include "runtime/process/process_table.hpp"

namespace troupe::runtime::test {

const std::string subject = std::string(TROUPE_BIN) + "/process_subject";
const std::string node = std::string(TROUPE_BIN) + "/process_node";

std::string fresh_tag() {
  static std::atomic<int> last = 0;
  return "tag-" + std::to_string(::getpid()) + "-" + std::to_string(++last);
}

std::vector<pid_t> tagged(const std::string& tag) {
  std::vector<pid_t> found;
  for (const pid_t pid : all_processes()) {
    // Read by system calls, because a stream would throw if the process dies meanwhile.
    const Descriptor file(
        ::open(("/proc/" + std::to_string(pid) + "/cmdline").c_str(), O_RDONLY | O_CLOEXEC));
    std::array<char, 4096> line{};
    const auto size = ::read(file.get(), line.data(), line.size());
    const std::string_view text(line.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    if (text.find(tag + '\0') != text.npos) found.push_back(pid);
  }
  return found;
}

bool has_cgroups(const std::string& reaper) {
  return reaper == "warden" && CgroupPool::make("probe-" + fresh_tag()) != nullptr;
}

bool all_die(const std::vector<pid_t>& pids, std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  for (const pid_t pid : pids) {
    const Descriptor process = open_process(pid);
    if (!process) continue;
    pollfd died{process.get(), POLLIN, 0};
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    if (::poll(&died, 1, static_cast<int>(std::max<std::int64_t>(0, left.count()))) != 1)
      return false;
  }
  return true;
}

Program::Program(Processes& processes, ProcessSpec spec, Credit credit)
    : processes_(processes), credit_(credit) {
  id_ = processes_.start(std::move(spec), [this](const ProcessEvent& event) { on(event); });
}

Program::~Program() {
  processes_.end(id_, Duration{});
  std::unique_lock lock(mutex_);
  credit_ = Credit::at_once;
  while (!ended_) {
    processes_.more(id_, Stream::out);
    processes_.more(id_, Stream::err);
    changed_.wait_for(lock, std::chrono::milliseconds(100));
  }
}

void Program::on(const ProcessEvent& event) {
  const std::lock_guard lock(mutex_);
  const auto note = [&](const std::string& what) {
    if (!order_.ends_with(what)) order_ += (order_.empty() ? "" : " ") + what;
  };
  if (ended_) note("AFTER-END");
  if (const auto* started = std::get_if<ProcessStarted>(&event)) {
    note("started");
    pid_ = static_cast<pid_t>(started->pid);
  } else if (const auto* output = std::get_if<ProcessOutput>(&event)) {
    note(output->stream == Stream::out ? "out" : "err");
    (output->stream == Stream::out ? out_ : err_) += output->bytes;
    ++chunks_;
    if (credit_ == Credit::at_once) processes_.more(output->process, output->stream);
  } else {
    note("ended");
    ended_ = std::get<ProcessEnded>(event);
  }
  changed_.notify_all();
}

template <typename Condition>
void Program::wait(const char* what, Condition condition) {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, patience, condition))
    throw std::runtime_error(std::string("waited in vain for ") + what);
}

pid_t Program::wait_started() {
  wait("the start", [&] { return pid_.has_value() || ended_; });
  return pid_.value();
}

void Program::wait_output(const std::string& text) {
  wait("output", [&] { return out_.find(text) != std::string::npos; });
}

void Program::wait_chunks(std::size_t count) {
  wait("chunks", [&] { return chunks_ >= count; });
}

ProcessEnded Program::wait_ended() {
  wait("the end", [&] { return ended_.has_value(); });
  return *ended_;
}

std::string Program::out() const {
  const std::lock_guard lock(mutex_);
  return out_;
}

std::string Program::err() const {
  const std::lock_guard lock(mutex_);
  return err_;
}

std::size_t Program::chunks() const {
  const std::lock_guard lock(mutex_);
  return chunks_;
}

std::string Program::order() const {
  const std::lock_guard lock(mutex_);
  return order_;
}

}  // namespace troupe::runtime::test
