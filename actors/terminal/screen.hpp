#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "actors/terminal/status.hpp"

namespace troupe::actors {

/// How a study is shown.
enum class OutputMode {
  redrawn,  ///< Terminal: notices scroll above a status block that is redrawn in its place.
  lines,    ///< Pipe or file: notices, and a status line every 10 s.
  quiet,    ///< Nothing.
  json,     ///< A line with one JSON object for each event.
};

/// Output of a study while it runs. Each function returns text for one write; between two writes
/// the terminal is in its normal state.
class Screen {
 public:
  Screen(OutputMode mode, const TerminalStyle& style, StudyOutline outline);

  /// Folds an event of an earlier run of the study, without output.
  void recall(const StudyEvent& event);
  /// Text before the first event.
  [[nodiscard]] std::string open(Duration elapsed);
  [[nodiscard]] std::string on(const StudyEvent& event, Duration elapsed);
  /// Text for something that is no event of the study, such as a full disk.
  [[nodiscard]] std::string note(std::string_view sentence, Duration elapsed);
  /// Redraws what has changed. Called five times a second; writes at most ten times a second.
  [[nodiscard]] std::string tick(Duration elapsed);
  [[nodiscard]] std::string resize(std::size_t columns, std::size_t rows, Duration elapsed);
  /// Text after the last event: the summary. `failure`: why the study cannot go on, if it failed.
  [[nodiscard]] std::string close(Duration elapsed, const std::string& failure = {});

  [[nodiscard]] const StudyProgress& progress() const { return progress_; }

 private:
  [[nodiscard]] bool is_shown(const StudyEvent& event);
  void append(const Notice& notice, Duration elapsed);
  [[nodiscard]] std::string flush(Duration elapsed);
  [[nodiscard]] std::string draw(Duration elapsed);
  [[nodiscard]] std::string erase();

  OutputMode mode_;
  TerminalStyle style_;
  StudyProgress progress_;
  std::string pending_lines_;               ///< Notices that the next drawing puts above the block.
  std::vector<std::size_t> block_columns_;  ///< Widths of the lines of the block on the terminal.
  Duration drawn_at_{-1};
  bool changed_ = true;
  Duration status_at_{0};
  std::map<TrialId, std::size_t> warnings_;
};

}  // namespace troupe::actors
