#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "actors/study/protocol.hpp"
#include "actors/study/study_log.hpp"
#include "runtime/context.hpp"
#include "runtime/core/rng.hpp"
#include "runtime/process/processes.hpp"
#include "runtime/simulation/sim_host.hpp"
#include "test/simulation/cluster/ledger.hpp"
#include "transport/wire.hpp"

namespace troupe::actors::cluster {

/// A bug that is put into a simulated study to show that the checks find it. The bugs are in parts
/// that the simulation passes to the product, not in the product.
enum class Canary {
  none,
  delivery,  ///< A link delivers the messages of some frames twice.
  fencing,   ///< A late report of an older attempt counts for the present attempt.
  journal,   ///< A commit is acknowledged before its rows are durable.
  reaper,    ///< Some programs run on after their end was reported.
  memory,    ///< Trials send reports without a limit of unacknowledged ones.
  resume,    ///< Attempts resume from the newest checkpoint, also if it is ahead of the reports.
  power,     ///< A commit is acknowledged before its rows would outlive a loss of power.
  storm,     ///< A head that follows one that was killed in its start awaits no local node.
  sync,      ///< A checkpoint is published before it would outlive a loss of power.
  forgery,   ///< The study takes what a node says of attempts that other nodes run.
  blame,     ///< A trial is blamed for a node that may not write, or has no descriptors left.
};
constexpr std::array<std::string_view, 12> enum_names(Canary) {
  return {"none",   "delivery", "fencing", "journal", "warden",  "memory",
          "resume", "power",    "storm",   "sync",    "forgery", "blame"};
}

/// Repeats the messages in some data frames, under the same number, so that links cannot notice.
[[nodiscard]] std::unique_ptr<transport::Wire> duplicating_wire(
    std::unique_ptr<transport::Wire> wire, Rng& rng);

/// Acknowledges some commits early; their rows are written by the next commit.
[[nodiscard]] std::unique_ptr<StudyLog> early_ack_log(std::unique_ptr<StudyLog> log, Rng& rng);

/// Reports the end of some programs that it has to end, and lets them run.
[[nodiscard]] std::unique_ptr<runtime::Processes> faulty_reaper(runtime::Processes& reaper,
                                                                Rng& rng);

/// Forwards messages of the nodes to their study, and repeats a report of an older attempt as one
/// of the present attempt.
class UnfencedStudy {
 public:
  using Ref = StudyRef;
  UnfencedStudy(StudyRef study, const Ledger& ledger) : study_(study), ledger_(ledger) {}

  Result<JoinReply> on(runtime::Context& self, const JoinStudy& join);
  void on(runtime::Context& self, const Reported& report);
  template <typename M>
    requires std::same_as<M, NodeProcessesGone> || std::same_as<M, Suggestion> ||
             std::same_as<M, ReportMalformed> || std::same_as<M, NotifyWhenDurable> ||
             std::same_as<M, AttemptEnded> || std::same_as<M, Subscribe> ||
             std::same_as<M, StopStudy>
  void on(runtime::Context& self, const M& message) {
    self.tell(study_, message);
  }
  Result<runtime::Done> on(runtime::Context& self, const StopTrial& stop);
  Result<StudyStatus> on(runtime::Context& self, const AskStatus& ask);

 private:
  StudyRef study_;
  const Ledger& ledger_;
  std::map<TrialId, Reported> last_;
};

}  // namespace troupe::actors::cluster
