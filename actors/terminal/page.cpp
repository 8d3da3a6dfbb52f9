#include "actors/terminal/page.hpp"

#include <algorithm>
#include <utility>

#include "actors/utf8.hpp"

namespace troupe::actors {
namespace {

constexpr std::size_t label_columns = 12;  ///< Of the names at the left, with their margin.
constexpr std::size_t stderr_lines_max = 3;

/// "val_error 0.0223 at epoch 27".
std::string metric_at(const IncumbentChanged& best, const StudyOutline& outline,
                      std::string (*number)(double)) {
  return harmless(outline.metric) + " " + number(best.metric) + " at " +
         harmless(outline.resource_attr) + " " + grouped(best.resource);
}

std::vector<std::string> last_lines(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (end > at) lines.push_back(harmless(std::string_view(text).substr(at, end - at)));
    at = end + 1;
  }
  if (lines.size() > stderr_lines_max)
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(stderr_lines_max));
  return lines;
}

std::string trial_name(TrialId trial) {
  return "trial " + std::to_string(trial);
}

Notice notice(const RungUnlocked& e, const StudyProgress& tally) {
  const StudyOutline& outline = tally.outline();
  return {"unlocked",
          Style::cyan,
          harmless(outline.resource_attr) + " " + grouped(e.resource) + ": " + trial_name(e.cause) +
              " changed the ranking (epsilon " + short_number(e.epsilon) + ")",
          {}};
}

Notice notice(const HurdleRaised& e, const StudyProgress& tally) {
  const StudyOutline& outline = tally.outline();
  return {"hurdle",
          Style::cyan,
          harmless(outline.resource_attr) + " " + grouped(e.resource) + ": " +
              short_number(e.metric) + ", " + trial_name(e.trial),
          {}};
}

/// Trials that got further are compared first: the metric may be worse than the last one told.
Notice notice(const IncumbentChanged& e, const StudyProgress& tally) {
  std::string text = metric_at(e, tally.outline(), short_number) + ", " + trial_name(e.trial);
  if (tally.best() && e.resource > tally.best()->resource) text += " (the first to get so far)";
  return {"best", Style::green, std::move(text), {}};
}

Notice notice(const TrialFailed& e, const StudyProgress&) {
  std::string what =
      trial_name(e.trial) + ", attempt " + std::to_string(e.attempt) + ": " + harmless(e.cause);
  if (e.then == TrialFailed::Then::retry) what += "; tried again from its last checkpoint";
  if (e.then == TrialFailed::Then::restart) what += "; goes on from its last checkpoint";
  const Style style = e.then == TrialFailed::Then::give_up ? Style::red : Style::yellow;
  const bool blamed = e.then != TrialFailed::Then::restart;
  return {blamed ? "failed" : "restarted", style, what, last_lines(e.stderr_tail)};
}

Notice notice(const TrialWarned& e, const StudyProgress&) {
  return {"warning", Style::yellow, trial_name(e.trial) + ": " + harmless(e.warning), {}};
}

/// "12 of 100 trials" or "12 trials".
std::string progress(const StudyProgress& tally) {
  std::string text = grouped(static_cast<std::int64_t>(tally.started()));
  if (tally.outline().trials_max)
    text += " of " + grouped(static_cast<std::int64_t>(*tally.outline().trials_max));
  return text;
}

struct Counted {
  TrialState state;
  std::string_view word;
  Style style;
};
constexpr Counted states[] = {
    {TrialState::running, "running", Style::green},
    {TrialState::paused, "paused", Style::plain},
    {TrialState::stopped, "stopped", Style::plain},
    {TrialState::completed, "completed", Style::plain},
    {TrialState::failed, "failed", Style::red},
    {TrialState::pending, "to be retried", Style::yellow},
};

/// Whether a count is shown when it is nought.
bool always_shown(TrialState state) {
  return state == TrialState::running || state == TrialState::paused ||
         state == TrialState::stopped;
}

Line head_line(const StudyProgress& tally, Duration elapsed, const TerminalStyle& paper,
               std::size_t columns) {
  const std::string_view dash = paper.unicode ? "\u2500" : "-";
  const std::string time = clock_face(elapsed);
  Line line(paper, columns);
  line.add(dash, Style::dim).add(dash, Style::dim).add(" ");
  line.add(harmless(tally.outline().study), Style::bold).add(" ");
  line.add(harmless(tally.outline().scheduler), Style::dim).add(" ");
  std::string rule;
  for (std::size_t used = line.columns() + time.size() + 4; used < columns; ++used) rule += dash;
  return line.add(rule, Style::dim)
      .add(" ")
      .add(time)
      .add(" ")
      .add(dash, Style::dim)
      .add(dash, Style::dim);
}

Line labelled(const TerminalStyle& paper, std::size_t columns, std::string_view label) {
  Line line(paper, columns);
  return line.add("  ").add(label, Style::dim).skip_to(label_columns);
}

Line trials_line(const StudyProgress& tally, const TerminalStyle& paper, std::size_t columns) {
  Line line = labelled(paper, columns, "trials");
  line.add(progress(tally), Style::bold).add(" started");
  for (const Counted& counted : states) {
    const std::size_t n = tally.count(counted.state);
    if (n == 0 && !always_shown(counted.state)) continue;
    line.add("   ").add(grouped(static_cast<std::int64_t>(n)), n > 0 ? counted.style : Style::dim);
    line.add(" ").add(counted.word, n > 0 ? Style::plain : Style::dim);
  }
  return line;
}

/// Each rung with the number of trials that came so far; those that are locked, behind a bar.
Line rungs_line(const StudyProgress& tally, const TerminalStyle& paper, std::size_t columns) {
  Line line = labelled(paper, columns, "rungs");
  const auto& levels = tally.outline().levels;
  const std::vector<std::size_t> reached = tally.reached();
  bool locked = false;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    if (!locked && levels[i] > tally.ceiling()) {
      line.add(paper.unicode ? "\u2502  " : "|  ", Style::cyan);
      locked = true;
    }
    line.add(std::to_string(levels[i]), Style::dim);
    if (!locked)
      line.add(paper.unicode ? "\u00d7" : "x", Style::dim)
          .add(grouped(static_cast<std::int64_t>(reached[i])));
    line.add("  ");
  }
  return line;
}

Line ceiling_line(const StudyProgress& tally, const TerminalStyle& paper, std::size_t columns) {
  Line line = labelled(paper, columns, "ceiling");
  line.add("T = ").add(grouped(tally.ceiling()), Style::bold);
  line.add(" of R = " + grouped(tally.resource_max()));
  if (tally.epsilon()) line.add("   epsilon " + short_number(*tally.epsilon()));
  return line.add("   " + grouped(tally.spent()) + " " +
                  harmless(plural(tally.outline().resource_attr)) + " spent");
}

Line running_line(const StudyProgress& tally, const TerminalStyle& paper, std::size_t columns) {
  Line line = labelled(paper, columns, "running");
  for (const auto& [trial, resource] : tally.running()) {
    line.add("#" + std::to_string(trial)).add("@" + grouped(resource) + "  ", Style::dim);
    if (!line.fits(1)) break;
  }
  return line;
}

/// The best trial so far, and its configuration in as many lines as it takes, two at most.
void add_best(std::vector<Line>& lines, const StudyProgress& tally, const TerminalStyle& paper,
              std::size_t columns) {
  Line line = labelled(paper, columns, "best");
  if (!tally.best()) {
    lines.push_back(line.add("none yet", Style::dim));
    return;
  }
  line.add(metric_at(*tally.best(), tally.outline(), short_number), Style::green);
  lines.push_back(line.add(", " + trial_name(tally.best()->trial)));
  lines.push_back(labelled(paper, columns, ""));
  const std::size_t lines_max = lines.size() + 1;
  for (const auto& [name, value] : tally.best()->config) {
    const std::string shown = short_value(value);
    if (!lines.back().fits(utf8_columns(name) + utf8_columns(shown) + 1) &&
        lines.size() < lines_max)
      lines.push_back(labelled(paper, columns, ""));
    lines.back().add(harmless(name) + " ", Style::dim).add(shown).add("   ");
  }
}

}  // namespace

std::optional<Notice> notice_of(const StudyEvent& event, const StudyProgress& before) {
  return std::visit(
      [&before]<typename E>(const E& e) -> std::optional<Notice> {
        if constexpr (requires { notice(e, before); }) return notice(e, before);
        return std::nullopt;
      },
      event);
}

std::string status_sentence(const StudyProgress& tally) {
  std::string text = progress(tally) + " started";
  for (const Counted& counted : states)
    if (tally.count(counted.state) > 0 || always_shown(counted.state))
      text += ", " + grouped(static_cast<std::int64_t>(tally.count(counted.state))) + " " +
              std::string(counted.word);
  text += "; T " + grouped(tally.ceiling()) + " of " + grouped(tally.resource_max());
  if (tally.epsilon()) text += ", epsilon " + short_number(*tally.epsilon());
  text += "; " + grouped(tally.spent()) + " " + harmless(plural(tally.outline().resource_attr));
  if (!tally.best()) return text + "; no best yet";
  return text + "; best " + metric_at(*tally.best(), tally.outline(), short_number) + ", " +
         trial_name(tally.best()->trial);
}

std::vector<Line> status_block(const StudyProgress& tally, Duration elapsed,
                               const TerminalStyle& paper) {
  // The last column stays free: a terminal that is full there may or may not go to the next line.
  const std::size_t columns = std::clamp<std::size_t>(paper.columns, 21, 101) - 1;
  std::vector<Line> lines{head_line(tally, elapsed, paper, columns),
                          trials_line(tally, paper, columns)};
  if (tally.outline().levels.size() > 1) lines.push_back(rungs_line(tally, paper, columns));
  lines.push_back(ceiling_line(tally, paper, columns));
  lines.push_back(running_line(tally, paper, columns));
  add_best(lines, tally, paper, columns);
  if (lines.size() + 1 > paper.rows)
    lines.erase(
        lines.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(paper.rows, 2) - 1),
        lines.end());
  return lines;
}

}  // namespace troupe::actors
