#include "actors/head/kept_node.hpp"

#include <utility>

#include "actors/json.hpp"

namespace troupe::actors {

namespace {

constexpr std::uint32_t losses_max = 20;

}  // namespace

KeptNode::KeptNode(Process& process, StudyRef study, Options options, std::function<void()> over)
    : process_(process), study_(study), over_(std::move(over)) {
  const auto& resources = options.resources;
  OwnNode::Options own{
      .argv = {options.program, "node", "--join", options.address, "--cpus",
               std::to_string(resources.cpus), "--gpus", std::to_string(resources.gpus), "--memory",
               std::to_string(resources.memory), "--lease", json_number(options.lease_s)},
      .inherited_fds = std::move(options.inherited_fds),
      .log = std::move(options.log)};
  if (!options.keys.empty()) {
    own.argv.emplace_back("--keys");
    own.argv.push_back(options.keys);
  }
  process_.call([&] {
    node_ = std::make_unique<OwnNode>(process_.reactor(), std::move(own),
                                      [this](const OwnNode::Ending& ending) { gone(ending); });
  });
}

KeptNode::~KeptNode() {
  process_.call([this] { node_.reset(); });
}

Result<void> KeptNode::start() {
  Result<void> started;
  process_.call([&] { started = node_->start(); });
  return started;
}

void KeptNode::leave() {
  process_.reactor().post([this] { leaving_ = true; });
}

void KeptNode::gone(const OwnNode::Ending& ending) {
  process_.node().tell(study_, NodeProcessesGone{ending.name, ending.reason});
  if (ending.orderly || leaving_) return over_();
  if (++losses_ <= losses_max && node_->start()) return;
  process_.node().tell(study_, StopStudy{StopRequested::How::interrupt,
                                         "its own node cannot be kept alive: " + ending.reason});
  over_();
}

}  // namespace troupe::actors
