#pragma once

#include <optional>
#include <string>
#include <vector>

#include "actors/terminal/line.hpp"
#include "actors/terminal/study_progress.hpp"

namespace troupe::actors {

/// What a person is told of one event: a sentence, and lines that explain it.
struct Notice {
  std::string label;  ///< "unlocked", "best", "failed", "warning".
  Style style = Style::plain;
  std::string sentence;
  std::vector<std::string> details;
};

/// Empty for an event that only counts. `before`: as things stood without it.
std::optional<Notice> notice_of(const StudyEvent& event, const StudyProgress& before);

/// The state of a study in one sentence, for a log.
std::string status_sentence(const StudyProgress& tally);

/// The state of a study in a few lines, for a terminal.
std::vector<Line> status_block(const StudyProgress& tally, Duration elapsed,
                               const TerminalStyle& paper);

/// What came out of a study, and where to read on. The best configuration is the one with the best
/// metric at the highest resource that at least two trials reported.
std::string summary(const StudyProgress& tally, Duration elapsed, const TerminalStyle& paper);

}  // namespace troupe::actors
