#include "actors/study/study.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "actors/study/rules_of.hpp"
#include "runtime/core/check.hpp"

namespace troupe::actors {

using runtime::Context;

namespace {

/// For an answer of a scheduler in another process; ours takes microseconds.
constexpr Duration scheduler_deadline = std::chrono::seconds(60);

constexpr Duration room_look_interval = std::chrono::seconds(1);

}  // namespace

Study::Study(StudyOptions options, std::unique_ptr<StudyLog> log,
             std::unique_ptr<EventSink> results)
    : options_(std::move(options)),
      log_(std::move(log)),
      results_(std::move(results)),
      core_(rules_of(options_.spec)) {}

void Study::on(Context& self, const runtime::Restarted& restarted) {
  if (restarted.who == checkpoints_.address()) tell_store_all(self);
  if (!open_) return;
  if (restarted.who == scheduler_->address() && !refeed_scheduler(self)) lose_scheduler(self);
  if (searcher_ && restarted.who == searcher_->address() && !refeed_searcher(self))
    lose_searcher(self);
}

void Study::on(Context& self, const Suggestion& suggestion) {
  if (suggestion_asked_ != suggestion.trial) return;  // Of a searcher that was restarted since.
  suggestion_asked_.reset();
  suggestion_ = suggestion;
  advance(self);
}

void Study::on(Context& self, const Reported& report) {
  take(self, report);
  advance(self);
}

void Study::on(Context& self, const ReportMalformed& malformed) {
  take(self, malformed);
  advance(self);
}

void Study::on(Context& self, const AttemptEnded& ended) {
  take(self, ended);
  advance(self);
}

void Study::on(Context& self, const StopStudy& stop) {
  if (!open_) {  // Nothing can be decided: what runs ends with its node, and the next run takes it
                 // up.
    self.stop();
    return;
  }
  take(self, StopRequested{stop.how, stop.reason});
  advance(self);
}

void Study::on(Context& self, const WallclockOver&) {
  take(self, TimeExpired{options_.spec.stop_criterion.max_wallclock_time.value_or(0)});
  advance(self);
}

StudyStatus Study::on(Context& self, const AskStatus&) {
  return status(self);
}

void Study::take(Context& self, const Input& input) {
  if (!open_) {
    held_.push_back(input);
    return;
  }
  if (!core_.accepts(input)) return turn_away(input);
  const std::uint64_t index = next_index_;
  std::vector<schedulers::Decision> decisions;
  if (const auto question = core_.question(input)) {
    auto answer = consult(self, index, *question);
    if (!answer) {
      held_.push_back(input);
      lose_scheduler(self);
      return;
    }
    decisions = std::move(*answer);
  }
  const std::int64_t time_us = std::max<std::int64_t>(self.wall().count(), last_row_us_);
  std::optional<std::pair<std::string, RetainedAttempt>> settled;
  if (const auto* end = std::get_if<AttemptEnded>(&input))
    settled.emplace(core_.trials().at(end->trial).node, RetainedAttempt{end->trial, end->attempt});
  Outcome outcome = core_.apply(input, index, decisions);
  observe(self, outcome);
  keep_time(input, time_us);
  log_->add(index, time_us, input, decisions, outcome.events);
  ++next_index_;
  hosts_lost_ = 0;
  commit_soon(self, outcome);
  pending_.push_back(Pending{std::move(outcome), time_us, std::move(settled)});
}

/// The searcher belongs to the pure core: it learns in the order of the rows, committed or not.
void Study::observe(Context& self, const Outcome& outcome) {
  for (const auto& command : outcome.commands)
    if (const auto* report = std::get_if<ObserveReport>(&command))
      self.tell(*searcher_, Observe{report->trial, report->resource, report->metric});
}

/// None: the scheduler is lost.
std::optional<std::vector<schedulers::Decision>> Study::consult(Context& self, std::uint64_t index,
                                                                const schedulers::Event& event) {
  constexpr int attempts_max = 3;
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    auto answer = self.ask(*scheduler_, Decide{index, event}, scheduler_deadline);
    if (answer) {
      standing_ = answer->standing;
      return std::move(answer->decisions);
    }
    if (!options_.spec.scheduler.node.empty()) return std::nullopt;
    (void)refeed_scheduler(self);  // It failed, and was made anew. One of ours is never lost.
  }
  throw StudyAbandoned("the scheduler fails at row " + std::to_string(index) +
                       " of the journal, again and again");
}

void Study::advance(Context& self) {
  if (!open_) return;
  while (const auto offer = open_ ? core_.offer() : std::nullopt) {
    if (!has_room(self)) return;
    SlotFreed slot{offer->node, std::nullopt};
    if (offer->suggestion_for) {
      if (!suggestion_) break;  // Goes on when it comes.
      slot.suggestion = std::exchange(suggestion_, std::nullopt);
    }
    take(self, slot);
    ask_ahead(self);
  }
  ask_ahead(self);
}

/// If not: looks again in a while, and says so meanwhile.
bool Study::has_room(Context& self) {
  const bool had_room = no_room_.empty();
  const auto lack = options_.disk_full_reason ? options_.disk_full_reason() : std::nullopt;
  no_room_ = lack.value_or(std::string());
  if (lack && !std::exchange(looks_for_room_, true))
    self.after(room_look_interval, CheckDiskSpace{});
  if (had_room != no_room_.empty()) show_soon(self);
  return no_room_.empty();
}

void Study::on(Context& self, const CheckDiskSpace&) {
  looks_for_room_ = false;
  if (has_room(self)) advance(self);
}

void Study::ask_ahead(Context& self) {
  if (!open_ || suggestion_ || suggestion_asked_) return;
  suggestion_asked_ = core_.next_suggestion();
  if (!suggestion_asked_) return;
  self.tell(*searcher_, Suggest{*suggestion_asked_, next_index_, SuggestionRef(self.address())});
}

}  // namespace troupe::actors
