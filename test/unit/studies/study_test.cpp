#include "actors/study/study.hpp"

#include <boost/test/unit_test.hpp>

#include "test/unit/studies/study_fixture.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(study_actor)

using namespace test_study;

BOOST_AUTO_TEST_CASE(launches_as_many_trials_as_the_node_has_slots) {
  const test::TempFolder folder;
  Head head(folder.path());
  auto agent = head.joined("n1");
  const Launch first = agent.expect<Launch>();
  BOOST_TEST(first.trial == 0u);
  BOOST_TEST(first.until == 1);
  BOOST_TEST(first.config.size() == 2u);
  BOOST_TEST(agent.expect<Launch>().trial == 1u);
  BOOST_TEST(agent.is_silent());
}

BOOST_AUTO_TEST_CASE(runs_a_study_to_its_end_and_replays_without_a_difference) {
  const test::TempFolder folder;
  Head head(folder.path());
  auto agent = head.world.probe<Launch, EndTrial>();
  auto watcher = head.world.probe<RungUnlocked, StudyFinished, TrialPromoted>();
  head.world.tell(head.study, Subscribe{watcher.address(), {"StudyFinished"}});
  head.join(agent, "n1");
  std::size_t launches = 0;
  while (!agent.is_silent()) {
    const auto next = agent.take<Launch>();
    if (!next) (void)agent.expect<EndTrial>();  // The program ends by itself.
    if (!next) continue;
    ++launches;
    head.play(*next);
  }
  BOOST_TEST(launches >= 4u);
  BOOST_TEST((watcher.expect<StudyFinished>().outcome == StudyFinished::Outcome::finished));
  BOOST_TEST(differences(head) == 0u);
}

BOOST_AUTO_TEST_CASE(a_person_stops_one_trial_and_the_study_goes_on) {
  const test::TempFolder folder;
  Head head(folder.path());
  auto agent = head.joined("n1");
  const Launch first = agent.expect<Launch>();
  (void)agent.expect<Launch>();
  BOOST_TEST(head.world.ask(head.study, StopTrial{first.trial, "no use"}).has_value());
  head.world.advance(std::chrono::milliseconds(20));
  BOOST_TEST(agent.expect<EndTrial>().trial == first.trial);
  BOOST_TEST(head.world.ask(head.study, StopTrial{first.trial, ""}).error().what ==
             "trial 0 has ended, or is ending");
  BOOST_TEST(head.world.ask(head.study, StopTrial{9, ""}).error().what ==
             "the study has no trial 9");
  head.exit(first, 15);
  head.world.run();
  BOOST_TEST(agent.expect<Launch>().trial == 2u);
  BOOST_TEST(differences(head) == 0u);
}

/// Plays every launch of `agent`; returns how many there were.
std::size_t play_all(Head& head, Head::Agent& agent) {
  std::size_t launches = 0;
  while (!agent.is_silent()) {
    const auto next = agent.take<Launch>();
    if (!next) (void)agent.expect<EndTrial>();  // The program ends by itself.
    if (!next) continue;
    ++launches;
    head.play(*next);
  }
  return launches;
}

BOOST_AUTO_TEST_CASE(a_finished_study_goes_on_with_the_settings_of_the_next_run) {
  const test::TempFolder folder;
  {
    Head head(folder.path());
    auto agent = head.joined("n1");
    (void)play_all(head, agent);
  }
  std::string more = pasha_of_four;
  more.replace(more.find("started: 4"), 10, "started: 6");
  Head head(folder.path(), more.c_str(), {}, {{"stop_criterion.max_num_trials_started", "4", "6"}});
  auto agent = head.joined("n1");
  BOOST_TEST(play_all(head, agent) >= 2u);
  std::size_t started = 0;
  bool changed = false;
  for (const Row& row : head.rows()) {
    started += row.events.find("\"TrialStarted\"") != std::string::npos ? 1 : 0;
    changed = changed || row.events.find("\"SettingsChanged\"") != std::string::npos;
  }
  BOOST_TEST(started == 6u);
  BOOST_TEST(changed);
  // From row 0 and the change alone.
  std::optional<Replay> replay;
  for (const Row& row : head.rows()) {
    if (!replay) replay.emplace(Replay::of(row).value());
    BOOST_TEST(replay->on(row).empty());
  }
}

BOOST_AUTO_TEST_CASE(a_suggestion_says_where_it_comes_from) {
  const test::TempFolder folder;
  Head head(folder.path());
  auto agent = head.joined("n1");
  (void)play_all(head, agent);
  std::vector<Suggestion::Source> sources;
  for (const Row& row : head.rows()) {
    const auto input = from_json<Input>(row.input).value();
    if (const auto* slot = std::get_if<SlotFreed>(&input); slot != nullptr && slot->suggestion)
      sources.push_back(slot->suggestion->source);
  }
  using Source = Suggestion::Source;
  BOOST_TEST((sources == std::vector{Source::points_to_evaluate, Source::random, Source::random,
                                     Source::random}));
}

BOOST_AUTO_TEST_CASE(nothing_is_launched_before_its_row_is_durable) {
  const test::TempFolder folder;
  Head head(folder.path());
  auto agent = head.joined("n1");
  (void)agent.expect<Launch>();
  bool found = false;
  for (const Row& row : head.rows())
    found = found || row.events.find("TrialStarted") != std::string::npos;
  BOOST_TEST(found);
}

BOOST_AUTO_TEST_CASE(a_report_waits_to_share_the_commit_of_the_next_row) {
  const test::TempFolder folder;
  Head head(folder.path());
  auto agent = head.joined("n1");
  const Launch first = agent.expect<Launch>();
  (void)agent.expect<Launch>();
  const std::size_t before = head.rows().size();
  head.report(first, 1);
  head.world.run();
  BOOST_TEST(head.rows().size() == before);
  head.exit(first);
  // The row that starts a trial is committed at once, with the rows before it.
  BOOST_TEST(agent.expect<EndTrial>().trial == first.trial);
  BOOST_TEST(agent.expect<Launch>().trial == 2u);
  BOOST_TEST(head.rows().size() == before + 3);
}

BOOST_AUTO_TEST_CASE(a_single_report_is_durable_after_the_commit_wait) {
  const test::TempFolder folder;
  Head head(folder.path());
  auto agent = head.world.probe<Launch, EndTrial>();
  auto watcher = head.world.probe<TrialReported>();
  head.world.tell(head.study, Subscribe{watcher.address(), {"TrialReported"}});
  head.join(agent, "n1");
  const Launch first = agent.expect<Launch>();
  const std::size_t before = head.rows().size();
  head.report(first, 1);
  head.world.advance(std::chrono::milliseconds(9));
  BOOST_TEST(head.rows().size() == before);
  BOOST_TEST(watcher.is_silent());
  head.world.advance(std::chrono::milliseconds(1));
  BOOST_TEST(head.rows().size() == before + 1);
  BOOST_TEST(watcher.expect<TrialReported>().resource == 1);
}

BOOST_AUTO_TEST_CASE(each_report_waits_the_full_commit_wait) {
  const test::TempFolder folder;
  Head head(folder.path());
  auto agent = head.joined("n1");
  const Launch first = agent.expect<Launch>();
  const Launch second = agent.expect<Launch>();
  head.report(first, 1);
  head.world.advance(std::chrono::milliseconds(4));
  head.exit(first);
  head.world.run();
  const std::size_t before = head.rows().size();
  head.report(second, 1);
  head.world.advance(std::chrono::milliseconds(9));
  BOOST_TEST(head.rows().size() == before);
  head.world.advance(std::chrono::milliseconds(1));
  BOOST_TEST(head.rows().size() == before + 1);
}

BOOST_AUTO_TEST_CASE(a_sender_is_notified_once_its_reports_are_durable) {
  const test::TempFolder folder;
  Head head(folder.path());
  auto agent = head.world.probe<Launch, EndTrial>();
  auto teller = head.world.probe<DurableUpTo>();
  head.join(agent, "n1");
  const Launch first = agent.expect<Launch>();
  const std::size_t before = head.rows().size();
  head.report(first, 1);
  head.world.tell(head.study, NotifyWhenDurable{{.reports = 1, .warnings = 0}, teller.ref()});
  head.world.advance(std::chrono::milliseconds(9));
  BOOST_TEST(teller.is_silent());
  head.world.advance(std::chrono::milliseconds(1));
  BOOST_TEST(teller.expect<DurableUpTo>().reports == 1u);
  BOOST_TEST(head.rows().size() == before + 1);
  // It is durable already.
  head.world.tell(head.study, NotifyWhenDurable{{.reports = 1, .warnings = 2}, teller.ref()});
  BOOST_TEST(teller.expect<DurableUpTo>().warnings == 2u);
}

BOOST_AUTO_TEST_CASE(two_slots_that_are_free_at_once_are_filled_by_one_commit) {
  const test::TempFolder folder;
  std::string one_epoch = pasha_of_four;
  const std::string pasha = "{name: pasha, grace_period: 1, reduction_factor: 3}";
  one_epoch.replace(one_epoch.find(pasha), pasha.size(), "{name: k_epoch, k: 1}");
  Head head(folder.path(), one_epoch.c_str());
  auto agent = head.joined("n1");
  const Launch first = agent.expect<Launch>();
  const Launch second = agent.expect<Launch>();
  head.report(first, 1);
  head.report(second, 1);
  const int before = head.commits;
  head.exit(first);
  head.exit(second);
  head.world.run();
  BOOST_TEST(agent.expect<EndTrial>().trial == first.trial);
  BOOST_TEST(agent.expect<EndTrial>().trial == second.trial);
  BOOST_TEST(agent.expect<Launch>().trial == 2u);
  BOOST_TEST(agent.expect<Launch>().trial == 3u);
  BOOST_TEST(head.commits == before + 1);
}

BOOST_AUTO_TEST_CASE(nothing_is_started_while_the_disk_is_full_and_the_status_says_why) {
  const test::TempFolder folder;
  Head head(folder.path());
  auto agent = head.world.probe<Launch, EndTrial>();
  auto watcher = head.world.probe<StudyStatus>();
  head.world.tell(head.study, Subscribe{watcher.address(), {"StudyStatus"}});
  head.join(agent, "n1");
  const Launch first = agent.expect<Launch>();
  (void)agent.expect<Launch>();
  head.world.advance(std::chrono::seconds(1));
  while (watcher.take<StudyStatus>()) {
  }
  head.disk_full_reason = "the disk is full";
  head.exit(first, 1);
  head.world.advance(std::chrono::seconds(5));
  BOOST_TEST(agent.is_silent());
  BOOST_TEST(watcher.expect<StudyStatus>().no_room == "the disk is full");
  const auto rows = head.rows();
  head.disk_full_reason.reset();
  head.world.advance(std::chrono::seconds(1));
  BOOST_TEST(agent.expect<Launch>().trial == 2u);
  BOOST_TEST(head.rows().size() == rows.size() + 1);
  head.world.advance(std::chrono::seconds(1));
  std::optional<StudyStatus> last;
  while (auto next = watcher.take<StudyStatus>()) last = std::move(next);
  BOOST_REQUIRE(last.has_value());
  BOOST_TEST(last->no_room == "");
}

BOOST_AUTO_TEST_CASE(a_new_head_continues_where_the_journal_ends) {
  const test::TempFolder folder;
  std::vector<Row> before;
  {
    Head head(folder.path());
    auto agent = head.joined("own-1");
    head.play(agent.expect<Launch>());
    (void)agent.expect<Launch>();
    before = head.rows();
  }
  Head head(folder.path());
  auto agent = head.joined("n2");
  const auto rows = head.rows();
  BOOST_REQUIRE(!before.empty());
  BOOST_REQUIRE(rows.size() > before.size());
  for (std::size_t i = 0; i < before.size(); ++i) BOOST_TEST((rows[i] == before[i]));
  const Launch again = agent.expect<Launch>();
  BOOST_TEST(again.trial == 1u);
  BOOST_TEST(again.attempt == 2u);
  BOOST_TEST(differences(head) == 0u);
}

BOOST_AUTO_TEST_CASE(a_node_that_is_lost_costs_its_running_trials_only) {
  const test::TempFolder folder;
  Head head(folder.path());
  auto agent = head.joined("n1");
  (void)agent.expect<Launch>();
  (void)agent.expect<Launch>();
  head.world.node().stop(agent.ref());
  head.world.run();
  auto other = head.joined("n2");
  BOOST_TEST(other.expect<Launch>().attempt == 2u);
  BOOST_TEST(other.expect<Launch>().attempt == 2u);
}

BOOST_AUTO_TEST_CASE(the_loss_of_the_heads_own_node_counts_when_its_processes_are_gone) {
  const test::TempFolder folder;
  Head head(folder.path());
  auto agent = head.joined("own-1");
  (void)agent.expect<Launch>();
  auto other = head.world.probe<Launch, EndTrial>();
  head.world.node().stop(agent.ref());
  head.join(other, "own-2");
  BOOST_TEST(other.is_silent());  // The study still counts two busy workers.
  head.world.tell(head.study, NodeProcessesGone{"own-1", "signal SIGKILL"});
  BOOST_TEST(other.expect<Launch>().trial == 0u);
}

BOOST_AUTO_TEST_CASE(a_stop_ends_the_running_programs_and_then_the_study) {
  const test::TempFolder folder;
  Head head(folder.path());
  auto agent = head.joined("n1");
  const Launch first = agent.expect<Launch>();
  const Launch second = agent.expect<Launch>();
  head.world.tell(head.study, StopStudy{StopRequested::How::stop, "enough"});
  head.world.advance(std::chrono::milliseconds(10));
  BOOST_TEST(agent.expect<EndTrial>().trial == 0u);
  BOOST_TEST(agent.expect<EndTrial>().trial == 1u);
  head.exit(first, 143);
  head.exit(second, 143);
  head.world.run();
  const auto rows = head.rows();
  BOOST_TEST(rows.back().events.find("StudyFinished") != std::string::npos);
  BOOST_TEST(rows.back().events.find("enough") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(refuses_a_second_node_of_the_same_name) {
  const test::TempFolder folder;
  Head head(folder.path());
  auto agent = head.joined("n1");
  auto other = head.world.probe<Launch, EndTrial>();
  const auto enlisted = head.world.ask(head.study, JoinStudy{"n1", {.cpus = 2}, other.ref()});
  BOOST_TEST(enlisted->refusal.find("already there") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_journal_that_was_changed_is_refused_and_not_touched) {
  const test::TempFolder folder;
  const std::string path = (folder.path() / "journal.db").string();
  {
    Head head(folder.path());
    auto agent = head.joined("n1");
  }
  auto rows = JournalReader::open(path).value().read(0, 100).value();
  std::filesystem::remove(path);
  {
    Journal journal = Journal::create(path, {}).value();
    for (Row& row : rows)
      if (const auto at = row.decisions.find("\"until\":1"); at != std::string::npos)
        row.decisions[at + 8] = '2';
    journal.append(rows).value();
  }
  Head head(folder.path());  // The study actor has not run yet.
  const auto down = head.world.node().wait(head.study, std::chrono::seconds(1));
  BOOST_REQUIRE(down.has_value());
  BOOST_TEST(down->reason.find("row 2 of the journal") != std::string::npos);
  BOOST_TEST(head.rows().size() == rows.size());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
