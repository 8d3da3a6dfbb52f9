#include "actors/head/head_folder.hpp"

#include <filesystem>
#include <string>

#include <boost/test/unit_test.hpp>
#include <sys/stat.h>

#include "test/kit/temp_folder.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(head_folder)

mode_t mode_of(const std::filesystem::path& path) {
  struct stat status{};
  BOOST_TEST_REQUIRE(stat(path.c_str(), &status) == 0, path.string());
  return status.st_mode & 07777;
}

BOOST_AUTO_TEST_CASE(a_new_folder_is_closed_to_others) {
  const test::TempFolder scratch;
  for (const char* const name : {"a", "b/", "deep/er", "c/."}) {
    const auto folder = HeadFolder::open(scratch.file(name));
    BOOST_TEST_REQUIRE(folder.has_value(), name);
    BOOST_TEST(mode_of(folder->path()) == 0700U, name);
  }
}

BOOST_AUTO_TEST_CASE(an_existing_folder_keeps_its_mode) {
  const test::TempFolder scratch;
  const std::string path = scratch.file("shared");
  BOOST_TEST_REQUIRE(mkdir(path.c_str(), 0700) == 0);
  BOOST_TEST_REQUIRE(chmod(path.c_str(), 0750) == 0);
  BOOST_TEST(HeadFolder::open(path).has_value());
  BOOST_TEST(mode_of(path) == 0750U);
}

BOOST_AUTO_TEST_CASE(a_folder_may_be_opened_to_the_group) {
  const test::TempFolder scratch;
  const auto folder = HeadFolder::open(scratch.file("study")).value();
  BOOST_TEST(folder.open_to_group().has_value());
  BOOST_TEST(mode_of(folder.path()) == 0750U);
  BOOST_TEST(writable_by_others(folder.path()).empty());
}

BOOST_AUTO_TEST_CASE(a_folder_in_which_others_may_write_is_reported) {
  const test::TempFolder scratch;
  const std::string path = scratch.file("open");
  BOOST_TEST_REQUIRE(mkdir(path.c_str(), 0700) == 0);
  BOOST_TEST(writable_by_others(path).empty());
  BOOST_TEST_REQUIRE(chmod(path.c_str(), 0777) == 0);
  BOOST_TEST(writable_by_others(path) ==
             "every user of this machine may write in " + path +
                 ", and so replace checkpoints that your programs load; `chmod go-w " + path +
                 "` closes it");
  BOOST_TEST_REQUIRE(chmod(path.c_str(), 0770) == 0);
  BOOST_TEST(writable_by_others(path).starts_with("your group may write in "));
}

BOOST_AUTO_TEST_CASE(a_file_in_the_place_of_the_folder_is_an_error) {
  const test::TempFolder scratch;
  BOOST_TEST(write_file(scratch.file("study"), "text").has_value());
  const auto folder = HeadFolder::open(scratch.file("study"));
  BOOST_TEST(!folder.has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
