#include "actors/study/study_warnings.hpp"

#include <boost/test/unit_test.hpp>

#include "actors/study/study_core.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(study_warnings)

/// Two trials that run on one node.
struct TwoTrials {
  StudyCore core{{.workers_max = 2, .stop = {.trials_started_max = 2}}};
  std::uint64_t index = 0;

  TwoTrials() {
    feed(StudyOpened{"s", 7, "1"});
    feed(NodeJoined{"n", 2});
    for (const TrialId trial : {TrialId{0}, TrialId{1}})
      feed(SlotFreed{"n", Suggestion{trial, index, Config{{"lr", 0.1}}}},
           {schedulers::StartTrial{trial, 9}});
  }
  std::vector<StudyEvent> feed(const Input& input,
                               const std::vector<schedulers::Decision>& decisions = {}) {
    return core.apply(input, index++, decisions).events;
  }
  std::vector<StudyEvent> report(TrialId trial, Resource resource, const Config& values) {
    return feed(Reported{trial, 1, resource, 0.5, values}, {schedulers::ContinueTrial{trial, 9}});
  }
};

BOOST_FIXTURE_TEST_CASE(a_warning_of_a_kind_is_given_once_for_a_trial, TwoTrials) {
  const auto first = feed(ReportMalformed{0, 1, "twice: a", "repeated key"});
  BOOST_TEST_REQUIRE(first.size() == 1u);
  BOOST_TEST(std::get<TrialWarned>(first.front()).warning == "twice: a");
  feed(AttemptEnded{0, 1, AttemptEnded::Cause::lost, 0, "lost", ""});
  feed(SlotFreed{"n", {}});
  BOOST_TEST(feed(ReportMalformed{0, 2, "twice: b", "repeated key"}).empty());
  BOOST_TEST(core.current(0, 2)->warnings == 1u);
  BOOST_TEST(feed(ReportMalformed{0, 2, "too long", "long line"}).size() == 1u);
  BOOST_TEST(feed(ReportMalformed{1, 1, "twice: c", "repeated key"}).size() == 1u);
  BOOST_TEST(feed(ReportMalformed{1, 1, "no JSON", ""}).size() == 1u);
  BOOST_TEST(feed(ReportMalformed{1, 1, "no JSON", ""}).size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_key_with_the_name_of_a_column_is_told_once_for_the_study, TwoTrials) {
  const auto warning_in = [](const std::vector<StudyEvent>& events) {
    for (const StudyEvent& event : events)
      if (const auto* warned = std::get_if<StudyWarned>(&event)) return warned->warning;
    return std::string();
  };
  BOOST_TEST(warning_in(report(0, 1, {{"loss", 0.5}, {"config_lr", 0.2}})) ==
             "the reported key 'config_lr' has the name of another column of results.csv; its "
             "values are in the column 'reported_config_lr'");
  BOOST_TEST(warning_in(report(1, 1, {{"config_lr", 0.3}})).empty());
  BOOST_TEST(!warning_in(report(1, 2, {{"trial_id", 0.3}})).empty());
}

BOOST_FIXTURE_TEST_CASE(a_program_that_does_not_flush_is_told_once_for_the_study, TwoTrials) {
  const auto end = [&](TrialId trial) {
    AttemptEnded ended{trial, 1, AttemptEnded::Cause::exited, 0, "exit code 0", ""};
    ended.buffering = "all 9 reports came at once";
    return feed(ended, {});
  };
  report(0, 1, {});
  report(1, 1, {});
  const auto first = end(0);
  BOOST_TEST(
      (first.front() == StudyEvent(StudyWarned{index - 1, "trial 0: all 9 reports came at once"})));
  for (const StudyEvent& event : end(1)) BOOST_TEST(!std::holds_alternative<StudyWarned>(event));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
