// What nodes say of the trials that they run.

#include <string>

#include "actors/study/study.hpp"

namespace troupe::actors {

using runtime::Context;

namespace {

/// Largest resource of a report from another node: sums of it stay in range.
constexpr Resource resource_max = Resource{1} << 53;

}  // namespace

/// Whether what is said of a trial comes from the node that has it, or from this process: a node
/// does not speak for the trials of others.
template <typename M>
bool Study::comes_from_its_node(Context& self, const M& message) {
  const runtime::NodeId sender = self.sender();
  if (sender == self.node()) return true;
  const auto refuse_it = [&](const std::string& why) {
    refuse_sender(self, "a message about trial " + std::to_string(message.trial) + ", " + why);
    return false;
  };
  const auto record = core_.trials().find(message.trial);
  if (record == core_.trials().end()) return refuse_it("which is not known");
  const std::string& node = record->second.node;
  const auto name = members_.name_of(sender);
  if (name == node || members_.agent(node).address().node == sender) return true;
  if (name) return refuse_it("which runs on " + node);
  refuse(message);  // Its link is gone, and its attempts were given up.
  return false;
}

void Study::on(Context& self, const Reported& report) {
  if (!comes_from_its_node(self, report)) return;
  if (report.resource < 1 || report.resource > resource_max)
    return refuse_sender(self, "a report at resource " + std::to_string(report.resource) +
                                   "; expected 1 to " + std::to_string(resource_max));
  take_and_advance(self, report);
}

void Study::on(Context& self, const ReportMalformed& malformed) {
  if (comes_from_its_node(self, malformed)) take_and_advance(self, malformed);
}

void Study::on(Context& self, const AttemptEnded& ended) {
  if (comes_from_its_node(self, ended)) take_and_advance(self, ended);
}

void Study::refuse_sender(Context& self, const std::string& what) {
  if (options_.refused)
    options_.refused(members_.name_of(self.sender()).value_or("?"), "it sent " + what);
}

}  // namespace troupe::actors
