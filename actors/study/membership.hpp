#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/study/protocol.hpp"
#include "actors/study/study_core.hpp"
#include "runtime/address.hpp"
#include "runtime/core/clock.hpp"

namespace troupe::actors {

struct StudySpec;

/// Number of trials that `node` may run at a time by its resources. 0 for a node that hosts the
/// study's scheduler or searcher.
[[nodiscard]] std::uint32_t trial_slots(const StudySpec& spec, const std::string& node,
                                        const runtime::Resources& resources);

/// What the journal has of each attempt that a joining node brings. An attempt that was given up is
/// not wanted: it was lost, or its trial runs elsewhere.
[[nodiscard]] std::vector<AttemptAck> acknowledge(const StudyCore& core, const JoinStudy& join);

/// The nodes of a study, and until when the programs of a node that is out of reach may run. Pure:
/// time is passed in, and the study writes the rows and starts the timers.
///
/// A node is `joined` until the journal has its NodeJoined, then `active`. When its link is given
/// up it is `lost`: the study reckons with its programs until its lease and the kill grace are
/// over. A node of an earlier head is `awaited`: lost, but it may rejoin.
class Membership {
 public:
  struct Options {
    std::string own_prefix;              ///< Of the names of nodes that a head starts itself.
    std::vector<std::string> own_alive;  ///< Own nodes of an earlier head with processes left.
    double lease_s = 0;                  ///< The study's; a node's own counts if it is longer.
    double grace_kill_s = 0;             ///< From SIGTERM to SIGKILL.
  };

  explicit Membership(Options options) : options_(std::move(options)) {}

  // Links.

  /// Notes that the node `name` is linked as `id`. Returns the member that joined through this link
  /// under another name, if there is one: it is to be removed.
  [[nodiscard]] std::optional<std::string> note_link(const std::string& name, runtime::NodeId id);
  void forget_link(const std::string& name, runtime::NodeId id);
  /// Linked nodes by name, members or not.
  [[nodiscard]] const std::map<std::string, runtime::NodeId>& links() const { return links_; }
  /// The name of a linked node; none if there is no link.
  [[nodiscard]] std::optional<std::string> name_of(runtime::NodeId id) const;

  // Joining.

  struct Admission {
    enum class Kind {
      refused,
      joined,          ///< It is new.
      already_member,  ///< It has rejoined before, and did not hear the answer.
      rejoined,        ///< It was awaited.
    };
    Kind kind = Kind::refused;
    std::string refusal{};
    double again_in_s = 0;  ///< Of a refusal: when to ask again; 0: never.
  };
  /// Decides about a node that wants to join, and makes it a member.
  [[nodiscard]] Admission admit(const JoinStudy& join, std::uint32_t slots, Instant now);
  /// The rows of members that the journal does not know yet and that may run trials, by name. They
  /// are `active` then.
  [[nodiscard]] std::vector<NodeJoined> activate_joined();

  // Loss.

  /// The reachable member that `agent` speaks for; none if it speaks for no such member.
  [[nodiscard]] std::optional<std::string> member_of(runtime::Address agent) const;
  [[nodiscard]] bool is_active(const std::string& name) const;
  /// Marks an active member as out of reach; its lease counts from `last_heard`. Returns how long
  /// its programs may still run, 0 or more.
  [[nodiscard]] Duration mark_lost(const std::string& name, Instant last_heard, Instant now);

  enum class Expiry {
    not_due,         ///< It is reachable, or not known, or its programs may still run.
    processes_left,  ///< An own node: its processes are awaited, and should be gone.
    left,            ///< No program of it is left.
  };
  /// What is known of a lost member when its time may be over.
  [[nodiscard]] Expiry expiry(const std::string& name, Instant now) const;
  /// Whether a member is lost since an earlier head.
  [[nodiscard]] bool is_awaited(const std::string& name) const;

  /// A member that was removed.
  struct Removed {
    AgentRef agent;
    bool in_journal = false;  ///< The journal has its NodeJoined.
  };
  /// Removes a member. None if `name` is none.
  std::optional<Removed> remove(const std::string& name);

  // Recovery.

  /// Notes leases and kill grace in an input of an earlier head: awaited nodes still use them.
  void note_earlier(const Input& input);
  /// The nodes, by name, on which processes of the study may be left although its head was lost:
  /// those of `trials`, except own nodes that are known to be gone.
  [[nodiscard]] std::vector<std::string> possibly_running(
      const std::map<TrialId, TrialRecord>& trials) const;
  /// Makes `name` an awaited member. Returns how long its programs may still run: its lease ends
  /// before one that begins at `now` would.
  [[nodiscard]] Duration await(const std::string& name, Instant now);
  /// The processes of an own node are gone.
  void note_processes_gone(const std::string& name);

  // Sending.

  /// The agent of a member; nobody if `name` is no member or is awaited.
  [[nodiscard]] AgentRef agent(const std::string& name) const;
  /// Remembers the end of an attempt that is durable, for the next Launch to this node.
  void note_durable_end(const std::string& name, RetainedAttempt attempt);
  /// Hands over what `note_durable_end` has remembered.
  [[nodiscard]] std::vector<RetainedAttempt> take_durable_ends(const std::string& name);

  [[nodiscard]] bool is_own(const std::string& name) const;
  /// What a study without a reachable node waits for; empty if there is one.
  [[nodiscard]] std::string waiting_for() const;

 private:
  enum class State { joined, active, lost, awaited };
  struct Member {
    State state = State::joined;
    AgentRef agent{};
    std::uint32_t slots = 0;
    double lease_s = 0;  ///< As in JoinStudy.
    Instant gone_at{};   ///< If lost or awaited: no program is left by then.
    std::vector<RetainedAttempt> durable_ends{};

    [[nodiscard]] bool out_of_reach() const {
      return state == State::lost || state == State::awaited;
    }
  };

  [[nodiscard]] Duration time_to_stop(double lease_s) const;
  [[nodiscard]] std::string linked_name(runtime::NodeId id, const std::string& name) const;
  [[nodiscard]] Admission refuse_for_now(const std::string& name, const Member& member,
                                         Instant now) const;

  Options options_;
  std::map<std::string, runtime::NodeId> links_;
  std::map<std::string, Member> members_;
  std::map<std::string, double> leases_s_;  ///< Of nodes that the journal has.
  double earlier_grace_s_ = 0;              ///< Longest of the earlier heads.
};

/// Attempts that the study gave up: their trials went on elsewhere, or ended. What still comes of
/// such an attempt is refused, and reported once.
class GivenUpAttempts {
 public:
  /// Adds the attempt of `trial` that ran on its node.
  void add(const TrialRecord& trial) { nodes_[{trial.id, trial.attempt}] = trial.node; }
  /// Adds each attempt that has a process on `node`.
  void add_all(const std::map<TrialId, TrialRecord>& trials, const std::string& node);

  /// An attempt that a refused input speaks of.
  struct Refusal {
    std::string node;
    std::string why;
  };
  /// The refusal of an input that speaks of such an attempt, the first time; none otherwise.
  [[nodiscard]] std::optional<Refusal> refuse(const Input& input);

 private:
  std::map<std::pair<TrialId, std::uint32_t>, std::string> nodes_;
};

}  // namespace troupe::actors
