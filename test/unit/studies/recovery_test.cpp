#include "actors/study/recovery.hpp"

#include <boost/test/unit_test.hpp>

#include "actors/json.hpp"
#include "actors/study/study_history.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(recovery)

using Status = ReplayedRow::Status;
using Decisions = std::vector<schedulers::Decision>;

/// A core with one node, and rows 0 and 1.
StudyCore core_with_node() {
  StudyCore core({.workers_max = 1});
  (void)core.apply(StudyOpened{.study = "s", .seed = 1, .version = "1"}, 0, {});
  (void)core.apply(NodeJoined{"n", 1, 0}, 1, {});
  return core;
}

Row slot_row(const Decisions& decisions) {
  const Input input = SlotFreed{"n", Suggestion{0, 1, schedulers::Config{{"lr", 0.1}}}};
  return {2, 77, to_json(input), to_json(decisions), "[]"};
}

AskScheduler answering(Decisions decisions) {
  return [decisions](std::uint64_t, const schedulers::Event&) { return std::optional(decisions); };
}

BOOST_AUTO_TEST_CASE(applies_a_row_that_the_scheduler_decides_as_before) {
  StudyCore core = core_with_node();
  const Decisions decisions{schedulers::StartTrial{0, 3}};
  const ReplayedRow replayed = replay_row(core, slot_row(decisions), answering(decisions));
  BOOST_REQUIRE((replayed.status == Status::applied));
  BOOST_TEST(replayed.row.index == 2u);
  BOOST_TEST(replayed.row.time_us == 77);
  BOOST_TEST((replayed.row.decisions == decisions));
  BOOST_TEST(std::holds_alternative<TrialStarted>(replayed.row.events.at(0)));
  BOOST_TEST(std::holds_alternative<schedulers::ConfigAssigned>(replayed.facts.at(0)));
  BOOST_TEST(core.counts().started == 1u);
}

BOOST_AUTO_TEST_CASE(reads_the_names_of_format_2) {
  const StudyRow row = decode_row(
      {4, 77, R"({"NodeReturned":{"node":"n","slots":2,"attempts":[{"trial":1,"attempt":3}]}})",
       R"([{"start_trial":{"trial":0,"until":3}},{"place_forgone":{"resource":9}},)"
       R"({"rung_unlocked":{"resource":9}}])",
       "[]"});
  BOOST_TEST(std::get<NodeRejoined>(row.input).attempts.at(0).attempt == 3u);
  BOOST_TEST((row.decisions == Decisions{schedulers::StartTrial{0, 3}, schedulers::SlotSkipped{9},
                                         schedulers::RungUnlocked{9}}));
}

BOOST_AUTO_TEST_CASE(does_not_apply_a_row_that_the_scheduler_decides_otherwise) {
  StudyCore core = core_with_node();
  const Row row = slot_row({schedulers::StartTrial{0, 3}});
  BOOST_TEST(
      (replay_row(core, row, answering({schedulers::StartTrial{0, 9}})).status == Status::differs));
  BOOST_TEST((replay_row(core, row, answering({})).status == Status::differs));
  BOOST_TEST(core.counts().started == 0u);
}

BOOST_AUTO_TEST_CASE(does_not_apply_an_input_that_the_core_does_not_accept) {
  StudyCore core = core_with_node();
  const Row row{2, 77, to_json(Input(NodeJoined{"n", 1, 0})), "[]", "[]"};
  BOOST_TEST((replay_row(core, row, answering({})).status == Status::differs));
}

BOOST_AUTO_TEST_CASE(does_not_apply_a_row_while_the_scheduler_is_lost) {
  StudyCore core = core_with_node();
  const AskScheduler lost = [](std::uint64_t, const schedulers::Event&) {
    return std::optional<Decisions>();
  };
  const Decisions decisions{schedulers::StartTrial{0, 3}};
  BOOST_TEST((replay_row(core, slot_row(decisions), lost).status == Status::scheduler_lost));
  // The same row is replayed when there is a scheduler again.
  BOOST_TEST(
      (replay_row(core, slot_row(decisions), answering(decisions)).status == Status::applied));
}

BOOST_AUTO_TEST_CASE(a_row_that_does_not_concern_the_scheduler_is_applied_without_it) {
  StudyCore core = core_with_node();
  const AskScheduler unexpected = [](std::uint64_t, const schedulers::Event&) {
    BOOST_ERROR("the scheduler was asked");
    return std::optional<Decisions>();
  };
  const Row row{2, 77, to_json(Input(NodeLost{"n", "silence"})), "[]", "[]"};
  BOOST_TEST((replay_row(core, row, unexpected).status == Status::applied));
}

BOOST_AUTO_TEST_CASE(a_row_that_cannot_be_read_abandons_the_study) {
  StudyCore core = core_with_node();
  BOOST_CHECK_THROW((void)replay_row(core, {2, 77, "{", "[]", "[]"}, answering({})),
                    StudyAbandoned);
  BOOST_CHECK_THROW((void)decode_row({2, 77, to_json(Input(NodeLost{"n", ""})), "[7]", "[]"}),
                    StudyAbandoned);
}

BOOST_AUTO_TEST_CASE(a_check_that_fails_names_the_row) {
  StudyCore core = core_with_node();
  const Decisions decisions{schedulers::StartTrial{7, 3}};  // Trial 0 was suggested.
  const auto names_row = [](const StudyAbandoned& failure) {
    return std::string(failure.what()).starts_with("row 2 of the journal cannot be replayed: ");
  };
  BOOST_CHECK_EXCEPTION((void)replay_row(core, slot_row(decisions), answering(decisions)),
                        StudyAbandoned, names_row);
  BOOST_CHECK_EXCEPTION((void)decode_row({2, 77, "{", "[]", "[]"}), StudyAbandoned, names_row);
}

BOOST_AUTO_TEST_CASE(the_time_between_two_sessions_is_not_active) {
  ActiveTime time;
  BOOST_TEST(time.active_us(50) == 0);
  time.note(StudyOpened{}, 100);
  BOOST_TEST(time.active_us(130) == 30);
  time.note(Reported{}, 150);
  time.note(StudyResumed{}, 1'000);
  BOOST_TEST(time.active_us(1'000) == 50);
  time.note(Reported{}, 1'020);
  time.note(StudyResumed{}, 2'000);
  BOOST_TEST(time.active_us(2'005) == 75);
  BOOST_TEST(time.last_row_us() == 2'000);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
