#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/checkpoints/protocol.hpp"
#include "actors/events.hpp"
#include "actors/study/inputs.hpp"
#include "actors/study/trial_table.hpp"
#include "runtime/address.hpp"
#include "runtime/codec_declarations.hpp"
#include "runtime/core/field.hpp"
#include "runtime/ref.hpp"
#include "runtime/resources.hpp"
#include "runtime/system_messages.hpp"
#include "schedulers/scheduler.hpp"

// The messages between the actors of a study. A scheduler or searcher actor of a user's own accepts
// the messages of SchedulerRef or SearcherRef.

namespace troupe::actors {

struct StudySpec;

/// A study: its file, and what identifies it.
struct StudyDocument {
  static constexpr std::string_view wire_name = "StudyDocument";
  std::string text;    ///< Of the study file, as given.
  std::string path;    ///< The file as given; relative paths in it start at its folder.
  std::string folder;  ///< The study's folder, absolute.
  std::uint64_t seed = 0;
  /// The content of the file with all defaults, and with the incumbents of the memory. Null:
  /// read_document() parses `text`.
  std::shared_ptr<const StudySpec> spec{};
  std::vector<Config> incumbents{};  ///< Of the memory when the study began.
  std::string id{};                  ///< Unique to this study; stays when its folder is moved.
  std::string token{};  ///< A node that finds it in `folder` shares the folder with the head.
  static auto fields(auto& m) {
    return std::tuple{field("text", m.text),     field("path", m.path),
                      field("folder", m.folder), field("seed", m.seed),
                      field("spec", m.spec),     field("incumbents", m.incumbents),
                      field("id", m.id),         field("token", m.token)};
  }
};

// Scheduler.

/// The scheduler's answer to one event.
struct Decided {
  static constexpr std::string_view wire_name = "Decided";
  std::vector<schedulers::Decision> decisions;
  schedulers::SchedulerStatus standing;
  static auto fields(auto& m) {
    return std::tuple{field("decisions", m.decisions), field("standing", m.standing)};
  }
};

/// Asks the scheduler about one event. Events come in the order of the journal; after a failure of
/// the scheduler the study asks again from the first event on.
struct Decide {
  static constexpr std::string_view wire_name = "Decide";
  using Reply = Decided;
  std::uint64_t index = 0;  ///< Row of the journal.
  schedulers::Event event;
  static auto fields(auto& m) {
    return std::tuple{field("index", m.index), field("event", m.event)};
  }
};

/// Resets a scheduler: no event has come yet.
struct BeginScheduling {
  static constexpr std::string_view wire_name = "BeginScheduling";
  using Reply = runtime::Done;
  StudyDocument study;
  static auto fields(auto& m) { return std::tuple{field("study", m.study)}; }
};

using SchedulerRef = runtime::Ref<BeginScheduling, Decide>;

/// Asks a node to host a scheduler.
struct SpawnScheduler {
  static constexpr std::string_view wire_name = "SpawnScheduler";
  static auto fields(auto&) { return no_fields(); }
};

// Searcher.

struct Suggest;

/// Resets a searcher: nothing was asked or learned yet. The same study gives the same suggestions.
struct BeginSearch {
  static constexpr std::string_view wire_name = "BeginSearch";
  using Reply = runtime::Done;
  StudyDocument study;
  static auto fields(auto& m) { return std::tuple{field("study", m.study)}; }
};

/// What a row of the journal tells the searcher; see Searcher. Sent in the order of the rows.
struct Learn {
  static constexpr std::string_view wire_name = "Learn";
  std::uint64_t index = 0;  ///< Of the row.
  std::vector<schedulers::SearchFact> facts;
  static auto fields(auto& m) {
    return std::tuple{field("index", m.index), field("facts", m.facts)};
  }
};

using SearcherRef = runtime::Ref<BeginSearch, Suggest, Learn>;
using SuggestionRef = runtime::Ref<Suggestion>;

/// Asks the searcher for a configuration, ahead of need. It sends a Suggestion to `reply_to`. It
/// knows the rows below `at`, and no others.
struct Suggest {
  static constexpr std::string_view wire_name = "Suggest";
  TrialId trial = 0;
  std::uint64_t at = 0;
  SuggestionRef reply_to;
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("at", m.at), field("reply_to", m.reply_to)};
  }
};

/// Asks a node to host a searcher.
struct SpawnSearcher {
  static constexpr std::string_view wire_name = "SpawnSearcher";
  static auto fields(auto&) { return no_fields(); }
};

// Nodes and trials.

/// How much the journal has of an attempt that a node retained.
struct AttemptAck {
  static constexpr std::string_view wire_name = "AttemptAck";
  TrialId trial = 0;
  std::uint32_t attempt = 0;
  bool wanted = false;         ///< If not, the node ends the attempt and reports nothing of it.
  std::uint64_t reports = 0;   ///< Number of its Reported that are in the journal.
  std::uint64_t warnings = 0;  ///< Number of its ReportMalformed that are in the journal.
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("attempt", m.attempt),
                      field("wanted", m.wanted), field("reports", m.reports),
                      field("warnings", m.warnings)};
  }
};

/// The answer to JoinStudy.
struct JoinReply {
  /// The refusal of a study that has ended: its nodes end in order.
  static constexpr std::string_view over = "the study is finished";
  static constexpr std::string_view wire_name = "JoinReply";
  StudyDocument study;
  std::string refusal;             ///< Why the node is refused; empty if it is accepted.
  StoreRef checkpoints{};          ///< For a node that does not share the study's folder.
  std::vector<AttemptAck> acks{};  ///< One for each attempt of JoinStudy.
  double again_in_s = 0;           ///< After a refusal: when to ask again; 0: never.
  /// The variables of `entry.env_from`, as NAME=VALUE. They are in no journal, file or log.
  std::vector<std::string> variables{};
  static auto fields(auto& m) {
    return std::tuple{field("study", m.study),
                      field("refusal", m.refusal),
                      field("checkpoints", m.checkpoints),
                      field("acks", m.acks),
                      field("again_in_s", m.again_in_s),
                      field("variables", m.variables)};
  }
};

/// Orders a node to run an attempt. The node sends the study Reported, ReportMalformed, and
/// AttemptEnded last.
struct Launch {
  static constexpr std::string_view wire_name = "Launch";
  TrialId trial = 0;
  std::uint32_t attempt = 1;
  Resource from = 0;
  Resource until = 0;
  Config config;
  /// Attempts of the node whose ends became durable since its last Launch: it may forget them.
  std::vector<RetainedAttempt> durable_ends{};
  std::uint64_t joined = 0;  ///< The row of the journal with which the node joined.
  /// It resumes from the newest checkpoint of the attempts up to this one; 0: from none.
  std::uint32_t source_max = 0;
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial),   field("attempt", m.attempt),
                      field("from", m.from),     field("until", m.until),
                      field("config", m.config), field("durable_ends", m.durable_ends),
                      field("joined", m.joined), field("source_max", m.source_max)};
  }
};

/// Orders a node to end the program of an attempt and to publish its checkpoint.
struct EndTrial {
  static constexpr std::string_view wire_name = "EndTrial";
  TrialId trial = 0;
  std::uint32_t attempt = 1;
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("attempt", m.attempt)};
  }
};

using AgentRef = runtime::Ref<Launch, EndTrial>;

/// Asks the study to accept a node.
struct JoinStudy {
  static constexpr std::string_view wire_name = "JoinStudy";
  using Reply = JoinReply;
  std::string node;
  runtime::Resources resources;
  AgentRef agent;
  double lease_s = 0;    ///< Of the node; 0: the study's.
  bool returns = false;  ///< Whether it was in this study when the study's head was lost.
  std::vector<RetainedAttempt> attempts;  ///< The attempts that it retained since then.
  std::uint64_t joined = 0;               ///< As in the last Launch; 0: there was none.
  std::optional<std::uint32_t> slots{};   ///< Most trials at a time; none: as many as fit.
  static auto fields(auto& m) {
    return std::tuple{field("node", m.node),       field("resources", m.resources),
                      field("agent", m.agent),     field("lease_s", m.lease_s),
                      field("returns", m.returns), field("attempts", m.attempts),
                      field("joined", m.joined),   field("slots", m.slots)};
  }
};

/// The first `reports` reports and `warnings` warnings of an attempt are durable.
struct DurableUpTo {
  static constexpr std::string_view wire_name = "DurableUpTo";
  std::uint64_t reports = 0;   ///< Number of Reported.
  std::uint64_t warnings = 0;  ///< Number of ReportMalformed.
  static auto fields(auto& m) {
    return std::tuple{field("reports", m.reports), field("warnings", m.warnings)};
  }
};

/// Asks the study to send `all` to `reply_to` once every message that the sender sent before is
/// durable, or was dropped. Bounds how far a sender gets ahead of the journal.
struct NotifyWhenDurable {
  static constexpr std::string_view wire_name = "NotifyWhenDurable";
  DurableUpTo all;
  runtime::Ref<DurableUpTo> reply_to;
  static auto fields(auto& m) {
    return std::tuple{field("all", m.all), field("reply_to", m.reply_to)};
  }
};

/// A node that the head itself started is gone, with every process that it had.
struct NodeProcessesGone {
  static constexpr std::string_view wire_name = "NodeProcessesGone";
  std::string node;
  std::string reason;
  static auto fields(auto& m) {
    return std::tuple{field("node", m.node), field("reason", m.reason)};
  }
};

// Observers.

/// Asks the study to send the events of `kinds` (their wire names) to `subscriber` once they are
/// durable, each as a message of its own type. A subscriber that is gone is removed.
struct Subscribe {
  static constexpr std::string_view wire_name = "Subscribe";
  static constexpr std::uint64_t only_new = ~std::uint64_t{0};
  runtime::Address subscriber;
  std::vector<std::string> kinds;
  std::uint64_t from = only_new;  ///< First, the past events of the rows from this one on are sent.
  static auto fields(auto& m) {
    return std::tuple{field("subscriber", m.subscriber), field("kinds", m.kinds),
                      field("from", m.from)};
  }
};

/// Ends the study, for good or to be resumed.
struct StopStudy {
  static constexpr std::string_view wire_name = "StopStudy";
  StopRequested::How how = StopRequested::How::stop;
  std::string reason;
  static auto fields(auto& m) { return std::tuple{field("how", m.how), field("reason", m.reason)}; }
};

/// Ends one trial for good. The answer is an error if the trial is not known or has ended.
struct StopTrial {
  static constexpr std::string_view wire_name = "StopTrial";
  using Reply = runtime::Done;
  TrialId trial = 0;
  std::string reason;
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("reason", m.reason)};
  }
};

/// A summary of the study: published with each batch of events, and the answer to AskStatus.
struct StudyStatus {
  static constexpr std::string_view wire_name = "StudyStatus";
  std::string study;
  TrialCounts trials;
  schedulers::SchedulerStatus standing;
  Resource max_resource = 0;  ///< R.
  std::int64_t resource_spent = 0;
  double active_s = 0;  ///< Seconds that the study has run; time without a head is excluded.
  std::optional<BestTrial> best_model;
  std::optional<BestTrial> retrain;  ///< The configuration to retrain.
  std::string waiting_for;           ///< Why no trial is started; empty if one may be.
  std::string no_room;  ///< Why the disk is full; empty if it is not. No trial starts then.
  static auto fields(auto& m) {
    return std::tuple{field("study", m.study),
                      field("trials", m.trials),
                      field("standing", m.standing),
                      field("max_resource", m.max_resource),
                      field("resource_spent", m.resource_spent),
                      field("active_s", m.active_s),
                      field("best_model", m.best_model),
                      field("retrain", m.retrain),
                      field("waiting_for", m.waiting_for),
                      field("no_room", m.no_room)};
  }
};

struct AskStatus {
  static constexpr std::string_view wire_name = "AskStatus";
  using Reply = StudyStatus;
  static auto fields(auto&) { return no_fields(); }
};

using StudyRef =
    runtime::Ref<JoinStudy, NodeProcessesGone, Suggestion, Reported, ReportMalformed,
                 NotifyWhenDurable, AttemptEnded, Subscribe, StopStudy, StopTrial, AskStatus>;

/// The name under which a head registers its study.
inline constexpr std::string_view study_name = "study";

}  // namespace troupe::actors

namespace troupe::runtime {
extern template struct WireCodec<actors::Decided>;
extern template struct WireCodec<actors::Decide>;
extern template struct WireCodec<actors::BeginScheduling>;
extern template struct WireCodec<actors::BeginSearch>;
extern template struct WireCodec<actors::Learn>;
extern template struct WireCodec<actors::Suggest>;
extern template struct WireCodec<actors::JoinReply>;
extern template struct WireCodec<actors::Launch>;
extern template struct WireCodec<actors::EndTrial>;
extern template struct WireCodec<actors::JoinStudy>;
extern template struct WireCodec<actors::DurableUpTo>;
extern template struct WireCodec<actors::NotifyWhenDurable>;
extern template struct WireCodec<actors::NodeProcessesGone>;
extern template struct WireCodec<actors::Subscribe>;
extern template struct WireCodec<actors::StopStudy>;
extern template struct WireCodec<actors::StopTrial>;
extern template struct WireCodec<actors::StudyStatus>;
extern template struct WireCodec<actors::AskStatus>;
}  // namespace troupe::runtime
