#pragma once

#include <optional>
#include <string>
#include <vector>

#include "actors/trial/report_parser.hpp"
#include "runtime/address.hpp"
#include "runtime/core/clock.hpp"
#include "runtime/core/result.hpp"
#include "runtime/process/processes.hpp"

namespace troupe::actors {

/// It was asked to end, or ended by itself without an error.
[[nodiscard]] inline bool ended_in_order(const runtime::ProcessEnded& ended) {
  return ended.requested ||
         (ended.cause == runtime::ProcessEnded::Cause::exited && ended.code == 0);
}

/// What a Trial actor runs: a process in the attempt's folder, or the recorded curve of a
/// simulation. It tells the actor what happens as a process does: ProcessOutput while there is
/// something to `read`, one of a stream at a time, and ProcessEnded last, after all of it.
class Program {
 public:
  virtual ~Program() = default;

  /// Once. What comes back are reports of earlier attempts that reached nobody.
  [[nodiscard]] virtual Result<std::vector<ReportLine>> start(runtime::Address trial) = 0;
  /// What the output says.
  [[nodiscard]] virtual std::vector<ReportLine> read(const runtime::ProcessOutput& output) = 0;
  /// The next output of this stream may come. Until then the program waits once its pipe is full.
  virtual void more(runtime::Stream stream) = 0;
  /// Ends it: a request first, after `grace` by force.
  virtual void end(Duration grace) = 0;
  /// It has ended. What it said last; its checkpoint is published or discarded. `reported`: the
  /// last resource that this attempt reported, 0 if none. `excused`: it failed, and had an excuse.
  [[nodiscard]] virtual std::vector<ReportLine> settle(const runtime::ProcessEnded& ended,
                                                       schedulers::Resource reported,
                                                       bool excused) = 0;
  /// Why a failure of it, or of its start, is not its own; none if it is. Asked once, right then.
  [[nodiscard]] virtual std::optional<std::string> excuse() const { return std::nullopt; }
  /// The last lines that it complained with.
  [[nodiscard]] virtual std::string last_words() const = 0;
};

}  // namespace troupe::actors
