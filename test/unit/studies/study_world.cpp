#include "test/unit/studies/study_world.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "runtime/core/check.hpp"

namespace troupe::actors {

using Cause = AttemptEnded::Cause;

StudyWorld::StudyWorld(const Options& options, std::unique_ptr<schedulers::Scheduler> scheduler,
                       std::unique_ptr<schedulers::Searcher> searcher)
    : options_(options),
      core_(options.rules),
      scheduler_(std::move(scheduler)),
      searcher_(std::move(searcher)),
      rng_(options.seed) {}

StudyWorld::Outcome StudyWorld::run() {
  constexpr std::size_t steps_max = 20'000;
  (void)feed(StudyOpened{.study = "s", .seed = options_.seed, .version = "1"});
  for (const char* node : {"a", "b"}) {
    nodes_.insert(node);
    (void)feed(NodeJoined{node, slots});
  }
  fill_slots();
  while (!core_.finished()) {
    check(++outcome_.steps < steps_max, "a study ends");
    step();
    fill_slots();
  }
  check(attempts_.empty(), "a study ends when its last process is gone");
  outcome_.end = *core_.finished();
  return std::move(outcome_);
}

StudyWorld::Outcome StudyWorld::replay(const Options& options, schedulers::Scheduler& scheduler,
                                       const std::vector<Input>& inputs) {
  StudyCore core(options.rules);
  Outcome outcome;
  for (std::uint64_t index = 0; index < inputs.size(); ++index) {
    const Input& input = inputs[index];
    check(core.accepts(input), "an input that was taken is taken again");
    std::vector<schedulers::Decision> decisions;
    if (const auto question = core.question(input)) decisions = scheduler.on(*question);
    auto applied = core.apply(input, index, decisions);
    std::ranges::move(decisions, std::back_inserter(outcome.decisions));
    std::ranges::move(applied.events, std::back_inserter(outcome.events));
  }
  if (core.finished()) outcome.end = *core.finished();
  return outcome;
}

/// Applies an input if it is accepted. True if it was.
bool StudyWorld::feed(const Input& input) {
  if (!core_.accepts(input)) return false;
  std::vector<schedulers::Decision> decisions;
  if (const auto question = core_.question(input)) {
    decisions = scheduler_->on(*question);
    scheduler_->check_invariants();
  }
  auto applied = core_.apply(input, outcome_.inputs.size(), decisions);
  core_.check_invariants();
  outcome_.inputs.push_back(input);
  for (const auto& decision : decisions) {
    if (const auto* left = std::get_if<schedulers::NothingLeft>(&decision)) closed_ = left->reason;
    outcome_.decisions.push_back(decision);
  }
  for (const StudyEvent& event : applied.events)
    if (const auto* aside = std::get_if<NodeSetAside>(&event)) {
      if (aside->reason.empty())
        check(set_aside_.erase(aside->node) == 1, "only a node that is set aside is taken back");
      else
        check(set_aside_.insert(aside->node).second, "a node is set aside once");
    }
  std::ranges::move(applied.events, std::back_inserter(outcome_.events));
  for (const auto& fact : applied.facts) searcher_->learn(fact);
  outcome_.facts.push_back(std::move(applied.facts));
  for (const Command& command : applied.commands)
    std::visit([this](const auto& one) { carry_out(one); }, command);
  return true;
}

void StudyWorld::fill_slots() {
  for (std::size_t offers = 0; const auto offer = core_.offer(); ++offers) {
    check(offers < 1'000, "slots are not offered for ever");
    SlotFreed slot{offer->node, std::nullopt};
    if (offer->suggestion_for) {
      ask_ahead();
      slot.suggestion = std::exchange(ahead_, std::nullopt);
      check(*offer->suggestion_for == slot.suggestion->trial,
            "trials get suggestions in their order");
    }
    check(feed(slot), "a slot that is offered may be taken");
    ask_ahead();
  }
  ask_ahead();
  expect_a_reason();
  check(attempts_.size() <= options_.rules.workers_max,
        "no more trials run than there are workers");
}

/// Asks for the next suggestion before a slot needs it, as a study does.
void StudyWorld::ask_ahead() {
  const auto trial = core_.next_suggestion();
  if (!trial || ahead_) return;
  check(*trial == suggested_, "trials get suggestions in their order");
  ahead_ = Suggestion{.trial = *trial, .at = outcome_.inputs.size(), .config = {}};
  auto proposal = searcher_->suggest(*trial);
  none_left_ = !proposal;
  if (!proposal) return;
  ahead_->config = std::move(proposal->config);
  ahead_->source = proposal->source;
  ahead_->state = std::move(proposal->state);
  ++suggested_;
}

/// Checks that no worker is free in an unfinished study without a stated reason.
void StudyWorld::expect_a_reason() const {
  const std::size_t workers =
      std::min<std::size_t>(options_.rules.workers_max, slots * nodes_.size());
  if (core_.finished() || attempts_.size() >= workers) return;
  if (!core_.waiting_for().empty() || !closed_.empty()) return;
  if (!rests_.empty() || !set_aside_.empty()) return;
  const auto& rules = options_.rules;
  const bool exhausted = rules.when_exhausted != WhenExhausted::promote &&
                         (none_left_ || core_.counts().started == rules.stop.trials_started_max);
  const bool failed = core_.counts().failed > rules.failures_max;
  bool kept = false;  // A slot is kept for a promoted trial whose process is still ending.
  for (const auto& [id, trial] : core_.trials()) kept = kept || trial.promotion.has_value();
  check(exhausted || failed || kept, "no free worker waits without a stated reason");
}

void StudyWorld::step() {
  if (nodes_.size() < 2 && happens(4)) {
    const std::string name = nodes_.contains("a") ? "b" : "a";
    nodes_.insert(name);
    (void)feed(NodeJoined{name, slots});
    return;
  }
  if (!nodes_.empty() && happens(options_.mishaps.node_loss)) {
    lose_node(*nodes_.begin());
    return;
  }
  if (!rests_.empty() && (attempts_.empty() || happens(4))) {
    const std::string node = rests_.front();
    rests_.erase(rests_.begin());
    (void)feed(NodeRested{node});
    return;
  }
  if (attempts_.empty()) {
    check(nodes_.size() < 2, "a study that has not ended has something to run");
    return;
  }
  act(attempts_[rng_.below(attempts_.size())]);
}

void StudyWorld::act(Attempt& attempt) {
  const StudyMishaps& mishaps = options_.mishaps;
  if (attempt.ending) {
    if (happens(2)) {  // A report that was sent before the decision arrived.
      (void)feed(Reported{attempt.trial, attempt.attempt, attempt.last + 1, 0.5, {}});
      return;
    }
    end(attempt, Cause::signaled, 15);
  } else if (happens(mishaps.crash)) {
    end(attempt, Cause::exited, 1);
  } else if (happens(mishaps.node_fault)) {
    using Fault = AttemptEnded::NodeFault;
    end(attempt, Cause::not_started, 0, happens(4) ? Fault::program : Fault::resources);
  } else if (happens(mishaps.again)) {
    end(attempt, Cause::exited, 75);
  } else if (happens(mishaps.early_exit) || attempt.last >= options_.max_resource) {
    end(attempt, Cause::exited, 0);
  } else if (happens(mishaps.garbage)) {
    (void)feed(ReportMalformed{attempt.trial, attempt.attempt, "no metric"});
  } else {
    report(attempt);
  }
}

void StudyWorld::report(Attempt& attempt) {
  const StudyMishaps& mishaps = options_.mishaps;
  Resource resource = attempt.last + 1;
  if (happens(mishaps.gap)) resource += 1 + static_cast<Resource>(rng_.below(4));
  if (attempt.last > 1 && happens(mishaps.late))
    resource = 1 + static_cast<Resource>(rng_.below(static_cast<std::uint64_t>(attempt.last)));
  if (attempt.last > 0 && happens(mishaps.duplicate)) resource = attempt.last;
  attempt.last = std::max(attempt.last, resource);
  const Reported reported{
      attempt.trial, attempt.attempt, resource, metric(attempt.trial, resource), {}};
  check(feed(reported), "a report of a running trial is taken");
}

double StudyWorld::metric(TrialId trial, Resource resource) {
  if (happens(options_.mishaps.divergence))
    return happens(2) ? std::numeric_limits<double>::quiet_NaN()
                      : -std::numeric_limits<double>::infinity();
  const double quality = Rng::stream(options_.seed, "quality", trial).uniform();
  const double learned = 1 / std::sqrt(static_cast<double>(resource));
  return std::round(50 * (quality + learned + 0.1 * rng_.uniform())) /
         50;  // Rounded, so that there are ties.
}

/// Ends the process of an attempt.
void StudyWorld::end(const Attempt& attempt, Cause cause, std::int32_t code,
                     AttemptEnded::NodeFault fault) {
  const AttemptEnded ended{.trial = attempt.trial,
                           .attempt = attempt.attempt,
                           .cause = cause,
                           .code = code,
                           .detail = "code " + std::to_string(code),
                           .source = attempt.source,
                           .node_fault = fault};
  std::erase_if(attempts_, [&](const Attempt& one) { return one.trial == ended.trial; });
  check(feed(ended), "the end of an attempt is taken");
}

void StudyWorld::lose_node(const std::string& node) {
  const std::string name = node;
  std::erase_if(attempts_, [&](const Attempt& one) { return one.node == name; });
  nodes_.erase(name);
  check(feed(NodeLeft{name, "its link broke"}), "the loss of a node is taken");
}

void StudyWorld::carry_out(const LaunchAttempt& launch) {
  check(nodes_.contains(launch.node), "a trial is started on a node that is there");
  check(launch.until > launch.from || launch.from == 0, "a trial that goes on goes further");
  check(launch.until <= options_.max_resource, "no trial is sent above R");
  for (const Attempt& one : attempts_)
    check(one.trial != launch.trial, "a trial has one process at a time");
  const Resource from = happens(options_.mishaps.forgetful) ? 0 : launch.from;
  check(launch.source_max < launch.attempt, "an attempt resumes from an earlier one");
  check(launch.source_max >= released_[launch.trial], "no checkpoint that is gone is needed");
  attempts_.push_back({launch.trial, launch.attempt, launch.node, from, false, launch.source_max});
}

void StudyWorld::carry_out(const EndAttempt& ending) {
  const auto attempt = std::ranges::find(attempts_, ending.trial, &Attempt::trial);
  check(attempt != attempts_.end(), "who is ended runs");
  check(!attempt->ending, "an attempt is ended once");
  attempt->ending = true;
}

void StudyWorld::carry_out(const ReleaseCheckpoints& release) {
  std::uint32_t& released = released_[release.trial];
  check(release.attempt > released, "the checkpoints before an attempt are released once");
  released = release.attempt;
}

}  // namespace troupe::actors
