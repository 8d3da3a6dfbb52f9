#include "actors/study/study_hosts.hpp"

#include <chrono>
#include <utility>

#include "actors/json.hpp"
#include "actors/study/recovery.hpp"
#include "actors/study/scheduler_actor.hpp"
#include "actors/study/searcher_actor.hpp"
#include "runtime/core/check.hpp"

namespace troupe::actors {

using runtime::Context;

namespace {

constexpr Duration host_deadline = std::chrono::seconds(10);
/// For an answer of a scheduler in another process; ours takes microseconds.
constexpr Duration scheduler_deadline = std::chrono::seconds(60);
constexpr Duration reopen_wait = std::chrono::milliseconds(500);
constexpr std::uint32_t losses_max = 100;  ///< In a row, without a row of the journal between.

constexpr runtime::RestartPolicy host_restarts{.restarts_max = 3,
                                               .within = std::chrono::seconds(60)};

/// The answer of a host on `node`; none if it is lost, which is no failure of the study.
template <typename T>
std::optional<T> answer_or_lost(Result<T> answer, const std::string& node) {
  if (answer) return std::move(answer).value();
  const ErrorKind kind = answer.error().kind;
  if (node.empty() || (kind != ErrorKind::gone && kind != ErrorKind::timed_out))
    throw StudyAbandoned(answer.error().what);
  return std::nullopt;
}

}  // namespace

/// None while the node of `place` is not linked.
template <typename R, typename A, typename Spawn>
std::optional<R> StudyHosts::find_or_spawn(Context& self, const HostPlace& place,
                                           const Links& links, runtime::Placement placement) const {
  if (place.node.empty())
    return self.spawn_supervised<A>(host_restarts, [] { return A(); }, placement);
  const auto link = links.find(place.node);
  if (link == links.end()) return std::nullopt;
  if (!place.actor.empty()) {
    const R found = value_or_abandon(self.find<R>(link->second, place.actor, host_deadline));
    self.monitor(found);
    return found;
  }
  // The node may have left already, with its NodeDown on its way.
  auto spawned =
      answer_or_lost(self.spawn_on<R>(link->second, Spawn{}, {}, host_deadline), place.node);
  if (spawned)
    self.monitor(*spawned);
  else
    self.after(reopen_wait, Reopen{});
  return spawned;
}

bool StudyHosts::open(Context& self, const Links& links, const StudyHistory& history) {
  if (open_) return true;
  using runtime::Placement;
  if (!scheduler_)
    scheduler_ = find_or_spawn<SchedulerRef, SchedulerActor, SpawnScheduler>(
        self, options_.scheduler, links, Placement::beside_parent);
  if (!searcher_)
    searcher_ = find_or_spawn<SearcherRef, SearcherActor, SpawnSearcher>(
        self, options_.searcher, links,
        options_.searcher_learns ? Placement::detached : Placement::beside_parent);
  if (!scheduler_ || !searcher_) return false;
  if (!feed_scheduler(self, history)) {
    lose_scheduler(self, history.next_index());
    return false;
  }
  if (!feed_searcher(self, history)) {
    lose_searcher(self, history.next_index());
    return false;
  }
  open_ = true;
  return true;
}

std::optional<StudyHosts::Decisions> StudyHosts::ask_scheduler(Context& self, std::uint64_t index,
                                                               const schedulers::Event& event,
                                                               const StudyHistory& history) {
  check(scheduler_.has_value(), "a scheduler is asked while there is one");
  constexpr int attempts_max = 3;
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    auto answer = self.ask(*scheduler_, Decide{index, event}, scheduler_deadline);
    if (answer) {
      status_ = answer->standing;
      return std::move(answer->decisions);
    }
    if (!options_.scheduler.node.empty()) {
      lose_scheduler(self, history.next_index());
      return std::nullopt;
    }
    // A scheduler beside the study has failed and was made anew; it is never lost.
    (void)feed_scheduler(self, history);
  }
  throw StudyAbandoned("the scheduler fails at row " + std::to_string(index) +
                       " of the journal, again and again");
}

/// Starts the scheduler over and asks it all that it was asked. False: it is lost.
bool StudyHosts::feed_scheduler(Context& self, const StudyHistory& history) {
  const std::string& node = options_.scheduler.node;
  if (!answer_or_lost(self.ask(*scheduler_, BeginScheduling{options_.document}, host_deadline),
                      node))
    return false;
  const auto ask = [&](std::uint64_t index,
                       const schedulers::Event& event) -> std::optional<Decisions> {
    auto decided = answer_or_lost(self.ask(*scheduler_, Decide{index, event}, host_deadline), node);
    if (!decided) return std::nullopt;
    return std::move(decided->decisions);
  };
  StudyCore past(options_.rules);
  bool lost = false;
  history.for_each([&](const Row& row) {
    if (lost) return;
    const ReplayedRow replayed = replay_row(past, row, ask);
    if (replayed.status == ReplayedRow::Status::differs)
      throw StudyAbandoned("the restarted scheduler decides row " + std::to_string(row.index) +
                           " otherwise than before");
    lost = replayed.status == ReplayedRow::Status::scheduler_lost;
  });
  return !lost;
}

/// Starts the searcher over and tells it all that it was told. False: it is lost.
bool StudyHosts::feed_searcher(Context& self, const StudyHistory& history) {
  if (!answer_or_lost(self.ask(*searcher_, BeginSearch{options_.document}, host_deadline),
                      options_.searcher.node))
    return false;
  StudyCore past(options_.rules);
  history.for_each([&](const Row& row) {
    const StudyRow decoded = decode_row(row);
    tell_facts(self, decoded.index,
               past.apply(decoded.input, decoded.index, decoded.decisions).facts);
  });
  asked_.reset();
  return true;
}

void StudyHosts::ask_suggestion(Context& self, TrialId trial, std::uint64_t index) {
  check(wants_suggestion(), "one suggestion is asked for at a time");
  asked_ = trial;
  self.tell(*searcher_, Suggest{trial, index, SuggestionRef(self.address())});
}

bool StudyHosts::accept(const Suggestion& suggestion) {
  if (asked_ != suggestion.trial) return false;  // Of a searcher that was restarted since.
  check(!suggestion_, "one suggestion is at hand at a time");
  asked_.reset();
  suggestion_ = suggestion;
  return true;
}

std::optional<Suggestion> StudyHosts::take_suggestion() {
  return std::exchange(suggestion_, std::nullopt);
}

void StudyHosts::tell_facts(Context& self, std::uint64_t index,
                            std::vector<schedulers::SearchFact> facts) const {
  if (!facts.empty()) self.tell(*searcher_, Learn{index, std::move(facts)});
}

void StudyHosts::on_down(Context& self, const runtime::Down& down, std::uint64_t next_index) {
  const bool scheduler = scheduler_ && down.who == scheduler_->address();
  const bool searcher = searcher_ && down.who == searcher_->address();
  const bool ours = (scheduler && options_.scheduler.node.empty()) ||
                    (searcher && options_.searcher.node.empty());
  if (ours) throw StudyAbandoned("the scheduler or searcher fails again and again: " + down.reason);
  if (scheduler) lose_scheduler(self, next_index);
  if (searcher) lose_searcher(self, next_index);
}

bool StudyHosts::on_restarted(Context& self, const runtime::Restarted& restarted,
                              const StudyHistory& history) {
  if (!open_) return false;
  if (restarted.who == scheduler_->address() && !feed_scheduler(self, history))
    lose_scheduler(self, history.next_index());
  if (!searcher_ || restarted.who != searcher_->address()) return false;
  const bool fed = feed_searcher(self, history);
  if (!fed) lose_searcher(self, history.next_index());
  return fed;
}

void StudyHosts::lose_scheduler(Context& self, std::uint64_t next_index) {
  if (!scheduler_) return;
  self.demonitor(scheduler_->address());
  scheduler_.reset();
  reopen_later(self, "scheduler", next_index);
}

void StudyHosts::lose_searcher(Context& self, std::uint64_t next_index) {
  if (!searcher_) return;
  self.demonitor(searcher_->address());
  searcher_.reset();
  reopen_later(self, "searcher", next_index);
}

/// Not at once: the node of the lost host may be about to leave.
void StudyHosts::reopen_later(Context& self, const char* who, std::uint64_t next_index) {
  open_ = false;
  if (++lost_in_a_row_ > losses_max)
    throw StudyAbandoned("the " + std::string(who) + " is lost again and again at row " +
                         std::to_string(next_index) + " of the journal");
  self.after(reopen_wait, Reopen{});
}

}  // namespace troupe::actors
