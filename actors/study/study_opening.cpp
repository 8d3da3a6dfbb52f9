// How a study begins: hosts for its scheduler and searcher, recovery from the journal.

#include <algorithm>
#include <utility>

#include "actors/json.hpp"
#include "actors/results/study_state.hpp"
#include "actors/study/rules_of.hpp"
#include "actors/study/scheduler_actor.hpp"
#include "actors/study/searcher_actor.hpp"
#include "actors/study/study.hpp"
#include "runtime/core/check.hpp"

namespace troupe::actors {

using runtime::Context;

namespace {

constexpr Duration host_deadline = std::chrono::seconds(10);
constexpr Duration reopen_wait = std::chrono::milliseconds(500);
constexpr std::uint32_t hosts_lost_max = 100;  ///< In a row, without a row of the journal between.

template <typename T>
T need(Result<T> result) {
  if (!result) throw StudyAbandoned(result.error().what);
  if constexpr (!std::is_void_v<T>) return std::move(result).value();
}

/// What a host elsewhere answered; none if it is lost, which is no failure of the study.
template <typename T>
std::optional<T> heard(Result<T> answer, const std::string& node) {
  if (answer) return std::move(answer).value();
  const ErrorKind kind = answer.error().kind;
  if (node.empty() || (kind != ErrorKind::gone && kind != ErrorKind::timed_out))
    throw StudyAbandoned(answer.error().what);
  return std::nullopt;
}

constexpr runtime::RestartPolicy restarts{.restarts_max = 3, .within = std::chrono::seconds(60)};

}  // namespace

void Study::started(Context& self) {
  self.watch_nodes();
  if (options_.checkpoints)
    checkpoints_ = self.spawn_supervised<CheckpointStore>(
        restarts, [options = *options_.checkpoints] { return CheckpointStore(options); });
  open_if_hosted(self);
}

/// What happened so far: the store does not know the journal.
void Study::tell_store_all(Context& self) {
  if (!checkpoints_) return;
  news_ = {};
  for_each_row([&](const Row& row) { (void)add_news(need(events_of(row)), news_.trials); });
  news_.contenders = core_.contenders();
  self.tell(checkpoints_, std::exchange(news_, {}));
}

void Study::on(Context& self, const runtime::NodeUp& up) {
  peers_[up.name] = up.node;
  // It may have joined before this was known.
  const auto false_name = std::ranges::find_if(nodes_, [&](const auto& entry) {
    return entry.second.agent.address().node == up.node && entry.first != up.name;
  });
  if (false_name != nodes_.end())
    lose_node(self, false_name->first, "it joined under a name that is not its own");
  open_if_hosted(self);
}

void Study::on(Context&, const runtime::NodeDown& down) {
  const auto peer = peers_.find(down.name);
  if (peer != peers_.end() && peer->second == down.node) peers_.erase(peer);
}

void Study::on(Context& self, const Reopen&) {
  open_if_hosted(self);
}

/// Starts or finds an actor where the study file wants it; none while that node has not joined.
template <typename R, typename A, typename Spawn>
std::optional<R> Study::host(Context& self, const std::string& node, const std::string& actor) {
  if (node.empty())
    return self.spawn_supervised<A>(restarts, [] { return A(); }, runtime::Home::beside_parent);
  const auto peer = peers_.find(node);
  if (peer == peers_.end()) return std::nullopt;
  if (!actor.empty()) {
    const R found = need(self.find<R>(peer->second, actor, host_deadline));
    self.monitor(found);
    return found;
  }
  // It may have left already, and its NodeDown is on its way.
  auto spawned = heard(self.spawn_on<R>(peer->second, Spawn{}, {}, host_deadline), node);
  if (spawned)
    self.monitor(*spawned);
  else
    self.after(reopen_wait, Reopen{});
  return spawned;
}

void Study::open_if_hosted(Context& self) {
  if (open_) return;
  const auto& spec = options_.spec;
  if (!scheduler_)
    scheduler_ = host<SchedulerRef, SchedulerActor, SpawnScheduler>(self, spec.scheduler.node,
                                                                    spec.scheduler.actor);
  if (!searcher_)
    searcher_ = host<SearcherRef, SearcherActor, SpawnSearcher>(self, spec.searcher.node,
                                                                spec.searcher.actor);
  if (!scheduler_ || !searcher_) return;
  if (!refeed_scheduler(self)) return lose_scheduler(self);
  if (!refeed_searcher(self)) return lose_searcher(self);
  open_ = true;
  if (!begun_ && !begin(self)) return lose_scheduler(self);
  begun_ = true;
  for (const Input& input : std::exchange(held_, {})) take(self, input);
  let_return(self);
  ask_ahead(self);  // Here, so that what the searcher knows does not depend on when nodes join.
  list_nodes(self);
  tell_durable(self);
}

/// False: the scheduler is lost; what was recovered by then stays.
bool Study::begin(Context& self) {
  if (log_->size() == 0) {
    take(self, StudyOpened{options_.spec.name, options_.document.seed, options_.version,
                           options_.spec.n_workers, options_.document.incumbents});
  } else {
    if (!recover(self)) return false;
    tell_store_all(self);
    const std::vector<std::string> names = awaited();
    for (const auto& [id, trial] : core_.trials())
      if (trial.has_process() && std::ranges::find(names, trial.node) == names.end())
        given_up_[{id, trial.attempt}] = trial.node;
    await(self, names);
    take(self, StudyResumed{options_.version, options_.spec.n_workers, names});
  }
  if (const auto limit = options_.spec.stop_criterion.max_wallclock_time) {
    const double left_s = *limit - static_cast<double>(active_us(last_row_us_)) * 1e-6;
    const std::chrono::duration<double> left(std::max(left_s, 0.0));
    self.after(std::chrono::duration_cast<Duration>(left), WallclockOver{});
  }
  return true;
}

/// Its host is gone: inputs wait until it is back.
void Study::on_host_down(Context& self, const runtime::Down& down) {
  const bool scheduler = scheduler_ && down.who == scheduler_->address();
  const bool searcher = searcher_ && down.who == searcher_->address();
  if (!scheduler && !searcher) return;
  const bool own = (scheduler && options_.spec.scheduler.node.empty()) ||
                   (searcher && options_.spec.searcher.node.empty());
  if (own) throw StudyAbandoned("the scheduler or searcher fails again and again: " + down.reason);
  if (scheduler) lose_scheduler(self);
  if (searcher) lose_searcher(self);
}

/// Its host is gone, or does not answer. Another is tried in a moment: not at once, for the node
/// may be on its way out.
void Study::lose_scheduler(Context& self) {
  if (!scheduler_) return;
  self.demonitor(scheduler_->address());
  scheduler_.reset();
  wait_for_host(self, "scheduler");
}

void Study::lose_searcher(Context& self) {
  if (!searcher_) return;
  self.demonitor(searcher_->address());
  searcher_.reset();
  wait_for_host(self, "searcher");
}

void Study::wait_for_host(Context& self, const char* who) {
  open_ = false;
  if (++hosts_lost_ > hosts_lost_max)
    throw StudyAbandoned("the " + std::string(who) + " is lost again and again at row " +
                         std::to_string(next_index_) + " of the journal");
  self.after(reopen_wait, Reopen{});
}

/// Goes on where it left off, if a scheduler was lost in between.
bool Study::recover(Context& self) {
  bool whole = true;
  need(log_->each(next_index_, [&](const Row& row) -> Result<void> {
    whole = whole && replay_row(self, row);
    return {};
  }));
  return whole;
}

bool Study::replay_row(Context& self, const Row& row) {
  const Input input = need(from_json<Input>(row.input));
  const bool accepted = core_.accepts(input);
  std::vector<schedulers::Decision> decisions;
  if (const auto question = accepted ? core_.question(input) : std::nullopt) {
    auto answer = consult(self, row.index, *question);
    if (!answer) return false;
    decisions = std::move(*answer);
  }
  if (!accepted || to_json(decisions) != row.decisions)
    throw StudyAbandoned("row " + std::to_string(row.index) +
                         " of the journal is not what this program derives from its inputs: was it "
                         "written by another version, or changed? `troupe replay` shows the "
                         "differences");
  remember(self, input);
  if (const auto* joined = std::get_if<NodeJoined>(&input))
    leases_s_[joined->node] = joined->lease_s;
  const Outcome outcome = core_.apply(input, row.index, decisions);
  observe(self, outcome);
  results_->on(outcome.events, row.time_us);
  keep_time(input, row.time_us);
  next_index_ = row.index + 1;
  hosts_lost_ = 0;
  return true;
}

/// The searcher is asked again what it was asked, so that it knows what it has suggested.
void Study::remember(Context& self, const Input& input) {
  const auto* slot = std::get_if<SlotFreed>(&input);
  if (slot == nullptr || !slot->suggestion) return;
  self.tell(*searcher_, Suggest{slot->suggestion->trial, slot->suggestion->at, SuggestionRef()});
}

/// All that it was asked, for a scheduler that has just begun. False: it is lost.
bool Study::refeed_scheduler(Context& self) {
  const std::string& node = options_.spec.scheduler.node;
  if (!heard(self.ask(*scheduler_, BeginScheduling{options_.document}, host_deadline), node))
    return false;
  StudyCore past(rules_of(options_.spec));
  bool whole = true;
  for_each_row([&](const Row& row) {
    if (!whole) return;
    const Input input = need(from_json<Input>(row.input));
    Decided answer;
    if (const auto question = past.question(input)) {
      auto decided =
          heard(self.ask(*scheduler_, Decide{row.index, *question}, host_deadline), node);
      whole = decided.has_value();
      if (!whole) return;
      answer = std::move(*decided);
    }
    if (to_json(answer.decisions) != row.decisions)
      throw StudyAbandoned("the restarted scheduler decides row " + std::to_string(row.index) +
                           " otherwise than before");
    past.apply(input, row.index, answer.decisions);
  });
  return whole;
}

/// False: it is lost.
bool Study::refeed_searcher(Context& self) {
  const std::string& node = options_.spec.searcher.node;
  if (!heard(self.ask(*searcher_, BeginSearch{options_.document}, host_deadline), node))
    return false;
  StudyCore past(rules_of(options_.spec));
  for_each_row([&](const Row& row) {
    const Input input = need(from_json<Input>(row.input));
    const auto decisions = need(from_json<std::vector<schedulers::Decision>>(row.decisions));
    remember(self, input);
    observe(self, past.apply(input, row.index, decisions));
  });
  suggestion_asked_.reset();
  advance(self);
  return true;
}

/// Of those that this study has taken, or taken up again.
void Study::for_each_row(const std::function<void(const Row&)>& use) const {
  if (next_index_ == 0) return;
  need(log_->each(0, [&](const Row& row) -> Result<void> {
    if (row.index < next_index_) use(row);
    return {};
  }));
}

}  // namespace troupe::actors
