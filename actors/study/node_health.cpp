#include "actors/study/node_health.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace troupe::actors {

namespace {

/// Rest after the first failure in a row, and after the second. The third sets the node aside.
constexpr std::array rests_s{1.0, 5.0};
constexpr double retry_first_s = 60;
constexpr double retry_max_s = 3600;

}  // namespace

void NodeHealth::add(const std::string& node) {
  nodes_.insert_or_assign(node, Node{});
  closed_.erase(node);
}

void NodeHealth::remove(const std::string& node) {
  nodes_.erase(node);
  closed_.erase(node);
}

const NodeHealth::Node* NodeHealth::find(const std::string& node) const {
  const auto found = nodes_.find(node);
  return found == nodes_.end() ? nullptr : &found->second;
}

NodeHealth::Verdict NodeHealth::fail(const std::string& name, const Failure& failure,
                                     std::uint64_t row) {
  const auto found = nodes_.find(name);
  if (found == nodes_.end()) return {};
  Node& node = found->second;
  node.fault = failure.fault;
  node.reason = failure.reason;
  if (node.failures > 0 && failure.launched_row < node.failed_row) return {};
  node.failed_row = row;
  ++node.failures;
  closed_.insert(name);
  if (node.failures <= rests_s.size()) {
    node.resting = true;
    return {.rest_s = rests_s.at(node.failures - 1)};
  }
  node.resting = false;
  node.set_aside = true;
  return {.set_aside = true};
}

void NodeHealth::succeed(const std::string& name, std::uint64_t launched_row, bool started) {
  if (started) note_report(name);
  const auto found = nodes_.find(name);
  if (found == nodes_.end() || launched_row < found->second.failed_row) return;
  found->second.failures = 0;
  found->second.trial_starts = 0;
}

void NodeHealth::note_report(const std::string& name) {
  const auto found = nodes_.find(name);
  if (found == nodes_.end()) return;
  found->second.program_ran = true;
  program_started_ = true;
}

bool NodeHealth::end_rest(const std::string& name, bool needed) {
  const auto found = nodes_.find(name);
  if (found == nodes_.end()) return false;
  Node& node = found->second;
  node.resting = false;
  node.trial_start_planned = false;
  if (node.set_aside && needed) {
    node.set_aside = false;
    ++node.trial_starts;
  }
  if (!node.set_aside) closed_.erase(name);
  return !node.set_aside;
}

std::optional<double> NodeHealth::plan_trial_start(const std::string& name) {
  const auto found = nodes_.find(name);
  if (found == nodes_.end() || !found->second.set_aside || found->second.trial_start_planned)
    return std::nullopt;
  found->second.trial_start_planned = true;
  return std::min(retry_max_s, std::ldexp(retry_first_s, static_cast<int>(std::min<std::uint32_t>(
                                                             found->second.trial_starts, 16))));
}

bool NodeHealth::rests(const std::string& name) const {
  const Node* node = find(name);
  return node != nullptr && (node->resting || node->trial_start_planned);
}

bool NodeHealth::may_start(const std::string& name) const {
  const Node* node = find(name);
  return node != nullptr && !node->resting && !node->set_aside;
}

bool NodeHealth::is_set_aside(const std::string& name) const {
  const Node* node = find(name);
  return node != nullptr && node->set_aside;
}

bool NodeHealth::program_ran_on(const std::string& name) const {
  const Node* node = find(name);
  return node != nullptr && node->program_ran;
}

bool NodeHealth::cannot_start_program(const std::string& name) const {
  const Node* node = find(name);
  if (node == nullptr || node->failures == 0 || node->fault != AttemptEnded::NodeFault::program)
    return false;
  return node->set_aside || !program_started_;
}

const std::string& NodeHealth::reason(const std::string& name) const {
  static const std::string none;
  const Node* node = find(name);
  return node == nullptr || node->failures == 0 ? none : node->reason;
}

}  // namespace troupe::actors
