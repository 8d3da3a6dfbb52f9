#include <algorithm>

#include "actors/terminal/page.hpp"
#include "actors/utf8.hpp"

namespace troupe::actors {
namespace {

constexpr std::size_t summary_label_columns = 12;

Line labelled(const TerminalStyle& paper, std::string_view label) {
  Line line(paper, Line::unlimited);
  return line.add("  ").add(label, Style::dim).skip_to(summary_label_columns);
}

/// How it ended: the outcome, and the study's reason as it stands.
Line outcome_line(const StudyProgress& tally, const TerminalStyle& paper) {
  Line line(paper, Line::unlimited);
  line.add(harmless(tally.outline().study), Style::bold).add(" ");
  if (!tally.finished()) return line.add("goes on without this terminal", Style::yellow);
  using Outcome = StudyFinished::Outcome;
  switch (tally.finished()->outcome) {
    case Outcome::finished:
      line.add("finished", Style::green);
      break;
    case Outcome::stopped:
      line.add("was stopped", Style::yellow);
      break;
    case Outcome::failed:
      line.add("failed", Style::red);
      break;
    case Outcome::interrupted:
      line.add("was interrupted", Style::yellow).add(" (the same command resumes it)");
      break;
  }
  const std::string& reason = tally.finished()->reason;
  return reason.empty() ? line : line.add(": " + harmless(reason));
}

void add_best(std::vector<Line>& lines, const StudyProgress& tally, const TerminalStyle& paper) {
  if (!tally.best()) {
    lines.push_back(labelled(paper, "best")
                        .add("none: no two trials reported the same " +
                             harmless(tally.outline().resource_attr)));
    return;
  }
  const IncumbentChanged& best = *tally.best();
  lines.push_back(labelled(paper, "best"));
  lines.back()
      .add(harmless(tally.outline().metric) + " " + exact_number(best.metric), Style::green)
      .add(" at " + harmless(tally.outline().resource_attr) + " " + grouped(best.resource))
      .add(", trial " + std::to_string(best.trial));
  std::size_t widest = 0;
  for (const auto& setting : best.config) widest = std::max(widest, utf8_columns(setting.name));
  for (const auto& [name, value] : best.config) {
    lines.push_back(labelled(paper, ""));
    lines.back()
        .add(harmless(name), Style::dim)
        .skip_to(summary_label_columns + widest + 2)
        .add(exact_value(value));
  }
}

Line spent_line(const StudyProgress& tally, Duration elapsed, const TerminalStyle& paper) {
  const std::size_t trials = tally.started();
  Line line = labelled(paper, "spent");
  line.add(grouped(tally.spent()) + " " + harmless(plural(tally.outline().resource_attr)) + " in " +
           grouped(static_cast<std::int64_t>(trials)) + (trials == 1 ? " trial, " : " trials, ") +
           clock_face(elapsed));
  if (const std::size_t failed = tally.count(TrialState::failed); failed > 0)
    line.add("; ").add(grouped(static_cast<std::int64_t>(failed)) + " failed", Style::red);
  return line;
}

Line ceiling_line(const StudyProgress& tally, const TerminalStyle& paper) {
  Line line = labelled(paper, "ceiling");
  line.add("T = " + grouped(tally.ceiling()) + ", R = " + grouped(tally.resource_max()));
  if (tally.epsilon()) line.add(", epsilon " + short_number(*tally.epsilon()));
  return line;
}

}  // namespace

std::string summary(const StudyProgress& tally, Duration elapsed, const TerminalStyle& paper) {
  std::vector<Line> lines{outcome_line(tally, paper), Line(paper, 0)};
  add_best(lines, tally, paper);
  lines.push_back(spent_line(tally, elapsed, paper));
  lines.push_back(ceiling_line(tally, paper));
  const std::string folder = harmless(tally.outline().folder);
  lines.push_back(labelled(paper, "results").add(folder));
  lines.push_back(labelled(paper, "more").add("troupe trials " + folder));
  if (tally.best())
    lines.push_back(labelled(paper, "").add("troupe logs " + folder + " " +
                                            std::to_string(tally.best()->trial)));
  std::string text;
  for (const Line& line : lines) text += line.text() + "\n";
  return text;
}

}  // namespace troupe::actors
