// `troupe why`: where a trial's configuration came from, and what each decision about it was based
// on.

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "actors/cli/commands.hpp"
#include "actors/cli/output.hpp"
#include "actors/cli/study_folder.hpp"
#include "actors/cli/table.hpp"
#include "actors/counted.hpp"
#include "actors/json.hpp"
#include "actors/results/files.hpp"
#include "actors/study/inputs.hpp"
#include "actors/study/study_row.hpp"
#include "actors/terminal/line.hpp"
#include "runtime/core/overloaded.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::cli {
namespace {

using actors::Suggestion;
using actors::TrialId;
using Decisions = std::vector<schedulers::Decision>;

/// What is told of a trial: one line for each row of the journal that concerns it.
class Reasons {
 public:
  explicit Reasons(TrialId trial) : trial_(trial) {}

  Result<void> take(const actors::Row& row);
  [[nodiscard]] const Table& table() const { return table_; }

 private:
  void add(const actors::Row& row, std::string what, std::string why);
  void take(const actors::Row& row, const schedulers::Decision& decision,
            const std::optional<double>& metric);
  [[nodiscard]] static std::string based_on(const std::optional<schedulers::Judgement>& judgement);

  TrialId trial_;
  Table table_{{"row", "time_utc", "decision", "reason"}, {}};
};

void Reasons::add(const actors::Row& row, std::string what, std::string why) {
  table_.rows.push_back({static_cast<std::int64_t>(row.index), actors::datetime_of(row.time_us),
                         std::move(what), actors::printable_line(why)});
}

/// "rung 3: 12 trials, cutoff 0.25".
std::string Reasons::based_on(const std::optional<schedulers::Judgement>& judgement) {
  if (!judgement) return "no rung is compared here";
  std::string text = "rung " + std::to_string(judgement->rung) + ": " +
                     actors::counted(judgement->entries, "trial");
  if (judgement->cutoff)
    text += ", cutoff " + actors::short_number(*judgement->cutoff);
  else
    text += ", nothing was compared";
  if (judgement->epsilon) text += ", epsilon " + actors::short_number(*judgement->epsilon);
  return text;
}

/// What a suggestion is based on.
std::string source_text(const Suggestion& suggestion) {
  using Source = Suggestion::Source;
  switch (suggestion.source) {
    case Source::unknown:
      return "the journal does not say where it came from";
    case Source::incumbent:
      return "an incumbent of earlier tasks";
    case Source::points_to_evaluate:
      return "points_to_evaluate of the study file";
    case Source::random:
      return "drawn at random";
    case Source::grid:
      return "the next one of the grid";
    case Source::sobol:
      return "the next one of the Sobol sequence";
    case Source::late:
      return "drawn at random, because the searcher's own was not ready in time (patience)";
    case Source::model:
      break;
  }
  std::string text =
      "proposed by the model, which knew the rows below " + std::to_string(suggestion.at);
  if (!suggestion.basis) return text;
  const schedulers::ModelBasis& basis = *suggestion.basis;
  text += ": resource " + std::to_string(basis.resource) + ", " +
          actors::counted(basis.observations, "observation") + " there";
  if (basis.correlation)
    text += ", rank correlation with the next rung " + actors::short_number(*basis.correlation);
  if (basis.expected_improvement)
    text += ", expected improvement " + actors::short_number(*basis.expected_improvement) +
            " standard deviations";
  std::string lengths;
  for (const double length : basis.length_scales)
    lengths += (lengths.empty() ? "" : " ") + actors::short_number(length);
  if (!lengths.empty()) text += ", length scales " + lengths;
  return text;
}

void Reasons::take(const actors::Row& row, const schedulers::Decision& decision,
                   const std::optional<double>& metric) {
  const std::string at = metric ? "metric " + actors::short_number(*metric) + ", " : "";
  std::visit(
      Overloaded{
          [&](const schedulers::StartTrial& d) {
            if (d.trial == trial_)
              add(row, "start, to " + std::to_string(d.until),
                  "a slot was free and no paused trial could be promoted");
          },
          [&](const schedulers::ResumeTrial& d) {
            if (d.trial == trial_)
              add(row, "promote from " + std::to_string(d.from) + " to " + std::to_string(d.until),
                  based_on(d.judgement));
          },
          [&](const schedulers::ContinueTrial& d) {
            if (d.trial == trial_ && d.judgement)
              add(row, "go on to " + std::to_string(d.until), at + based_on(d.judgement));
          },
          [&](const schedulers::PauseTrial& d) {
            if (d.trial == trial_) add(row, "pause", at + based_on(d.judgement));
          },
          [&](const schedulers::StopTrial& d) {
            if (d.trial != trial_) return;
            if (d.reason == schedulers::StopTrial::Reason::max_resource)
              add(row, "complete", at + "it reached the maximum resource");
            else
              add(row, "stop: " + std::string(enum_text(d.reason)), at + based_on(d.judgement));
          },
          [&](const schedulers::RungUnlocked& d) {
            if (d.cause == trial_)
              add(row, "raise the ceiling to " + std::to_string(d.resource),
                  d.spent ? std::to_string(*d.spent) + " units were spent in all"
                          : "the top two rungs rank their trials differently, epsilon " +
                                actors::short_number(d.epsilon));
          },
          [&](const schedulers::HurdleRaised& d) {
            if (d.trial == trial_)
              add(row, "set the hurdle at " + std::to_string(d.resource),
                  "its metric " + actors::short_number(d.metric));
          },
          [](const auto&) {},
      },
      decision);
}

Result<void> Reasons::take(const actors::Row& row) {
  const auto input = actors::from_json<actors::Input>(row.input);
  if (!input) return input.error();
  std::optional<double> metric;
  if (const auto* report = std::get_if<actors::Reported>(&*input)) metric = report->metric;
  if (const auto* slot = std::get_if<actors::SlotFreed>(&*input);
      slot != nullptr && slot->suggestion && slot->suggestion->trial == trial_)
    add(row, "configuration", source_text(*slot->suggestion));
  const auto decisions = actors::from_json<Decisions>(row.decisions);
  if (!decisions) return decisions.error();
  for (const auto& decision : *decisions) take(row, decision, metric);
  if (const auto* end = std::get_if<actors::AttemptEnded>(&*input);
      end != nullptr && end->trial == trial_)
    add(row, "attempt " + std::to_string(end->attempt) + " ended", end->detail);
  return {};
}

}  // namespace

int show_why(const WhyOptions& options) {
  const auto study = open_study(options.folder);
  if (!study) return print_error(study.error());
  const auto* trial = study->state.find(options.trial);
  if (trial == nullptr) return print_error(unknown_trial(*study, options.trial));
  auto journal = open_journal(options.folder);
  if (!journal) return print_error(journal.error());
  Reasons reasons(options.trial);
  const auto read =
      journal->each(0, [&](const actors::Row& row) -> Result<void> { return reasons.take(row); });
  if (!read) return print_error(read.error());
  if (options.format != TableFormat::table) return print(to_text(reasons.table(), options.format));
  std::string text = "trial " + std::to_string(options.trial) + ":";
  for (const auto& setting : trial->config)
    text += " " + setting.name + "=" + schedulers::text_of(setting.value);
  return print(actors::printable_line(text) + "\n" + to_text(reasons.table(), options.format));
}

}  // namespace troupe::cli
