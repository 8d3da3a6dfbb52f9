// `troupe validate` refuses each file of test/e2e/broken with exactly the errors that its first
// lines announce:
//     # expect: LINE:COLUMN: words of the message

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe {
namespace {

namespace fs = std::filesystem;

BOOST_AUTO_TEST_SUITE(broken_study_files)

struct Answer {
  int code = -1;
  std::vector<std::string> lines;
};

/// Runs `troupe validate` and returns its exit code and the lines of stdout and stderr.
Answer validate(const fs::path& file) {
  const std::string command =
      std::string(TROUPE_BIN) + "/troupe validate '" + file.string() + "' 2>&1";
  std::FILE* pipe = ::popen(command.c_str(), "r");
  BOOST_TEST_REQUIRE(pipe != nullptr);
  std::string text;
  std::array<char, 4096> block{};
  while (const std::size_t size = std::fread(block.data(), 1, block.size(), pipe))
    text.append(block.data(), size);
  const int status = ::pclose(pipe);
  Answer answer{.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1, .lines = {}};
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    answer.lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return answer;
}

struct Expectation {
  std::string place, words;
};

std::vector<Expectation> expectations(const fs::path& file) {
  const std::string mark = "# expect: ";
  std::vector<Expectation> found;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line) && line.starts_with(mark);) {
    const std::size_t end = line.find(": ", mark.size());
    found.push_back({line.substr(mark.size(), end - mark.size()), line.substr(end + 2)});
  }
  return found;
}

BOOST_AUTO_TEST_CASE(each_error_has_a_position_and_advice) {
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(TROUPE_ROOT) / "test/e2e/broken")) {
    const fs::path& file = entry.path();
    BOOST_TEST_CONTEXT(file.filename().string()) {
      const Answer answer = validate(file);
      const auto expected = expectations(file);
      BOOST_TEST(!expected.empty());
      BOOST_TEST(answer.code == 2);
      for (const auto& [place, words] : expected) {
        const std::string start = file.string() + ":" + place + ": error: ";
        BOOST_TEST(std::ranges::any_of(answer.lines,
                                       [&, &words = words](const std::string& line) {
                                         return line.starts_with(start) &&
                                                line.find(words, start.size()) != line.npos;
                                       }),
                   place << ": " << words);
      }
      const auto errors = std::ranges::count_if(answer.lines, [](const std::string& line) {
        return line.find(": error: ") != line.npos;
      });
      BOOST_TEST(static_cast<std::size_t>(errors) == expected.size());
      ++files;
    }
  }
  BOOST_TEST(files >= 20u);
}

BOOST_AUTO_TEST_CASE(the_template_and_the_example_are_good) {
  const fs::path file =
      fs::temp_directory_path() / ("troupe-template-" + std::to_string(::getpid()));
  const std::string command =
      std::string(TROUPE_BIN) + "/troupe validate --template > '" + file.string() + "'";
  BOOST_TEST(std::system(command.c_str()) == 0);
  BOOST_TEST(validate(file).code == 0);
  fs::remove(file);
  BOOST_TEST(validate(fs::path(TROUPE_ROOT) / "examples/digits/study.yaml").code == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe
