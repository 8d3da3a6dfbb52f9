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

/// A bug that is put into a simulated study, to see whether it is found. Each lives in what the
/// simulation hands to the product, not in the product.
enum class Canary {
  none,
  delivery,  ///< Now and then a link delivers what a frame holds twice.
  fencing,   ///< A late report of an older attempt is taken for one of the present attempt.
  journal,   ///< A commit is answered before the rows are durable.
  reaper,    ///< Now and then a program survives its stop, and its end is told.
  memory,    ///< Trials tell their study whatever it has not written down yet.
};
constexpr std::array<std::string_view, 6> enum_names(Canary) {
  return {"none", "delivery", "fencing", "journal", "warden", "memory"};
}

/// Sends the messages of some data frames twice, under one number: no link can notice.
[[nodiscard]] std::unique_ptr<transport::Wire> doubling_wire(std::unique_ptr<transport::Wire> wire,
                                                             Rng& rng);

/// Answers some commits early; the rows are written with the next ones.
[[nodiscard]] std::unique_ptr<StudyLog> hasty_log(std::unique_ptr<StudyLog> log, Rng& rng);

/// Tells of some programs that were to end that they have, and lets them run.
[[nodiscard]] std::unique_ptr<runtime::Processes> careless_warden(runtime::Processes& reaper,
                                                                  Rng& rng);

/// Stands between the nodes and their study, and lets a report of an attempt that is over through
/// as the present one's.
class OpenFence {
 public:
  using Ref = StudyRef;
  OpenFence(StudyRef study, const Ledger& ledger) : study_(study), ledger_(ledger) {}

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
  Result<StudyStatus> on(runtime::Context& self, const AskStatus& ask);

 private:
  StudyRef study_;
  const Ledger& ledger_;
  std::map<TrialId, Reported> last_;
};

}  // namespace troupe::actors::cluster
