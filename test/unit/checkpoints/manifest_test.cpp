#include "actors/checkpoints/manifest.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "test/kit/temp_folder.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(manifest)

namespace fs = std::filesystem;

using Kind = ManifestEntry::Kind;

ManifestEntry folder(std::string path) {
  return {.kind = Kind::folder, .path = std::move(path), .mode = 0755};
}
ManifestEntry file(std::string path, std::uint64_t bytes = 1) {
  return {.kind = Kind::file, .path = std::move(path), .mode = 0644, .bytes = bytes};
}
ManifestEntry link(std::string path, std::string target) {
  return {.kind = Kind::link, .path = std::move(path), .target = std::move(target)};
}

/// The error of a manifest of these entries; empty if it is accepted.
std::string wrong_with(std::vector<ManifestEntry> entries, ManifestBounds bounds = {}) {
  const auto checked =
      check_manifest({.trial = 7, .attempt = 2, .entries = std::move(entries)}, bounds);
  return checked ? "" : checked.error().what;
}

bool says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

BOOST_AUTO_TEST_CASE(lists_a_checkpoint_with_modes_and_links_and_the_logs) {
  const test::TempFolder scratch;
  fs::create_directories(scratch.path() / "checkpoint/model/empty");
  test::write_file(scratch.path() / "checkpoint/model/weights", "12345");
  test::write_file(scratch.path() / "checkpoint/run.sh", "x");
  fs::permissions(scratch.path() / "checkpoint/run.sh", fs::perms(04750));
  fs::create_symlink("model/weights", scratch.path() / "checkpoint/latest");
  BOOST_REQUIRE_EQUAL(::mkfifo(scratch.file("checkpoint/pipe").c_str(), 0600), 0);
  test::write_file(scratch.path() / "stdout.log", "abc");
  test::write_file(scratch.path() / "config.json", "{}");

  const auto entries = list_attempt(scratch.path().string(), true, {}).value();
  std::vector<std::string> paths;
  for (const auto& entry : entries) paths.push_back(entry.path);
  const std::vector<std::string> expected{"stdout.log",
                                          "checkpoint",
                                          "checkpoint/latest",
                                          "checkpoint/model",
                                          "checkpoint/model/empty",
                                          "checkpoint/model/weights",
                                          "checkpoint/run.sh"};
  BOOST_TEST(paths == expected, boost::test_tools::per_element());
  BOOST_TEST(entries[2].target == "model/weights");
  BOOST_TEST(entries[5].bytes == 5U);
  BOOST_TEST(entries[6].mode == 0750U);  // The set-user-ID bit is dropped.
  BOOST_TEST(wrong_with(entries) == "");
}

BOOST_AUTO_TEST_CASE(an_empty_checkpoint_is_not_listed) {
  const test::TempFolder scratch;
  fs::create_directories(scratch.path() / "checkpoint");
  test::write_file(scratch.path() / "stderr.log", "");
  const auto entries = list_attempt(scratch.path().string(), true, {}).value();
  BOOST_REQUIRE_EQUAL(entries.size(), 1U);
  BOOST_TEST(entries[0].path == "stderr.log");
}

BOOST_AUTO_TEST_CASE(unsafe_paths_are_refused) {
  for (const char* path :
       {"/etc/passwd", "../x", "checkpoint/../../x", "checkpoint//x", "checkpoint/./x",
        "checkpoint/", "", ".", "..", "config.json", "attempt-1/checkpoint/x", "checkpointx/y"})
    BOOST_TEST(wrong_with({folder("checkpoint"), file(path)}) != "", path << " was let through");
  BOOST_TEST(wrong_with({folder("checkpoint"), file(std::string("checkpoint/a\0b", 14))}) != "");
  BOOST_TEST(wrong_with({folder("checkpoint"), file("checkpoint/x")}) == "");
}

BOOST_AUTO_TEST_CASE(nothing_is_written_through_a_link_or_a_file) {
  BOOST_TEST(
      says(wrong_with({folder("checkpoint"), link("checkpoint/a", "b"), file("checkpoint/a/x")}),
           "no folder 'checkpoint/a' before it"));
  BOOST_TEST(wrong_with({folder("checkpoint"), file("checkpoint/a"), file("checkpoint/a/x")}) !=
             "");
  BOOST_TEST(wrong_with({folder("checkpoint"), file("checkpoint/a/x"), folder("checkpoint/a")}) !=
             "");
  BOOST_TEST(says(wrong_with({folder("checkpoint"), file("checkpoint/a"), file("checkpoint/a")}),
                  "twice"));
  BOOST_TEST(wrong_with({link("checkpoint", "elsewhere")}) != "");
  BOOST_TEST(wrong_with({link("stdout.log", "checkpoint")}) != "");
  BOOST_TEST(wrong_with({folder("stdout.log")}) != "");
}

BOOST_AUTO_TEST_CASE(a_link_must_stay_inside_the_checkpoint) {
  const auto leads = [](const std::string& path, const std::string& target) {
    return wrong_with({folder("checkpoint"), folder("checkpoint/a"), folder("checkpoint/a/b"),
                       link(path, target)}) == "";
  };
  BOOST_TEST(leads("checkpoint/l", "a/b"));
  BOOST_TEST(leads("checkpoint/a/b/l", "../../x"));
  BOOST_TEST(leads("checkpoint/a/l", ".."));
  BOOST_TEST(!leads("checkpoint/l", ".."));
  BOOST_TEST(!leads("checkpoint/l", "/etc/passwd"));
  BOOST_TEST(!leads("checkpoint/a/b/l", "../../../x"));
  BOOST_TEST(!leads("checkpoint/a/b/l", "../c/.."));  // `c` may be a link to any folder.
  BOOST_TEST(!leads("checkpoint/l", ""));
}

BOOST_AUTO_TEST_CASE(a_manifest_is_bounded) {
  ManifestBounds bounds{.entries_max = 3, .path_bytes_max = 20, .depth_max = 3, .bytes_max = 100};
  BOOST_TEST(wrong_with({folder("checkpoint"), file("checkpoint/a", 100)}, bounds) == "");
  BOOST_TEST(says(wrong_with({folder("checkpoint"), file("checkpoint/a", 101)}, bounds),
                  "101 bytes; at most 100"));
  // The sum of the sizes must not overflow.
  BOOST_TEST(wrong_with({folder("checkpoint"), file("checkpoint/a", ~std::uint64_t{0}),
                         file("checkpoint/b", 2)},
                        bounds) != "");
  BOOST_TEST(wrong_with({folder("checkpoint"), file("checkpoint/a"), file("checkpoint/b"),
                         file("checkpoint/c")},
                        bounds) != "");
  BOOST_TEST(wrong_with({folder("checkpoint"), file("checkpoint/aaaaaaaaaaaaa")}, bounds) != "");
  BOOST_TEST(wrong_with({folder("checkpoint"), folder("checkpoint/a"), file("checkpoint/a/b/c")},
                        bounds) != "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
