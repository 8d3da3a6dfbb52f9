#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/events.hpp"
#include "runtime/codec_declarations.hpp"
#include "runtime/core/field.hpp"
#include "schedulers/events.hpp"
#include "schedulers/searchers/searcher.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::actors {

struct StudySpec;

// The inputs of a study. Each input is one row of the journal. Together they are the only input of
// StudyCore, of the scheduler and of the searcher.

/// Row 0: the study begins. Holds all that its decisions depend on, so that recovery and replay
/// need no other file.
struct StudyOpened {
  static constexpr std::string_view wire_name = "StudyOpened";
  std::string study;
  std::uint64_t seed = 0;
  std::string version;                         ///< Of this program.
  std::uint32_t workers = 0;                   ///< Trials at a time; 0: as the study file says.
  std::vector<schedulers::Config> incumbents;  ///< Of the memory at this time.
  std::string file{};                          ///< Path of the study file, absolute.
  /// The content of the study file with all defaults, and with the incumbents of the memory. Null
  /// in journals of format 2.
  std::shared_ptr<const StudySpec> spec{};
  static auto fields(auto& m) {
    return std::tuple{field("study", m.study),
                      field("seed", m.seed),
                      field("version", m.version),
                      field("workers", m.workers),
                      field("incumbents", m.incumbents),
                      field("file", m.file),
                      field("spec", m.spec)};
  }
};

/// The study has other settings from here on. What its decisions depend on stays: see
/// difference().
struct StudyChanged {
  static constexpr std::string_view wire_name = "StudyChanged";
  std::vector<SettingChange> changes;
  std::shared_ptr<const StudySpec> spec;  ///< All settings, with the changed ones.
  static auto fields(auto& m) {
    return std::tuple{field("changes", m.changes), field("spec", m.spec)};
  }
};

/// Another head continues the study. Each node has to join again; the processes of nodes that are
/// not awaited are gone.
struct StudyResumed {
  static constexpr std::string_view wire_name = "StudyResumed";
  std::string version;
  std::uint32_t workers = 0;             ///< As in StudyOpened.
  std::vector<std::string> awaited;      ///< Nodes that may still run their attempts.
  std::optional<StudyChanged> change{};  ///< If the study file was changed since.
  static auto fields(auto& m) {
    return std::tuple{field("version", m.version), field("workers", m.workers),
                      field("awaited", m.awaited), field("change", m.change)};
  }
};

/// An attempt that a node retains: its program runs there, or its end may not be durable yet.
struct RetainedAttempt {
  static constexpr std::string_view wire_name = "RetainedAttempt";
  schedulers::TrialId trial = 0;
  std::uint32_t attempt = 0;
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("attempt", m.attempt)};
  }
  friend bool operator==(const RetainedAttempt&, const RetainedAttempt&) = default;
};

/// A node joined, and offers its slots.
struct NodeJoined {
  static constexpr std::string_view wire_name = "NodeJoined";
  std::string node;
  std::uint32_t slots = 0;  ///< Number of trials that its resources admit at a time.
  double lease_s = 0;       ///< Its own; 0: the study's.
  static auto fields(auto& m) {
    return std::tuple{field("node", m.node), field("slots", m.slots), field("lease_s", m.lease_s)};
  }
};

/// A node is out of reach, and the processes of its trials may still run. Nothing starts there, and
/// its trials start nowhere else. NodeLeft or NodeRejoined follows.
struct NodeLost {
  static constexpr std::string_view wire_name = "NodeLost";
  std::string node;
  std::string reason;
  static auto fields(auto& m) {
    return std::tuple{field("node", m.node), field("reason", m.reason)};
  }
};

/// An awaited node joined again with the attempts that it retained. Its other attempts are lost.
struct NodeRejoined {
  static constexpr std::string_view wire_name = "NodeRejoined";
  static constexpr std::string_view former_wire_name = "NodeReturned";
  std::string node;
  std::uint32_t slots = 0;
  std::vector<RetainedAttempt> attempts;
  /// Whether it is the process that joined before, and not another one of that name. If so, an
  /// order of whose attempt nothing was heard never reached the node, and is sent again.
  bool same = false;
  static auto fields(auto& m) {
    return std::tuple{field("node", m.node), field("slots", m.slots), field("attempts", m.attempts),
                      field("same", m.same)};
  }
};

/// A node is gone, and so are the processes of its trials.
struct NodeLeft {
  static constexpr std::string_view wire_name = "NodeLeft";
  std::string node;
  std::string reason;
  static auto fields(auto& m) {
    return std::tuple{field("node", m.node), field("reason", m.reason)};
  }
};

/// The rest of a node after an infrastructure failure is over.
struct NodeRested {
  static constexpr std::string_view wire_name = "NodeRested";
  std::string node;
  static auto fields(auto& m) { return std::tuple{field("node", m.node)}; }
};

/// A configuration that the searcher proposes: a function of the study, of `trial` and of the rows
/// below `at`.
struct Suggestion {
  static constexpr std::string_view wire_name = "Suggestion";
  using Source = schedulers::SuggestionSource;
  schedulers::TrialId trial = 0;
  std::uint64_t at = 0;                      ///< Number of rows that the searcher knew.
  std::optional<schedulers::Config> config;  ///< None: no configuration is left.
  Source source = Source::unknown;
  /// What the searcher needs to go on from here, in a form of its own; see Proposal.
  std::optional<std::string> state{};
  std::optional<schedulers::ModelBasis> basis{};  ///< Of a model's proposal.
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial),   field("at", m.at),       field("config", m.config),
                      field("source", m.source), field("state", m.state), field("basis", m.basis)};
  }
};
/// A slot of a node is free. Carries the next suggestion if a new trial may start there.
struct SlotFreed {
  static constexpr std::string_view wire_name = "SlotFreed";
  std::string node;
  std::optional<Suggestion> suggestion;
  static auto fields(auto& m) {
    return std::tuple{field("node", m.node), field("suggestion", m.suggestion)};
  }
};

/// The program of a trial reported its metric.
struct Reported {
  static constexpr std::string_view wire_name = "Reported";
  schedulers::TrialId trial = 0;
  std::uint32_t attempt = 0;
  schedulers::Resource resource = 0;
  double metric = 0;
  schedulers::Config values;  ///< Every key of the report.
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("attempt", m.attempt),
                      field("resource", m.resource), field("metric", m.metric),
                      field("values", m.values)};
  }
};

/// Kind of the warning (ReportMalformed::once) that is given once for the study, and concerns all
/// its trials.
inline constexpr std::string_view shared_files_kind = "shared files";

/// The program of a trial printed a line that looks like a report and is not one.
struct ReportMalformed {
  static constexpr std::string_view wire_name = "ReportMalformed";
  schedulers::TrialId trial = 0;
  std::uint32_t attempt = 0;
  std::string warning;  ///< What is wrong with the line, and the line itself.
  /// The kind of a warning that a trial gets once in all of its attempts; empty: each time.
  std::string once{};
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("attempt", m.attempt),
                      field("warning", m.warning), field("once", m.once)};
  }
};

/// The process tree of an attempt is gone, and all its reports came before.
struct AttemptEnded {
  static constexpr std::string_view wire_name = "AttemptEnded";
  enum class Cause { exited, signaled, out_of_memory, not_started, lost, timed_out };
  /// What is wrong with the node, if the failure may not be the trial's own.
  enum class NodeFault {
    none,
    program,    ///< The program cannot be started there.
    resources,  ///< No disk space, no permission to write, no file descriptor, an I/O error.
  };
  schedulers::TrialId trial = 0;
  std::uint32_t attempt = 0;
  Cause cause = Cause::exited;
  std::int32_t code = 0;    ///< Exit code, signal or errno, by cause.
  std::string detail;       ///< The cause in words: "exit code 3", "signal SIGSEGV", ...
  std::string stderr_tail;  ///< The last lines that the program wrote to stderr.
  /// The last lines that the program wrote to stdout; empty if it reported.
  std::string stdout_tail{};
  /// The earlier attempt from whose checkpoint the program started; 0: from none.
  std::uint32_t source = 0;
  /// A line that looks like a report in another format; empty if there is none, or it reported.
  std::string report_hint{};
  /// How the program was seen not to flush its reports, with the remedy; empty if it was not.
  std::string buffering{};
  /// Whether the program itself reported nothing: what the attempt reported came from the logs of
  /// earlier attempts. Not known in rows of earlier versions.
  bool silent = false;
  NodeFault node_fault = NodeFault::none;
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial),
                      field("attempt", m.attempt),
                      field("cause", m.cause),
                      field("code", m.code),
                      field("detail", m.detail),
                      field("stderr_tail", m.stderr_tail),
                      field("stdout_tail", m.stdout_tail),
                      field("source", m.source),
                      field("report_hint", m.report_hint),
                      field("buffering", m.buffering),
                      field("silent", m.silent),
                      field("node_fault", m.node_fault)};
  }
};
constexpr std::array<std::string_view, 6> enum_names(AttemptEnded::Cause) {
  return {"exited", "signaled", "out_of_memory", "not_started", "lost", "timed_out"};
}
constexpr std::array<std::string_view, 3> enum_names(AttemptEnded::NodeFault) {
  return {"none", "program", "resources"};
}

/// stop_criterion.max_wallclock_time is over.
struct TimeExpired {
  static constexpr std::string_view wire_name = "TimeExpired";
  double seconds = 0;
  static auto fields(auto& m) { return std::tuple{field("seconds", m.seconds)}; }
};

/// A user or a program asked for the end of the study.
struct StopRequested {
  static constexpr std::string_view wire_name = "StopRequested";
  enum class How {
    stop,       ///< For good: running trials are stopped.
    interrupt,  ///< To be resumed later: running trials end with their checkpoint.
  };
  How how = How::stop;
  std::string reason;
  static auto fields(auto& m) { return std::tuple{field("how", m.how), field("reason", m.reason)}; }
};
constexpr std::array<std::string_view, 2> enum_names(StopRequested::How) {
  return {"stop", "interrupt"};
}

/// A person ends a trial for good. For the scheduler it has failed.
struct TrialStopRequested {
  static constexpr std::string_view wire_name = "TrialStopRequested";
  schedulers::TrialId trial = 0;
  std::string reason;
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("reason", m.reason)};
  }
};

/// A person wants a configuration to be trained to `until`, as an additional trial that neither the
/// scheduler nor the searcher knows. Reserved: no study accepts it yet.
struct RetrainRequested {
  static constexpr std::string_view wire_name = "RetrainRequested";
  schedulers::TrialId trial = 0;  ///< Whose configuration it is.
  schedulers::Config config;
  schedulers::Resource until = 0;
  bool from_checkpoint = false;  ///< Of `trial`; otherwise from nothing.
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("config", m.config), field("until", m.until),
                      field("from_checkpoint", m.from_checkpoint)};
  }
};

using Input =
    std::variant<StudyOpened, StudyResumed, StudyChanged, NodeJoined, NodeLost, NodeRejoined,
                 NodeLeft, NodeRested, SlotFreed, Reported, ReportMalformed, AttemptEnded,
                 TimeExpired, StopRequested, TrialStopRequested, RetrainRequested>;

/// The settings that a study has from `input` on; null if the input changes none.
[[nodiscard]] std::shared_ptr<const StudySpec> settings_in(const Input& input);

}  // namespace troupe::actors

namespace troupe::runtime {
extern template struct WireCodec<actors::Suggestion>;
extern template struct WireCodec<actors::Reported>;
extern template struct WireCodec<actors::ReportMalformed>;
extern template struct WireCodec<actors::AttemptEnded>;
extern template struct NamedCodec<actors::Input>;
}  // namespace troupe::runtime
