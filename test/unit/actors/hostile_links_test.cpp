// Symbolic links inside a study's folder that lead out of it: nothing outside is written or
// deleted.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "actors/checkpoints/attempt_writer.hpp"
#include "actors/checkpoints/drop_checkpoint.hpp"
#include "actors/head/head_folder.hpp"
#include "actors/results/files.hpp"
#include "actors/trial/attempt_folder.hpp"
#include "actors/trial/work_folder.hpp"
#include "test/kit/temp_folder.hpp"
#include "test/unit/checkpoints/attempt_kit.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(hostile_links)

namespace fs = std::filesystem;

/// A study's folder, and a folder outside of it with the names that the study uses.
struct Scene {
  Scene() {
    fs::create_directories(study());
    for (const char* file : {"config.json", "stdout.log", "checkpoint/weights", "attempt-1/a",
                             "attempt-1/checkpoint/weights", "0007/attempt-1/checkpoint/weights",
                             "0007/config.json"}) {
      fs::create_directories((outside() / file).parent_path());
      test::write_file(outside() / file, "mine");
    }
    before = all();
  }
  [[nodiscard]] fs::path study() const { return scratch.path() / "study"; }
  [[nodiscard]] fs::path outside() const { return scratch.path() / "outside"; }
  /// Paths and contents of everything outside.
  [[nodiscard]] test::Files all() const {
    test::Files files = test::files_in(outside());
    for (const auto& entry : fs::recursive_directory_iterator(outside()))
      files.try_emplace(fs::relative(entry.path(), outside()).string(), "");
    return files;
  }
  void link(const std::string& at, const std::string& to) const {
    fs::create_directories((study() / at).parent_path());
    fs::create_symlink(outside() / to, study() / at);
  }
  /// Everything that nodes and heads do to the folder of a trial.
  void run_trial() const {
    const std::string root = study().string();
    SpareFolders spare(root, "n");
    spare.make_one();
    spare.give(7);
    for (std::uint32_t attempt = 1; attempt <= 2; ++attempt) {
      auto folder = AttemptFolder::prepare(root, 7, attempt, attempt - 1);
      (void)make_work_folder(work_folder(root, 7), outside().string(), root);
      if (!folder) continue;
      folder->bound_logs(16, runtime::Stream::out, {});
      (void)folder->write_config("{}");
      (void)folder->count_from(3);
      for (int line = 0; line < 9; ++line) (void)folder->log(runtime::Stream::out, "a line\n");
      (void)folder->publish();
      if (attempt == 2) (void)folder->discard();
    }
    auto writer = AttemptWriter::begin(root, {.trial = 7, .attempt = 3}, {});
    if (writer) (void)(*writer)->publish();
    (void)drop_earlier(root, 7, 2);
    (void)drop_unfinished(root, 7, 2);
    (void)drop_all(root, 7);
  }
  test::TempFolder scratch;
  test::Files before;
};

BOOST_AUTO_TEST_CASE(the_folder_of_a_trial) {
  const std::vector<std::pair<std::string, std::string>> links{
      {"trials", ""},
      {"trials/0007", "0007"},
      {"trials/0007", "none"},
      {"trials/0007/attempt-1", "attempt-1"},
      {"trials/0007/attempt-1/checkpoint", "checkpoint"},
      {"trials/0007/attempt-1/checkpoint.going", "checkpoint"},
      {"trials/0007/attempt-1/stdout.log", "stdout.log"},
      {"trials/0007/attempt-1/stdout.log", "none"},
      {"trials/0007/attempt-1/stdout.log.new", "stdout.log"},
      {"trials/0007/attempt-1/counted_from", "stdout.log"},
      {"trials/0007/attempt-2", "attempt-1"},
      {"trials/0007/attempt-2/checkpoint.partial", "checkpoint"},
      {"trials/0007/attempt-3", "attempt-1"},
      {"trials/0007/attempt-3.partial", "attempt-1"},
      {"trials/0007/checkpoint.new", "checkpoint"},
      {"trials/0007/checkpoint.dropped", "none"},
      {"trials/0007/config.json", "config.json"},
      {"trials/0007/work", "attempt-1"},
      {"trials/.spare-n-0", "attempt-1"},
      {"trials/.spare-n-0/attempt-1", "attempt-1"},
      {"trials/.spare-n-0/config.json", "config.json"},
  };
  for (const auto& [at, to] : links) BOOST_TEST_CONTEXT(at << " -> " << to) {
      const Scene scene;
      scene.link(at, to);
      scene.run_trial();
      BOOST_TEST((scene.all() == scene.before));
    }
}

BOOST_AUTO_TEST_CASE(the_error_names_the_link) {
  const Scene scene;
  scene.link("trials/0007", "0007");
  const auto folder = AttemptFolder::prepare(scene.study().string(), 7, 1, 0);
  BOOST_REQUIRE(!folder.has_value());
  const std::string link = (scene.study() / "trials/0007").string();
  BOOST_TEST(folder.error().what ==
             "cannot make " + link + "/attempt-1/checkpoint: " + link +
                 " is a symbolic link, and links inside a study's folder are not followed: remove "
                 "it");
}

BOOST_AUTO_TEST_CASE(files_beside_the_trials) {
  const Scene scene;
  const std::string path = (scene.study() / "results.csv").string();
  scene.link("results.csv", "stdout.log");
  BOOST_TEST(!append_to_file(path, "line\n").has_value());
  scene.link("results.csv.new", "stdout.log");
  BOOST_TEST(replace_file(path, "text\n").has_value());  // The links are replaced.
  BOOST_TEST(test::read_file(path) == "text\n");
  scene.link("study.yaml.new", "stdout.log");
  BOOST_TEST(write_file((scene.study() / "study.yaml").string(), "text").has_value());
  BOOST_TEST((scene.all() == scene.before));
}

BOOST_AUTO_TEST_CASE(a_study_does_not_begin_in_a_folder_with_links_in_place_of_its_files) {
  for (const char* name : {"lock", "journal.db", "trials", "node.log", "results.csv", "best.json",
                           "nodes.json", ".gitignore", "address", "memory.db"}) {
    const Scene scene;
    scene.link(name, "stdout.log");
    const auto folder = HeadFolder::open(scene.study());
    BOOST_REQUIRE(!folder.has_value());
    BOOST_TEST(folder.error().what.starts_with((scene.study() / name).string() +
                                               " is a symbolic link. Links inside a study's "));
    BOOST_TEST((scene.all() == scene.before));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
