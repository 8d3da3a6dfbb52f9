// test/count.awk, which counts the tests for the last line of test/run.sh.

#include <string>

#include <boost/test/unit_test.hpp>

#include "test/e2e/shell.hpp"
#include "test/kit/temp_folder.hpp"

namespace troupe {
namespace {

BOOST_AUTO_TEST_SUITE(count)

/// The output of ctest for one program.
std::string entry(const std::string& command, const std::string& output, const std::string& end) {
  return "1/9 Testing: a.unit\n1/9 Test: a.unit\nCommand: " + command + "\nOutput:\n----------\n" +
         output + "<end of output>\nTest " + end + ".\n";
}

std::string counted(const std::string& log) {
  const test::TempFolder folder;
  test::write_file(folder.file("log"), log);
  return shell(TROUPE_ROOT "/test/count.awk " + folder.file("log")).text;
}

BOOST_AUTO_TEST_CASE(adds_the_cases_of_each_program) {
  const std::string good =
      entry("\"a\"", "Test module \"troupe\" has passed with:\n  9 test cases out of 9 passed\n",
            "Passed");
  const std::string bad = entry("\"b\"",
                                "  3 test cases out of 5 passed\n  1 test case out of 5 failed\n"
                                "  1 test case out of 5 skipped\n  7 assertions out of 9 passed\n",
                                "Failed");
  BOOST_TEST(counted(good) == "9 passed, 0 failed\n");
  BOOST_TEST(counted(good + bad + good) == "21 passed, 1 failed, 1 skipped\n");
}

BOOST_AUTO_TEST_CASE(a_program_without_a_count_is_one_test) {
  BOOST_TEST(counted(entry("\"a\"", "hello\n", "Passed")) == "1 passed, 0 failed\n");
  BOOST_TEST(counted(entry("\"a\"", "12 passed, 0 failed, 3 skipped\n", "Passed")) ==
             "12 passed, 0 failed, 3 skipped\n");
}

BOOST_AUTO_TEST_CASE(a_missing_or_crashed_program_counts_as_failed) {
  BOOST_TEST(counted(entry("\"a\"", "Running 3 test cases...\n", "Failed")) ==
             "0 passed, 1 failed\n");
  BOOST_TEST(counted(entry("\"\"", "", "Passed")) == "0 passed, 1 failed\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe
