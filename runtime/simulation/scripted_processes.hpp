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

/// What a scripted program does, from its start on. Each step comes so long after the one before.
struct Script {
  struct Print {
    Duration after{};
    std::string bytes;
    Stream stream = Stream::out;
    /// What else it does at this moment, first: saving a checkpoint, say.
    std::function<void()> deed{};
  };
  /// What SIGTERM does to it.
  enum class OnTerm {
    dies,     ///< It ends with signal SIGTERM, at once.
    ignores,  ///< It goes on until it ends by itself or the grace has passed: then SIGKILL.
  };
  std::vector<Print> prints;
  /// It stays until it is ended where this is false.
  bool ends = true;
  Duration ends_after{};
  /// `process` is filled in.
  ProcessEnded end{};
  OnTerm on_term = OnTerm::dies;
  /// Called when nothing of it is left, before anybody is told.
  std::function<void()> gone{};
};

/// Processes for tests and simulations: a script says what each program prints and how it ends, on
/// the time of the reactor. Keeps the contract of Processes: events in order, credit per stream,
/// the end last. Single-threaded, as its reactor is.
class ScriptedProcesses final : public Processes {
 public:
  /// Writes the script of a program that is being started.
  using Author = std::function<Script(ProcessId, const ProcessSpec&)>;

  struct EndCall {
    ProcessId process = 0;
    Duration grace{};
    friend bool operator==(const EndCall&, const EndCall&) = default;
  };

  /// Without an author, programs print nothing and stay.
  explicit ScriptedProcesses(Reactor& reactor, Author author = {});

  ProcessId start(ProcessSpec spec, Sink sink) override;
  void more(ProcessId process, Stream stream) override;
  void end(ProcessId process, Duration grace) override;

  // What a test does and asks by hand.

  /// Prints now, beside what the script says.
  void print(ProcessId process, std::string bytes, Stream stream = Stream::out);
  /// Ends a running program now; whatever it printed is delivered first.
  void finish(ProcessId process, ProcessEnded end);
  void exit(ProcessId process, int code);
  /// Everything that runs is lost, as when the reaper dies.
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
    bool begun = false;  ///< Nothing is told before the start is.
    bool requested = false;
    bool over = false;  ///< Its end is told once all was delivered.
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
