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

/// Names a started program for as long as its Processes lives; never used twice. 0 is none.
using ProcessId = std::uint64_t;

/// Which of its two outputs a program wrote to.
enum class Stream : std::uint8_t { out, err };
constexpr std::array<std::string_view, 2> enum_names(Stream) {
  return {"stdout", "stderr"};
}

struct ProcessSpec {
  /// The program and its arguments, never read by a shell. A program without a slash is looked for
  /// in the PATH of `env`.
  std::vector<std::string> argv;
  /// All of it, as KEY=VALUE: nothing is inherited.
  std::vector<std::string> env;
  std::string cwd;  ///< Empty: where this process is.
  /// For the whole tree together.
  std::optional<std::uint64_t> memory_limit_bytes;
  /// What its descendants get between SIGTERM and SIGKILL when the program itself has ended.
  Duration leftover_grace = std::chrono::seconds(1);
};

/// The program runs.
struct ProcessStarted {
  static constexpr std::string_view wire_name = "ProcessStarted";
  ProcessId process = 0;
  std::int64_t pid = 0;
  static auto fields(auto& m) {
    return std::tuple{field("process", m.process), field("pid", m.pid)};
  }
  friend bool operator==(const ProcessStarted&, const ProcessStarted&) = default;
};

/// Some of what it wrote, at most 64 KiB, in order per stream. The next of the same stream comes
/// after Processes::more.
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

/// The last event of a process: its output was delivered, and nobody of its tree is left.
struct ProcessEnded {
  static constexpr std::string_view wire_name = "ProcessEnded";
  enum class Cause {
    exited,         ///< `code` is the exit code.
    signaled,       ///< `code` is the signal's number.
    out_of_memory,  ///< Killed for exceeding its memory limit.
    not_started,    ///< `code` is errno; `what` names the program or folder and the reason.
    lost,           ///< The reaper died and took it along.
  };
  ProcessId process = 0;
  Cause cause = Cause::exited;
  std::int32_t code = 0;
  bool requested = false;    ///< Processes::end came before the program ended.
  std::uint32_t killed = 0;  ///< How many of the tree had to be sent SIGKILL.
  std::string what;          ///< For a person, where `cause` and `code` do not say everything.
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

/// "exit code 3", "signal SIGSEGV", "out of memory (limit 64 MiB)",
/// "cannot start ./train: No such file or directory", "lost: ...".
std::string describe(const ProcessEnded& ended);

/// Runs programs and holds the whole tree of each: what it forked, double-forked or moved to
/// another session. Callable from any thread.
class Processes {
 public:
  /// Called on the reactor's thread; must not block.
  using Sink = std::function<void(ProcessEvent)>;

  virtual ~Processes() = default;

  /// Starts a program; everything that happens to it goes to `sink`, in order: started, outputs,
  /// ended. One that cannot be started ends with not_started, and nothing before.
  virtual ProcessId start(ProcessSpec spec, Sink sink) = 0;

  /// The last chunk of `stream` was dealt with; the next may come. Until then the program blocks
  /// once its pipe is full, and while output is left its end is not told.
  virtual void more(ProcessId process, Stream stream) = 0;

  /// SIGTERM to the tree, and SIGKILL to who is left after `grace`. A second call with a shorter
  /// grace shortens it. Nothing happens to a process that has ended.
  virtual void end(ProcessId process, Duration grace) = 0;
};

}  // namespace troupe::runtime

namespace troupe::runtime {
extern template struct WireCodec<ProcessStarted>;
extern template struct WireCodec<ProcessOutput>;
extern template struct WireCodec<ProcessEnded>;
}  // namespace troupe::runtime
