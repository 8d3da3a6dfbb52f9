#include "actors/checkpoints/store.hpp"

#include <filesystem>
#include <string>

#include <boost/test/unit_test.hpp>

#include "actors/checkpoints/transfers.hpp"
#include "test/unit/checkpoints/attempt_kit.hpp"
#include "test/unit/runtime/two_nodes.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(store)

namespace fs = std::filesystem;

using Taken = UploadReply::Result;

/// The store of a head, and a node with a folder of its own.
struct HeadAndNode {
  explicit HeadAndNode(StoreOptions options = {}) {
    options.study_folder = head_folder.path().string();
    options.disk_full_reason = [this](const std::string&) { return lack; };
    store = nodes.head.spawn<CheckpointStore>(std::move(options));
    transfers = nodes.node.spawn<CheckpointTransfers>(
        CheckpointTransfers::Options{.folder = node_folder.path().string(), .store = store});
  }
  void expect(TrialId trial, std::uint32_t attempt) {
    tell({{.what = TrialNews::What::runs, .trial = trial, .attempt = attempt}});
  }
  void tell(std::vector<TrialNews> news, std::vector<TrialId> contenders = {}) {
    nodes.head.tell(store, StudyAdvanced{std::move(news), std::move(contenders)});
    nodes.world.run();
  }
  UploadReply offer(TrialId trial, std::uint32_t attempt) {
    return nodes.node.ask(StoreRef(store), OfferAttempt{trial, attempt, transfers}).value();
  }

  test::TempFolder head_folder;
  test::TempFolder node_folder;
  std::optional<std::string> lack;
  runtime::TwoNodes nodes;
  CheckpointStore::Ref store;
  CheckpointTransfers::Ref transfers;
};

BOOST_AUTO_TEST_CASE(an_offered_attempt_is_fetched_with_its_logs) {
  HeadAndNode two;
  const test::Files left{{"checkpoint/w", "weights"}, {"stdout.log", "out"}, {"stderr.log", "err"}};
  test::leave_attempt(two.node_folder.path(), 4, 1, left);
  two.expect(4, 1);
  BOOST_TEST((two.offer(4, 1).result == Taken::taken));
  BOOST_TEST((test::files_in(two.head_folder.path() / "trials/0004/attempt-1") == left));
  BOOST_TEST(published_attempt(two.head_folder.path().string(), 4) == 1U);
}

BOOST_AUTO_TEST_CASE(an_attempt_without_a_checkpoint_gets_a_folder_with_its_logs) {
  HeadAndNode two;
  fs::create_directories(two.node_folder.path() / "trials/0004/attempt-1/checkpoint");
  two.expect(4, 1);
  BOOST_TEST((two.offer(4, 1).result == Taken::taken));
  BOOST_TEST(fs::exists(two.head_folder.path() / "trials/0004/attempt-1"));
  BOOST_TEST(published_attempt(two.head_folder.path().string(), 4) == 0U);
  BOOST_TEST(!starts_over(two.head_folder.path().string(), 4, 1));
}

BOOST_AUTO_TEST_CASE(only_the_latest_attempt_is_accepted) {
  HeadAndNode two;
  for (std::uint32_t attempt = 1; attempt <= 3; ++attempt)
    test::leave_attempt(two.node_folder.path(), 4, attempt, {{"checkpoint/w", "w"}});
  BOOST_TEST((two.offer(4, 2).result == Taken::later));
  two.expect(4, 2);
  BOOST_TEST((two.offer(4, 1).result == Taken::refused));
  BOOST_TEST((two.offer(4, 3).result == Taken::later));
  BOOST_TEST((two.offer(5, 1).result == Taken::later));
  BOOST_TEST(test::files_in(two.head_folder.path()).empty());
}

BOOST_AUTO_TEST_CASE(a_checkpoint_above_the_bound_is_refused) {
  HeadAndNode two({.rule = {.bytes_max = 100}});
  test::leave_attempt(two.node_folder.path(), 4, 1, {{"checkpoint/w", std::string(101, 'w')}});
  two.expect(4, 1);
  const auto taken = two.offer(4, 1);
  BOOST_TEST((taken.result == Taken::refused));
  BOOST_TEST(taken.why.find("at most 100") != std::string::npos, taken.why);
}

BOOST_AUTO_TEST_CASE(a_full_disk_lets_the_attempt_be_offered_again) {
  HeadAndNode two;
  two.lack = "the disk of DIR is full";
  test::leave_attempt(two.node_folder.path(), 4, 1, {{"checkpoint/w", "w"}});
  two.expect(4, 1);
  const auto taken = two.offer(4, 1);
  BOOST_TEST((taken.result == Taken::no_room));
  BOOST_TEST(taken.why == *two.lack);
}

BOOST_AUTO_TEST_CASE(an_unneeded_checkpoint_is_deleted_at_the_head_and_on_the_node) {
  HeadAndNode two;
  test::leave_attempt(two.node_folder.path(), 4, 1, {{"checkpoint/w", "w"}, {"stdout.log", "log"}});
  two.expect(4, 1);
  BOOST_TEST((two.offer(4, 1).result == Taken::taken));
  two.tell({{.what = TrialNews::What::paused, .trial = 4}});
  BOOST_TEST(published_attempt(two.head_folder.path().string(), 4) == 1U);
  two.tell({{.what = TrialNews::What::done, .trial = 4}});
  const test::Files logs{{"trials/0004/attempt-1/stdout.log", "log"}};
  BOOST_TEST((test::files_in(two.head_folder.path()) == logs));
  BOOST_TEST((test::files_in(two.node_folder.path()) == logs));
}

BOOST_AUTO_TEST_CASE(at_the_end_of_the_study_the_head_keeps_what_a_longer_study_needs) {
  HeadAndNode two;
  test::leave_attempt(two.node_folder.path(), 4, 1, {{"checkpoint/w", "w"}, {"stdout.log", "log"}});
  two.expect(4, 1);
  BOOST_TEST((two.offer(4, 1).result == Taken::taken));
  two.tell({{.what = TrialNews::What::paused, .trial = 4}});
  two.tell({{.what = TrialNews::What::study_over}});
  BOOST_TEST(published_attempt(two.head_folder.path().string(), 4) == 1U);
  const test::Files logs{{"trials/0004/attempt-1/stdout.log", "log"}};
  BOOST_TEST((test::files_in(two.node_folder.path()) == logs));
}

BOOST_AUTO_TEST_CASE(beyond_the_bound_a_paused_trial_loses_its_checkpoint_and_starts_over) {
  HeadAndNode two({.rule = {.bytes_max = 25}});
  for (TrialId trial = 0; trial < 3; ++trial) {
    test::leave_attempt(two.head_folder.path(), trial, 1, {{"checkpoint/w", "ten bytes."}});
    two.expect(trial, 1);
    two.tell(
        {{.what = TrialNews::What::reported, .trial = trial, .resource = 1, .metric = 0.1 * trial},
         {.what = TrialNews::What::paused, .trial = trial}},
        {0});
  }
  BOOST_TEST(published_attempt(two.head_folder.path().string(), 0) == 1U);
  BOOST_TEST(published_attempt(two.head_folder.path().string(), 1) == 1U);
  BOOST_TEST(starts_over(two.head_folder.path().string(), 2, 1));
  const auto downloaded = two.nodes.node.ask(two.transfers, DownloadCheckpoint{2, 2, 1}).value();
  BOOST_TEST(downloaded.error == "");
  BOOST_TEST(downloaded.starts_over);
}

BOOST_AUTO_TEST_CASE(a_later_attempt_leaves_the_earlier_checkpoint_until_it_is_released) {
  HeadAndNode two;
  const fs::path first = two.head_folder.path() / "trials/0004/attempt-1/checkpoint/w";
  for (std::uint32_t attempt = 1; attempt <= 2; ++attempt) {
    test::leave_attempt(two.node_folder.path(), 4, attempt, {{"checkpoint/w", "w"}});
    two.expect(4, attempt);
    BOOST_TEST((two.offer(4, attempt).result == Taken::taken));
  }
  BOOST_TEST(published_attempt(two.head_folder.path().string(), 4) == 2U);
  BOOST_TEST(fs::exists(first));
  two.nodes.head.tell(two.store, StudyAdvanced{.released = {{.trial = 4, .attempt = 2}}});
  two.nodes.world.run();
  BOOST_TEST(!fs::exists(first));
  BOOST_TEST(fs::exists(two.head_folder.path() / "trials/0004/attempt-2/checkpoint/w"));
}

BOOST_AUTO_TEST_CASE(an_attempt_elsewhere_may_go_back_to_an_earlier_checkpoint) {
  HeadAndNode two;
  for (std::uint32_t attempt = 1; attempt <= 2; ++attempt)
    test::leave_attempt(two.head_folder.path(), 4, attempt,
                        {{"checkpoint/w", "of attempt " + std::to_string(attempt)}});
  const auto downloaded = two.nodes.node.ask(two.transfers, DownloadCheckpoint{4, 3, 1}).value();
  BOOST_TEST(downloaded.error == "");
  BOOST_TEST(!downloaded.starts_over);
  const auto folder = AttemptFolder::prepare(two.node_folder.path().string(), 4, 3, 1);
  BOOST_REQUIRE(folder);
  BOOST_TEST(folder->source() == 1U);
  BOOST_TEST(test::read_file(folder->checkpoint_dir() + "/w") == "of attempt 1");
}

BOOST_AUTO_TEST_CASE(only_the_logs_of_a_stopped_trial_are_fetched) {
  HeadAndNode two;
  test::leave_attempt(two.node_folder.path(), 4, 1, {{"checkpoint/w", "w"}, {"stdout.log", "log"}});
  two.expect(5, 1);
  two.tell({{.what = TrialNews::What::ending, .trial = 5, .resource = 1, .metric = 0.1},
            {.what = TrialNews::What::runs, .trial = 4, .attempt = 1},
            {.what = TrialNews::What::ending, .trial = 4, .resource = 1, .metric = 0.9}},
           {5});
  BOOST_TEST((two.offer(4, 1).result == Taken::taken));
  BOOST_TEST((test::files_in(two.head_folder.path()) ==
              test::Files{{"trials/0004/attempt-1/stdout.log", "log"}}));
}

BOOST_AUTO_TEST_CASE(many_offers_are_queued) {
  HeadAndNode two({.fetches_max = 2});
  std::size_t taken = 0;
  for (TrialId trial = 0; trial < 9; ++trial) {
    test::leave_attempt(two.node_folder.path(), trial, 1,
                        {{"checkpoint/w", std::string(1'000'000, 'w')}});
    two.expect(trial, 1);
  }
  for (TrialId trial = 0; trial < 9; ++trial) {
    auto one = std::make_shared<decltype(two.nodes.node.probe<UploadReply>())>(
        two.nodes.node.probe<UploadReply>());
    one->run([&, trial, one](runtime::Context& self) {
      const auto answer = self.ask(StoreRef(two.store), OfferAttempt{trial, 1, two.transfers},
                                   std::chrono::hours(1));
      taken += answer && answer->result == Taken::taken ? 1 : 0;
    });
  }
  two.nodes.world.advance(std::chrono::seconds(10));
  BOOST_TEST(taken == 9U);
}

BOOST_AUTO_TEST_CASE(a_node_that_is_lost_during_the_transfer_leaves_no_files) {
  HeadAndNode two;
  test::leave_attempt(two.node_folder.path(), 4, 1,
                      {{"checkpoint/w", std::string(30'000'000, 'w')}});
  two.expect(4, 1);
  two.nodes.node.tell(StoreRef(two.store), OfferAttempt{4, 1, two.transfers});
  const fs::path partial = two.head_folder.path() / "trials/0004/attempt-1.partial";
  while (!fs::exists(partial)) BOOST_REQUIRE(two.nodes.world.step());
  for (int step = 0; step < 50; ++step) BOOST_REQUIRE(two.nodes.world.step());
  BOOST_TEST(fs::exists(partial));
  two.nodes.node.node().stop(two.transfers);
  two.nodes.world.advance(std::chrono::seconds(1));
  BOOST_TEST(!fs::exists(partial));
  BOOST_TEST(test::files_in(two.head_folder.path()).empty());
  BOOST_TEST(starts_over(two.head_folder.path().string(), 4, 1));
}

/// A trial that uploads its files, and the answer that it got.
struct Handing {
  Handing(HeadAndNode& two, TrialId trial) : probe(two.nodes.node.probe<Fetched>()) {
    const auto code = [this, transfers = two.transfers, trial](runtime::Context& self) {
      answer = self.ask(transfers, UploadAttempt{trial, 1}, std::chrono::hours(48));
    };
    two.nodes.node.tell(runtime::Ref<test::Do>(probe.address()), test::Do{code});
  }
  decltype(std::declval<test::TestNode&>().probe<Fetched>()) probe;
  std::optional<Result<UploadReply>> answer;
};

BOOST_AUTO_TEST_CASE(an_uploaded_attempt_is_at_the_head_when_the_answer_comes) {
  HeadAndNode two;
  test::leave_attempt(two.node_folder.path(), 4, 1, {{"checkpoint/w", "w"}});
  const Handing handing(two, 4);
  two.nodes.world.advance(std::chrono::seconds(2));
  BOOST_TEST(!handing.answer
                  .has_value());  // The study has not ordered the attempt yet: it is offered again.
  two.expect(4, 1);
  two.nodes.world.advance(std::chrono::seconds(2));
  BOOST_REQUIRE(handing.answer.has_value());
  BOOST_TEST((handing.answer->value().result == Taken::taken));
  BOOST_TEST(published_attempt(two.head_folder.path().string(), 4) == 1U);
}

BOOST_AUTO_TEST_CASE(an_upload_waits_for_disk_space) {
  HeadAndNode two;
  test::leave_attempt(two.node_folder.path(), 4, 1, {{"checkpoint/w", "w"}});
  two.expect(4, 1);
  two.lack = "the disk of DIR is full";
  const Handing handing(two, 4);
  two.nodes.world.advance(std::chrono::seconds(5));
  BOOST_TEST(!handing.answer.has_value());
  two.nodes.world.advance(std::chrono::seconds(10));
  BOOST_REQUIRE(handing.answer.has_value());  // The trial warns, and asks again.
  BOOST_TEST((handing.answer->value().result == Taken::no_room));
  BOOST_TEST(handing.answer->value().why == *two.lack);
  const Handing again(two, 4);
  two.nodes.world.advance(std::chrono::seconds(2));
  two.lack.reset();
  two.nodes.world.advance(std::chrono::seconds(2));
  BOOST_REQUIRE(again.answer.has_value());
  BOOST_TEST((again.answer->value().result == Taken::taken));
  BOOST_TEST(published_attempt(two.head_folder.path().string(), 4) == 1U);
}

BOOST_AUTO_TEST_CASE(a_node_that_leaves_does_not_wait_for_its_uploads) {
  HeadAndNode two;
  test::leave_attempt(two.node_folder.path(), 4, 1,
                      {{"checkpoint/w", std::string(30'000'000, 'w')}});
  two.expect(4, 1);
  const Handing handing(two, 4);
  const fs::path partial = two.head_folder.path() / "trials/0004/attempt-1.partial";
  while (!fs::exists(partial)) BOOST_REQUIRE(two.nodes.world.step());
  BOOST_REQUIRE(fs::exists(partial));
  BOOST_TEST(!handing.answer.has_value());
  two.nodes.node.node().stop(two.transfers);
  two.nodes.world.advance(std::chrono::milliseconds(100));
  BOOST_REQUIRE(handing.answer.has_value());
  BOOST_TEST(!handing.answer->has_value());
  BOOST_TEST(test::files_in(two.head_folder.path()).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
