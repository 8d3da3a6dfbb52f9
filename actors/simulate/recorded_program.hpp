#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "actors/tables/table.hpp"
#include "actors/trial/trial_plan.hpp"
#include "runtime/core/reactor.hpp"

namespace troupe::actors {

/// Program that plays back a row of a table: it reports the recorded metric after each unit of
/// resource, at the recorded virtual time, and ends at `until`. It resumes at `from`, as from a
/// checkpoint. Used on the reactor's thread.
class RecordedProgram final : public Program {
 public:
  struct Options {
    std::shared_ptr<const Table> table;
    std::size_t row = 0;
    schedulers::Resource from = 0;   ///< Units that earlier attempts reported.
    schedulers::Resource until = 0;  ///< Resource at which it ends by itself.
    /// Key under which each report has the seconds of the attempt so far; empty: none.
    std::string cost_attr;
  };
  /// TrialEnvironment::deliver. Called on the reactor's thread.
  using Deliver = std::function<void(runtime::Address to, runtime::ProcessEvent event)>;

  RecordedProgram(Options options, Reactor& reactor, Deliver deliver);
  ~RecordedProgram() override;

  Result<std::vector<ReportLine>> start(runtime::Address trial) override;
  std::vector<ReportLine> read(const runtime::ProcessOutput& output) override;
  void more(runtime::Stream stream) override;
  void end(Duration grace) override;
  std::vector<ReportLine> conclude(const runtime::ProcessEnded& ended,
                                   schedulers::Resource reported,
                                   bool infrastructure_failed) override;
  [[nodiscard]] std::string tail(runtime::Stream) const override { return {}; }

 private:
  void go_on();
  void exit(runtime::ProcessEnded ended);

  Options options_;
  Reactor& reactor_;
  Deliver deliver_;
  runtime::Address trial_;
  schedulers::Resource reported_;
  double seconds_ = 0;  ///< Since the start of the attempt.
  Instant started_;
  Reactor::TimerId timer_ = Reactor::TimerId::none;
  bool over_ = false;
};

}  // namespace troupe::actors
