#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <sys/types.h>

#include "runtime/context.hpp"
#include "runtime/core/field.hpp"
#include "runtime/node.hpp"
#include "runtime/resources.hpp"

namespace troupe::actors {

/// Connection of a node to its head.
struct NodeState {
  static constexpr std::string_view wire_name = "NodeState";
  std::string name;
  std::string incarnation;
  std::string state;    ///< up, unreachable or dead.
  std::string address;  ///< Network address of its machine.
  std::string role;     ///< Role of its key; empty: no key.
  runtime::Resources resources;
  double silent_s = 0;  ///< Seconds since its last message.
  double lag_s = 0;     ///< Seconds since the oldest unacknowledged message was sent.
  std::uint64_t buffered_bytes = 0;
  std::uint64_t waiting_bytes = 0;
  std::string reason;  ///< Why a dead node was given up.
  static auto fields(auto& m) {
    return std::tuple{field("name", m.name),
                      field("incarnation", m.incarnation),
                      field("state", m.state),
                      field("address", m.address),
                      field("role", m.role),
                      field("resources", m.resources),
                      field("silent_s", m.silent_s),
                      field("lag_s", m.lag_s),
                      field("buffered_bytes", m.buffered_bytes),
                      field("waiting_bytes", m.waiting_bytes),
                      field("reason", m.reason)};
  }
};

/// Refused connections or messages of one peer.
struct NodeRefused {
  static constexpr std::string_view wire_name = "NodeRefused";
  std::string who;
  std::string from;
  std::string why;
  std::uint64_t times = 0;
  std::int64_t last_us = 0;  ///< Microseconds since 1970-01-01 UTC.
  static auto fields(auto& m) {
    return std::tuple{field("who", m.who), field("from", m.from), field("why", m.why),
                      field("times", m.times), field("last_us", m.last_us)};
  }
};

/// Content of DIR/nodes.json.
struct NodesSnapshot {
  static constexpr std::string_view wire_name = "NodesSnapshot";
  static constexpr bool local_only = true;
  std::int64_t written_us = 0;  ///< Microseconds since 1970-01-01 UTC.
  std::string address;          ///< Address that nodes join.
  std::string trouble;          ///< Error of reading the key folder; empty: none.
  std::vector<NodeState> nodes;
  std::vector<NodeRefused> refused;
  static auto fields(auto& m) {
    return std::tuple{field("written_us", m.written_us), field("address", m.address),
                      field("trouble", m.trouble), field("nodes", m.nodes),
                      field("refused", m.refused)};
  }
};

/// Snapshot of the connections of a head that listens at `address`.
[[nodiscard]] NodesSnapshot snapshot_of(const runtime::NetworkReport& report,
                                        const std::string& address, const Clock& clock);

/// Actor that writes nodes.json once a second, so that `troupe nodes` needs no answer of the head.
class NodesFile {
 public:
  using Ref = runtime::Ref<NodesSnapshot>;

  struct Look {
    static constexpr std::string_view wire_name = "Look";
    static auto fields(auto&) { return no_fields(); }
  };
  using Private = runtime::Ref<Look>;

  static constexpr const char* name = "nodes.json";
  static constexpr Duration interval = std::chrono::seconds(1);

  /// `node` is the node of this actor.
  NodesFile(runtime::Node& node, std::string path, std::string address, bool group_readable)
      : node_(node),
        path_(std::move(path)),
        address_(std::move(address)),
        mode_(group_readable ? 0640 : 0600) {}

  void started(runtime::Context& self);
  void on(runtime::Context& self, const Look&);
  void on(runtime::Context& self, const NodesSnapshot& snapshot);

 private:
  runtime::Node& node_;
  const std::string path_;
  const std::string address_;
  const mode_t mode_;
};

}  // namespace troupe::actors
