#include "actors/head/study_access.hpp"

#include <string>

#include <boost/test/unit_test.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "actors/head/head_folder.hpp"
#include "actors/head/study_head.hpp"
#include "runtime/keys/key_folder.hpp"
#include "runtime/make_node.hpp"
#include "test/kit/temp_folder.hpp"

namespace troupe::actors {
namespace {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(study_access_suite)

mode_t mode_of_keys(const std::string& path) {
  struct stat status{};
  BOOST_TEST_REQUIRE(stat(path.c_str(), &status) == 0, path);
  return status.st_mode & 07777;
}

std::string public_key(const runtime::Keys& keys) {
  return runtime::to_text(keys->own().public_key);
}

BOOST_AUTO_TEST_CASE(a_study_keeps_its_keys) {
  const test::TempFolder scratch;
  const auto folder = HeadFolder::open(scratch.file("study")).value();
  const auto first = open_study_keys(folder.path());
  BOOST_TEST_REQUIRE(first.has_value());
  BOOST_TEST(mode_of_keys(study_keys_path(folder.path())) == 0700U);
  BOOST_TEST(mode_of_keys(study_keys_path(folder.path()) + "/own.key") == 0600U);
  BOOST_TEST(public_key(*open_study_keys(folder.path())) == public_key(*first));
}

BOOST_AUTO_TEST_CASE(keys_that_others_can_read_are_not_used) {
  const test::TempFolder scratch;
  const auto folder = HeadFolder::open(scratch.file("study")).value();
  BOOST_TEST_REQUIRE(open_study_keys(folder.path()).has_value());
  const std::string key = study_keys_path(folder.path()) + "/own.key";
  BOOST_TEST_REQUIRE(chmod(key.c_str(), 0644) == 0);
  BOOST_TEST(open_study_keys(folder.path()).error().what.find("chmod 600") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_folder_without_a_study_gives_no_access) {
  const test::TempFolder scratch;
  const auto access = study_access(scratch.file("nothing"));
  BOOST_TEST(access.error().what.find("is a folder without a running study") != std::string::npos);
}

struct RunningHead {
  test::TempFolder scratch;
  HeadFolder folder = HeadFolder::open(scratch.file("study")).value();
  std::unique_ptr<StudyHead> head;

  explicit RunningHead(StudyHead::Options options = {}) {
    head = StudyHead::open(std::move(options), &folder).value();
    write_file(folder.file("address"), runtime::seen_from_here(head->address()) + "\n").value();
  }
};

BOOST_FIXTURE_TEST_CASE(the_folder_of_a_study_is_enough_to_join_it, RunningHead) {
  const auto access = study_access(folder.path());
  BOOST_TEST_REQUIRE(access.has_value());
  const auto node = runtime::make_node({.name = "mine", .keys = access->keys});
  BOOST_TEST((node->join(access->address, 30s).value() == head->process().node().id()));
}

BOOST_FIXTURE_TEST_CASE(another_key_does_not_join_a_study, RunningHead) {
  const auto keys = std::make_shared<const runtime::KeyFolder>(
      runtime::KeyFolder::in_memory(runtime::make_key_pair()));
  const auto node = runtime::make_node({.name = "other", .keys = keys});
  const auto joined = node->join(study_access(folder.path())->address, 30s);
  BOOST_TEST(joined.error().what.find("is not admitted") != std::string::npos);
}

/// The keys of a study are admitted beside those of its machine.
BOOST_AUTO_TEST_CASE(a_study_with_keys_of_its_machine_is_joined_with_its_folder) {
  const test::TempFolder keys;
  const auto machine = std::make_shared<const runtime::KeyFolder>(
      runtime::KeyFolder::create(keys.file("machine")).value());
  const RunningHead running({.keys = machine});
  const auto access = study_access(running.folder.path());
  BOOST_TEST(access->address.ends_with("/" + public_key(machine)));
  BOOST_TEST(public_key(access->keys) != public_key(machine));
  const auto node = runtime::make_node({.name = "mine", .keys = access->keys});
  BOOST_TEST(node->join(access->address, 30s).has_value());
}

BOOST_AUTO_TEST_CASE(a_head_of_several_studies_gives_them_its_keys) {
  const test::TempFolder scratch;
  const auto folder = HeadFolder::open(scratch.file("task")).value();
  const auto sequence = HeadFolder::open(scratch.file("sequence")).value();
  const auto keys = open_study_keys(sequence.path()).value();
  BOOST_TEST(share_study_keys(*keys, folder.path()).has_value());
  BOOST_TEST(public_key(*open_study_keys(folder.path())) == public_key(keys));
  BOOST_TEST(mode_of_keys(study_keys_path(folder.path()) + "/own.key") == 0600U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
