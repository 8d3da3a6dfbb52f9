#include "actors/checkpoints/drop_checkpoint.hpp"

#include <filesystem>
#include <string>

#include <boost/test/unit_test.hpp>

#include "test/unit/checkpoints/attempt_kit.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(drop_checkpoint)

namespace fs = std::filesystem;

struct Folder {
  [[nodiscard]] std::string path() const { return scratch.path().string(); }
  test::TempFolder scratch;
};

BOOST_AUTO_TEST_CASE(logs_of_a_finished_trial_stay) {
  const Folder study;
  test::leave_attempt(study.path(), 2, 1, {{"checkpoint/w", "w"}, {"stdout.log", "log"}});
  fs::create_directories(study.path() + "/trials/0002/attempt-2.partial/checkpoint");
  BOOST_REQUIRE(drop_all(study.path(), 2));
  BOOST_TEST(
      (test::files_in(study.path()) == test::Files{{"trials/0002/attempt-1/stdout.log", "log"}}));
  BOOST_TEST(!fs::exists(study.path() + "/trials/0002/attempt-2.partial"));
  BOOST_TEST(published_attempt(study.path(), 2) == 0U);
  BOOST_TEST(drop_all(study.path(), 2).has_value());
  BOOST_TEST(drop_all(study.path(), 77).has_value());
}

BOOST_AUTO_TEST_CASE(a_paused_trial_whose_checkpoint_was_deleted_starts_over) {
  const Folder study;
  test::leave_attempt(study.path(), 2, 1, {{"checkpoint/w", "w"}});
  BOOST_TEST(!starts_over(study.path(), 2, 1));
  BOOST_REQUIRE(drop_published(study.path(), 2));
  BOOST_TEST(starts_over(study.path(), 2, 1));
  const auto next = AttemptFolder::prepare(study.path(), 2, 2, 1);
  BOOST_REQUIRE(next);
  BOOST_TEST(next->source() == 0U);
  BOOST_TEST(next->starts_over());
  // The next attempt saves a checkpoint, and the one after it resumes from that.
  test::leave_attempt(study.path(), 2, 2, {{"checkpoint/w", "new"}});
  BOOST_TEST(!starts_over(study.path(), 2, 2));
  BOOST_TEST(AttemptFolder::prepare(study.path(), 2, 3, 2).value().source() == 2U);
}

BOOST_AUTO_TEST_CASE(earlier_checkpoints_are_deleted_but_not_the_published_one) {
  const Folder study;
  for (std::uint32_t attempt = 1; attempt <= 3; ++attempt)
    test::leave_attempt(study.path(), 2, attempt, {{"checkpoint/w", std::to_string(attempt)}});
  BOOST_TEST(drop_earlier(study.path(), 2, 2).has_value());
  const test::Files left{{"trials/0002/attempt-2/checkpoint/w", "2"},
                         {"trials/0002/attempt-3/checkpoint/w", "3"}};
  BOOST_TEST((test::files_in(study.path()) == left));
  // Attempt 4 was released and left no checkpoint.
  BOOST_TEST(drop_earlier(study.path(), 2, 4).has_value());
  BOOST_TEST(
      (test::files_in(study.path()) == test::Files{{"trials/0002/attempt-3/checkpoint/w", "3"}}));
  BOOST_TEST(drop_earlier(study.path(), 77, 4).has_value());
}

BOOST_AUTO_TEST_CASE(to_save_room_a_paused_trial_loses_its_earlier_checkpoints_too) {
  const Folder study;
  for (std::uint32_t attempt = 1; attempt <= 2; ++attempt)
    test::leave_attempt(study.path(), 2, attempt, {{"checkpoint/w", "w"}});
  BOOST_REQUIRE(drop_published(study.path(), 2));
  BOOST_TEST(AttemptFolder::prepare(study.path(), 2, 3, 2).value().source() == 0U);
}

BOOST_AUTO_TEST_CASE(a_paused_trial_loses_a_checkpoint_that_is_not_published_and_starts_over) {
  const Folder study;
  test::leave_attempt(study.path(), 2, 1, {{"checkpoint/w", "w"}});
  fs::remove(study.path() + "/trials/0002/checkpoint");
  BOOST_REQUIRE(drop_published(study.path(), 2));
  BOOST_TEST(newest_checkpoint(study.path(), 2, 1) == 1U);
  BOOST_REQUIRE(drop_unfinished(study.path(), 2, 1));
  BOOST_TEST(newest_checkpoint(study.path(), 2, 1) == 0U);
  BOOST_TEST(starts_over(study.path(), 2, 1));
}

BOOST_AUTO_TEST_CASE(the_checkpoint_of_a_running_attempt_is_not_deleted) {
  const Folder study;
  test::leave_attempt(study.path(), 2, 1, {{"checkpoint/w", "w"}});
  auto running = AttemptFolder::prepare(study.path(), 2, 2, 1);
  BOOST_REQUIRE(running);
  BOOST_REQUIRE(drop_published(study.path(), 2));
  BOOST_TEST(test::read_file(running->checkpoint_dir() + "/w") == "w");
  BOOST_TEST(!fs::exists(study.path() + "/trials/0002/attempt-1/checkpoint"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
