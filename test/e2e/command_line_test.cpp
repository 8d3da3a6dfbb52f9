// Answers of `troupe` to command lines, and its preview of a study.

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include <boost/test/unit_test.hpp>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe {
namespace {

namespace fs = std::filesystem;

BOOST_AUTO_TEST_SUITE(command_line)

struct Answer {
  int code = -1;
  std::string text;  ///< Of stdout, or of the stream that the command line redirects to it.
};

/// Runs `troupe` with the command line `tail`, which may redirect streams, and reads stdout.
Answer troupe(const std::string& tail) {
  std::FILE* pipe = ::popen((std::string(TROUPE_BIN) + "/troupe " + tail).c_str(), "r");
  BOOST_TEST_REQUIRE(pipe != nullptr);
  Answer answer;
  std::array<char, 4096> block{};
  while (const std::size_t size = std::fread(block.data(), 1, block.size(), pipe))
    answer.text.append(block.data(), size);
  const int status = ::pclose(pipe);
  answer.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return answer;
}

Answer refused(const std::string& tail) {
  return troupe(tail + " 2>&1 >/dev/null");
}

struct StudyFileFixture {
  StudyFileFixture() {
    std::ofstream(path) << "study: s\n"
                           "entry: {command: [sh]}\n"
                           "config_space: {lr: {uniform: [0, 1]}}\n"
                           "metric: loss\n"
                           "mode: min\n"
                           "resource_attr: epoch\n"
                           "max_t: 200\n"
                           "scheduler: pasha\n"
                           "stop_criterion: {max_num_trials_started: 20}\n";
  }
  ~StudyFileFixture() { fs::remove(path); }
  StudyFileFixture(const StudyFileFixture&) = delete;
  StudyFileFixture& operator=(const StudyFileFixture&) = delete;

  fs::path path = fs::temp_directory_path() / ("troupe-study-" + std::to_string(::getpid()));
};

BOOST_AUTO_TEST_CASE(help_explains_and_exits_with_0) {
  for (const char* command :
       {"", "run", "validate", "preview", "trials", "best", "events", "logs", "replay", "node"}) {
    const Answer help = troupe(std::string(command) + " --help");
    BOOST_TEST(help.code == 0, command);
    BOOST_TEST(help.text.find("Usage: troupe") != std::string::npos, command);
    const std::string taught = *command == 0 ? "Exit codes" : "Example";
    BOOST_TEST(help.text.find(taught) != std::string::npos, command);
  }
  BOOST_TEST(troupe("--version").text.starts_with("0."));
}

BOOST_AUTO_TEST_CASE(a_bad_command_line_is_explained_and_exits_with_2) {
  struct Case {
    std::string line, words;
  };
  for (const auto& [line, words] : {
           Case{"", "Usage: troupe"},
           Case{"rnu x", "unknown command 'rnu'; did you mean 'run'?"},
           Case{"run", "troupe run: STUDY is required"},
           Case{"run x --workers 0", "'0' is not a whole number above 0"},
           Case{"run x --workers two", "--workers"},
           Case{"run x -q --json", "excludes"},
           Case{"preview x -f xml", "'xml' is not one of table, json, csv"},
           Case{"logs d seven", "TRIAL"},
           Case{"node", "--join is required"},
           Case{"validate", "name a study file"},
           Case{"keys add gpu1", "See `troupe keys add --help`"},
           Case{"validate x --template", "excludes"},
           Case{"validate no-such-file", "there is no such file"},
           Case{"warden", "started by a node, not by people"},
           Case{"--frob", "--frob"},
       }) {
    const Answer answer = refused(line);
    BOOST_TEST(answer.code == 2, line);
    BOOST_TEST(answer.text.find(words) != std::string::npos, line << " -> " << answer.text);
  }
}

BOOST_FIXTURE_TEST_CASE(preview_lists_the_rungs, StudyFileFixture) {
  // The numbers of trials that reach each rung, computed by hand: 20 -> floor(19/3)+1 = 7 ->
  // floor(6/3)+1 = 3 -> 1 -> 1 -> 1.
  const Answer csv = troupe("preview " + path.string() + " -f csv");
  BOOST_TEST(csv.code == 0);
  BOOST_TEST(csv.text ==
             "rung,resource,fraction,trials,cost\n"
             "0,1,0.3333333333333333,20,20\n"
             "1,3,0.3333333333333333,7,14\n"
             "2,9,0.3333333333333333,3,18\n"
             "3,27,0.3333333333333333,1,18\n"
             "4,81,0.405,1,54\n"
             "R,200,,1,119\n");
  const Answer table = troupe("preview " + path.string());
  BOOST_TEST(
      table.text.starts_with("rung  resource  fraction  trials  cost\n"
                             "0            1  0.3333        20    20\n"));
  BOOST_TEST(table.text.find("PASHA starts with the rungs up to epoch 3") != std::string::npos);
  BOOST_TEST(table.text.find("At most 243 epochs in all") != std::string::npos);
  const Answer json = troupe("preview " + path.string() + " -f json");
  BOOST_TEST(json.text.find("\"resource\": 81,\n    \"fraction\": 0.405") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(validate_prints_a_summary_of_the_study, StudyFileFixture) {
  const Answer answer = troupe("validate " + path.string());
  BOOST_TEST(answer.code == 0);
  BOOST_TEST(answer.text.find("1 parameter to search, min loss, pasha (promotion) up to epoch 200, "
                              "1 worker") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe
