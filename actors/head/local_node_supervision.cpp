#include "actors/head/local_node_supervision.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "actors/json.hpp"

namespace troupe::actors {

namespace {

constexpr std::uint32_t losses_max = 20;

/// 3 for own-3.
std::uint32_t number_of(std::string_view node) {
  node.remove_prefix(std::string_view(LocalNode::name_prefix).size());
  std::uint32_t number = 0;
  std::from_chars(node.data(), node.data() + node.size(), number);
  return number;
}

}  // namespace

LocalNodeSupervision::LocalNodeSupervision(Process& process, StudyRef study, Options options,
                                           std::function<void()> over)
    : process_(process), study_(study), over_(std::move(over)) {
  const auto& resources = options.resources;
  options_ = {
      .argv = {options.program, "node", "--join", options.address, "--cpus",
               std::to_string(resources.cpus), "--gpus", std::to_string(resources.gpus), "--memory",
               std::to_string(resources.memory), "--lease", json_number(options.lease_s)},
      .folder = std::move(options.folder),
      .log = std::move(options.log)};
  if (!options.keys.empty()) {
    options_.argv.emplace_back("--keys");
    options_.argv.push_back(options.keys);
  }
}

LocalNodeSupervision::~LocalNodeSupervision() {
  process_.call([this] { nodes_.clear(); });
}

Result<void> LocalNodeSupervision::start() {
  Result<void> started;
  process_.call([&] { started = begin(); });
  return started;
}

/// A node that an earlier head left is not joined by a second one: it comes back, or ends soon.
Result<void> LocalNodeSupervision::begin() {
  auto living = LivenessPipe::living(options_.folder);
  if (!living) return living.error();
  for (LivenessPipe& liveness_pipe : *living) {
    starts_ = std::max(starts_, number_of(liveness_pipe.node()));
    nodes_.push_back(LocalNode::adopt(process_.reactor(), std::move(liveness_pipe),
                                      [this](const LocalNode::Ending& ending) { gone(ending); }));
  }
  return nodes_.empty() ? launch() : Result<void>();
}

Result<void> LocalNodeSupervision::launch() {
  auto node = LocalNode::start(process_.reactor(), options_,
                               LocalNode::name_prefix + std::to_string(++starts_),
                               [this](const LocalNode::Ending& ending) { gone(ending); });
  if (!node) return node.error();
  nodes_.push_back(std::move(node).value());
  return {};
}

void LocalNodeSupervision::leave() {
  process_.reactor().post([this] { leaving_ = true; });
}

bool LocalNodeSupervision::any_running() const {
  return std::ranges::any_of(nodes_, [](const auto& node) { return node->running(); });
}

void LocalNodeSupervision::gone(const LocalNode::Ending& ending) {
  process_.node().tell(study_, NodeProcessesGone{ending.name, ending.reason});
  if (any_running()) return;
  // One that an earlier head left may have been leaving with that.
  const bool runs_on = process_.node().is_alive(study_);
  if (leaving_ || (ending.orderly && !runs_on)) return over_();
  if (++losses_ <= losses_max && launch()) return;
  process_.node().tell(study_, StopStudy{StopRequested::How::interrupt,
                                         "its own node cannot be kept alive: " + ending.reason});
  over_();
}

}  // namespace troupe::actors
