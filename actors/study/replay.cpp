#include "actors/study/replay.hpp"

#include <utility>

#include "actors/json.hpp"
#include "actors/study/recovery.hpp"
#include "actors/study/study_rules.hpp"
#include "actors/study_file/study_spec.hpp"
#include "runtime/core/check.hpp"
#include "schedulers/scheduler_options.hpp"

namespace troupe::actors {

using Decisions = std::vector<schedulers::Decision>;

Replay::Replay(const StudySpec& spec, std::uint64_t seed)
    : core_(rules_of(spec)),
      scheduler_(spec.scheduler.actor.empty()
                     ? schedulers::make_scheduler(scheduler_options(spec, seed)).value()
                     : nullptr) {
  if (spec.searcher.actor.empty()) {
    searcher_.emplace(spec, seed);
    late_.emplace(spec, seed);
    learning_ = learns(spec.searcher.options);
  }
  for (const std::string& actor : {spec.scheduler.actor, spec.searcher.actor})
    if (!actor.empty()) own_actors_.push_back(actor);
}

Result<Replay> Replay::of(const Row& first) {
  const auto input = from_json<Input>(first.input);
  if (!input) return input.error();
  const auto* opened = std::get_if<StudyOpened>(&*input);
  if (first.index != 0 || opened == nullptr)
    return Error{ErrorKind::bad_input, "row 0 of the journal is not the opening of a study"};
  if (!opened->spec)
    return Error{ErrorKind::bad_input,
                 "row 0 does not hold the study: its decisions can be derived again only by the "
                 "troupe that wrote it, which was " +
                     opened->version};
  return Replay(*opened->spec, opened->seed);
}

std::vector<Difference> Replay::on(const Row& row) {
  return at_row(row, [&] { return derive(row); });
}

std::vector<Difference> Replay::derive(const Row& row) {
  std::vector<Difference> differences;
  const auto differ = [&](const char* what, const std::string& journal, const std::string& replay) {
    if (journal != replay) differences.push_back({row.index, what, journal, replay});
  };
  const Result<Input> input = from_json<Input>(row.input);
  if (!input) {
    differ("input", row.input, input.error().what);
    return differences;
  }
  if (!core_.accepts(*input)) {
    differ("input", row.input, "\"not accepted here\"");
    return differences;
  }
  if (const auto* slot = std::get_if<SlotFreed>(&*input);
      slot != nullptr && slot->suggestion && searcher_) {
    if (const auto again = suggested_again(*slot->suggestion))
      differ("suggestion", to_json(*slot->suggestion), to_json(*again));
  }
  if (const auto question = core_.question(*input); question && scheduler_) {
    const Decisions again = scheduler_->on(*question);
    decisions_ += again.size();
    differ("decisions", row.decisions, to_json(again));
  }
  const Result<Decisions> journaled = from_json<Decisions>(row.decisions);
  if (!journaled) {
    differ("decisions", row.decisions, journaled.error().what);
    return differences;
  }
  Outcome outcome = core_.apply(*input, row.index, *journaled);
  // Decoded first: an older version wrote fewer fields.
  const auto events = from_json<std::vector<StudyEvent>>(row.events);
  differ("events", events ? to_json(*events) : row.events, to_json(outcome.events));
  if (searcher_ && !outcome.facts.empty()) untold_.push_back({row.index, std::move(outcome.facts)});
  return differences;
}

/// None: it is not derived again.
std::optional<Suggestion> Replay::suggested_again(const Suggestion& recorded) {
  if (recorded.source == Suggestion::Source::late) {
    learn_below(recorded.at);
    return late_->draw(recorded.trial, recorded.at);
  }
  if (learning_ && !recomputes_learned_) return std::nullopt;
  learn_below(recorded.at);
  ++suggestions_;
  return searcher_->suggest(recorded.trial, recorded.at);
}

/// Tells the searcher what it knew when the first `rows` rows were there.
void Replay::learn_below(std::uint64_t rows) {
  for (; !untold_.empty() && untold_.front().index < rows; untold_.pop_front()) {
    for (const auto& fact : untold_.front().facts) searcher_->learn(fact);
    late_->learn(untold_.front().facts);
  }
}

}  // namespace troupe::actors
