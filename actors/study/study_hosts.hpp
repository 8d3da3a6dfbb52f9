#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/study/protocol.hpp"
#include "actors/study/study_core.hpp"
#include "actors/study/study_history.hpp"
#include "actors/study/study_rules.hpp"
#include "runtime/context.hpp"
#include "runtime/spawn_options.hpp"
#include "runtime/system_messages.hpp"
#include "schedulers/scheduler.hpp"

namespace troupe::actors {

/// Where a study file wants its scheduler or searcher.
struct HostPlace {
  std::string node;   ///< Empty: beside the study.
  std::string actor;  ///< The name of an actor on `node`; empty: a new one of ours.
};

/// The scheduler and the searcher of a study: finds or starts them, feeds them what they have
/// missed, and notices their loss. They are `open` while both are there and know every row that the
/// study has taken. One that is lost with its node is looked for again every 500 ms.
///
/// Each member function with a Context runs in a handler of the study. Throws StudyAbandoned where
/// the study cannot go on.
class StudyHosts {
 public:
  /// Time to look for a missing host again. For the study itself.
  struct Reopen {
    static constexpr std::string_view wire_name = "Reopen";
    static auto fields(auto&) { return no_fields(); }
  };

  struct Options {
    HostPlace scheduler;
    HostPlace searcher;
    bool searcher_learns = false;  ///< It may take seconds, and gets a thread of its own.
    StudyDocument document;
    StudyRules rules;
  };
  using Decisions = std::vector<schedulers::Decision>;
  using Links = std::map<std::string, runtime::NodeId>;

  explicit StudyHosts(Options options) : options_(std::move(options)) {}

  [[nodiscard]] bool is_open() const { return open_; }
  /// Finds or starts what is missing, and feeds both the rows of `history`. True if they are open.
  [[nodiscard]] bool open(runtime::Context& self, const Links& links, const StudyHistory& history);

  /// Asks the scheduler about the event of row `index`. None: it is lost.
  [[nodiscard]] std::optional<Decisions> ask_scheduler(runtime::Context& self, std::uint64_t index,
                                                       const schedulers::Event& event,
                                                       const StudyHistory& history);
  /// The scheduler's status with its last answer.
  [[nodiscard]] const schedulers::SchedulerStatus& scheduler_status() const { return status_; }

  /// Whether no suggestion is at hand or was asked for.
  [[nodiscard]] bool wants_suggestion() const { return open_ && !suggestion_ && !asked_; }
  /// Asks the searcher for the suggestion for `trial`; `index`: that of the next row.
  void ask_suggestion(runtime::Context& self, TrialId trial, std::uint64_t index);
  /// True if this is the suggestion that was asked for; it is at hand then.
  [[nodiscard]] bool accept(const Suggestion& suggestion);
  /// Whether the searcher is on that node.
  [[nodiscard]] bool searches_on(runtime::NodeId node) const {
    return searcher_ && searcher_->address().node == node;
  }
  /// Whether a suggestion was asked for and has not come.
  [[nodiscard]] bool suggestion_due() const { return asked_.has_value(); }
  /// The suggestion that was asked for does not count any more.
  void give_up_suggestion() { asked_.reset(); }
  /// Hands over the suggestion at hand; none if there is none.
  [[nodiscard]] std::optional<Suggestion> take_suggestion();

  /// Tells the searcher what it learns from row `index`, before or after a recovery.
  void tell_facts(runtime::Context& self, std::uint64_t index,
                  std::vector<schedulers::SearchFact> facts) const;

  /// A row was taken or replayed: what was lost before it does not count any more.
  void note_row() { lost_in_a_row_ = 0; }
  void on_down(runtime::Context& self, const runtime::Down& down, std::uint64_t next_index);
  /// A supervised host was made anew. True if it was the searcher and knows the history again.
  [[nodiscard]] bool on_restarted(runtime::Context& self, const runtime::Restarted& restarted,
                                  const StudyHistory& history);

 private:
  template <typename R, typename A, typename Spawn>
  [[nodiscard]] std::optional<R> find_or_spawn(runtime::Context& self, const HostPlace& place,
                                               const Links& links,
                                               runtime::Placement placement) const;
  [[nodiscard]] bool feed_scheduler(runtime::Context& self, const StudyHistory& history);
  [[nodiscard]] bool feed_searcher(runtime::Context& self, const StudyHistory& history);
  void lose_scheduler(runtime::Context& self, std::uint64_t next_index);
  void lose_searcher(runtime::Context& self, std::uint64_t next_index);
  void reopen_later(runtime::Context& self, const char* who, std::uint64_t next_index);

  Options options_;
  std::optional<SchedulerRef> scheduler_;
  std::optional<SearcherRef> searcher_;
  bool open_ = false;
  std::uint32_t lost_in_a_row_ = 0;  ///< Losses since the last row.
  schedulers::SchedulerStatus status_;
  std::optional<TrialId> asked_;          ///< The trial whose suggestion was asked for.
  std::optional<Suggestion> suggestion_;  ///< Has come, and is not in a row yet.
};

}  // namespace troupe::actors
