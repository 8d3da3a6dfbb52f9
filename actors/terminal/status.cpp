#include "actors/terminal/status.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "actors/counted.hpp"
#include "actors/utf8.hpp"

namespace troupe::actors {
namespace {

constexpr std::size_t label_columns = 14;  ///< Width of the labels on the left.
constexpr std::size_t tail_lines_max = 3;

/// A best metric as "val_error 0.0223 at epoch 27".
std::string metric_at(const BestTrial& best, const StudyOutline& outline,
                      std::string (*number)(double)) {
  return printable_line(outline.metric) + " " + number(best.metric) + " at " +
         printable_line(outline.resource_attr) + " " + grouped(best.resource);
}

std::vector<std::string> last_lines(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (end > at) lines.push_back(printable_line(std::string_view(text).substr(at, end - at)));
    at = end + 1;
  }
  if (lines.size() > tail_lines_max)
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(tail_lines_max));
  return lines;
}

std::string trial_name(TrialId trial) {
  return "trial " + std::to_string(trial);
}

Notice notice(const RungUnlocked& e, const StudyProgress& progress) {
  const StudyOutline& outline = progress.outline();
  return {"unlocked",
          Style::cyan,
          printable_line(outline.resource_attr) + " " + grouped(e.resource) + ": " +
              (e.spent ? grouped(*e.spent) + " were spent in all"
                       : trial_name(e.cause) + " changed the ranking (epsilon " +
                             short_number(e.epsilon) + ")"),
          {}};
}

Notice notice(const HurdleRaised& e, const StudyProgress& progress) {
  const StudyOutline& outline = progress.outline();
  return {"hurdle",
          Style::cyan,
          printable_line(outline.resource_attr) + " " + grouped(e.resource) + ": " +
              short_number(e.metric) + ", " + trial_name(e.trial),
          {}};
}

/// None for a metric that is not the best so far, and for a better one of the same trial.
std::optional<Notice> notice(const BestModelChanged& e, const StudyProgress& progress) {
  const auto& before = progress.state().best_model();
  const auto text = [&] {
    return e.best ? metric_at(*e.best, progress.outline(), short_number) + ", " +
                        trial_name(e.best->trial)
                  : std::string("none");
  };
  const StudyState::Trial* trial = before ? progress.state().find(before->trial) : nullptr;
  if (trial != nullptr && trial->state == TrialState::failed)
    return Notice{"changed",
                  Style::yellow,
                  trial_name(before->trial) + " has failed; the best model is now: " + text(),
                  {}};
  if (!e.best || !progress.is_record(e.best->metric)) return std::nullopt;
  if (before && before->trial == e.best->trial) return std::nullopt;
  return Notice{"best model", Style::green, text(), {}};
}

Notice notice(const TrialFailed& e, const StudyProgress&) {
  std::string what = trial_name(e.trial) + ", attempt " + std::to_string(e.attempt) + ": " +
                     printable_line(e.cause);
  if (e.then == TrialFailed::Then::retry) what += "; tried again from its last checkpoint";
  if (e.then == TrialFailed::Then::restart) what += "; goes on from its last checkpoint";
  const Style style = e.then == TrialFailed::Then::give_up ? Style::red : Style::yellow;
  const bool blamed = e.then == TrialFailed::Then::give_up || e.then == TrialFailed::Then::retry;
  std::vector<std::string> lines = last_lines(e.stdout_tail);
  std::ranges::move(last_lines(e.stderr_tail), std::back_inserter(lines));
  return {blamed ? "failed" : "restarted", style, what, std::move(lines)};
}

Notice notice(const SettingsChanged& e, const StudyProgress&) {
  Notice changed{"changed", Style::yellow, "the study goes on with other settings", {}};
  for (const SettingChange& change : e.changes)
    changed.details.push_back(
        printable_line(change.key + ": " + change.before + " -> " + change.after));
  return changed;
}

Notice notice(const TrialWarned& e, const StudyProgress&) {
  return {"warning", Style::yellow, trial_name(e.trial) + ": " + printable_line(e.warning), {}};
}

Notice notice(const StudyWarned& e, const StudyProgress&) {
  return {"warning", Style::yellow, printable_line(e.warning), {}};
}

Notice notice(const NodeSetAside& e, const StudyProgress&) {
  const std::string node = "node " + printable_line(e.node);
  if (e.reason.empty()) return {"node", Style::plain, node + " is not set aside any more", {}};
  return {"warning",
          Style::yellow,
          node + " is set aside, no trial starts there: " + printable_line(e.reason),
          {}};
}

/// Number of started trials, as "12 of 100" or "12".
std::string started_text(const StudyProgress& progress) {
  std::string text = grouped(static_cast<std::int64_t>(progress.started()));
  if (progress.outline().trials_max)
    text += " of " + grouped(static_cast<std::int64_t>(*progress.outline().trials_max));
  return text;
}

struct ShownState {
  TrialState state;
  Style style;
};
constexpr ShownState shown_states[] = {
    {TrialState::running, Style::green}, {TrialState::paused, Style::plain},
    {TrialState::stopped, Style::plain}, {TrialState::completed, Style::plain},
    {TrialState::failed, Style::red},    {TrialState::pending, Style::yellow},
};

std::string_view word_of(TrialState state) {
  return state == TrialState::pending ? "to be retried" : enum_text(state);
}

/// Whether a count of zero is shown.
bool always_shown(TrialState state) {
  return state == TrialState::running || state == TrialState::paused ||
         state == TrialState::stopped;
}

Line head_line(const StudyProgress& progress, Duration elapsed, const TerminalStyle& style,
               std::size_t columns) {
  const std::string_view dash = style.unicode ? "\u2500" : "-";
  const std::string time = clock_face(elapsed);
  Line line(style, columns);
  line.add(dash, Style::dim).add(dash, Style::dim).add(" ");
  line.add(printable_line(progress.outline().study), Style::bold).add(" ");
  line.add(printable_line(progress.outline().scheduler), Style::dim).add(" ");
  std::string rule;
  for (std::size_t used = line.columns() + time.size() + 4; used < columns; ++used) rule += dash;
  return line.add(rule, Style::dim)
      .add(" ")
      .add(time)
      .add(" ")
      .add(dash, Style::dim)
      .add(dash, Style::dim);
}

Line labelled(const TerminalStyle& style, std::size_t columns, std::string_view label) {
  Line line(style, columns);
  return line.add("  ").add(label, Style::dim).skip_to(label_columns);
}

Line trials_line(const StudyProgress& progress, const TerminalStyle& style, std::size_t columns) {
  Line line = labelled(style, columns, "trials");
  line.add(started_text(progress), Style::bold).add(" started");
  for (const ShownState& shown : shown_states) {
    const std::size_t n = progress.count(shown.state);
    if (n == 0 && !always_shown(shown.state)) continue;
    line.add("   ").add(grouped(static_cast<std::int64_t>(n)), n > 0 ? shown.style : Style::dim);
    line.add(" ").add(word_of(shown.state), n > 0 ? Style::plain : Style::dim);
  }
  return line;
}

/// Each rung with the number of trials that reached it; locked rungs follow a bar.
Line rungs_line(const StudyProgress& progress, const TerminalStyle& style, std::size_t columns) {
  Line line = labelled(style, columns, "rungs");
  const auto& levels = progress.outline().levels;
  const std::vector<std::size_t> reached = progress.reached();
  bool locked = false;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    if (!locked && levels[i] > progress.ceiling()) {
      line.add(style.unicode ? "\u2502  " : "|  ", Style::cyan);
      locked = true;
    }
    line.add(std::to_string(levels[i]), Style::dim);
    if (!locked)
      line.add(style.unicode ? "\u00d7" : "x", Style::dim)
          .add(grouped(static_cast<std::int64_t>(reached[i])));
    line.add("  ");
  }
  return line;
}

/// "1 epoch", "1,204 epochs".
std::string spent_text(const StudyProgress& progress) {
  const std::string& unit = progress.outline().resource_attr;
  return grouped(progress.spent()) + " " +
         printable_line(progress.spent() == 1 ? unit : plural(unit));
}

Line ceiling_line(const StudyProgress& progress, const TerminalStyle& style, std::size_t columns) {
  if (progress.resource_max() == 0)
    return labelled(style, columns, "spent").add(spent_text(progress));
  Line line = labelled(style, columns, "ceiling");
  line.add("T = ").add(grouped(progress.ceiling()), Style::bold);
  line.add(" of R = " + grouped(progress.resource_max()));
  if (progress.epsilon()) line.add("   epsilon " + short_number(*progress.epsilon()));
  return line.add("   " + spent_text(progress) + " spent");
}

Line running_line(const StudyProgress& progress, const TerminalStyle& style, std::size_t columns) {
  Line line = labelled(style, columns, "running");
  for (const auto& [trial, resource] : progress.running()) {
    line.add("#" + std::to_string(trial)).add("@" + grouped(resource) + "  ", Style::dim);
    if (!line.fits(1)) break;
  }
  return line;
}

/// Whether one line stands for the best model and the configuration to retrain.
bool are_same_trial(const StudyState& state) {
  return state.best_model() && state.retrain() &&
         state.best_model()->trial == state.retrain()->trial;
}

/// Adds the best model with its configuration, and the configuration to retrain if it is another
/// trial's: three lines at most.
void add_best(std::vector<Line>& lines, const StudyProgress& progress, const TerminalStyle& style,
              std::size_t columns) {
  const StudyState& state = progress.state();
  const bool same = are_same_trial(state);
  Line line = labelled(style, columns, "best model");
  if (!state.best_model()) {
    lines.push_back(line.add("none: " + state.no_best_model_reason(), Style::dim));
  } else {
    line.add(metric_at(*state.best_model(), progress.outline(), short_number), Style::green);
    line.add(", " + trial_name(state.best_model()->trial));
    lines.push_back(line.add(same ? " (also to retrain)" : ""));
    lines.push_back(labelled(style, columns, ""));
    const std::size_t lines_max = lines.size() + (same ? 1 : 0);
    for (const auto& [name, value] : state.best_model()->config) {
      const std::string shown = short_value(value);
      if (!lines.back().fits(utf8_columns(name) + utf8_columns(shown) + 1) &&
          lines.size() < lines_max)
        lines.push_back(labelled(style, columns, ""));
      lines.back().add(printable_line(name) + " ", Style::dim).add(shown).add("   ");
    }
  }
  if (!state.retrain() || same) return;
  lines.push_back(labelled(style, columns, "retrain"));
  lines.back()
      .add(metric_at(*state.retrain(), progress.outline(), short_number), Style::green)
      .add(", " + trial_name(state.retrain()->trial));
}

/// Outcome and reason of the end of the study, or of this process.
Line outcome_line(const StudyProgress& progress, const TerminalStyle& style,
                  const std::string& failure) {
  Line line(style, Line::unlimited);
  line.add(printable_line(progress.outline().study), Style::bold).add(" ");
  if (!failure.empty())
    return line.add("cannot go on", Style::red).add(": " + printable_line(failure));
  if (!progress.finished()) return line.add("goes on without this terminal", Style::yellow);
  using Outcome = StudyFinished::Outcome;
  switch (progress.finished()->outcome) {
    case Outcome::finished:
      line.add("finished", Style::green);
      break;
    case Outcome::stopped:
      line.add("was stopped", Style::yellow);
      break;
    case Outcome::failed:
      line.add("failed", Style::red);
      if (progress.finished()->resumable) line.add(" (the same command resumes it)");
      break;
    case Outcome::interrupted:
      line.add("was interrupted", Style::yellow).add(" (the same command resumes it)");
      break;
  }
  const std::string& reason = progress.finished()->reason;
  return reason.empty() ? line : line.add(": " + printable_line(reason));
}

/// Adds a best trial and its configuration. `note` follows the trial.
void add_summary_trial(std::vector<Line>& lines, std::string_view label, const BestTrial& best,
                       const std::string& note, const StudyProgress& progress,
                       const TerminalStyle& style) {
  lines.push_back(labelled(style, Line::unlimited, label));
  lines.back()
      .add(printable_line(progress.outline().metric) + " " + exact_number(best.metric),
           Style::green)
      .add(" at " + printable_line(progress.outline().resource_attr) + " " + grouped(best.resource))
      .add(", " + trial_name(best.trial) + note);
  std::size_t widest = 0;
  for (const auto& setting : best.config) widest = std::max(widest, utf8_columns(setting.name));
  for (const auto& [name, value] : best.config) {
    lines.push_back(labelled(style, Line::unlimited, ""));
    lines.back()
        .add(printable_line(name), Style::dim)
        .skip_to(label_columns + widest + 2)
        .add(exact_value(value));
  }
}

void add_summary_best(std::vector<Line>& lines, const StudyProgress& progress,
                      const TerminalStyle& style) {
  const StudyState& state = progress.state();
  const std::string resource = printable_line(progress.outline().resource_attr);
  const bool same = are_same_trial(state);
  if (!state.best_model())
    lines.push_back(labelled(style, Line::unlimited, "best model")
                        .add("none: " + state.no_best_model_reason()));
  else
    add_summary_trial(lines, "best model", *state.best_model(),
                      !same ? ""
                      : state.retrain_is_compared()
                          ? " (also to retrain)"
                          : " (also to retrain: no " + resource +
                                " was reported by two trials that did not fail)",
                      progress, style);
  if (state.retrain() && !same)
    add_summary_trial(lines, "retrain", *state.retrain(), "", progress, style);
}

Line spent_line(const StudyProgress& progress, Duration elapsed, const TerminalStyle& style) {
  const std::size_t trials = progress.started();
  Line line = labelled(style, Line::unlimited, "spent");
  line.add(spent_text(progress) + " in " + grouped(static_cast<std::int64_t>(trials)) +
           (trials == 1 ? " trial, " : " trials, ") + clock_face(elapsed));
  if (const std::size_t failed = progress.count(TrialState::failed); failed > 0)
    line.add("; ").add(grouped(static_cast<std::int64_t>(failed)) + " failed", Style::red);
  return line;
}

Line summary_ceiling_line(const StudyProgress& progress, const TerminalStyle& style) {
  Line line = labelled(style, Line::unlimited, "ceiling");
  line.add("T = " + grouped(progress.ceiling()) + ", R = " + grouped(progress.resource_max()));
  if (progress.epsilon()) line.add(", epsilon " + short_number(*progress.epsilon()));
  return line;
}

/// How well each rung predicts the next one; none while no two rungs can be compared.
std::optional<Line> agreement_line(const StudyProgress& progress, const TerminalStyle& style) {
  std::string text;
  for (const auto& pair : progress.agreement().pairs()) {
    if (!pair.correlation) continue;
    text += (text.empty() ? "rank correlation " : ", ") + text_of(*pair.correlation) + " from " +
            (text.empty() ? printable_line(progress.outline().resource_attr) + " " : "") +
            grouped(pair.lower) + " to " + grouped(pair.upper) + " (" +
            counted(pair.trials, "trial") + ")";
  }
  if (text.empty()) return std::nullopt;
  Line line = labelled(style, Line::unlimited, "rungs");
  line.add(text);
  return line;
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

std::string status_sentence(const StudyProgress& progress) {
  std::string text = started_text(progress) + " started";
  for (const ShownState& shown : shown_states)
    if (progress.count(shown.state) > 0 || always_shown(shown.state))
      text += ", " + grouped(static_cast<std::int64_t>(progress.count(shown.state))) + " " +
              std::string(word_of(shown.state));
  if (progress.resource_max() > 0)
    text += "; T " + grouped(progress.ceiling()) + " of " + grouped(progress.resource_max());
  if (progress.epsilon()) text += ", epsilon " + short_number(*progress.epsilon());
  text += "; " + spent_text(progress);
  const StudyState& state = progress.state();
  const auto named = [&](const BestTrial& best) {
    return metric_at(best, progress.outline(), short_number) + ", " + trial_name(best.trial);
  };
  text += state.best_model() ? "; best model " + named(*state.best_model()) : "; no best model yet";
  if (are_same_trial(state)) return text + " (also to retrain)";
  return state.retrain() ? text + "; to retrain " + named(*state.retrain()) : text;
}

std::vector<Line> status_block(const StudyProgress& progress, Duration elapsed,
                               const TerminalStyle& style) {
  // The last column stays free: terminals differ in whether a full line wraps.
  const std::size_t columns = std::clamp<std::size_t>(style.columns, 1, 101) - 1;
  std::vector<Line> lines{head_line(progress, elapsed, style, columns),
                          trials_line(progress, style, columns)};
  if (progress.outline().levels.size() > 1) lines.push_back(rungs_line(progress, style, columns));
  lines.push_back(ceiling_line(progress, style, columns));
  lines.push_back(running_line(progress, style, columns));
  add_best(lines, progress, style, columns);
  // The cursor is below the block. A row more would scroll, and leave a copy of the block behind.
  const std::size_t lines_max = std::max<std::size_t>(style.rows, 1) - 1;
  if (lines.size() > lines_max)
    lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(lines_max), lines.end());
  return lines;
}

std::string summary(const StudyProgress& progress, Duration elapsed, const TerminalStyle& style,
                    const std::string& failure) {
  std::vector<Line> lines{outcome_line(progress, style, failure), Line(style, 0)};
  add_summary_best(lines, progress, style);
  lines.push_back(spent_line(progress, elapsed, style));
  if (progress.resource_max() > 0) lines.push_back(summary_ceiling_line(progress, style));
  if (auto line = agreement_line(progress, style)) lines.push_back(std::move(*line));
  const std::string folder = printable_line(progress.outline().folder);
  lines.push_back(labelled(style, Line::unlimited, "results").add(folder));
  lines.push_back(labelled(style, Line::unlimited, "more").add("troupe trials " + folder));
  const StudyState& state = progress.state();
  if (const auto& best = state.best_model() ? state.best_model() : state.retrain())
    lines.push_back(labelled(style, Line::unlimited, "")
                        .add("troupe logs " + folder + " " + std::to_string(best->trial)));
  std::string text;
  for (const Line& line : lines) text += line.text() + "\n";
  return text;
}

}  // namespace troupe::actors
