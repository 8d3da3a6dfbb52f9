#include "test/simulation/cluster/ledger.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "runtime/core/check.hpp"

namespace troupe::actors::cluster {
namespace {

using namespace std::chrono_literals;

/// The study fills a slot in microseconds; a commit on a slow disk may come in between.
constexpr Duration slot_wait_max = 5s;

std::string name(AttemptKey attempt) {
  return "attempt " + std::to_string(attempt.second) + " of trial " + std::to_string(attempt.first);
}

}  // namespace

Ledger::Ledger(const StudySpec& spec, std::uint64_t seed, Duration grace)
    : grace_(grace), replay_(spec, seed) {}

std::uint32_t Ledger::attempt_of(TrialId trial) const {
  const auto newest = newest_.find(trial);
  return newest == newest_.end() ? 0 : newest->second;
}

void Ledger::durable(const Entry& entry, Instant) {
  if (entry.row.index != rows_)
    break_because("row " + std::to_string(entry.row.index) + " is written where row " +
                  std::to_string(rows_) + " belongs");
  ++rows_;
  slot_waits_since_.reset();
  if (const auto* reported = std::get_if<Reported>(&entry.input)) check_report(*reported);
  if (const auto* ended = std::get_if<AttemptEnded>(&entry.input)) check_end(*ended);
  if (const auto* left = std::get_if<NodeLeft>(&entry.input)) check_loss(left->node);
  if (const auto* resumed = std::get_if<StudyResumed>(&entry.input)) check_resumed(*resumed);
  for (const Difference& difference : replay_.on(entry.row))
    break_because("row " + std::to_string(difference.index) + ", " + difference.what +
                  ": an undisturbed core says " + difference.replay + ", the journal " +
                  difference.journal);
  try {
    replay_.scheduler().check_invariants();
  } catch (const CheckFailure& failure) {
    break_because("row " + std::to_string(entry.row.index) + ": " + failure.what());
  }
  for (const StudyEvent& event : entry.events) {
    std::optional<AttemptKey> launched;
    if (const auto* started = std::get_if<TrialStarted>(&event))
      launched = AttemptKey{started->trial, started->attempt};
    if (const auto* failed = std::get_if<TrialFailed>(&event))
      broken_off_ += ever_ran_.contains({failed->trial, failed->attempt}) ? 1 : 0;
    if (const auto* promoted = std::get_if<TrialPromoted>(&event))
      launched = AttemptKey{promoted->trial, promoted->attempt};
    if (!launched) continue;
    launched_.insert(*launched);
    newest_[launched->first] = launched->second;
  }
}

/// Reports of an attempt are in the journal as they were told: from the first on, in order, each
/// once, none left out; only at the end some may be missing.
void Ledger::check_report(const Reported& reported) {
  const AttemptKey attempt{reported.trial, reported.attempt};
  const auto& told = told_[attempt];
  const std::size_t next = journaled_[attempt]++;
  const bool same = next < told.size() && told[next].first == reported.resource &&
                    std::bit_cast<std::uint64_t>(told[next].second) ==
                        std::bit_cast<std::uint64_t>(reported.metric);
  if (same) return;
  break_because("the journal has a report at " + std::to_string(reported.resource) + " of " +
                name(attempt) + ", which told " +
                (next < told.size() ? "one at " + std::to_string(told[next].first) + " next"
                                    : "no more than " + std::to_string(told.size())));
}

void Ledger::check_end(const AttemptEnded& ended) {
  const AttemptKey attempt{ended.trial, ended.attempt};
  if (ended.detail.find("does not hold") != std::string::npos)
    break_because("the actor of " + name(attempt) + " failed: " + ended.detail);
  if (running_.contains(attempt))
    break_because("the journal has the end of " + name(attempt) + ", whose program runs on");
  const TrialRecord* trial = core().current(attempt.first, attempt.second);
  if (trial != nullptr && trial->runs_on() && journaled_[attempt] != told_[attempt].size())
    break_because("the journal has the end of " + name(attempt) + ", and " +
                  std::to_string(journaled_[attempt]) + " of the " +
                  std::to_string(told_[attempt].size()) + " reports that it told");
}

/// Whoever starts a node beside a head says that it is lost when nothing of it is left.
void Ledger::check_loss(const std::string& node) {
  if (!node.starts_with("own-")) return;
  for (const auto& [attempt, running] : running_)
    if (running.host == node)
      break_because("the journal has the loss of " + node + ", where a program of " +
                    name(attempt) + " runs on");
}

/// Whoever starts a head knows what is left of the nodes beside the last one.
void Ledger::check_resumed(const StudyResumed& resumed) {
  for (const auto& [attempt, running] : running_)
    if (std::ranges::find(resumed.awaited, running.host) == resumed.awaited.end())
      check_loss(running.host);
}

void Ledger::program_begins(AttemptKey attempt, const std::string& host) {
  ++programs_;
  if (!launched_.contains(attempt))
    break_because("a program of " + name(attempt) + " starts before its row is durable");
  if (!ever_ran_.insert(attempt).second) break_because(name(attempt) + " has a second program");
  for (const auto& [other, running] : running_) {
    if (other.first != attempt.first) continue;
    ++overlaps_seen_;
    overlaps_.push_back({other, attempt, running.host});
  }
  running_.emplace(attempt, Running{host});
}

void Ledger::program_is_gone(AttemptKey attempt) {
  running_.erase(attempt);
  std::erase_if(overlaps_, [&](const Overlap& overlap) {
    return overlap.older == attempt || overlap.newer == attempt;
  });
}

void Ledger::told(AttemptKey attempt, const Report& report) {
  told_[attempt].emplace_back(report.resource, report.metric);
}

void Ledger::published(std::uint64_t index) {
  if (index >= rows_)
    break_because("an event of row " + std::to_string(index) + " is told, and " +
                  std::to_string(rows_) + " rows are durable");
}

void Ledger::head_is(bool able, Instant) {
  if (able == able_) return;
  able_ = able;
  slot_waits_since_.reset();
}

void Ledger::host_is(const std::string& host, bool frozen, Instant now) {
  const auto known = excused_until_.find(host);
  if (frozen)
    excused_until_[host] = Instant::never();
  else if (known != excused_until_.end() && known->second == Instant::never())
    known->second = now + grace_;
}

void Ledger::look(Instant now) {
  for (const Overlap& overlap : overlaps_) {
    const auto excused = excused_until_.find(overlap.host);
    if (excused == excused_until_.end() || now > excused->second)
      break_because(name(overlap.older) + " still runs on " + overlap.host + " when " +
                    name(overlap.newer) + " does");
  }
  if (now - looked_ < 500ms) return;
  looked_ = now;
  if (!able_ || !replay_.core().offer()) return slot_waits_since_.reset();
  if (!slot_waits_since_) slot_waits_since_ = now;
  if (now - *slot_waits_since_ > slot_wait_max)
    break_because("a slot of " + replay_.core().offer()->node + " waits for nothing");
}

}  // namespace troupe::actors::cluster
