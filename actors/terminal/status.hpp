#pragma once

#include <optional>
#include <string>
#include <vector>

#include "actors/terminal/line.hpp"
#include "actors/terminal/study_progress.hpp"

namespace troupe::actors {

/// Text about one event for the terminal: a sentence, and lines that explain it.
struct Notice {
  std::string label;  ///< "unlocked", "best", "failed", "warning".
  Style style = Style::plain;
  std::string sentence;
  std::vector<std::string> details;
};

/// Notice of an event; none for an event that only changes totals. `before`: without the event.
std::optional<Notice> notice_of(const StudyEvent& event, const StudyProgress& before);

/// State of a study in one sentence, for output that is not redrawn.
std::string status_sentence(const StudyProgress& progress);

/// State of a study in at most eight lines, each as wide as the terminal at most.
std::vector<Line> status_block(const StudyProgress& progress, Duration elapsed,
                               const TerminalStyle& style);

/// Result of a study, its totals, and the commands that show more. Ends with a newline. `failure`:
/// why this process cannot go on with the study; empty if it can.
std::string summary(const StudyProgress& progress, Duration elapsed, const TerminalStyle& style,
                    const std::string& failure = {});

}  // namespace troupe::actors
