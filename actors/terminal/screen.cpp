#include "actors/terminal/screen.hpp"

#include <algorithm>
#include <utility>

#include "actors/json.hpp"
#include "runtime/core/check.hpp"

namespace troupe::actors {
namespace {

using namespace std::chrono_literals;

constexpr Duration between_drawings = 100ms;  ///< At most ten drawings a second.
constexpr Duration between_statuses = 10s;
constexpr std::size_t warnings_max = 3;  ///< Shown warnings of one trial; the journal has all.
constexpr std::size_t time_columns = 8;
constexpr std::size_t label_end = time_columns + 2 + 12;

std::string printed(const Notice& notice, Duration elapsed, const TerminalStyle& style) {
  const std::string time = clock_face(elapsed);
  Line line(style, Line::unlimited);
  line.add(std::string(time_columns - std::min(time_columns, time.size()), ' '));
  line.add(time, Style::dim).add("  ").add(notice.label, notice.style).skip_to(label_end);
  std::string text = line.add(notice.sentence).text() + "\n";
  for (const std::string& detail : notice.details) {
    Line below(style, Line::unlimited);
    text += below.skip_to(label_end).add("| " + detail, Style::dim).text() + "\n";
  }
  return text;
}

/// A line of JSON: the event's name, seconds since the start of the study, and its fields.
std::string event_object(const StudyEvent& event, Duration elapsed) {
  const double seconds = std::chrono::duration<double>(elapsed).count();
  return std::visit(
      [seconds]<typename E>(const E& e) {
        return "{\"event\":" + json_string(E::wire_name) + ",\"time\":" + json_number(seconds) +
               "," + to_json(e).substr(1) + "\n";
      },
      event);
}

}  // namespace

Screen::Screen(OutputMode mode, const TerminalStyle& style, StudyOutline outline)
    : mode_(mode), style_(style), progress_(std::move(outline)) {}

void Screen::recall(const StudyEvent& event) {
  progress_.on(event);
}

std::string Screen::open(Duration elapsed) {
  if (mode_ == OutputMode::redrawn) return draw(elapsed);
  if (mode_ != OutputMode::lines) return {};
  const StudyOutline& outline = progress_.outline();
  std::string sentence =
      printable_line(outline.study + ": " + outline.scheduler + ", " + outline.metric) +
      ", results in " + printable_line(outline.folder);
  if (progress_.started() > 0) sentence += "; resumed with " + status_sentence(progress_);
  append({"study", Style::bold, sentence, {}}, elapsed);
  return flush(elapsed);
}

std::string Screen::on(const StudyEvent& event, Duration elapsed) {
  if (mode_ == OutputMode::json) {
    progress_.on(event);
    return event_object(event, elapsed);
  }
  if (is_shown(event))
    if (auto notice = notice_of(event, progress_)) append(*notice, elapsed);
  progress_.on(event);
  changed_ = true;
  return flush(elapsed);
}

std::string Screen::note(std::string_view sentence, Duration elapsed) {
  append({"note", Style::yellow, printable_line(sentence), {}}, elapsed);
  return flush(elapsed);
}

std::string Screen::tick(Duration elapsed) {
  if (mode_ == OutputMode::lines && elapsed - status_at_ >= between_statuses) {
    status_at_ = elapsed;
    append({"status", Style::dim, status_sentence(progress_), {}}, elapsed);
  }
  const bool next_second = std::chrono::floor<std::chrono::seconds>(elapsed) !=
                           std::chrono::floor<std::chrono::seconds>(drawn_at_);
  changed_ = changed_ || next_second;
  return flush(elapsed);
}

std::string Screen::resize(std::size_t columns, std::size_t rows, Duration elapsed) {
  style_.columns = columns;
  style_.rows = rows;
  return mode_ == OutputMode::redrawn ? draw(elapsed) : std::string();
}

std::string Screen::close(Duration elapsed, const std::string& failure) {
  if (mode_ == OutputMode::quiet || mode_ == OutputMode::json) return {};
  const std::string above = erase() + std::exchange(pending_lines_, {});
  return above + "\n" + summary(progress_, elapsed, style_, failure);
}

/// Whether an event gets a notice. Warnings beyond warnings_max get none.
bool Screen::is_shown(const StudyEvent& event) {
  if (const auto* warned = std::get_if<TrialWarned>(&event))
    return ++warnings_[warned->trial] <= warnings_max;
  return true;
}

void Screen::append(const Notice& notice, Duration elapsed) {
  if (mode_ == OutputMode::quiet || mode_ == OutputMode::json) return;
  pending_lines_ += printed(notice, elapsed, style_);
}

std::string Screen::flush(Duration elapsed) {
  if (mode_ == OutputMode::lines) return std::exchange(pending_lines_, {});
  if (mode_ != OutputMode::redrawn || !changed_ || elapsed - drawn_at_ < between_drawings)
    return {};
  return draw(elapsed);
}

std::string Screen::draw(Duration elapsed) {
  check(mode_ == OutputMode::redrawn, "only a terminal is redrawn");
  std::string text = "\x1b[?25l";  // Hides the cursor during this write.
  text += erase();
  text += std::exchange(pending_lines_, {});
  for (const Line& line : status_block(progress_, elapsed, style_)) {
    text += line.text() + "\n";
    block_columns_.push_back(line.columns());
  }
  changed_ = false;
  drawn_at_ = elapsed;
  return text + "\x1b[?25h";
}

/// Erases the block. A terminal that was made narrower has wrapped its lines, so that it takes more
/// rows than it has lines.
std::string Screen::erase() {
  std::size_t rows = 0;
  const std::size_t columns = std::max<std::size_t>(style_.columns, 1);
  for (const std::size_t line : block_columns_)
    rows += std::max<std::size_t>(1, (line + columns - 1) / columns);
  block_columns_.clear();
  return rows == 0 ? std::string() : "\x1b[" + std::to_string(rows) + "A\r\x1b[J";
}

}  // namespace troupe::actors
