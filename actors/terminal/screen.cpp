#include "actors/terminal/screen.hpp"

#include <algorithm>
#include <utility>

#include "actors/json.hpp"

namespace troupe::actors {
namespace {

using namespace std::chrono_literals;

constexpr Duration between_drawings = 100ms;  ///< Faster than that, nobody can read it.
constexpr Duration between_statuses = 10s;
constexpr std::size_t warnings_max = 3;  ///< Of one trial; the journal has the others.
constexpr std::size_t time_columns = 8;
constexpr std::size_t label_end = time_columns + 2 + 10;

std::string printed(const Notice& notice, Duration elapsed, const TerminalStyle& paper) {
  const std::string time = clock_face(elapsed);
  Line line(paper, Line::unlimited);
  line.add(std::string(time_columns - std::min(time_columns, time.size()), ' '));
  line.add(time, Style::dim).add("  ").add(notice.label, notice.style).skip_to(label_end);
  std::string text = line.add(notice.sentence).text() + "\n";
  for (const std::string& detail : notice.details) {
    Line below(paper, Line::unlimited);
    text += below.skip_to(label_end).add("| " + detail, Style::dim).text() + "\n";
  }
  return text;
}

/// The event's own fields behind its name and the seconds since the study began.
std::string object_of(const StudyEvent& event, Duration elapsed) {
  const double seconds = std::chrono::duration<double>(elapsed).count();
  return std::visit(
      [seconds]<typename E>(const E& e) {
        return "{\"event\":" + json_string(E::wire_name) + ",\"time\":" + json_number(seconds) +
               "," + to_json(e).substr(1) + "\n";
      },
      event);
}

}  // namespace

Screen::Screen(OutputMode manner, const TerminalStyle& paper, StudyOutline outline)
    : manner_(manner), paper_(paper), tally_(std::move(outline)) {}

void Screen::recall(const StudyEvent& event) {
  tally_.on(event);
}

std::string Screen::open(Duration elapsed) {
  if (manner_ == OutputMode::redrawn) return draw(elapsed);
  if (manner_ != OutputMode::lines) return {};
  const StudyOutline& outline = tally_.outline();
  std::string sentence =
      harmless(outline.study + ": " + outline.scheduler + ", " + outline.metric) + ", results in " +
      harmless(outline.folder);
  if (tally_.started() > 0) sentence += "; resumed with " + status_sentence(tally_);
  tell({"study", Style::bold, sentence, {}}, elapsed);
  return flush(elapsed);
}

std::string Screen::on(const StudyEvent& event, Duration elapsed) {
  if (manner_ == OutputMode::json) {
    tally_.on(event);
    return object_of(event, elapsed);
  }
  if (worth_telling(event))
    if (auto notice = notice_of(event, tally_)) tell(*notice, elapsed);
  tally_.on(event);
  changed_ = true;
  return flush(elapsed);
}

std::string Screen::note(std::string_view sentence, Duration elapsed) {
  tell({"note", Style::yellow, harmless(sentence), {}}, elapsed);
  return flush(elapsed);
}

std::string Screen::tick(Duration elapsed) {
  if (manner_ == OutputMode::lines && elapsed - status_at_ >= between_statuses) {
    status_at_ = elapsed;
    tell({"status", Style::dim, status_sentence(tally_), {}}, elapsed);
  }
  const bool next_second = std::chrono::floor<std::chrono::seconds>(elapsed) !=
                           std::chrono::floor<std::chrono::seconds>(drawn_at_);
  changed_ = changed_ || next_second;
  return flush(elapsed);
}

std::string Screen::resize(std::size_t columns, std::size_t rows, Duration elapsed) {
  paper_.columns = columns;
  paper_.rows = rows;
  return manner_ == OutputMode::redrawn ? draw(elapsed) : std::string();
}

std::string Screen::close(Duration elapsed) {
  if (manner_ == OutputMode::quiet || manner_ == OutputMode::json) return {};
  const std::string above = erase() + std::exchange(untold_, {});
  return above + "\n" + summary(tally_, elapsed, paper_);
}

/// A best trial that gets still better is in the block; only another best trial is told.
bool Screen::worth_telling(const StudyEvent& event) {
  if (const auto* best = std::get_if<IncumbentChanged>(&event))
    return !tally_.best() || tally_.best()->trial != best->trial;
  if (const auto* warned = std::get_if<TrialWarned>(&event))
    return ++warnings_[warned->trial] <= warnings_max;
  return true;
}

void Screen::tell(const Notice& notice, Duration elapsed) {
  if (manner_ == OutputMode::quiet || manner_ == OutputMode::json) return;
  untold_ += printed(notice, elapsed, paper_);
}

std::string Screen::flush(Duration elapsed) {
  if (manner_ == OutputMode::lines) return std::exchange(untold_, {});
  if (manner_ != OutputMode::redrawn || !changed_ || elapsed - drawn_at_ < between_drawings)
    return {};
  return draw(elapsed);
}

std::string Screen::draw(Duration elapsed) {
  std::string text = "\x1b[?25l";  // The cursor is hidden within this write only.
  text += erase();
  text += std::exchange(untold_, {});
  for (const Line& line : status_block(tally_, elapsed, paper_)) {
    text += line.text() + "\n";
    drawn_.push_back(line.columns());
  }
  changed_ = false;
  drawn_at_ = elapsed;
  return text + "\x1b[?25h";
}

/// Takes the block away, by the rows that it takes at the present width: a terminal that was made
/// narrower has wrapped it.
std::string Screen::erase() {
  std::size_t rows = 0;
  const std::size_t columns = std::max<std::size_t>(paper_.columns, 1);
  for (const std::size_t line : drawn_)
    rows += std::max<std::size_t>(1, (line + columns - 1) / columns);
  drawn_.clear();
  return rows == 0 ? std::string() : "\x1b[" + std::to_string(rows) + "A\r\x1b[J";
}

}  // namespace troupe::actors
