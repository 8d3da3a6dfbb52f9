#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "actors/terminal/page.hpp"

namespace troupe::actors {

/// How a study is shown.
enum class OutputMode {
  redrawn,  ///< On a terminal: lines scroll by above a block that is drawn anew in its place.
  lines,    ///< In a pipe or a file: lines, and the state every ten seconds.
  quiet,    ///< Not at all.
  json,     ///< One JSON object a line, for each event.
};

/// What a person sees of a study while it runs. Each function returns the text to write, all of it
/// in one write; nothing is ever left switched on in the terminal between two writes.
class Screen {
 public:
  Screen(OutputMode manner, const TerminalStyle& paper, StudyOutline outline);

  /// An event of an earlier run of this study: it counts, and is not told again.
  void recall(const StudyEvent& event);
  /// What is written first.
  [[nodiscard]] std::string open(Duration elapsed);
  [[nodiscard]] std::string on(const StudyEvent& event, Duration elapsed);
  /// Something to tell that is no event of the study: a node that came or went, say.
  [[nodiscard]] std::string note(std::string_view sentence, Duration elapsed);
  /// To be called about five times a second: draws what has changed since.
  [[nodiscard]] std::string tick(Duration elapsed);
  [[nodiscard]] std::string resize(std::size_t columns, std::size_t rows, Duration elapsed);
  /// What is written last: the summary.
  [[nodiscard]] std::string close(Duration elapsed);

  [[nodiscard]] const StudyProgress& tally() const { return tally_; }

 private:
  [[nodiscard]] bool worth_telling(const StudyEvent& event);
  void tell(const Notice& notice, Duration elapsed);
  [[nodiscard]] std::string flush(Duration elapsed);
  [[nodiscard]] std::string draw(Duration elapsed);
  [[nodiscard]] std::string erase();

  OutputMode manner_;
  TerminalStyle paper_;
  StudyProgress tally_;
  std::string untold_;              ///< Lines that the next drawing puts above the block.
  std::vector<std::size_t> drawn_;  ///< Columns of the block's lines as they stand there.
  Duration drawn_at_{-1};
  bool changed_ = true;
  Duration status_at_{0};
  std::map<TrialId, std::size_t> warnings_;
};

}  // namespace troupe::actors
