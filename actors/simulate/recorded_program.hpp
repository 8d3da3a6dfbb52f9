#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "actors/tables/table.hpp"
#include "actors/trial/program.hpp"
#include "runtime/core/reactor.hpp"

namespace troupe::actors {

/// A program that was run once and is played back: it reports the metric of a table's row after
/// each unit of resource, when so much (virtual) time has passed as that unit took, and ends where
/// it was told to. It goes on from wherever its trial left off, as from a checkpoint.
/// Single-threaded, as its reactor is.
class RecordedProgram final : public Program {
 public:
  struct Options {
    std::shared_ptr<const Table> table;
    std::size_t row = 0;
    schedulers::Resource from = 0;   ///< Units that earlier attempts reported.
    schedulers::Resource until = 0;  ///< Where it ends by itself.
    /// If not empty, each report says under this key what the attempt has cost so far, in seconds.
    std::string cost_attr;
  };
  /// Called on the reactor's thread, as TrialEnvironment::deliver.
  using Deliver = std::function<void(runtime::Address to, runtime::ProcessEvent event)>;

  RecordedProgram(Options options, Reactor& reactor, Deliver deliver);
  ~RecordedProgram() override;

  Result<std::vector<ReportLine>> start(runtime::Address trial) override;
  std::vector<ReportLine> read(const runtime::ProcessOutput& output) override;
  void more(runtime::Stream stream) override;
  void end(Duration grace) override;
  std::vector<ReportLine> settle(const runtime::ProcessEnded& ended, schedulers::Resource reported,
                                 bool excused) override;
  [[nodiscard]] std::string last_words() const override { return {}; }

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
