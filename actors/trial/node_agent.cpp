#include "actors/trial/node_agent.hpp"

#include <algorithm>
#include <utility>

#include "actors/checkpoints/study_token.hpp"
#include "actors/study/document.hpp"
#include "runtime/core/check.hpp"

namespace troupe::actors {

using runtime::Context;

namespace {

constexpr Duration join_deadline = std::chrono::seconds(30);

}  // namespace

NodeAgent::NodeAgent(AgentOptions options, TrialEnvironment environment)
    : options_(std::move(options)), environment_(std::move(environment)) {
  for (std::int64_t gpu = options_.resources.gpus; gpu > 0; --gpu) free_gpus_.push_back(gpu - 1);
}

void NodeAgent::started(Context& self) {
  self.monitor(options_.study.address());
  auto enlisted =
      self.ask(options_.study, JoinStudy{options_.node, options_.resources, self.ref<NodeAgent>()},
               join_deadline);
  if (!enlisted) {
    environment_.complain("the study does not answer: " + enlisted.error().what);
    throw StudyLost(enlisted.error().what);
  }
  if (!enlisted->refusal.empty()) {
    environment_.complain("the study refused this node: " + enlisted->refusal);
    self.stop();
    return;
  }
  auto spec = read_document(enlisted->study);
  if (!spec) {
    environment_.complain(spec.error().what);
    self.stop();
    return;
  }
  document_ = std::move(enlisted->study);
  spec_ = std::move(spec).value();
  if (!environment_.make_program) {
    if (options_.apart || !shares_folder(document_.folder, document_.token))
      work_apart(self, enlisted->checkpoints);
    spare_ = std::make_unique<SpareFolder>(document_.folder, options_.node);
  }
}

/// The folder of its own stands for the study's in all that follows.
void NodeAgent::work_apart(Context& self, const StoreRef& checkpoints) {
  const std::string shared =
      std::exchange(document_.folder, options_.own_folder + "/" + document_.id);
  environment_.complain("works in " + document_.folder + ", and not in " + shared);
  courier_ = self.spawn<CheckpointCourier>(
      CheckpointCourier::Options{document_.folder, checkpoints, environment_.lack_of_room});
}

std::vector<std::int64_t> NodeAgent::take_gpus() {
  const auto wanted = static_cast<std::size_t>(spec_->resources.gpus);
  check(wanted <= free_gpus_.size(), "the study launches no more than the node's resources admit");
  std::vector<std::int64_t> taken;
  while (taken.size() < wanted) {
    taken.push_back(free_gpus_.back());
    free_gpus_.pop_back();
  }
  return taken;
}

void NodeAgent::on(Context& self, const Launch& launch) {
  if (leaving_ || !spec_) {
    self.tell(options_.study, AttemptEnded{launch.trial, launch.attempt, AttemptEnded::Cause::lost,
                                           0, "the node is leaving", ""});
    return;
  }
  if (spare_ && launch.attempt == 1) spare_->give(launch.trial);
  std::vector<std::int64_t> gpus = take_gpus();
  const Trial::Ref ref = self.spawn<Trial>(TrialPlan{.spec = spec_,
                                                     .study = document_,
                                                     .launch = launch,
                                                     .gpus = gpus,
                                                     .report_to = options_.study,
                                                     .courier = courier_},
                                           environment_);
  running_.push_back(Running{launch.trial, launch.attempt, ref, std::move(gpus)});
  if (spare_) self.tell(runtime::Ref<Prepare>(self.address()), Prepare{});
}

void NodeAgent::on(Context&, const Prepare&) {
  spare_->make();
}

void NodeAgent::on(Context& self, const EndTrial& end) {
  for (const Running& running : running_)
    if (running.trial == end.trial && running.attempt == end.attempt) self.tell(running.ref, end);
}

void NodeAgent::on(Context& self, const runtime::Down& down) {
  if (down.who == options_.study.address()) {
    leaving_ = true;
    if (down.cause == runtime::Cause::node_lost) {
      lost_ = down.reason;
      environment_.complain("the study is lost: " + lost_);
    }
    if (courier_) self.tell(courier_, MeetStore{});
    for (const Running& running : running_)
      self.tell(running.ref, EndTrial{running.trial, running.attempt});
  }
  const auto ended =
      std::ranges::find(running_, down.who, [](const Running& r) { return r.ref.address(); });
  if (ended != running_.end()) {
    // A Trial that stops has told the study how its attempt ended; one that failed has not.
    if (down.cause == runtime::Cause::failed)
      self.tell(options_.study, AttemptEnded{ended->trial, ended->attempt,
                                             AttemptEnded::Cause::lost, 0, down.reason, ""});
    free_gpus_.insert(free_gpus_.end(), ended->gpus.rbegin(), ended->gpus.rend());
    running_.erase(ended);
  }
  if (!leaving_ || !running_.empty()) return;
  if (!lost_.empty()) throw StudyLost(lost_);
  self.stop();
}

}  // namespace troupe::actors
