#include "actors/checkpoints/retention.hpp"

#include <limits>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(retention)

using What = TrialNews::What;

/// A study in which trials report, pause and end. Each checkpoint has 10 bytes.
struct Course {
  explicit Course(Retention::Rule rule) : retention(rule) {}

  void starts(TrialId trial) { news.push_back({.what = What::runs, .trial = trial, .attempt = 1}); }
  void reports(TrialId trial, Resource resource, double metric) {
    news.push_back(
        {.what = What::reported, .trial = trial, .resource = resource, .metric = metric});
  }
  void ends(TrialId trial, What how) { news.push_back({.what = how, .trial = trial}); }
  /// The checkpoints to delete: "3 4?" if trial 4 is paused.
  std::string due(std::vector<TrialId> contenders = {}) {
    const auto told = std::exchange(news, {});
    retention.take(told, std::move(contenders));
    for (const TrialNews& one : told)
      if (one.what == What::paused || one.what == What::done || one.what == What::failed)
        retention.weigh(one.trial, 10);
    std::string text;
    for (const auto& drop : retention.due())
      text += (text.empty() ? "" : " ") + std::to_string(drop.trial) + (drop.paused ? "?" : "");
    return text;
  }
  /// Starts a trial that reports once and completes.
  void passes(TrialId trial, Resource resource, double metric, What how) {
    starts(trial);
    reports(trial, resource, metric);
    ends(trial, how);
  }

  Retention retention;
  std::vector<TrialNews> news;
};

BOOST_AUTO_TEST_CASE(only_the_best_finished_trial_keeps_its_checkpoint) {
  Course course({});
  course.passes(0, 1, 0.5, What::done);
  BOOST_TEST(course.due({0}) == "");
  course.passes(1, 1, 0.4, What::paused);
  BOOST_TEST(course.due({1}) == "");  // Trial 1 may get worse.
  course.passes(2, 1, 0.6, What::done);
  BOOST_TEST(course.due({1}) == "2");
  BOOST_TEST(course.due({1}) == "");  // Each is returned once.
}

BOOST_AUTO_TEST_CASE(the_last_value_at_a_resource_ranks_where_it_counts) {
  for (const bool last : {false, true}) {
    Course course({});
    course.starts(0);
    course.reports(0, 1, 0.9);
    course.news.push_back(
        {.what = What::reported, .trial = 0, .resource = 1, .metric = 0.1, .repeated = last});
    course.ends(0, What::done);
    course.passes(1, 1, 0.5, What::done);
    BOOST_TEST(course.due() == (last ? "1" : "0"));
  }
}

BOOST_AUTO_TEST_CASE(a_value_that_replaces_one_below_the_highest_resource_does_not_rank) {
  Course course({});
  course.starts(0);
  course.reports(0, 1, 0.9);
  course.reports(0, 2, 0.8);
  course.news.push_back(
      {.what = What::reported, .trial = 0, .resource = 1, .metric = 0.1, .repeated = true});
  course.ends(0, What::done);
  course.passes(1, 2, 0.5, What::done);
  BOOST_TEST(course.due() == "0");
}

BOOST_AUTO_TEST_CASE(contenders_keep_theirs) {
  Course course({});
  course.passes(0, 1, 0.1, What::paused);
  course.passes(1, 3, 0.2, What::done);
  course.passes(2, 9, 0.3, What::done);
  BOOST_TEST(course.due({0, 1, 2}) == "");
  course.ends(0, What::study_over);
  BOOST_TEST(course.due({0, 1}) == "2");
  course.retention.abandon_trials();
  BOOST_TEST(course.due({1, 2}) == "");
}

BOOST_AUTO_TEST_CASE(the_best_finished_trial_keeps_its_checkpoint_whatever_resource_others_reach) {
  Course course({.bytes_max = 5});
  course.passes(0, 3, 0.1, What::done);
  course.passes(1, 9, 0.3, What::done);
  BOOST_TEST(course.due() == "1");
  course.passes(2, 9, 0.05, What::failed);
  BOOST_TEST(course.due() == "2");
}

BOOST_AUTO_TEST_CASE(
    the_best_paused_trial_keeps_its_checkpoint_because_the_best_one_may_get_worse) {
  Course course({.bytes_max = 1});
  course.passes(0, 1, 0.2, What::paused);
  course.passes(1, 1, 0.3, What::paused);
  course.starts(2);
  course.reports(2, 1, 0.1);
  BOOST_TEST(course.due({2}) == "1?");
  course.reports(2, 3, 0.9);  // Trial 0 is the best model now.
  BOOST_TEST(course.due({0}) == "");
  Course all_paused({.bytes_max = 1});
  for (TrialId trial = 0; trial < 3; ++trial)
    all_paused.passes(trial, 1, 0.1 * (trial + 1), What::paused);
  BOOST_TEST(all_paused.due({0}) == "2?");  // Trial 1 is next if trial 0 gets worse.
}

BOOST_AUTO_TEST_CASE(paused_trials_keep_theirs_until_the_folder_is_cleaned) {
  Course course({});
  for (TrialId trial = 0; trial < 5; ++trial) course.passes(trial, 1, 0.1 * trial, What::paused);
  BOOST_TEST(course.due({0}) == "");
  course.ends(0, What::study_over);
  BOOST_TEST(course.due({0}) == "");
  course.retention.abandon_trials();
  BOOST_TEST(course.due({0}) == "1 2 3 4");
}

BOOST_AUTO_TEST_CASE(the_study_file_says_how_many_of_the_best_keep_theirs) {
  for (const bool maximize : {false, true}) {
    Course course({.best_kept = 2, .maximize = maximize});
    const double sign = maximize ? -1 : 1;
    course.passes(0, 1, sign * 0.1, What::paused);
    course.passes(1, 9, sign * 0.3, What::paused);
    course.passes(2, 9, sign * 0.2, What::paused);
    course.passes(3, 9, std::numeric_limits<double>::quiet_NaN(), What::paused);
    course.ends(0, What::study_over);
    BOOST_TEST(course.due({0}) == "");
    course.retention.abandon_trials();
    BOOST_TEST(course.due({0}) == "1 3");
  }
}

BOOST_AUTO_TEST_CASE(no_bound_on_the_best_keeps_all) {
  Course course({.best_kept = std::nullopt});
  for (TrialId trial = 0; trial < 5; ++trial) course.passes(trial, 1, 0.1 * trial, What::done);
  course.ends(0, What::study_over);
  BOOST_TEST(course.due({0}) == "");
}

BOOST_AUTO_TEST_CASE(beyond_the_bound_the_trials_with_most_ahead_lose_theirs) {
  Course course({.best_kept = std::nullopt, .bytes_max = 50});
  // At the lowest rung the last of nine trials has eight ahead; at resource 3, the last of three
  // two.
  course.passes(0, 9, 0.30, What::paused);
  course.passes(1, 3, 0.10, What::paused);
  course.passes(2, 3, 0.20, What::paused);
  course.passes(3, 1, 0.10, What::paused);
  course.passes(4, 1, 0.20, What::paused);
  BOOST_TEST(course.due({0}) == "");
  BOOST_TEST(course.retention.bytes() == 50U);
  course.passes(5, 1, 0.05, What::paused);
  BOOST_TEST(course.due({0}) == "4?");
  course.passes(6, 1, 0.90, What::paused);
  BOOST_TEST(course.due({0}) == "6?");
  BOOST_TEST(course.retention.bytes() == 50U);
  // The best finished trial keeps its checkpoint; others lose theirs before any paused one.
  course.passes(7, 1, 0.01, What::done);
  BOOST_TEST(course.due({0}) == "2?");
  course.passes(8, 1, 0.02, What::done);
  BOOST_TEST(course.due({0}) == "8");
}

BOOST_AUTO_TEST_CASE(running_trials_and_the_best_never_lose_theirs) {
  Course course({.bytes_max = 5});
  course.passes(0, 1, 0.1, What::paused);
  course.passes(1, 1, 0.2, What::paused);
  course.starts(1);  // Promoted.
  BOOST_TEST(course.due({0}) == "");
  BOOST_TEST(course.retention.bytes() == 20U);
}

BOOST_AUTO_TEST_CASE(a_checkpoint_that_would_be_deleted_is_not_wanted) {
  Course course({});
  course.passes(0, 1, 0.1, What::paused);
  course.starts(1);
  course.reports(1, 1, 0.5);
  (void)course.due({0});
  BOOST_TEST(course.retention.wants(1));
  course.news.push_back({.what = What::ending, .trial = 1, .resource = 3, .metric = 0.4});
  (void)course.due({0, 1});
  BOOST_TEST(course.retention.wants(1));  // A contender.
  course.starts(2);
  course.news.push_back({.what = What::ending, .trial = 2, .resource = 3, .metric = 0.5});
  (void)course.due({1});
  BOOST_TEST(!course.retention.wants(2));
  // Best of the trials that run no further: trial 0 is better now, and may get worse.
  course.starts(3);
  course.news.push_back({.what = What::ending, .trial = 3, .resource = 3, .metric = 0.3});
  (void)course.due({0});
  BOOST_TEST(course.retention.wants(3));
  BOOST_TEST(!course.retention.wants(2));
  BOOST_TEST(!course.retention.wants(7));
}

BOOST_AUTO_TEST_CASE(news_follow_from_the_events_of_a_study) {
  std::vector<TrialNews> news;
  BOOST_TEST(!add_news({TrialReported{.trial = 3, .resource = 2, .metric = 0.5}}, news));
  BOOST_TEST(add_news({TrialStarted{.trial = 4, .attempt = 2}, TrialPaused{.trial = 3},
                       TrialFailed{.trial = 5, .then = TrialFailed::Then::retry},
                       TrialFailed{.trial = 6, .then = TrialFailed::Then::give_up},
                       TrialStopped{.trial = 7, .by_limit = true}, TrialStopped{.trial = 8},
                       StudyFinished{.outcome = StudyFinished::Outcome::interrupted}},
                      news));
  const std::vector<TrialNews> expected{
      {.what = What::reported, .trial = 3, .resource = 2, .metric = 0.5},
      {.what = What::runs, .trial = 4, .attempt = 2},
      {.what = What::paused, .trial = 3},
      {.what = What::failed, .trial = 6},
      {.what = What::paused, .trial = 7},
      {.what = What::done, .trial = 8}};
  BOOST_TEST((news == expected));
  BOOST_TEST(add_news({StudyFinished{}}, news));
  // A value that replaces one may come after the decision: an offer of the checkpoint is next.
  BOOST_TEST(add_news({TrialReported{.trial = 3, .resource = 2, .repeated = true}}, news));
  BOOST_TEST(news.back().repeated);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
