#include <cmath>

#include <boost/test/unit_test.hpp>

#include "actors/terminal/line.hpp"
#include "actors/terminal/status.hpp"
#include "test/unit/actors/terminal_kit.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(terminal_status)

using namespace std::chrono_literals;

std::string text_of(const std::vector<Line>& lines) {
  std::string text;
  for (const Line& line : lines) text += line.text() + "\n";
  return text;
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

StudyProgress busy_study() {
  StudyProgress progress(digits_outline());
  for (const TrialId trial : {0U, 1U, 2U}) {
    progress.on(start(trial));
    for (const Resource epoch : {1, 2, 3}) progress.on(report(trial, epoch));
  }
  progress.on(TrialPaused{0, 0, 3});
  progress.on(RungUnlocked{0, 9, 0.0125, 2});
  progress.on(best(1, 3, 0.0222717149220490));
  return progress;
}

BOOST_AUTO_TEST_CASE(whole_values_have_no_exponent) {
  BOOST_TEST(exact_value(300000.0) == "300000");
  BOOST_TEST(short_value(33554432.0) == "33554432");
  BOOST_TEST(short_value(0.00012341) == "0.0001234");
  BOOST_TEST(exact_value(3e300) == "3e+300");
}

BOOST_AUTO_TEST_CASE(the_block_shows_counts_rungs_ceiling_and_the_best) {
  const std::string text =
      text_of(status_block(busy_study(), 65s, TerminalStyle{80, 24, false, false}));
  BOOST_TEST(contains(text, "1:05"));
  BOOST_TEST(contains(text, "3 of 20 started   2 running   1 paused   0 stopped\n"));
  BOOST_TEST(contains(text, "1x3  3x3  9x0  |  27"));
  BOOST_TEST(contains(text, "T = 9 of R = 27   epsilon 0.0125   9 epochs spent"));
  BOOST_TEST(contains(text, "#1@3  #2@3"));
  BOOST_TEST(contains(text, "val_error 0.02227 at epoch 3, trial 1"));
  BOOST_TEST(contains(text, "lr 0.1235   units 64"));
}

BOOST_AUTO_TEST_CASE(one_line_stands_for_best_model_and_retraining_if_they_are_the_same_trial) {
  const TerminalStyle style{80, 24, false, false};
  StudyProgress progress = busy_study();
  progress.on(retrain(1, 3, 0.0222717149220490));
  std::string text = text_of(status_block(progress, 65s, style));
  BOOST_TEST(contains(text, "best model  val_error 0.02227 at epoch 3, trial 1 (also to retrain)"));
  BOOST_TEST(contains(status_sentence(progress),
                      "best model val_error 0.02227 at epoch 3, trial 1 (also to retrain)"));
  BOOST_TEST(contains(summary(progress, 65s, style), "at epoch 3, trial 1 (also to retrain)\n"));
  progress.on(retrain(2, 3, 0.5));
  text = text_of(status_block(progress, 65s, style));
  BOOST_TEST(contains(text, "best model  val_error 0.02227 at epoch 3, trial 1\n"));
  BOOST_TEST(contains(text, "retrain     val_error 0.5 at epoch 3, trial 2\n"));
  BOOST_TEST(contains(status_sentence(progress), "; to retrain val_error 0.5 at epoch 3, trial 2"));
  const std::string end = summary(progress, 65s, style);
  BOOST_TEST(contains(end, "retrain     val_error 0.5 at epoch 3, trial 2\n"));
  progress.on(retrain(1, 3, 0.25, RetrainConfigChanged::Basis::best_model));
  BOOST_TEST(contains(
      summary(progress, 65s, style),
      "trial 1 (also to retrain: no epoch was reported by two trials that did not fail)\n"));
}

BOOST_AUTO_TEST_CASE(no_line_of_the_block_is_as_wide_as_the_terminal) {
  for (const std::size_t columns : {1UL, 2UL, 20UL, 33UL, 47UL, 80UL, 200UL})
    for (const Line& line : status_block(busy_study(), 65s, TerminalStyle{columns, 24, true, true}))
      BOOST_TEST(line.columns() < columns);
}

BOOST_AUTO_TEST_CASE(the_block_leaves_a_row_free_however_low_the_terminal_is) {
  for (const std::size_t rows : {1UL, 2UL, 4UL, 6UL})
    BOOST_TEST(status_block(busy_study(), 65s, TerminalStyle{80, rows, false, false}).size() ==
               rows - 1);
}

BOOST_AUTO_TEST_CASE(a_line_that_is_cut_says_so_and_switches_its_colour_off) {
  Line line(TerminalStyle{80, 24, true, false}, 8);
  line.add("three ").add("words here", Style::red).add("more");
  BOOST_TEST(line.text() == "three \x1b[31mw>\x1b[0m");
  BOOST_TEST(line.columns() == 8u);
}

BOOST_AUTO_TEST_CASE(columns_are_code_points) {
  Line line(TerminalStyle{80, 24, false, true}, 4);
  line.add("\u00fcber alles");
  BOOST_TEST(line.text() == "\u00fcbe\u2026");
}

BOOST_AUTO_TEST_CASE(an_unlock_names_resource_cause_and_epsilon) {
  const auto notice = notice_of(RungUnlocked{0, 1200, 0.0125, 7}, StudyProgress(digits_outline()));
  BOOST_TEST(notice.value().sentence ==
             "epoch 1,200: trial 7 changed the ranking (epsilon 0.0125)");
}

BOOST_AUTO_TEST_CASE(a_failure_shows_its_cause_and_the_last_lines_of_stderr) {
  const auto notice =
      notice_of(TrialFailed{0, 4, 2, "signal SIGSEGV", "1\n2\n\n3\n4\n", TrialFailed::Then::retry},
                StudyProgress(digits_outline()));
  BOOST_TEST(notice.value().sentence ==
             "trial 4, attempt 2: signal SIGSEGV; tried again from its last checkpoint");
  BOOST_TEST((notice.value().details == std::vector<std::string>{"2", "3", "4"}));
}

BOOST_AUTO_TEST_CASE(a_program_that_never_reported_is_shown_with_both_its_outputs) {
  TrialFailed failed{0, 4, 1, "it never reported", "oops\n", TrialFailed::Then::give_up};
  failed.stdout_tail = "loss: 0.5\n";
  const auto notice = notice_of(failed, StudyProgress(digits_outline()));
  BOOST_TEST((notice.value().details == std::vector<std::string>{"loss: 0.5", "oops"}));
}

BOOST_AUTO_TEST_CASE(a_trial_that_goes_back_to_an_earlier_checkpoint_is_not_blamed) {
  const auto notice =
      notice_of(TrialFailed{0, 4, 2, "back to the beginning", "", TrialFailed::Then::go_back},
                StudyProgress(digits_outline()));
  BOOST_TEST(notice.value().label == "restarted");
  BOOST_TEST(notice.value().sentence == "trial 4, attempt 2: back to the beginning");
}

BOOST_AUTO_TEST_CASE(what_a_program_printed_cannot_steer_the_terminal) {
  const auto notice =
      notice_of(TrialWarned{0, 4, "a\x1b[2Jb\r\nc\u009bd"}, StudyProgress(digits_outline()));
  BOOST_TEST(notice.value().sentence == "trial 4: a [2Jb  c  d");
}

BOOST_AUTO_TEST_CASE(starts_reports_and_pauses_are_counted_and_not_told) {
  for (const StudyEvent& event : {start(0), report(0, 1), StudyEvent(TrialPaused{0, 0, 1})})
    BOOST_TEST(!notice_of(event, StudyProgress(digits_outline())).has_value());
}

BOOST_AUTO_TEST_CASE(the_summary_gives_values_that_read_back_as_the_same) {
  StudyProgress progress = busy_study();
  progress.on(StudyFinished{0, StudyFinished::Outcome::finished, "20 trials were started"});
  const std::string text = summary(progress, 3725s, TerminalStyle{80, 24, false, false});
  BOOST_TEST(contains(text, "digits finished: 20 trials were started\n"));
  BOOST_TEST(contains(text, "val_error 0.022271714922049 at epoch 3, trial 1"));
  BOOST_TEST(contains(text, "lr     0.1234567\n"));
  BOOST_TEST(contains(text, "9 epochs in 3 trials, 1:02:05"));
  BOOST_TEST(contains(text, "T = 9, R = 27, epsilon 0.0125"));
  BOOST_TEST(contains(text, "troupe trials results/digits\n"));
  BOOST_TEST(!contains(text, "\x1b"));
}

BOOST_AUTO_TEST_CASE(the_summary_says_how_well_rungs_predict_each_other) {
  StudyProgress progress(digits_outline());
  for (TrialId trial = 0; trial < 5; ++trial) {
    progress.on(start(trial));
    progress.on(TrialReported{.trial = trial, .resource = 1, .metric = trial * 1.0});
    progress.on(
        TrialReported{.trial = trial, .resource = 3, .metric = trial < 2 ? 1.0 - trial : trial});
  }
  progress.on(StudyFinished{0, StudyFinished::Outcome::finished, "5 trials were started"});
  const std::string text = summary(progress, 1s, TerminalStyle{80, 24, false, false});
  BOOST_TEST(contains(text, "rungs       rank correlation 0.90 from epoch 1 to 3 (5 trials)\n"),
             text);
}

BOOST_AUTO_TEST_CASE(the_summary_of_a_study_without_a_best_says_why) {
  StudyProgress progress(digits_outline());
  progress.on(StudyFinished{0, StudyFinished::Outcome::interrupted, ""});
  const std::string text = summary(progress, 1s, TerminalStyle{80, 24, false, false});
  BOOST_TEST(contains(text, "the same command resumes it"));
  BOOST_TEST(contains(text, "best model  none: no trial has reported"));
  progress.on(start(0));
  progress.on(report(0, 1, std::nan("")));
  BOOST_TEST(contains(summary(progress, 1s, TerminalStyle{80, 24, false, false}),
                      "none: no trial has a finite metric at its highest resource"));
  progress.on(TrialFailed{0, 0, 1, "exit code 1", "", TrialFailed::Then::give_up});
  BOOST_TEST(contains(summary(progress, 1s, TerminalStyle{80, 24, false, false}),
                      "none: every trial that reported has failed"));
}

BOOST_AUTO_TEST_CASE(counts_are_grouped_by_thousands) {
  BOOST_TEST(grouped(0) == "0");
  BOOST_TEST(grouped(999) == "999");
  BOOST_TEST(grouped(1000) == "1,000");
  BOOST_TEST(grouped(1234567) == "1,234,567");
  BOOST_TEST(grouped(-123456) == "-123,456");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
