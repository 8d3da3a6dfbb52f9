#include <algorithm>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "actors/terminal/screen.hpp"
#include "test/unit/actors/terminal_kit.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(terminal_screen)

using namespace std::chrono_literals;

/// Terminal emulator for the escape sequences of Screen, so wide that no line wraps.
class Glass {
 public:
  void write(const std::string& text) {
    for (std::size_t i = 0; i < text.size();) {
      if (text[i] == '\x1b') {
        const std::size_t end = text.find_first_of("AJlhm", i);
        BOOST_REQUIRE(end != std::string::npos);
        obey(text.substr(i + 2, end - i - 2), text[end]);
        i = end + 1;
      } else if (text[i] == '\n') {
        if (++row_ == rows_.size()) rows_.emplace_back();
        ++i;
      } else {
        if (text[i] != '\r') rows_[row_] += text[i];
        ++i;
      }
    }
  }

  std::string text() const {
    std::string text;
    for (const auto& row : rows_) text += row + "\n";
    return text;
  }
  std::size_t count(std::string_view part) const {
    const std::string all = text();
    std::size_t n = 0;
    for (std::size_t at = all.find(part); at != std::string::npos; at = all.find(part, at + 1)) ++n;
    return n;
  }
  bool cursor_shown() const { return cursor_shown_; }

 private:
  void obey(const std::string& argument, char command) {
    if (command == 'A') {
      BOOST_REQUIRE(std::stoul(argument) <= row_);
      row_ -= std::stoul(argument);
    } else if (command == 'J') {
      rows_.resize(row_ + 1);
      rows_[row_].clear();
    } else if (command == 'l' || command == 'h') {
      BOOST_TEST(argument == "?25");
      cursor_shown_ = command == 'h';
    }
  }

  std::vector<std::string> rows_{""};
  std::size_t row_ = 0;
  bool cursor_shown_ = true;
};

/// Terminal of a certain size: long lines wrap, and what leaves at the top is in the scrollback.
class Window {
 public:
  Window(std::size_t columns, std::size_t rows) : columns_(columns), rows_(rows, "") {}

  void write(const std::string& text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\x1b') {
        const std::size_t end = text.find_first_of("AJlhm", i);
        BOOST_REQUIRE(end != std::string::npos);
        if (text[end] == 'A') up(std::stoul(text.substr(i + 2)));
        if (text[end] == 'J') clear_below();
        i = end;
      } else if (text[i] == '\n') {
        new_line();
      } else if (text[i] == '\r') {
        column_ = 0;
      } else {
        if (column_ == columns_) new_line();
        rows_[row_].resize(std::max(rows_[row_].size(), column_ + 1), ' ');
        rows_[row_][column_++] = text[i];
      }
    }
  }
  const std::vector<std::string>& scrollback() const { return scrollback_; }

 private:
  void up(std::size_t count) {
    row_ -= std::min(row_, count);
    column_ = 0;
  }
  void clear_below() {
    rows_[row_].resize(std::min(rows_[row_].size(), column_));
    for (std::size_t row = row_ + 1; row < rows_.size(); ++row) rows_[row].clear();
  }
  void new_line() {
    column_ = 0;
    if (row_ + 1 < rows_.size()) {
      ++row_;
      return;
    }
    scrollback_.push_back(rows_.front());
    rows_.erase(rows_.begin());
    rows_.emplace_back();
  }

  std::size_t columns_;
  std::vector<std::string> rows_;
  std::vector<std::string> scrollback_;
  std::size_t row_ = 0;
  std::size_t column_ = 0;
};

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

BOOST_AUTO_TEST_CASE(a_worse_metric_is_never_told_as_a_new_best) {
  Screen screen(OutputMode::lines, TerminalStyle{120, 40, false, true}, digits_outline());
  (void)screen.open(0s);
  BOOST_TEST(screen.on(best(0, 3, 0.25), 1s) ==
             "    0:01  best model  val_error 0.25 at epoch 3, trial 0\n");
  // Trial 0 gets worse, and trial 1 takes its place.
  BOOST_TEST(screen.on(best(1, 9, 0.30), 2s).empty());
  BOOST_TEST(screen.on(best(2, 9, 0.28), 3s).empty());
  BOOST_TEST(screen.on(retrain(1, 9, 0.30), 3s).empty());
  BOOST_TEST(contains(screen.on(best(1, 27, 0.24), 4s), "best model  val_error 0.24"));
}

BOOST_AUTO_TEST_CASE(the_failure_of_the_best_trial_names_the_next_one) {
  Screen screen(OutputMode::lines, TerminalStyle{120, 40, false, true}, digits_outline());
  (void)screen.open(0s);
  for (const TrialId trial : {0U, 1U}) (void)screen.on(start(trial), 1s);
  (void)screen.on(report(1, 3), 1s);
  (void)screen.on(best(1, 3, 0.25), 1s);
  (void)screen.on(TrialFailed{0, 1, 1, "exit code 1", "", TrialFailed::Then::give_up}, 2s);
  BOOST_TEST(screen.on(best(0, 2, 0.5), 2s) ==
             "    0:02  changed     trial 1 has failed; the best model is now: val_error 0.5 at "
             "epoch 2, trial 0\n");
  BOOST_TEST(contains(screen.on(best(2, 2, 0.4), 3s), "best model  val_error 0.4"));
  (void)screen.on(TrialFailed{0, 2, 1, "exit code 1", "", TrialFailed::Then::give_up}, 4s);
  BOOST_TEST(contains(screen.on(BestModelChanged{}, 4s), "the best model is now: none"));
}

BOOST_AUTO_TEST_CASE(the_block_stays_below_what_scrolls_and_gives_way_to_the_summary) {
  Screen screen(OutputMode::redrawn, TerminalStyle{120, 40, true, true}, digits_outline());
  Glass glass;
  glass.write(screen.open(0s));
  glass.write(screen.on(start(0), 1s));
  glass.write(screen.on(RungUnlocked{0, 9, 0.5, 0}, 2s));
  glass.write(screen.on(best(0, 3, 0.25), 3s));
  glass.write(screen.tick(4s));
  BOOST_TEST(glass.count("T = 9 of R = 27") == 1u);
  BOOST_TEST(glass.text().find("unlocked") < glass.text().find("best model  "));
  BOOST_TEST(glass.text().find("best model  ") < glass.text().find("1 of 20 started"));
  BOOST_TEST(glass.cursor_shown());
  glass.write(screen.on(StudyFinished{0, StudyFinished::Outcome::finished, "enough"}, 5s));
  glass.write(screen.close(6s));
  BOOST_TEST(glass.count("of 20 started") == 0u);
  BOOST_TEST(glass.count("unlocked") == 1u);
  BOOST_TEST(glass.count("digits finished: enough") == 1u);
}

BOOST_AUTO_TEST_CASE(a_block_leaves_no_copy_in_the_scrollback_of_any_window) {
  for (const std::size_t columns : {1UL, 5UL, 9UL, 15UL, 20UL, 21UL, 22UL, 50UL, 80UL})
    for (const std::size_t rows : {1UL, 2UL, 3UL, 5UL, 8UL, 9UL, 24UL})
      BOOST_TEST_CONTEXT(columns << " x " << rows) {
        Screen screen(OutputMode::redrawn, TerminalStyle{columns, rows, true, false},
                      digits_outline());
        Window window(columns, rows);
        window.write(screen.open(0s));
        window.write(screen.on(start(0), 1s));
        window.write(screen.on(best(0, 3, 0.25), 2s));
        window.write(screen.on(retrain(1, 3, 0.35), 2s));
        std::size_t before = 0;
        for (int second = 3; second < 20; ++second) {
          window.write(screen.tick(std::chrono::seconds(second)));
          if (second == 4) before = window.scrollback().size();
        }
        // Nothing but the notice of the best model was printed above the block, once.
        BOOST_TEST(window.scrollback().size() == before);
      }
}

BOOST_AUTO_TEST_CASE(a_flood_of_reports_is_drawn_ten_times_a_second_at_most) {
  Screen screen(OutputMode::redrawn, TerminalStyle{}, digits_outline());
  std::size_t writes = screen.open(0s).empty() ? 0 : 1;
  for (int i = 0; i < 10'000; ++i)
    writes +=
        screen.on(report(0, i + 1), i * 100us).empty() ? 0 : 1;  // The reports take one second.
  BOOST_TEST(writes <= 10u);
  BOOST_TEST(writes >= 9u);
}

BOOST_AUTO_TEST_CASE(what_was_told_within_a_drawing_is_not_lost) {
  Screen screen(OutputMode::redrawn, TerminalStyle{}, digits_outline());
  (void)screen.open(0s);
  BOOST_TEST(screen.on(RungUnlocked{0, 9, 0.5, 0}, 1ms).empty());
  BOOST_TEST(contains(screen.tick(150ms), "unlocked"));
  BOOST_TEST(screen.on(RungUnlocked{0, 27, 0.5, 0}, 151ms).empty());
  BOOST_TEST(contains(screen.close(152ms), "epoch 27: trial 0"));
}

BOOST_AUTO_TEST_CASE(nothing_is_drawn_when_nothing_has_changed) {
  Screen screen(OutputMode::redrawn, TerminalStyle{}, digits_outline());
  (void)screen.open(0s);
  BOOST_TEST(screen.tick(400ms).empty());
  BOOST_TEST(!screen.tick(1100ms).empty());  // The shown time changed.
}

BOOST_AUTO_TEST_CASE(a_narrower_terminal_has_wrapped_the_block_that_is_taken_away) {
  Screen screen(OutputMode::redrawn, TerminalStyle{100, 40, false, false}, digits_outline());
  const std::size_t lines =
      lines_of(screen.open(0s)).size() - 1;  // The last entry is the end of the write.
  const std::string text = screen.resize(75, 40, 1s);
  // The line of 100 columns takes two rows of 75 columns; the other lines are shorter.
  BOOST_TEST(contains(text, "\x1b[" + std::to_string(lines + 1) + "A"));
}

BOOST_AUTO_TEST_CASE(a_pipe_gets_lines_at_once_and_the_state_every_ten_seconds) {
  Screen screen(OutputMode::lines, TerminalStyle{}, digits_outline());
  BOOST_TEST(contains(screen.open(0s), "digits: pasha"));
  BOOST_TEST(screen.on(start(0), 1s).empty());
  BOOST_TEST(screen.on(RungUnlocked{0, 9, 0.5, 0}, 1s) ==
             "    0:01  unlocked    epoch 9: trial 0 changed the ranking (epsilon 0.5)\n");
  BOOST_TEST(screen.tick(9s).empty());
  BOOST_TEST(screen.tick(10s) ==
             "    0:10  status      1 of 20 started, 1 running, 0 paused, 0 stopped; "
             "T 9 of 27, epsilon 0.5; 0 epochs; no best model yet\n");
  BOOST_TEST(screen.tick(19s).empty());
  BOOST_TEST(!screen.tick(21s).empty());
  BOOST_TEST(!contains(screen.close(22s), "\x1b"));
}

BOOST_AUTO_TEST_CASE(another_best_trial_is_told_and_a_better_value_of_the_same_is_not) {
  Screen screen(OutputMode::lines, TerminalStyle{}, digits_outline());
  BOOST_TEST(contains(screen.on(best(0, 1, 0.5), 1s), "val_error 0.5 at epoch 1, trial 0"));
  BOOST_TEST(screen.on(best(0, 2, 0.4), 2s).empty());
  BOOST_TEST(contains(screen.on(best(1, 2, 0.3), 3s), "trial 1"));
}

BOOST_AUTO_TEST_CASE(a_trial_that_warns_without_end_is_told_three_times) {
  Screen screen(OutputMode::lines, TerminalStyle{}, digits_outline());
  std::size_t told = 0;
  for (int i = 0; i < 100; ++i) told += screen.on(TrialWarned{0, 5, "?"}, 1s).empty() ? 0 : 1;
  BOOST_TEST(told == 3u);
}

BOOST_AUTO_TEST_CASE(what_happened_before_a_resume_counts_and_is_not_told_again) {
  Screen screen(OutputMode::lines, TerminalStyle{}, digits_outline());
  screen.recall(start(0));
  screen.recall(RungUnlocked{0, 9, 0.5, 0});
  const std::string text = screen.open(0s);
  BOOST_TEST(contains(text, "resumed with 1 of 20 started"));
  BOOST_TEST(!contains(text, "unlocked"));
}

BOOST_AUTO_TEST_CASE(a_failure_is_told_instead_of_the_end_of_an_earlier_session) {
  Screen screen(OutputMode::lines, TerminalStyle{}, digits_outline());
  screen.recall(start(0));
  screen.recall(StudyFinished{1, StudyFinished::Outcome::interrupted, "interrupted by a signal"});
  (void)screen.open(0s);
  const std::string text = screen.close(1s, "row 30 of the journal cannot be replayed: why");
  BOOST_TEST(contains(text, "digits cannot go on: row 30 of the journal cannot be replayed: why"));
  BOOST_TEST(!contains(text, "interrupted"));
}

BOOST_AUTO_TEST_CASE(quiet_is_quiet) {
  Screen screen(OutputMode::quiet, TerminalStyle{}, digits_outline());
  std::string text = screen.open(0s) + screen.on(RungUnlocked{0, 9, 0.5, 0}, 1s);
  text += screen.note("node n2 is lost", 2s) + screen.tick(30s) + screen.resize(10, 10, 31s);
  BOOST_TEST(text + screen.close(32s) == "");
}

BOOST_AUTO_TEST_CASE(json_is_one_object_a_line_with_the_fields_of_the_event) {
  Screen screen(OutputMode::json, TerminalStyle{}, digits_outline());
  BOOST_TEST(screen.open(0s) == "");
  BOOST_TEST(screen.on(RungUnlocked{12, 9, 0.5, 3}, 1500ms) ==
             "{\"event\":\"RungUnlocked\",\"time\":1.5,\"index\":12,\"resource\":9,"
             "\"epsilon\":0.5,\"cause\":3,\"epsilon_capped\":false,\"spent\":null}\n");
  BOOST_TEST(screen.tick(20s) + screen.close(21s) == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
