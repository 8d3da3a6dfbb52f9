#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/checkpoints/store.hpp"
#include "actors/study/checkpoint_feed.hpp"
#include "actors/study/commit_batch.hpp"
#include "actors/study/late_suggestions.hpp"
#include "actors/study/membership.hpp"
#include "actors/study/protocol.hpp"
#include "actors/study/recovery.hpp"
#include "actors/study/study_core.hpp"
#include "actors/study/study_history.hpp"
#include "actors/study/study_hosts.hpp"
#include "actors/study/study_log.hpp"
#include "actors/study/study_row.hpp"
#include "actors/study/subscribers.hpp"
#include "actors/study_file/study_spec.hpp"
#include "runtime/answer.hpp"
#include "runtime/context.hpp"
#include "runtime/system_messages.hpp"

namespace troupe::actors {

struct StudyOptions {
  StudySpec spec;
  StudyDocument document;
  std::string version;
  std::vector<std::string> variables = {};  ///< Of `entry.env_from`, as NAME=VALUE: for nodes.
  /// Of the names of nodes that a head starts itself: such a node leaves once its processes are
  /// gone.
  std::string own_node_prefix;
  /// Own nodes of an earlier head whose processes are not gone: they are awaited.
  std::vector<std::string> own_nodes_alive = {};
  std::optional<StudyChanged> change = {};  ///< The settings differ from those in the journal.
  /// Called when an own node should be gone and is not. Its end comes as NodeProcessesGone. May be
  /// empty.
  std::function<void(const std::string& node)> end_own_node = {};
  /// How long rows that start no trial wait for others, to share the cost of a commit. Their
  /// reports are in a log file of the trial already, and a program that is to end has often done so
  /// by then.
  Duration commit_wait = std::chrono::milliseconds(10);
  /// Called before each start: why nothing more may be written where trials run; none: there is
  /// space. May be empty.
  std::function<std::optional<std::string>()> disk_full_reason = {};
  /// Where checkpoints are kept for nodes that do not share the study's folder; none: all do.
  std::optional<StoreOptions> checkpoints = {};
  /// Called once for each attempt that was given up and is heard of after all, with its node and
  /// the reason of the refusal. May be empty.
  std::function<void(const std::string& node, const std::string& why)> refused = {};
  /// Whether StudyCore::check_invariants, which is linear in the trials, follows each row.
  enum class Checks { cheap, all } checks = Checks::cheap;
};

/// Owns the journal and the lifecycle of one study. Takes one input after the other, asks the
/// scheduler, applies StudyCore, and appends a row. Acts on a row once it is durable: sends orders
/// to nodes and events to subscribers. Holds no tuning logic.
///
/// Its parts: StudyCore decides, StudyHosts has the scheduler and the searcher, Membership the
/// nodes, CommitBatch the rows that are not durable, Subscribers and CheckpointFeed who is told.
class Study {
 public:
  using Ref = StudyRef;

  /// Time to commit the rows of the batch; arrives behind what was in the mailbox.
  struct Commit {
    static constexpr std::string_view wire_name = "Commit";
    static auto fields(auto&) { return no_fields(); }
  };
  /// Rows that start no trial have waited for others long enough.
  struct CommitTimeout {
    static constexpr std::string_view wire_name = "CommitTimeout";
    static auto fields(auto&) { return no_fields(); }
  };
  /// Time to start the timer of CommitTimeout; arrives behind what was in the mailbox.
  struct SetCommitTimer {
    static constexpr std::string_view wire_name = "SetCommitTimer";
    static auto fields(auto&) { return no_fields(); }
  };
  /// Time to flush the event sink and to publish the status.
  struct Publish {
    static constexpr std::string_view wire_name = "Publish";
    static auto fields(auto&) { return no_fields(); }
  };
  /// stop_criterion.max_wallclock_time is over.
  struct WallclockOver {
    static constexpr std::string_view wire_name = "WallclockOver";
    static auto fields(auto&) { return no_fields(); }
  };
  /// Time to look again whether the disk has space.
  struct CheckDiskSpace {
    static constexpr std::string_view wire_name = "CheckDiskSpace";
    static auto fields(auto&) { return no_fields(); }
  };
  /// A slot has waited for the suggestion of a trial as long as it may.
  struct PatienceOver {
    static constexpr std::string_view wire_name = "PatienceOver";
    TrialId trial = 0;
    static auto fields(auto& m) { return std::tuple{field("trial", m.trial)}; }
  };
  /// The time of a lost node may be over: its lease and the kill grace.
  struct NodeExpired {
    static constexpr std::string_view wire_name = "NodeExpired";
    std::string node;
    static auto fields(auto& m) { return std::tuple{field("node", m.node)}; }
  };
  /// The rest of a node is over: NodeRested is due.
  struct RestOver {
    static constexpr std::string_view wire_name = "RestOver";
    std::string node;
    static auto fields(auto& m) { return std::tuple{field("node", m.node)}; }
  };
  using Private =
      runtime::Ref<Commit, CommitTimeout, SetCommitTimer, Publish, WallclockOver, CheckDiskSpace,
                   NodeExpired, RestOver, PatienceOver, StudyHosts::Reopen>;

  /// `log` is empty, or holds the study so far.
  Study(StudyOptions options, std::unique_ptr<StudyLog> log, std::unique_ptr<EventSink> results);

  void started(runtime::Context& self);
  void stopping(runtime::Context& self);
  void on(runtime::Context& self, const JoinStudy& join);
  void on(runtime::Context& self, const NodeProcessesGone& gone);
  void on(runtime::Context& self, const Suggestion& suggestion);
  void on(runtime::Context& self, const Reported& report);
  void on(runtime::Context& self, const ReportMalformed& malformed);
  void on(runtime::Context& self, const NotifyWhenDurable& request);
  void on(runtime::Context& self, const AttemptEnded& ended);
  void on(runtime::Context& self, const Subscribe& subscribe);
  void on(runtime::Context& self, const StopStudy& stop);
  Result<runtime::Done> on(runtime::Context& self, const StopTrial& stop);
  StudyStatus on(runtime::Context& self, const AskStatus&);
  void on(runtime::Context& self, const Commit&);
  void on(runtime::Context& self, const CommitTimeout&);
  void on(runtime::Context& self, const SetCommitTimer&);
  void on(runtime::Context& self, const CheckDiskSpace&);
  void on(runtime::Context& self, const Publish&);
  void on(runtime::Context& self, const WallclockOver&);
  void on(runtime::Context& self, const PatienceOver& over);
  void on(runtime::Context& self, const NodeExpired& expired);
  void on(runtime::Context& self, const RestOver& over);
  void on(runtime::Context& self, const StudyHosts::Reopen&);
  void on(runtime::Context& self, const runtime::Down& down);
  void on(runtime::Context& self, const runtime::Restarted& restarted);
  void on(runtime::Context& self, const runtime::NodeUp& up);
  void on(runtime::Context& self, const runtime::NodeDown& down);

 private:
  /// A node that came back before the journal was read.
  struct WaitingJoin {
    JoinStudy join;
    runtime::Answer<JoinStudy> answer;
  };

  void open(runtime::Context& self);
  [[nodiscard]] bool begin(runtime::Context& self);
  [[nodiscard]] bool recover(runtime::Context& self);
  void resume(runtime::Context& self);
  void start_wallclock(runtime::Context& self);

  void take(runtime::Context& self, Input input);
  void take_and_advance(runtime::Context& self, Input input);
  void advance(runtime::Context& self);
  void ask_suggestion(runtime::Context& self);
  void tell_facts(runtime::Context& self, std::uint64_t index,
                  std::vector<schedulers::SearchFact> facts);
  [[nodiscard]] bool tries_promotion();
  void start_patience(runtime::Context& self, TrialId trial);
  void refuse(const Input& input);
  template <typename M>
  [[nodiscard]] bool comes_from_its_node(runtime::Context& self, const M& message);
  void refuse_sender(runtime::Context& self, const std::string& what);
  [[nodiscard]] bool has_disk_space(runtime::Context& self);

  [[nodiscard]] JoinReply admit(runtime::Context& self, const JoinStudy& join);
  [[nodiscard]] JoinReply welcome(const JoinStudy& join) const;
  void activate_joined(runtime::Context& self);
  void remove_node(runtime::Context& self, const std::string& name, const std::string& reason);

  void follow(runtime::Context& self, CommitBatch::Step step);
  void commit(runtime::Context& self);
  void act(runtime::Context& self, const Command& command);
  void answer_durable_requests(runtime::Context& self);
  void publish_soon(runtime::Context& self);
  void publish(runtime::Context& self);
  [[nodiscard]] StudyStatus status(runtime::Context& self) const;

  StudyOptions options_;
  std::unique_ptr<EventSink> results_;
  StudyHistory history_;
  StudyCore core_;
  ActiveTime time_;
  StudyHosts hosts_;
  Membership members_;
  GivenUpAttempts given_up_;
  CommitBatch batch_;
  Subscribers subscribers_;
  CheckpointFeed checkpoints_;
  std::optional<LateSuggestions> late_;  ///< Of a searcher that learns, or a user's own.
  bool promotes_meanwhile_ = false;      ///< Slots without a suggestion may take promotions.
  bool may_promote_ = false;             ///< See tries_promotion().
  std::optional<TrialId> patience_for_;  ///< A PatienceOver for this trial is on its way.
  bool begun_ = false;                   ///< This session has its first row.
  std::vector<Input> held_;              ///< Came while the hosts were not open; the next rows.
  std::vector<WaitingJoin> joins_;       ///< Came before the journal was read.
  std::string disk_full_;                ///< Why nothing is started; checked again every second.
  bool disk_check_due_ = false;          ///< A CheckDiskSpace is on its way.
  bool publish_due_ = false;             ///< A Publish is on its way.
};

}  // namespace troupe::actors
