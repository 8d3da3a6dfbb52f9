#include "actors/study/study_history.hpp"

#include <boost/test/unit_test.hpp>

#include "runtime/core/check.hpp"
#include "test/unit/studies/study_fixture.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(study_history)

using namespace test_study;

StudyHistory history_on(MemoryDisk& disk) {
  return StudyHistory(std::make_unique<MemoryLog>(disk));
}

void add_rows(StudyHistory& history, std::uint64_t count) {
  for (; count > 0; --count) history.add({history.next_index(), 0, Input(TimeExpired{}), {}, {}});
}

std::vector<std::uint64_t> indices(const StudyHistory& history) {
  std::vector<std::uint64_t> found;
  history.for_each([&](const Row& row) { found.push_back(row.index); });
  return found;
}

std::vector<std::uint64_t> committed(const StudyHistory& history, std::uint64_t first) {
  std::vector<std::uint64_t> found;
  history.for_each_committed(first, [&](const Row& row) { found.push_back(row.index); });
  return found;
}

using Indices = std::vector<std::uint64_t>;

BOOST_AUTO_TEST_CASE(has_the_rows_that_were_added_and_knows_which_are_committed) {
  MemoryDisk disk;
  StudyHistory history = history_on(disk);
  BOOST_TEST(history.is_new());
  add_rows(history, 2);
  BOOST_TEST(committed(history, 0).empty());
  history.commit();
  BOOST_TEST(!history.is_new());
  add_rows(history, 1);
  BOOST_TEST(history.next_index() == 3u);
  BOOST_TEST((indices(history) == Indices{0, 1, 2}));
  BOOST_TEST((committed(history, 1) == Indices{1}));
  BOOST_TEST(committed(history, 2).empty());
}

BOOST_AUTO_TEST_CASE(replays_the_rows_of_an_earlier_session_and_goes_on_where_it_stopped) {
  MemoryDisk disk;
  {
    StudyHistory earlier = history_on(disk);
    add_rows(earlier, 4);
    earlier.commit();
  }
  StudyHistory history = history_on(disk);
  BOOST_TEST(indices(history).empty());  // Nothing was replayed yet.
  Indices replayed;
  const auto use_two = [&](const Row& row) {
    if (replayed.size() == 2) return false;
    replayed.push_back(row.index);
    return true;
  };
  BOOST_TEST(!history.replay(use_two));
  BOOST_TEST(history.next_index() == 2u);
  BOOST_TEST((indices(history) == Indices{0, 1}));
  BOOST_TEST(history.replay([&](const Row& row) {
    replayed.push_back(row.index);
    return true;
  }));
  BOOST_TEST((replayed == Indices{0, 1, 2, 3}));
  BOOST_TEST(history.next_index() == 4u);
}

BOOST_AUTO_TEST_CASE(a_commit_that_fails_abandons_the_study) {
  MemoryDisk disk;
  StudyHistory history = history_on(disk);
  add_rows(history, 1);
  disk.full = true;
  BOOST_CHECK_EXCEPTION(history.commit(), StudyAbandoned, [](const StudyAbandoned& error) {
    return std::string(error.what()) == "the disk is full";
  });
}

BOOST_AUTO_TEST_CASE(rows_are_added_in_order) {
  MemoryDisk disk;
  StudyHistory history = history_on(disk);
  BOOST_CHECK_THROW(history.add({1, 0, Input(TimeExpired{}), {}, {}}), CheckFailure);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
