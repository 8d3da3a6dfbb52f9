#include "runtime/process/execution_problem.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <boost/test/unit_test.hpp>

#include "runtime/process/launch.hpp"
#include "test/kit/temp_folder.hpp"

namespace troupe::runtime {
namespace {

namespace fs = std::filesystem;

BOOST_AUTO_TEST_SUITE(execution_problems)

struct Script {
  test::TempFolder folder;
  std::string path = (folder.path() / "train").string();

  std::string problem(const std::string& text, bool executable = true) {
    std::ofstream(path, std::ios::binary) << text;
    fs::permissions(path, executable ? fs::perms::owner_all : fs::perms::owner_read);
    return execution_problem(path, "/usr/bin:/bin").value_or("none");
  }
};

BOOST_AUTO_TEST_CASE(names_what_is_wrong_with_a_script) {
  Script script;
  BOOST_TEST(script.problem("#!/bin/sh\nexit\n") == "none");
  BOOST_TEST(script.problem("#!/usr/bin/env -S sh -e\nexit\n") == "none");
  BOOST_TEST(script.problem("#!/bin/sh\r\nexit\r\n").starts_with("its first line ends with CRLF"));
  BOOST_TEST(
      script.problem("#!/usr/bin/env python3\r\n").starts_with("its first line ends with CRLF"));
  BOOST_TEST(script.problem("#!/no/python\n") ==
             "its interpreter /no/python (in its first line) does not exist");
  BOOST_TEST(script.problem("#!/usr/bin/env pyton3\n") ==
             "its interpreter pyton3 (in its first line) is not on the PATH");
  BOOST_TEST(script.problem("\xef\xbb\xbf#!/bin/sh\n").starts_with("a byte order mark"));
  BOOST_TEST(script.problem("#!/bin/sh\n", false) ==
             "the file is not executable; make it so with chmod +x " + script.path);
  BOOST_TEST(execution_problem(script.folder.path().string(), "").value() == "it is a folder");
  BOOST_TEST(!execution_problem(script.path + ".none", ""));
}

BOOST_AUTO_TEST_CASE(a_failed_start_names_its_reason) {
  Script script;
  const std::string reason = script.problem("#!/bin/sh\r\n");
  Launch wanted;
  wanted.argv = {"./train"};
  wanted.cwd = script.folder.path().string();
  wanted.output = 3;
  wanted.errors = 4;
  const Launched crlf = launch(wanted);
  BOOST_TEST(crlf.pid == 0);
  BOOST_TEST(crlf.what.starts_with("cannot start ./train: its first line ends with CRLF"));
  BOOST_TEST(crlf.what.ends_with("' " + script.path), crlf.what);
  (void)script.problem("exit 1\n");
  BOOST_TEST(launch(wanted).what.starts_with("cannot start ./train: it is neither a program"));
  wanted.argv = {"./none"};
  BOOST_TEST(launch(wanted).what == "cannot start ./none: No such file or directory");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::runtime
