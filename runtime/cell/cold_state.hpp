#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runtime/address.hpp"
#include "runtime/cell/envelope.hpp"
#include "runtime/restart_policy.hpp"
#include "runtime/system_messages.hpp"

namespace troupe::runtime {

/// Who wants to know that an actor is gone: an actor, or whoever waits for an answer.
struct Watch {
  Address watcher;
  CorrelationId ask;
  friend bool operator==(const Watch&, const Watch&) = default;
};

/// To the parent, from a child that has ended.
struct ChildEnded {
  std::uint32_t index;  ///< Of the child's cell, which is the parent's to give back.
  std::uint32_t generation;
  Cause cause;
  std::string reason;
};

/// How a failed actor is made anew.
struct Supervision {
  RestartPolicy policy;
  std::function<void*()> make;
  std::vector<Instant> restarts;  ///< Those within the policy's time.
  std::uint32_t count = 0;        ///< All.
};

/// What most actors never have. Owner: the home dispatcher's thread.
struct ColdState {
  std::vector<Watch> watchers;
  std::set<Address> watching;
  std::set<std::uint64_t> timers;  ///< Those that have neither come nor been cancelled.
  std::string name;                ///< In the node's registry; empty if none.
  std::optional<Supervision> supervision;
  std::vector<Envelope::Ptr> kept;  ///< While it restarts.
  bool said_goodbye = false;        ///< Its `stopping` has been called.
  Cause cause = Cause::stopped;     ///< While it ends.
  std::string reason;
};

}  // namespace troupe::runtime
