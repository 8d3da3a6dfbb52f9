#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/core/reactor.hpp"
#include "runtime/process/processes.hpp"

namespace troupe::runtime::simulation {

/// The behaviour of a scripted program. Each step follows the one before it after its own delay.
struct Script {
  struct Print {
    Duration after{};
    std::string bytes;
    Stream stream = Stream::out;
    /// An effect before the output, such as saving a checkpoint.
    std::function<void()> effect{};
  };
  /// The reaction to SIGTERM.
  enum class OnTerm {
    dies,     ///< The program ends at once by signal SIGTERM.
    ignores,  ///< The program runs on, until it ends itself or SIGKILL after the grace.
  };
  std::vector<Print> prints;
  /// Whether the program ends itself; else it runs until it is ended.
  bool ends = true;
  Duration ends_after{};
  /// How it ends; `process` is filled in.
  ProcessEnded end{};
  OnTerm on_term = OnTerm::dies;
  /// Called when the program is gone, before its end is delivered.
  std::function<void()> gone{};
};

/// Processes for tests and simulations: a script defines the output and the end of each program, on
/// the clock of the reactor. It fulfils the contract of Processes: events in order, one requested
/// chunk at a time per stream, the end last. Single-threaded, as its reactor.
class ScriptedProcesses final : public Processes {
 public:
  /// Makes the script of a program that is started.
  using Author = std::function<Script(ProcessId, const ProcessSpec&)>;

  struct EndCall {
    ProcessId process = 0;
    Duration grace{};
    friend bool operator==(const EndCall&, const EndCall&) = default;
  };

  /// Without an author, programs print nothing and run until they are ended.
  explicit ScriptedProcesses(Reactor& reactor, Author author = {});

  ProcessId start(ProcessSpec spec, Sink sink) override;
  void more(ProcessId process, Stream stream) override;
  void end(ProcessId process, Duration grace) override;

  // Actions and queries of tests.

  /// Prints now, in addition to the script.
  void print(ProcessId process, std::string bytes, Stream stream = Stream::out);
  /// Ends a running program now; its output is delivered first.
  void finish(ProcessId process, ProcessEnded end);
  void exit(ProcessId process, int code);
  /// Ends all programs with the cause `lost`, as when the reaper dies.
  void lose_all();

  [[nodiscard]] const std::vector<ProcessSpec>& started() const { return specs_; }
  [[nodiscard]] const std::vector<EndCall>& end_calls() const { return end_calls_; }
  [[nodiscard]] std::vector<ProcessId> running() const;

 private:
  struct Output {
    std::deque<std::string> waiting;
    bool wanted = true;
  };
  struct Program {
    Sink sink;
    Script script;
    std::size_t next_print = 0;
    Output out;
    Output err;
    Reactor::TimerId step = Reactor::TimerId::none;
    Reactor::TimerId kill = Reactor::TimerId::none;
    Instant kill_at = Instant::never();
    bool begun = false;  ///< Whether the start was delivered; nothing is delivered before.
    bool requested = false;
    bool over = false;  ///< Whether it has ended. The end is delivered after all output.
    ProcessEnded ended;

    Output& at(Stream stream) { return stream == Stream::out ? out : err; }
  };

  Program* find(ProcessId process);
  void begin(ProcessId process);
  void schedule(ProcessId process);
  void step(ProcessId process);
  void deliver(ProcessId process, Stream stream);
  void tell_if_over(ProcessId process);

  Reactor& reactor_;
  Author author_;
  std::vector<ProcessSpec> specs_;
  std::vector<EndCall> end_calls_;
  std::map<ProcessId, Program> programs_;
};

}  // namespace troupe::runtime::simulation
