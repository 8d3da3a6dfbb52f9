// Checks properties of the source tree itself: which folder includes and names what of which other
// folder, how long a file is, and words that must not appear.

#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace troupe {
namespace {

BOOST_AUTO_TEST_SUITE(tidy)

namespace fs = std::filesystem;

struct SourceFile {
  std::string path;    ///< Relative to the root, such as "schedulers/asha.cpp".
  std::string folder;  ///< First folder of the path; "runtime/core" counts as a folder.
  std::vector<std::string> lines;
};

std::string folder_of(const std::string& path) {
  if (path.starts_with("runtime/core/")) return "runtime/core";
  return path.substr(0, path.find('/'));
}

std::vector<SourceFile> source_files() {
  std::vector<SourceFile> files;
  for (const char* top : {"runtime", "schedulers", "actors", "transport", "examples", "test"})
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

/// The code of a line without a trailing comment.
std::string_view code_of(std::string_view line) {
  return line.substr(0, line.find("//"));
}

bool is_identifier_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Whether `code` contains `symbol`, not as the end of a longer identifier.
bool names(std::string_view code, std::string_view symbol) {
  for (auto at = code.find(symbol); at != std::string_view::npos; at = code.find(symbol, at + 1))
    if (at == 0 || !is_identifier_char(code[at - 1]) || !is_identifier_char(symbol[0])) return true;
  return false;
}

/// Symbols in a line of a file of `folder` that the folder must not use: namespaces of folders
/// above or beside it, and the inside of the runtime above the runtime.
std::vector<std::string> foreign_symbols(const std::string& folder, std::string_view line) {
  static const std::map<std::string, std::set<std::string>> allowed{
      {"runtime/core", {}},
      {"schedulers", {"schedulers"}},
      {"transport", {"transport"}},
      {"runtime", {"runtime", "transport"}},
      {"actors", {"actors", "cli", "runtime", "schedulers"}},
      {"examples", {"actors", "cli", "runtime", "schedulers"}},
      {"test", {"actors", "cli", "runtime", "schedulers", "transport"}},
  };
  const std::string_view code = code_of(line);
  std::vector<std::string> found;
  for (const std::string name : {"actors", "cli", "runtime", "schedulers", "transport"})
    if (!allowed.at(folder).contains(name) &&
        (names(code, name + "::") || names(code, "troupe::" + name)))
      found.push_back(name + "::");
  if (folder == "actors" || folder == "examples")
    for (const char* inside :
         {".engine()", "->engine()", ".peers()", "->peers()", "runtime/engine/", "runtime/cell/",
          "runtime/dispatch/", "runtime/remote/peers"})
      if (names(code, inside)) found.emplace_back(inside);
  return found;
}

BOOST_AUTO_TEST_CASE(a_folder_includes_only_what_lies_below_it) {
  const std::map<std::string, std::set<std::string>> below{
      {"runtime/core", {}},
      {"schedulers", {"runtime/core"}},
      {"transport", {"runtime/core"}},
      {"runtime", {"runtime/core", "transport"}},
      {"actors", {"runtime/core", "runtime", "schedulers"}},
      {"examples", {"runtime/core", "runtime", "schedulers", "actors"}},
      {"test", {"runtime/core", "runtime", "schedulers", "actors", "transport", "examples"}},
  };
  for (const auto& file : source_files())
    for (const auto& line : file.lines) {
      if (!line.starts_with("#include \"")) continue;
      if (line.find('/') == std::string::npos) continue;  // Of the same folder.
      const auto included = folder_of(line.substr(10));
      BOOST_TEST((included == file.folder || below.at(file.folder).contains(included)),
                 file.path << " must not include " << included);
    }
}

BOOST_AUTO_TEST_CASE(a_folder_names_only_what_lies_below_it) {
  for (const auto& file : source_files())
    for (const auto& line : file.lines)
      for (const std::string& symbol : foreign_symbols(file.folder, line))
        BOOST_TEST(false, file.path << " must not use " << symbol << ": " << line);
}

BOOST_AUTO_TEST_CASE(a_foreign_symbol_is_found) {
  using Found = std::vector<std::string>;
  const auto finds = [](const char* folder, const char* line, const Found& expected) {
    BOOST_TEST(foreign_symbols(folder, line) == expected, folder << ": " << line);
  };
  finds("actors", "  if (link.state == transport::LinkState::down) return;", {"transport::"});
  finds("actors", "  node.engine().peers().post([] {});", {".engine()", ".peers()"});
  finds("actors", "#include \"runtime/engine/engine.hpp\"", {"runtime/engine/"});
  finds("examples", "  const auto& peers = node->engine().peers();", {"->engine()", ".peers()"});
  finds("schedulers", "runtime::Node& node_;", {"runtime::"});
  finds("schedulers", "transport::Bytes bytes;", {"transport::"});
  finds("transport", "namespace troupe::runtime {", {"runtime::"});
  finds("runtime", "actors::Study study;", {"actors::"});
  finds("runtime/core", "troupe::runtime::Address address;", {"runtime::"});
  finds("actors", "  runtime::Node& node;  // not transport::Link", {});
  finds("runtime", "#include \"transport/link.hpp\"", {});
  finds("transport", "  my_runtime::Thing thing;", {});
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
