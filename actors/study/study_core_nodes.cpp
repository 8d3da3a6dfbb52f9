// StudyCore: the nodes of the study, and what follows when they cannot run trials.

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/study/study_core.hpp"
#include "runtime/core/check.hpp"

namespace troupe::actors {

using Fault = AttemptEnded::NodeFault;

void StudyCore::on(const NodeJoined& joined) {
  slots_.add(joined.node, joined.slots, index_);
  health_.add(joined.node);
}

void StudyCore::on(const NodeLost& lost) {
  slots_.mark_lost(lost.node);
  release_promotions(lost.node);
  follow_health();
}

void StudyCore::on(const NodeRejoined& rejoined) {
  slots_.mark_rejoined(rejoined.node, rejoined.slots);
  forget_health(rejoined.node);
  health_.add(rejoined.node);
  trials_.each([&](TrialRecord& trial) {
    if (!trial.has_process() || trial.node != rejoined.node) return;
    const RetainedAttempt attempt{trial.id, trial.attempt};
    const bool retained = std::ranges::find(rejoined.attempts, attempt) != rejoined.attempts.end();
    const bool heard_of = trial.reports > 0 || trial.warnings > 0;
    if (retained && !trial.runs_on()) {
      // It is unknown whether the earlier head sent this command before it was lost.
      outcome_.commands.push_back(EndAttempt{trial.id, trial.attempt});
    } else if (!retained && rejoined.same && trial.runs_on() && !heard_of) {
      command_launch(trial);  // The earlier head was lost before it could send the command.
    } else if (!retained) {
      slots_.release(rejoined.node);
      lose(trial, "node " + rejoined.node + " came back without it");
    }
  });
  close_if_reached();
}

void StudyCore::on(const NodeLeft& left) {
  release_promotions(left.node);
  slots_.remove(left.node);
  forget_health(left.node);
  health_.remove(left.node);
  trials_.each([&](TrialRecord& trial) {
    if (trial.has_process() && trial.node == left.node)
      lose(trial, "node " + left.node + " was lost: " + left.reason);
  });
  follow_health();
  close_if_reached();
}

/// Gives up the slots that are kept on `node` for promoted trials, for good: a trial whose process
/// ends later waits for another slot, even if a node of that name joins again.
void StudyCore::release_promotions(const std::string& node) {
  trials_.each([&](TrialRecord& trial) {
    if (!trial.promotion || trial.promotion->node != node) return;
    trial.promotion->node.clear();
    slots_.release(node);
  });
}

/// The infrastructure failure that ended an attempt; none if the failure is the trial's own.
/// Programs that fail before their first report, on a node where none has reported while others
/// have elsewhere, miss something there: a file, a library, a driver.
Fault StudyCore::node_fault(const TrialRecord& trial, const AttemptEnded& end) const {
  const bool by_itself =
      end.cause == AttemptEnded::Cause::exited || end.cause == AttemptEnded::Cause::signaled;
  // "Command not found", of a shell in which the program starts elsewhere on this node.
  if (end.node_fault == Fault::program && by_itself && health_.program_ran_on(trial.node))
    return Fault::none;
  if (end.node_fault != Fault::none) return end.node_fault;
  const bool failed = by_itself && !exited_with_success(end) && !asks_for_restart(end);
  const bool only_here = health_.program_ran() && !health_.program_ran_on(trial.node);
  return failed && trial.runs_on() && trial.reports == 0 && only_here ? Fault::program
                                                                      : Fault::none;
}

TrialFailed::Then StudyCore::then_after(const TrialRecord& trial, const AttemptEnded& end) const {
  return after_failure(trial, end, rules_.retries_max, node_fault(trial, end) != Fault::none);
}

namespace {

/// What is wrong with the node: how the attempt ended, and the last line that its program wrote.
std::string reason_of(const AttemptEnded& end) {
  std::string_view last = end.stderr_tail;
  while (last.ends_with('\n')) last.remove_suffix(1);
  last = last.substr(last.rfind('\n') == last.npos ? 0 : last.rfind('\n') + 1);
  return last.empty() ? end.detail : end.detail + " (" + std::string(last) + ")";
}

}  // namespace

/// Notes what the end of an attempt says about its node. `fault`: of `node_fault` before.
void StudyCore::note_health(TrialRecord& trial, const AttemptEnded& end, Fault fault) {
  if (fault == Fault::none) {
    if (end.cause != AttemptEnded::Cause::lost)
      health_.succeed(trial.node, trial.launched_row, exited_with_success(end));
    return;
  }
  const NodeHealth::Verdict verdict =
      health_.fail(trial.node, {fault, reason_of(end), trial.launched_row}, index_);
  if (verdict.rest_s > 0) outcome_.commands.push_back(RestNode{trial.node, verdict.rest_s});
  if (verdict.set_aside) {
    trial.idle_restarts = 0;  // The node is to blame.
    emit(NodeSetAside{index_, trial.node, reason_of(end)});
  }
  follow_health();
}

/// Announces that a node which leaves, or is to be forgotten, is not set aside any more.
void StudyCore::forget_health(const std::string& node) {
  if (health_.is_set_aside(node)) emit(NodeSetAside{index_, node, std::string()});
}

bool StudyCore::any_node_may_start() const {
  return std::ranges::any_of(slots_.nodes(), [&](const std::string& node) {
    return !slots_.is_lost(node) && health_.may_start(node);
  });
}

/// Stops the study if no node can start the program. If every reachable node is set aside, they
/// are tried again from time to time.
void StudyCore::follow_health() {
  if (closing_.starts_nothing()) return;
  const std::vector<std::string> nodes = slots_.nodes();
  const auto cannot_start = [&](const std::string& node) {
    return !slots_.is_lost(node) && health_.cannot_start_program(node);
  };
  if (!nodes.empty() && std::ranges::all_of(nodes, cannot_start)) {
    std::string reason = "no node can start the program";
    for (const std::string& node : nodes)
      reason += (node == nodes.front() ? ": " : "; ") + node + ": " + health_.reason(node);
    return interrupt(StudyFinished::Outcome::failed, reason);
  }
  const auto set_aside_or_lost = [&](const std::string& node) {
    return slots_.is_lost(node) || health_.is_set_aside(node);
  };
  if (!std::ranges::all_of(nodes, set_aside_or_lost)) return;
  for (const std::string& node : nodes)
    if (const auto rest_s = health_.plan_trial_start(node); rest_s && !slots_.is_lost(node))
      outcome_.commands.push_back(RestNode{node, *rest_s});
}

void StudyCore::on(const NodeRested& rested) {
  const bool was_set_aside = health_.is_set_aside(rested.node);
  if (health_.end_rest(rested.node, !any_node_may_start()) && was_set_aside)
    emit(NodeSetAside{index_, rested.node, std::string()});
}

std::string StudyCore::nodes_waited_for() const {
  if (finished() || any_node_may_start()) return {};
  std::string text;
  for (const std::string& node : slots_.nodes()) {
    const std::string& reason = health_.reason(node);
    if (slots_.is_lost(node) || reason.empty()) continue;
    text += (text.empty() ? "" : "; ") + node +
            (health_.is_set_aside(node) ? " is set aside: " : " waits after a failure: ") + reason;
  }
  return text.empty() ? text : "a node that can run trials (" + text + ")";
}

}  // namespace troupe::actors
