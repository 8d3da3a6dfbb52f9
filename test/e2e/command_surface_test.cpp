// Compares the subcommands and options of `troupe` and the keys of its study-file template with a
// recorded list: scripts and study files of users depend on them.

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "test/kit/command.hpp"

namespace troupe {
namespace {

BOOST_AUTO_TEST_SUITE(command_surface)

std::string help_of(const std::vector<std::string>& verbs) {
  std::vector<std::string> argv{std::string(TROUPE_BIN) + "/troupe"};
  argv.insert(argv.end(), verbs.begin(), verbs.end());
  argv.emplace_back("--help");
  auto finished = test::run(argv);
  BOOST_TEST_REQUIRE(finished.code == 0, finished.err);
  return std::move(finished.out);
}

/// Appends a line for each option and subcommand of `verbs`, and those of its subcommands.
void list_surface(const std::vector<std::string>& verbs, std::vector<std::string>& surface) {
  static const std::regex option(R"(^  (-[\w-]+(?:,--[\w-]+)?|--[\w-]+))");
  static const std::regex name(R"(^  (\w[\w-]*) )");
  std::string path = "troupe";
  for (const auto& verb : verbs) path += " " + verb;
  std::istringstream help(help_of(verbs));
  std::string section;
  std::smatch found;
  for (std::string line; std::getline(help, line);) {
    if (!line.empty() && line.front() != ' ') section = line;
    if (section == "Options:" && std::regex_search(line, found, option)) {
      surface.push_back(path + " " + found.str(1));
    } else if (section == "Positionals:" && std::regex_search(line, found, name)) {
      surface.push_back(path + " " + found.str(1));
    } else if (section == "Subcommands:" && std::regex_search(line, found, name)) {
      auto below = verbs;
      below.push_back(found.str(1));
      list_surface(below, surface);
    }
  }
}

/// The keys that the template shows, also those in comments, in the order of the template.
void list_template_keys(std::vector<std::string>& surface) {
  const auto finished = test::run({std::string(TROUPE_BIN) + "/troupe", "validate", "--template"});
  BOOST_TEST_REQUIRE(finished.code == 0);
  static const std::regex key(R"(^(?:# ?)?(\w+): )");
  std::istringstream text(finished.out);
  std::smatch found;
  for (std::string line; std::getline(text, line);)
    if (std::regex_search(line, found, key)) surface.push_back("template " + found.str(1));
}

BOOST_AUTO_TEST_CASE(commands_options_and_template_keys_are_the_recorded_ones) {
  std::vector<std::string> surface;
  list_surface({}, surface);
  list_template_keys(surface);
  std::ranges::sort(surface);

  std::ifstream in(std::string(TROUPE_ROOT) + "/test/e2e/command_surface.txt");
  std::vector<std::string> recorded;
  for (std::string line; std::getline(in, line);) recorded.push_back(line);
  BOOST_TEST_REQUIRE(recorded.size() > 80u);

  std::vector<std::string> lost;
  std::vector<std::string> added;
  std::ranges::set_difference(recorded, surface, std::back_inserter(lost));
  std::ranges::set_difference(surface, recorded, std::back_inserter(added));
  for (const auto& name : lost) BOOST_ERROR("lost: " << name);
  for (const auto& name : added)
    BOOST_ERROR("added: " << name << "\nIf that is intended, add the line to "
                          << "test/e2e/command_surface.txt (sorted by LC_ALL=C).");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe
