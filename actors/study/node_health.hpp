#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "actors/study/inputs.hpp"

namespace troupe::actors {

/// Which nodes of a study can run its trials. After an infrastructure failure a node rests; after
/// three in a row it is set aside. Attempts that were launched before a failure was known say
/// nothing new, so a node that fails several at a time fails once. Pure: `row` is the row of the
/// journal.
class NodeHealth {
 public:
  /// An infrastructure failure of an attempt.
  struct Failure {
    AttemptEnded::NodeFault fault = AttemptEnded::NodeFault::none;
    std::string reason;
    std::uint64_t launched_row = 0;  ///< With which the attempt was launched.
  };
  /// What follows for the node.
  struct Verdict {
    double rest_s = 0;       ///< Nothing starts there for this time; 0: nothing new.
    bool set_aside = false;  ///< Nothing starts there at all.
  };

  /// Adds a node, or forgets what is known of it.
  void add(const std::string& node);
  void remove(const std::string& node);
  /// Another head continues the study: the program, or the machines, may have been repaired.
  void begin_session() { program_started_ = false; }

  /// Notes a failure of an attempt on `node`.
  Verdict fail(const std::string& node, const Failure& failure, std::uint64_t row);
  /// Notes that an attempt on `node` ended without an infrastructure failure. `started`: its
  /// program ran as it should.
  void succeed(const std::string& node, std::uint64_t launched_row, bool started);
  /// Notes that a program reported on `node`.
  void note_report(const std::string& node);
  /// Ends a rest. Returns whether trials may start on `node`. A node that was set aside is tried
  /// again if `needed`: no other node can run trials.
  bool end_rest(const std::string& node, bool needed);
  /// How long a node that was set aside rests until it is tried again; doubles each time. Returns
  /// none if it is not set aside, or that is planned already.
  std::optional<double> plan_trial_start(const std::string& node);

  /// Whether a `NodeRested` of the node is awaited.
  [[nodiscard]] bool rests(const std::string& node) const;
  [[nodiscard]] bool may_start(const std::string& node) const;
  [[nodiscard]] bool is_set_aside(const std::string& node) const;
  /// Whether the program was seen to run on `node`.
  [[nodiscard]] bool program_ran_on(const std::string& node) const;
  /// Whether the program was seen to run on any node of this session.
  [[nodiscard]] bool program_ran() const { return program_started_; }
  /// Whether nothing suggests that the node could start the program.
  [[nodiscard]] bool cannot_start_program(const std::string& node) const;
  /// Reason of the latest failure; empty: none.
  [[nodiscard]] const std::string& reason(const std::string& node) const;
  /// Nodes on which nothing may start.
  [[nodiscard]] const std::set<std::string>& closed() const { return closed_; }

 private:
  struct Node {
    std::uint32_t failures = 0;  ///< In a row.
    std::uint64_t failed_row = 0;
    AttemptEnded::NodeFault fault = AttemptEnded::NodeFault::none;  ///< Of the latest failure.
    std::string reason;
    bool program_ran = false;
    bool resting = false;
    bool set_aside = false;
    bool trial_start_planned = false;
    std::uint32_t trial_starts = 0;  ///< Since it was set aside first.
  };
  [[nodiscard]] const Node* find(const std::string& node) const;

  std::map<std::string, Node> nodes_;
  std::set<std::string> closed_;
  bool program_started_ = false;
};

}  // namespace troupe::actors
