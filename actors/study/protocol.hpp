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
#include "actors/study/study_core.hpp"
#include "runtime/address.hpp"
#include "runtime/codec_declarations.hpp"
#include "runtime/core/field.hpp"
#include "runtime/ref.hpp"
#include "runtime/resources.hpp"
#include "runtime/system_messages.hpp"
#include "schedulers/scheduler.hpp"

// What the actors of a study say to each other. A user's own scheduler or searcher actor accepts
// what ours does: SchedulerRef, SearcherRef.

namespace troupe::actors {

struct StudySpec;

/// The study file, for whoever has to act on it: in another process each reads the text itself.
struct StudyDocument {
  static constexpr std::string_view wire_name = "StudyDocument";
  std::string text;
  std::string path;    ///< Where it was given; relative paths in it start at its folder.
  std::string folder;  ///< The study's folder, absolute.
  std::uint64_t seed = 0;
  /// The file as read, for actors of the same process. Does not travel.
  std::shared_ptr<const StudySpec> spec{};
  std::vector<Config> incumbents{};  ///< Of its memory, as it was when the study began.
  std::string id{};                  ///< Tells this study from every other, wherever its folder is.
  std::string token{};  ///< Who finds it in the folder shares the folder with the head.
  static auto fields(auto& m) {
    return std::tuple{field("text", m.text),
                      field("path", m.path),
                      field("folder", m.folder),
                      field("seed", m.seed),
                      field("incumbents", m.incumbents),
                      field("id", m.id),
                      field("token", m.token)};
  }
};

// Scheduler.

/// The answer of a scheduler to one event.
struct Decided {
  static constexpr std::string_view wire_name = "Decided";
  std::vector<schedulers::Decision> decisions;
  schedulers::SchedulerStatus standing;
  static auto fields(auto& m) {
    return std::tuple{field("decisions", m.decisions), field("standing", m.standing)};
  }
};

/// Asked for each event, in the order of the journal. After a failure the study asks again from the
/// first event on.
struct Decide {
  static constexpr std::string_view wire_name = "Decide";
  using Reply = Decided;
  std::uint64_t index = 0;  ///< Row of the journal.
  schedulers::Event event;
  static auto fields(auto& m) {
    return std::tuple{field("index", m.index), field("event", m.event)};
  }
};

/// Start over as if no event had come yet.
struct BeginScheduling {
  static constexpr std::string_view wire_name = "BeginScheduling";
  using Reply = runtime::Done;
  StudyDocument study;
  static auto fields(auto& m) { return std::tuple{field("study", m.study)}; }
};

using SchedulerRef = runtime::Ref<BeginScheduling, Decide>;

/// Have a node host a scheduler.
struct SpawnScheduler {
  static constexpr std::string_view wire_name = "SpawnScheduler";
  static auto fields(auto&) { return no_fields(); }
};

// Searcher.

struct Suggest;

/// Start over as if nothing had been asked yet. Same study, same answers.
struct BeginSearch {
  static constexpr std::string_view wire_name = "BeginSearch";
  using Reply = runtime::Done;
  StudyDocument study;
  static auto fields(auto& m) { return std::tuple{field("study", m.study)}; }
};

/// A report that counted.
struct Observe {
  static constexpr std::string_view wire_name = "Observe";
  TrialId trial = 0;
  Resource resource = 0;
  double metric = 0;
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("resource", m.resource),
                      field("metric", m.metric)};
  }
};

using SearcherRef = runtime::Ref<BeginSearch, Suggest, Observe>;
using SuggestionRef = runtime::Ref<Suggestion>;

/// Answered by a Suggestion to `reply_to`: asked ahead of need, so nobody waits for it.
struct Suggest {
  static constexpr std::string_view wire_name = "Suggest";
  TrialId trial = 0;
  std::uint64_t at = 0;
  SuggestionRef reply_to;
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("at", m.at), field("reply_to", m.reply_to)};
  }
};

/// Have a node host a searcher.
struct SpawnSearcher {
  static constexpr std::string_view wire_name = "SpawnSearcher";
  static auto fields(auto&) { return no_fields(); }
};

// Nodes and trials.

/// What the study's journal has of an attempt that a node brought back.
struct AttemptAck {
  static constexpr std::string_view wire_name = "TakenAttempt";
  TrialId trial = 0;
  std::uint32_t attempt = 0;
  bool wanted = false;         ///< If not, it is to be ended, and nothing more is heard of it.
  std::uint64_t reports = 0;   ///< So many Reported of it are there,
  std::uint64_t warnings = 0;  ///< and so many ReportMalformed: the first that it told.
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("attempt", m.attempt),
                      field("wanted", m.wanted), field("reports", m.reports),
                      field("warnings", m.warnings)};
  }
};

/// The answer to JoinStudy.
struct JoinReply {
  static constexpr std::string_view wire_name = "Enlisted";
  StudyDocument study;
  std::string refusal;              ///< Not empty: the node is not wanted, and why.
  StoreRef checkpoints{};           ///< For a node that does not share the study's folder.
  std::vector<AttemptAck> taken{};  ///< One for each that it holds.
  double again_in_s = 0;            ///< Of a refusal: when to ask again; 0: never.
  static auto fields(auto& m) {
    return std::tuple{field("study", m.study), field("refusal", m.refusal),
                      field("checkpoints", m.checkpoints), field("taken", m.taken),
                      field("again_in_s", m.again_in_s)};
  }
};

/// Run a trial's program. What becomes of it goes to the study: Reported, ReportMalformed, and
/// AttemptEnded last.
struct Launch {
  static constexpr std::string_view wire_name = "Launch";
  TrialId trial = 0;
  std::uint32_t attempt = 1;
  Resource from = 0;
  Resource until = 0;
  Config config;
  /// Ends of attempts on the node that are durable since its last Launch: it need not keep them.
  std::vector<RetainedAttempt> settled{};
  std::uint64_t joined = 0;  ///< The row of the journal with which the node came in.
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial),   field("attempt", m.attempt),
                      field("from", m.from),     field("until", m.until),
                      field("config", m.config), field("settled", m.settled),
                      field("joined", m.joined)};
  }
};

/// End the program of an attempt; its checkpoint is published.
struct EndTrial {
  static constexpr std::string_view wire_name = "EndTrial";
  TrialId trial = 0;
  std::uint32_t attempt = 1;
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("attempt", m.attempt)};
  }
};

using AgentRef = runtime::Ref<Launch, EndTrial>;

/// A node offers itself.
struct JoinStudy {
  static constexpr std::string_view wire_name = "JoinStudy";
  using Reply = JoinReply;
  std::string node;
  runtime::Resources resources;
  AgentRef agent;
  double lease_s = 0;    ///< Of the node; 0: the study's.
  bool returns = false;  ///< It was in this study before the study's head was lost,
  std::vector<RetainedAttempt> attempts;  ///< and holds these.
  std::uint64_t joined = 0;               ///< As in the last Launch; 0: there was none.
  static auto fields(auto& m) {
    return std::tuple{field("node", m.node),       field("resources", m.resources),
                      field("agent", m.agent),     field("lease_s", m.lease_s),
                      field("returns", m.returns), field("attempts", m.attempts),
                      field("joined", m.joined)};
  }
};

/// The first that an attempt told its study is durable.
struct DurableUpTo {
  static constexpr std::string_view wire_name = "Durable";
  std::uint64_t reports = 0;   ///< So many Reported,
  std::uint64_t warnings = 0;  ///< and so many ReportMalformed.
  static auto fields(auto& m) {
    return std::tuple{field("reports", m.reports), field("warnings", m.warnings)};
  }
};

/// Whoever tells more than a study can write down waits for it now and then: answered by `all`, to
/// `reply_to`, once what the sender told before is durable, or will never count.
struct NotifyWhenDurable {
  static constexpr std::string_view wire_name = "WhenDurable";
  DurableUpTo all;
  runtime::Ref<DurableUpTo> reply_to;
  static auto fields(auto& m) {
    return std::tuple{field("all", m.all), field("reply_to", m.reply_to)};
  }
};

/// Every process that the head's own node had is gone, and the node with them.
struct NodeProcessesGone {
  static constexpr std::string_view wire_name = "NodeProcessesGone";
  std::string node;
  std::string reason;
  static auto fields(auto& m) {
    return std::tuple{field("node", m.node), field("reason", m.reason)};
  }
};

// Whoever is interested.

/// From now on the events of `kinds` (their wire names) are sent to `subscriber`, each as itself,
/// once they are durable. A subscriber that is gone is forgotten.
struct Subscribe {
  static constexpr std::string_view wire_name = "Subscribe";
  static constexpr std::uint64_t only_new = ~std::uint64_t{0};
  runtime::Address subscriber;
  std::vector<std::string> kinds;
  std::uint64_t from = only_new;  ///< Events of the journal's rows from this one on are sent first.
  static auto fields(auto& m) {
    return std::tuple{field("subscriber", m.subscriber), field("kinds", m.kinds),
                      field("from", m.from)};
  }
};

/// End the study for good, or so that it can be resumed.
struct StopStudy {
  static constexpr std::string_view wire_name = "StopStudy";
  StopRequested::How how = StopRequested::How::stop;
  std::string reason;
  static auto fields(auto& m) { return std::tuple{field("how", m.how), field("reason", m.reason)}; }
};

/// How the study stands: published with each batch of events, and the answer to AskStatus.
struct StudyStatus {
  static constexpr std::string_view wire_name = "StudyStatus";
  std::string study;
  TrialCounts trials;
  schedulers::SchedulerStatus standing;
  Resource max_resource = 0;  ///< R.
  std::int64_t resource_spent = 0;
  double active_s = 0;  ///< How long it ran, pauses of the head excluded.
  bool has_best = false;
  TrialId best_trial = 0;
  Resource best_resource = 0;
  double best_metric = 0;
  Config best_config;
  std::string waiting_for;  ///< Why nothing (more) is started; empty if that is not so.
  std::string no_room;      ///< Why nothing can be written: then nothing is started either.
  static auto fields(auto& m) {
    return std::tuple{field("study", m.study),
                      field("trials", m.trials),
                      field("standing", m.standing),
                      field("max_resource", m.max_resource),
                      field("resource_spent", m.resource_spent),
                      field("active_s", m.active_s),
                      field("has_best", m.has_best),
                      field("best_trial", m.best_trial),
                      field("best_resource", m.best_resource),
                      field("best_metric", m.best_metric),
                      field("best_config", m.best_config),
                      field("waiting_for", m.waiting_for),
                      field("no_room", m.no_room)};
  }
};

struct AskStatus {
  static constexpr std::string_view wire_name = "AskStatus";
  using Reply = StudyStatus;
  static auto fields(auto&) { return no_fields(); }
};

using StudyRef = runtime::Ref<JoinStudy, NodeProcessesGone, Suggestion, Reported, ReportMalformed,
                              NotifyWhenDurable, AttemptEnded, Subscribe, StopStudy, AskStatus>;

/// The name under which a head registers its study.
inline constexpr std::string_view study_name = "study";

}  // namespace troupe::actors

namespace troupe::runtime {
extern template struct WireCodec<actors::Decided>;
extern template struct WireCodec<actors::Decide>;
extern template struct WireCodec<actors::BeginScheduling>;
extern template struct WireCodec<actors::BeginSearch>;
extern template struct WireCodec<actors::Observe>;
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
extern template struct WireCodec<actors::StudyStatus>;
extern template struct WireCodec<actors::AskStatus>;
}  // namespace troupe::runtime
