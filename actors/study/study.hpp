#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "actors/checkpoints/store.hpp"
#include "actors/study/protocol.hpp"
#include "actors/study/study_core.hpp"
#include "actors/study/study_log.hpp"
#include "actors/study_file/study_spec.hpp"
#include "runtime/answer.hpp"
#include "runtime/context.hpp"
#include "runtime/system_messages.hpp"
#include "schedulers/events.hpp"

namespace troupe::actors {

/// Where the events of committed rows go besides the subscribers: the result files.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void on(const std::vector<StudyEvent>& events, std::int64_t time_us) = 0;
  /// What is buffered is written: soon after it came, and when the study ends.
  virtual void flush() = 0;
};

/// Why a study cannot go on in this process: the disk is full, the journal is another version's,
/// its scheduler is lost. Thrown, it ends the study actor; what is durable stays, to be resumed.
struct StudyAbandoned : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct StudyOptions {
  StudySpec spec;
  StudyDocument document;
  std::string version;
  /// The node that this head started itself: its loss counts once its processes are gone.
  std::string own_node_prefix;
  /// Such nodes of an earlier head whose processes are not gone: they are awaited.
  std::vector<std::string> own_nodes_alive = {};
  /// Told that such a node should be gone by now and is not; its end comes as NodeProcessesGone.
  /// May be empty.
  std::function<void(const std::string& node)> end_own_node = {};
  /// How long rows that fill no slot wait for others, to share the cost of a commit. What they say
  /// is in a log file of the trial already, and a program that is to end has often done so by then.
  Duration commit_wait = std::chrono::milliseconds(10);
  /// Asked before each start: why nothing more may be written where trials run. May be empty.
  std::function<std::optional<std::string>()> disk_full_reason = {};
  /// Where checkpoints are kept for nodes that do not share the study's folder; none: all do.
  std::optional<StoreOptions> checkpoints = {};
  /// Told once of each attempt that was given up and is heard of after all: from which node, and
  /// why that does not count. May be empty.
  std::function<void(const std::string& node, const std::string& why)> refused = {};
};

/// Owns the journal and the lifecycle of one study. Takes one input after the other, asks the
/// scheduler, applies StudyCore, and appends a row. Rows become durable together, and only then is
/// anything sent: as soon as the mailbox has run dry if one of them fills a slot, a moment
/// later if not (the end of a program often follows its last report at once). Holds no tuning
/// logic.
class Study {
 public:
  using Ref = StudyRef;

  /// Rows that fill a slot are due to be made durable.
  struct Commit {
    static constexpr std::string_view wire_name = "Commit";
    static auto fields(auto&) { return no_fields(); }
  };
  /// Rows that nobody waits for have waited for others long enough.
  struct CommitLate {
    static constexpr std::string_view wire_name = "CommitLate";
    static auto fields(auto&) { return no_fields(); }
  };
  /// The timer for that is due to be set.
  struct SetAlarm {
    static constexpr std::string_view wire_name = "SetAlarm";
    static auto fields(auto&) { return no_fields(); }
  };
  /// The result files and the status are due to be brought up to date.
  struct Show {
    static constexpr std::string_view wire_name = "Show";
    static auto fields(auto&) { return no_fields(); }
  };
  /// stop_criterion.max_wallclock_time.
  struct WallclockOver {
    static constexpr std::string_view wire_name = "WallclockOver";
    static auto fields(auto&) { return no_fields(); }
  };
  /// There may be room on the disk again.
  struct CheckDiskSpace {
    static constexpr std::string_view wire_name = "LookForRoom";
    static auto fields(auto&) { return no_fields(); }
  };
  /// The lease of a node that is out of reach may be over, and its programs gone.
  struct LeaseOver {
    static constexpr std::string_view wire_name = "LeaseOver";
    std::string node;
    static auto fields(auto& m) { return std::tuple{field("node", m.node)}; }
  };
  /// Time to look again for a host of the scheduler or searcher.
  struct Reopen {
    static constexpr std::string_view wire_name = "Reopen";
    static auto fields(auto&) { return no_fields(); }
  };
  using Private = runtime::Ref<Commit, CommitLate, SetAlarm, Show, WallclockOver, CheckDiskSpace,
                               LeaseOver, Reopen>;

  /// `log` is empty, or holds the study so far.
  Study(StudyOptions options, std::unique_ptr<StudyLog> log, std::unique_ptr<EventSink> results);

  void started(runtime::Context& self);
  void stopping(runtime::Context& self);
  void on(runtime::Context& self, const JoinStudy& join);
  void on(runtime::Context& self, const NodeProcessesGone& gone);
  void on(runtime::Context& self, const Suggestion& suggestion);
  void on(runtime::Context& self, const Reported& report);
  void on(runtime::Context& self, const ReportMalformed& malformed);
  void on(runtime::Context& self, const NotifyWhenDurable& when);
  void on(runtime::Context& self, const AttemptEnded& ended);
  void on(runtime::Context& self, const Subscribe& subscribe);
  void on(runtime::Context& self, const StopStudy& stop);
  StudyStatus on(runtime::Context& self, const AskStatus&);
  void on(runtime::Context& self, const Commit&);
  void on(runtime::Context& self, const CommitLate&);
  void on(runtime::Context& self, const SetAlarm&);
  void on(runtime::Context& self, const CheckDiskSpace&);
  void on(runtime::Context& self, const Show&);
  void on(runtime::Context& self, const WallclockOver&);
  void on(runtime::Context& self, const LeaseOver& over);
  void on(runtime::Context& self, const Reopen&);
  void on(runtime::Context& self, const runtime::Down& down);
  void on(runtime::Context& self, const runtime::Restarted& restarted);
  void on(runtime::Context& self, const runtime::NodeUp& up);
  void on(runtime::Context& self, const runtime::NodeDown& down);

 private:
  struct Node {
    AgentRef agent;
    std::uint32_t slots = 0;
    double lease_s = 0;                    ///< As in JoinStudy.
    bool listed = false;                   ///< The journal knows it.
    bool lost = false;                     ///< It is out of reach, and its programs may run.
    bool awaited = false;                  ///< Lost with an earlier head: it may come back.
    Instant gone_at{};                     ///< Of a lost one: by then its programs are gone.
    std::vector<RetainedAttempt> settled;  ///< For its next Launch.
  };
  struct Pending {
    Outcome outcome;
    std::int64_t time_us = 0;
    std::optional<std::pair<std::string, RetainedAttempt>> settled;  ///< The node, and what ended.
  };
  /// A node that came back before the journal was read.
  struct Returning {
    JoinStudy join;
    runtime::Answer<JoinStudy> answer;
  };

  // study_opening.cpp
  [[nodiscard]] bool begin(runtime::Context& self);
  [[nodiscard]] bool recover(runtime::Context& self);
  [[nodiscard]] bool replay_row(runtime::Context& self, const Row& row);
  void remember(runtime::Context& self, const Input& input);
  void observe(runtime::Context& self, const Outcome& outcome);
  void tell_store(runtime::Context& self, const std::vector<Pending>& durable);
  void tell_store_all(runtime::Context& self);
  template <typename R, typename A, typename Spawn>
  [[nodiscard]] std::optional<R> host(runtime::Context& self, const std::string& node,
                                      const std::string& actor);
  void open_if_hosted(runtime::Context& self);
  void on_host_down(runtime::Context& self, const runtime::Down& down);
  void lose_scheduler(runtime::Context& self);
  void lose_searcher(runtime::Context& self);
  void wait_for_host(runtime::Context& self, const char* who);
  [[nodiscard]] bool refeed_scheduler(runtime::Context& self);
  [[nodiscard]] bool refeed_searcher(runtime::Context& self);
  void for_each_row(const std::function<void(const Row&)>& use) const;

  // study_nodes.cpp
  [[nodiscard]] JoinReply enlist(runtime::Context& self, const JoinStudy& join);
  [[nodiscard]] JoinReply take_back(runtime::Context& self, const JoinStudy& join);
  [[nodiscard]] JoinReply welcome(const JoinStudy& join) const;
  [[nodiscard]] std::uint32_t slots_of(const JoinStudy& join) const;
  [[nodiscard]] Duration patience_with(const Node& node) const;
  [[nodiscard]] std::vector<std::string> awaited() const;
  void await(runtime::Context& self, const std::vector<std::string>& names);
  void let_return(runtime::Context& self);
  [[nodiscard]] bool is_own(const std::string& node) const;
  [[nodiscard]] std::string name_behind(runtime::NodeId node, const std::string& name) const;
  void list_nodes(runtime::Context& self);
  void lose_touch(runtime::Context& self, const std::string& name, const runtime::Down& down);
  void lose_node(runtime::Context& self, std::string name, const std::string& reason);
  void give_up_attempts(const std::string& node);
  void turn_away(const Input& input);

  // study.cpp
  void take(runtime::Context& self, const Input& input);
  void advance(runtime::Context& self);
  [[nodiscard]] bool has_room(runtime::Context& self);
  void show_soon(runtime::Context& self);
  void ask_ahead(runtime::Context& self);
  [[nodiscard]] std::optional<std::vector<schedulers::Decision>> consult(
      runtime::Context& self, std::uint64_t index, const schedulers::Event& event);

  // study_effects.cpp
  void commit_soon(runtime::Context& self, const Outcome& outcome);
  void commit_by(runtime::Context& self, Instant when);
  void commit(runtime::Context& self);
  void tell_durable(runtime::Context& self);
  void show(runtime::Context& self);
  void act(runtime::Context& self, const Command& command);
  void publish(runtime::Context& self, const StudyEvent& event);
  void send_past(runtime::Context& self, const Subscribe& subscribe);
  template <typename E>
  void send_to_subscribers(runtime::Context& self, const E& event);
  [[nodiscard]] StudyStatus status(runtime::Context& self) const;
  void keep_time(const Input& input, std::int64_t time_us);
  [[nodiscard]] std::int64_t active_us(std::int64_t now_us) const;

  StudyOptions options_;
  std::unique_ptr<StudyLog> log_;
  std::unique_ptr<EventSink> results_;
  StudyCore core_;
  std::optional<SchedulerRef> scheduler_;
  std::optional<SearcherRef> searcher_;
  CheckpointStore::Ref checkpoints_;  ///< Nobody, where nobody needs it.
  StudyAdvanced news_;                ///< For it: reports wait until something else happens.
  bool open_ = false;                 ///< Scheduler and searcher are there, and know the journal.
  bool begun_ = false;                ///< This session has its first row.
  std::uint32_t hosts_lost_ = 0;      ///< Since the last row.
  std::vector<Input> held_;           ///< Came while the study was not open; the next rows.
  std::map<std::string, runtime::NodeId> peers_;  ///< By name: hosts of scheduler and searcher.
  std::map<std::string, Node> nodes_;
  std::map<std::string, double> leases_s_;  ///< That nodes had which the journal knows.
  std::vector<Returning> returning_;
  std::map<std::pair<TrialId, std::uint32_t>, std::string> given_up_;  ///< Attempts, and where.
  std::map<std::string, std::vector<runtime::Address>> subscribers_;   ///< By kind of event.
  schedulers::SchedulerStatus standing_;

  std::uint64_t next_index_ = 0;
  std::vector<Pending> pending_;  ///< What rows cause that were applied and are not durable yet.
  std::vector<NotifyWhenDurable> wait_for_durable_;
  bool commit_due_ = false;                      ///< A Commit is on its way.
  Instant commit_by_ = Instant::never();         ///< When pending rows are committed at the latest.
  bool alarm_due_ = false;                       ///< A SetAlarm is on its way.
  Instant alarm_at_ = Instant::never();          ///< When the next CommitLate comes.
  Instant slot_waits_since_ = Instant::never();  ///< A commit waits for the suggestion for a slot.
  std::string no_room_;          ///< Why nothing is started; looked at again from time to time.
  bool looks_for_room_ = false;  ///< A CheckDiskSpace is on its way.
  bool show_due_ = false;        ///< A Show is on its way.
  std::optional<Suggestion> suggestion_;     ///< Has come, and is not in a row yet.
  std::optional<TrialId> suggestion_asked_;  ///< Is on its way.

  std::int64_t active_before_us_ = 0;  ///< Of earlier sessions.
  std::int64_t session_start_us_ = 0;
  std::int64_t last_row_us_ = 0;
};

}  // namespace troupe::actors
