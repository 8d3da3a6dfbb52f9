// Checks properties of the source tree itself: which folder includes which, how long a file is,
// and words that must not appear. A rule that is not checked here or by a tool is only advice.

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace troupe {
namespace {

namespace fs = std::filesystem;

struct SourceFile {
  std::string path;    ///< From the root, as in "schedulers/asha.cpp".
  std::string folder;  ///< "schedulers"; "runtime/core" stands for itself.
  std::vector<std::string> lines;
};

std::string folder_of(const std::string& path) {
  if (path.starts_with("runtime/core/")) return "runtime/core";
  return path.substr(0, path.find('/'));
}

std::vector<SourceFile> source_files() {
  std::vector<SourceFile> files;
  for (const char* top : {"runtime", "schedulers", "actors", "transport", "test"})
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(TROUPE_ROOT) / top)) {
      const auto extension = entry.path().extension();
      if (extension != ".hpp" && extension != ".cpp") continue;
      SourceFile file{fs::relative(entry.path(), TROUPE_ROOT).generic_string(), {}, {}};
      file.folder = folder_of(file.path);
      std::ifstream in(entry.path());
      for (std::string line; std::getline(in, line);) file.lines.push_back(line);
      files.push_back(std::move(file));
    }
  return files;
}

BOOST_AUTO_TEST_SUITE(tidy)

BOOST_AUTO_TEST_CASE(a_folder_includes_only_what_lies_below_it) {
  const std::map<std::string, std::set<std::string>> below{
      {"runtime/core", {}},
      {"schedulers", {"runtime/core"}},
      {"transport", {"runtime/core"}},
      {"runtime", {"runtime/core", "transport"}},
      {"actors", {"runtime/core", "runtime", "schedulers"}},
      {"test", {"runtime/core", "runtime", "schedulers", "actors", "transport", "examples"}},
  };
  for (const auto& file : source_files())
    for (const auto& line : file.lines) {
      if (!line.starts_with("#include \"")) continue;
      const auto included = folder_of(line.substr(10));
      BOOST_TEST((included == file.folder || below.at(file.folder).contains(included)),
                 file.path << " must not include " << included);
    }
}

BOOST_AUTO_TEST_CASE(a_file_is_read_in_one_sitting) {
  for (const auto& file : source_files())
    BOOST_TEST(file.lines.size() <= 500u, file.path << " has " << file.lines.size() << " lines");
}

BOOST_AUTO_TEST_CASE(no_banned_word) {
  struct Ban {
    std::string folder, word, instead;
  };
  const std::vector<Ban> bans{
      {"schedulers", "::now(", "take the time from the event"},
      {"schedulers", "unordered_", "an ordered container: iteration order is part of the decision"},
      {"schedulers", "std::thread", "nothing: schedulers do not run, they are called"},
      {"", "random_device", "Rng, with a seed from the caller"},
      {"", "_distribution<", "Rng: standard distributions differ between platforms"},
      {"", "sleep_for", "a timer on the clock that was passed in"},
      {"", "TODO", "an issue, or do it now"},
  };
  for (const auto& file : source_files()) {
    if (file.path == "test/tidy/tidy_test.cpp") continue;
    for (const auto& ban : bans)
      for (const auto& line : file.lines)
        BOOST_TEST(
            (!file.folder.starts_with(ban.folder) || line.find(ban.word) == std::string::npos),
            file.path << ": " << ban.word << " is banned; use " << ban.instead);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe
