#include "actors/simulate/recorded_program.hpp"

#include <algorithm>
#include <csignal>
#include <utility>

#include "runtime/core/check.hpp"
#include "runtime/core/seconds.hpp"

namespace troupe::actors {

using runtime::ProcessEnded;
using runtime::ProcessOutput;

RecordedProgram::RecordedProgram(Options options, Reactor& reactor, Deliver deliver)
    : options_(std::move(options)),
      reactor_(reactor),
      deliver_(std::move(deliver)),
      reported_(options_.from) {
  check(options_.row < options_.table->rows(), "a recorded program has a row of its table");
  check(options_.from >= 0, "a program resumes after the units that earlier attempts reported");
  options_.until = std::min(options_.until, options_.table->max_resource());
}

RecordedProgram::~RecordedProgram() {
  if (timer_ != Reactor::TimerId::none) reactor_.cancel(timer_);
}

Result<std::vector<ReportLine>> RecordedProgram::start(runtime::Address trial) {
  trial_ = trial;
  started_ = reactor_.now();
  go_on();
  return std::vector<ReportLine>{};
}

/// Schedules the next report, or the end.
void RecordedProgram::go_on() {
  if (over_) return;
  if (reported_ >= options_.until) {
    exit(ProcessEnded{});
    return;
  }
  seconds_ += options_.table->unit_seconds(options_.row, reported_ + 1);
  // Counted from the start, so that rounding errors do not add up.
  timer_ = reactor_.at(started_ + seconds(seconds_), [this] {
    timer_ = Reactor::TimerId::none;
    deliver_(trial_, ProcessOutput{1, runtime::Stream::out, {}});
  });
}

std::vector<ReportLine> RecordedProgram::read(const ProcessOutput&) {
  ++reported_;
  Report report{reported_, options_.table->metric(options_.row, reported_), {}};
  if (!options_.cost_attr.empty()) report.values.push_back({options_.cost_attr, seconds_});
  std::vector<ReportLine> lines;
  lines.emplace_back(std::move(report));
  return lines;
}

void RecordedProgram::more(runtime::Stream) {
  go_on();
}

void RecordedProgram::end(Duration) {
  ProcessEnded ended;
  ended.cause = ProcessEnded::Cause::signaled;
  ended.code = SIGTERM;
  ended.requested = true;
  exit(std::move(ended));
}

void RecordedProgram::exit(ProcessEnded ended) {
  if (std::exchange(over_, true)) return;
  if (timer_ != Reactor::TimerId::none) reactor_.cancel(timer_);
  ended.process = 1;
  timer_ = reactor_.at(reactor_.now(), [this, ended = std::move(ended)]() mutable {
    timer_ = Reactor::TimerId::none;
    deliver_(trial_, std::move(ended));
  });
}

std::vector<ReportLine> RecordedProgram::conclude(const ProcessEnded&, schedulers::Resource, bool) {
  return {};
}

}  // namespace troupe::actors
