#include "runtime/process/reaper_processes.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <future>
#include <unordered_map>
#include <utility>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/core/check.hpp"
#include "runtime/process/piped_output.hpp"
#include "runtime/process/reaper_link.hpp"

namespace troupe::runtime {

namespace {

struct Pipe {
  Descriptor read_end;
  Descriptor write_end;
};

/// A pipe whose ends are close-on-exec and whose read end is non-blocking. Empty, with errno set,
/// if there are no more descriptors.
Pipe make_pipe() {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {};
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

}  // namespace

/// The part that lives on the reactor's thread. Posted calls share it, because they may outlive the
/// ReaperProcesses.
class ReaperProcesses::Core : public std::enable_shared_from_this<Core> {
 public:
  Core(Reactor& reactor, Options options) : reactor_(reactor), options_(std::move(options)) {}

  Result<void> connect();
  void start(ProcessId process, ProcessSpec spec, Sink sink);
  void more(ProcessId process, Stream stream);
  void end(ProcessId process, Duration grace);
  void set_lease(Instant until, Duration grace);
  /// Drops all programs and the reaper; returns the pid of the reaper, for waitpid.
  pid_t close();

 private:
  struct Running {
    Sink sink;
    std::unique_ptr<PipedOutput> out;
    std::unique_ptr<PipedOutput> err;
    ReaperLink* reaper = nullptr;       ///< The reaper that runs it.
    std::optional<ProcessEnded> ended;  ///< Delivered once both outputs have ended.

    PipedOutput& at(Stream stream) { return stream == Stream::out ? *out : *err; }
  };

  std::unique_ptr<PipedOutput> read_from(ProcessId process, Stream stream, Descriptor read_end);
  void on(const ProcessStarted& started);
  void on(ProcessEnded ended);
  void on(const ReaperHello&) {}
  void reaper_gone(ReaperLink* reaper, const std::string& why);
  /// Delivers the end of a program that has ended and whose output was delivered.
  void deliver_end_if_drained(ProcessId process);

  Reactor& reactor_;
  Options options_;
  std::unique_ptr<ReaperLink> reaper_;
  std::vector<std::unique_ptr<ReaperLink>> dead_reapers_;  ///< Still killing their programs.
  std::unordered_map<ProcessId, Running> running_;
};

Result<void> ReaperProcesses::Core::connect() {
  if (reaper_ && !reaper_->dead()) return {};
  if (reaper_) dead_reapers_.push_back(std::move(reaper_));
  auto link = std::make_shared<ReaperLink*>(nullptr);
  auto started = ReaperLink::start(
      reactor_, options_.reaper, options_.inherited,
      [this](ReaperNotice notice) {
        std::visit([this](auto& each) { on(std::move(each)); }, notice);
      },
      [this, link](const std::string& why) { reaper_gone(*link, why); });
  if (!started) return started.error();
  reaper_ = std::move(*started);
  *link = reaper_.get();
  return {};
}

void ReaperProcesses::Core::start(ProcessId process, ProcessSpec spec, Sink sink) {
  const auto refuse = [&](int error, std::string what) {
    sink(ProcessEnded{process, ProcessEnded::Cause::not_started, error, false, 0, std::move(what)});
  };
  if (auto connected = connect(); !connected) return refuse(EIO, connected.error().what);
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  if (!out.read_end || !err.read_end) {
    const int error = errno;
    const std::string program = spec.argv.empty() ? "a program" : spec.argv.front();
    return refuse(error, "cannot start " + program + ": no pipe: " + std::strerror(error));
  }
  std::vector<Descriptor> ends;
  ends.push_back(std::move(out.write_end));
  ends.push_back(std::move(err.write_end));
  check(!running_.contains(process), "the number of a process is used once");
  running_.emplace(
      process, Running{std::move(sink), read_from(process, Stream::out, std::move(out.read_end)),
                       read_from(process, Stream::err, std::move(err.read_end)), reaper_.get(),
                       std::nullopt});
  reaper_->send(StartRequest{process, std::move(spec)}, std::move(ends));
}

std::unique_ptr<PipedOutput> ReaperProcesses::Core::read_from(ProcessId process, Stream stream,
                                                              Descriptor read_end) {
  return std::make_unique<PipedOutput>(
      reactor_, std::move(read_end),
      [this, process, stream](std::string bytes) {
        running_.at(process).sink(ProcessOutput{process, stream, std::move(bytes)});
      },
      [this, process] { deliver_end_if_drained(process); });
}

void ReaperProcesses::Core::more(ProcessId process, Stream stream) {
  const auto found = running_.find(process);
  if (found != running_.end()) found->second.at(stream).more();
}

void ReaperProcesses::Core::end(ProcessId process, Duration grace) {
  const auto found = running_.find(process);
  if (found == running_.end() || found->second.ended) return;
  if (found->second.reaper == reaper_.get()) reaper_->send(EndRequest{process, grace}, {});
}

void ReaperProcesses::Core::set_lease(Instant until, Duration grace) {
  if (reaper_ && !reaper_->dead()) reaper_->send(LeaseRequest{until, grace}, {});
}

pid_t ReaperProcesses::Core::close() {
  const pid_t pid = reaper_ ? reaper_->pid() : 0;
  running_.clear();
  dead_reapers_.clear();
  reaper_.reset();
  return pid;
}

void ReaperProcesses::Core::on(const ProcessStarted& started) {
  const auto found = running_.find(started.process);
  if (found == running_.end()) return;
  found->second.sink(started);
  found->second.out->begin();
  found->second.err->begin();
}

void ReaperProcesses::Core::on(ProcessEnded ended) {
  const ProcessId process = ended.process;
  const auto found = running_.find(process);
  if (found == running_.end() || found->second.ended) return;
  found->second.ended = std::move(ended);
  // This may close the last output, which erases the entry.
  found->second.out->finish();
  if (const auto still = running_.find(process); still != running_.end())
    still->second.err->finish();
  deliver_end_if_drained(process);
}

void ReaperProcesses::Core::deliver_end_if_drained(ProcessId process) {
  const auto found = running_.find(process);
  if (found == running_.end()) return;
  const Running& running = found->second;
  if (!running.ended || !running.out->closed() || !running.err->closed()) return;
  auto last = running_.extract(found);
  last.mapped().sink(std::move(*last.mapped().ended));
}

void ReaperProcesses::Core::reaper_gone(ReaperLink* reaper, const std::string& why) {
  std::vector<ProcessId> lost;
  for (const auto& [process, running] : running_)
    if (running.reaper == reaper) lost.push_back(process);
  for (const ProcessId process : lost)
    on(ProcessEnded{process, ProcessEnded::Cause::lost, 0, false, 0, why});
  if (reaper_.get() == reaper) reaper_.reset();
  std::erase_if(dead_reapers_, [&](const auto& each) { return each.get() == reaper; });
}

ReaperProcesses::ReaperProcesses(Reactor& reactor, Options options)
    : reactor_(reactor), core_(std::make_shared<Core>(reactor, std::move(options))) {
  // A failure is reported by the first start, which tries again.
  reactor_.post([core = core_] { (void)core->connect(); });
}

ReaperProcesses::~ReaperProcesses() {
  std::promise<pid_t> closed;
  reactor_.post([&closed, core = core_] { closed.set_value(core->close()); });
  const pid_t reaper = closed.get_future().get();
  int status = 0;
  while (reaper > 0 && ::waitpid(reaper, &status, 0) < 0 && errno == EINTR) {
  }
}

ProcessId ReaperProcesses::start(ProcessSpec spec, Sink sink) {
  const ProcessId process = ++last_id_;
  reactor_.post([core = core_, process, spec = std::move(spec), sink = std::move(sink)]() mutable {
    core->start(process, std::move(spec), std::move(sink));
  });
  return process;
}

void ReaperProcesses::more(ProcessId process, Stream stream) {
  reactor_.post([core = core_, process, stream] { core->more(process, stream); });
}

void ReaperProcesses::end(ProcessId process, Duration grace) {
  reactor_.post([core = core_, process, grace] { core->end(process, grace); });
}

void ReaperProcesses::set_lease(Instant until, Duration grace) {
  reactor_.post([core = core_, until, grace] { core->set_lease(until, grace); });
}

}  // namespace troupe::runtime
