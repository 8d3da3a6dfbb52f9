#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include <sys/types.h>

#include "runtime/codec_declarations.hpp"
#include "runtime/core/clock.hpp"
#include "runtime/core/field.hpp"

namespace troupe::runtime {

/// The number of a started program, unique while its Processes lives. 0 is none.
using ProcessId = std::uint64_t;

/// One of the two output streams of a program.
enum class Stream : std::uint8_t { out, err };
constexpr std::array<std::string_view, 2> enum_names(Stream) {
  return {"stdout", "stderr"};
}

/// A program to start, with its surroundings and limits.
struct ProcessSpec {
  /// The program and its arguments; no shell reads them. A program without a slash is searched for
  /// in the PATH of `env`.
  std::vector<std::string> argv;
  /// The complete environment as KEY=VALUE; nothing is inherited.
  std::vector<std::string> env;
  std::string cwd;  ///< Empty: the working folder of this process.
  /// Limit of the resident memory of the whole process tree; none if absent.
  std::optional<std::uint64_t> memory_limit_bytes;
  /// Time between SIGTERM and SIGKILL for the descendants that outlive the program.
  Duration leftover_grace = std::chrono::seconds(1);
};

/// The program is running.
struct ProcessStarted {
  static constexpr std::string_view wire_name = "ProcessStarted";
  ProcessId process = 0;
  std::int64_t pid = 0;
  static auto fields(auto& m) {
    return std::tuple{field("process", m.process), field("pid", m.pid)};
  }
  friend bool operator==(const ProcessStarted&, const ProcessStarted&) = default;
};

/// A chunk of output, at most 64 KiB. The chunks of one stream are in order; the next one comes
/// only after a call of Processes::more.
struct ProcessOutput {
  static constexpr std::string_view wire_name = "ProcessOutput";
  ProcessId process = 0;
  Stream stream = Stream::out;
  std::string bytes;
  static auto fields(auto& m) {
    return std::tuple{field("process", m.process), field("stream", m.stream),
                      field("bytes", m.bytes)};
  }
  friend bool operator==(const ProcessOutput&, const ProcessOutput&) = default;
};

/// The last event of a program: all output was delivered, and no process of its tree is left.
struct ProcessEnded {
  static constexpr std::string_view wire_name = "ProcessEnded";
  enum class Cause {
    exited,         ///< `code` is the exit code.
    signaled,       ///< `code` is the signal's number.
    out_of_memory,  ///< Killed for exceeding its memory limit.
    not_started,    ///< `code` is errno; `what` names the program or folder and the reason.
    lost,           ///< Its reaper died, or its lease expired; `what` says which.
  };
  ProcessId process = 0;
  Cause cause = Cause::exited;
  std::int32_t code = 0;
  bool requested = false;    ///< Processes::end was called before the program ended.
  std::uint32_t killed = 0;  ///< Number of processes of the tree that got SIGKILL.
  std::string what;          ///< The reason in words, where `cause` and `code` do not suffice.
  static auto fields(auto& m) {
    return std::tuple{field("process", m.process), field("cause", m.cause),
                      field("code", m.code),       field("requested", m.requested),
                      field("killed", m.killed),   field("what", m.what)};
  }
  friend bool operator==(const ProcessEnded&, const ProcessEnded&) = default;
};
constexpr std::array<std::string_view, 5> enum_names(ProcessEnded::Cause) {
  return {"exited", "signaled", "out_of_memory", "not_started", "lost"};
}

using ProcessEvent = std::variant<ProcessStarted, ProcessOutput, ProcessEnded>;

/// How a program ended, in words: "exit code 3", "signal SIGSEGV", "out of memory (limit 64 MiB)",
/// "cannot start ./train: No such file or directory", "lost: ...".
std::string describe(const ProcessEnded& ended);

/// "SIGSEGV" for 11, "SIGRTMIN+3" for a real-time signal, the number for an unknown signal.
std::string signal_name(int number);

/// Runs programs and controls the process tree of each, including descendants that double-forked or
/// moved to another session. Callable from any thread.
class Processes {
 public:
  /// Receives the events of one program. Called on the reactor's thread; must not block.
  using Sink = std::function<void(ProcessEvent)>;

  virtual ~Processes() = default;

  /// Starts a program. `sink` gets its events in order: started, outputs, ended. A program that
  /// cannot be started has one event: ended, with the cause not_started.
  virtual ProcessId start(ProcessSpec spec, Sink sink) = 0;

  /// Requests the next chunk of `stream`. Without it the program blocks once its pipe is full, and
  /// its end is not delivered while output is left.
  virtual void more(ProcessId process, Stream stream) = 0;

  /// Sends SIGTERM to each process of the tree once, and SIGKILL after `grace` to those that are
  /// left. A second call with a shorter grace shortens it. No effect after the program has ended.
  virtual void end(ProcessId process, Duration grace) = 0;
};

}  // namespace troupe::runtime

namespace troupe::runtime {
extern template struct WireCodec<ProcessStarted>;
extern template struct WireCodec<ProcessOutput>;
extern template struct WireCodec<ProcessEnded>;
}  // namespace troupe::runtime
