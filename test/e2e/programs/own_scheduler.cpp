// A scheduler of a user: an actor in a process of its own, which joins a study and decides for it
// by a rule that Troupe lacks. Every third trial runs to resource 9, the others to 3.
//
//     e2e_own_scheduler FOLDER NODE ACTOR
//
// FOLDER is the folder of the study; NODE and ACTOR are those of `scheduler` in its file.

#include <chrono>
#include <cstdio>
#include <string>
#include <type_traits>
#include <variant>

#include "actors/head/study_access.hpp"
#include "actors/study/protocol.hpp"
#include "runtime/context.hpp"
#include "runtime/make_node.hpp"

namespace {

using namespace troupe;

class EveryThirdGoesOn {
 public:
  using Ref = actors::SchedulerRef;

  runtime::Done on(runtime::Context&, const actors::BeginScheduling&) {
    started_ = 0;
    return {};
  }

  actors::Decided on(runtime::Context&, const actors::Decide& decide) {
    actors::Decided decided;
    if (const auto* slot = std::get_if<schedulers::SlotOpened>(&decide.event))
      decided.decisions.push_back(offered(*slot));
    if (const auto* report = std::get_if<schedulers::ReportReceived>(&decide.event))
      decided.decisions.push_back(reported(*report));
    return decided;
  }

 private:
  static schedulers::Resource goal(schedulers::TrialId trial) { return trial % 3 == 0 ? 9 : 3; }

  schedulers::Decision offered(const schedulers::SlotOpened& slot) {
    if (slot.offer == schedulers::SlotOpened::Offer::promotions)
      return schedulers::NothingLeft{"this rule promotes nobody"};
    const schedulers::TrialId trial = started_++;
    return schedulers::StartTrial{.trial = trial, .until = goal(trial)};
  }

  static schedulers::Decision reported(const schedulers::ReportReceived& report) {
    if (report.resource >= goal(report.trial)) return schedulers::StopTrial{.trial = report.trial};
    return schedulers::ContinueTrial{.trial = report.trial, .until = goal(report.trial)};
  }

  schedulers::TrialId started_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: e2e_own_scheduler FOLDER NODE ACTOR\n");
    return 2;
  }
  const auto access = actors::study_access(argv[1]);
  if (!access) {
    std::fprintf(stderr, "e2e_own_scheduler: %s\n", access.error().what.c_str());
    return 1;
  }
  constexpr auto patience = std::chrono::seconds(10);
  const auto node = runtime::make_node({.name = argv[2], .keys = access->keys});
  // Spawned before the node joins, because the study looks for the actor as soon as it has.
  if (const auto rule = node->get_or_spawn<EveryThirdGoesOn>(argv[3]); !rule) return 1;
  const auto head = node->join(access->address, patience);
  const auto study =
      head ? node->find<actors::StudyRef>(*head, std::string(actors::study_name), patience)
           : Result<actors::StudyRef>(head.error());
  if (!study) {
    std::fprintf(stderr, "e2e_own_scheduler: %s\n", study.error().what.c_str());
    return 1;
  }
  (void)node->wait(*study, Duration::max());
  return 0;
}
