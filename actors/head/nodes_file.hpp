#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "runtime/context.hpp"
#include "runtime/core/field.hpp"
#include "runtime/node.hpp"
#include "runtime/resources.hpp"

namespace troupe::actors {

/// A node of a study, as its head knows it.
struct NodeState {
  static constexpr std::string_view wire_name = "NodeState";
  std::string name;
  std::string incarnation;
  std::string state;    ///< up, unreachable or dead.
  std::string address;  ///< Of its machine.
  std::string role;     ///< Of its key; empty: it has none.
  runtime::Resources resources;
  double silent_s = 0;  ///< Since anything was heard of it.
  double lag_s = 0;     ///< How long it has not confirmed what was sent to it.
  std::uint64_t buffered_bytes = 0;
  std::uint64_t waiting_bytes = 0;
  std::string reason;  ///< Of a dead one.
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

/// Somebody who was turned away, or said what it may not.
struct NodeRefused {
  static constexpr std::string_view wire_name = "NodeRefused";
  std::string who;
  std::string from;
  std::string why;
  std::uint64_t times = 0;
  std::int64_t last_us = 0;  ///< Since 1970.
  static auto fields(auto& m) {
    return std::tuple{field("who", m.who), field("from", m.from), field("why", m.why),
                      field("times", m.times), field("last_us", m.last_us)};
  }
};

/// What DIR/nodes.json holds.
struct NodesSnapshot {
  static constexpr std::string_view wire_name = "NodesSnapshot";
  static constexpr bool local_only = true;
  std::int64_t written_us = 0;  ///< Since 1970.
  std::string address;          ///< Where nodes join.
  std::string trouble;          ///< Why the list of keys cannot be read; empty if it can.
  std::vector<NodeState> nodes;
  std::vector<NodeRefused> refused;
  static auto fields(auto& m) {
    return std::tuple{field("written_us", m.written_us), field("address", m.address),
                      field("trouble", m.trouble), field("nodes", m.nodes),
                      field("refused", m.refused)};
  }
};

[[nodiscard]] NodesSnapshot snapshot_of(const runtime::NetworkReport& report,
                                        const std::string& address, const Clock& clock);

/// Writes down once a second how a head is connected, so that whoever asks need not ask the head.
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

  /// `node` is the one that this actor lives on.
  NodesFile(runtime::Node& node, std::string path, std::string address)
      : node_(node), path_(std::move(path)), address_(std::move(address)) {}

  void started(runtime::Context& self);
  void on(runtime::Context& self, const Look&);
  void on(runtime::Context& self, const NodesSnapshot& snapshot);

 private:
  runtime::Node& node_;
  const std::string path_;
  const std::string address_;
};

}  // namespace troupe::actors
