#include "test/e2e/study_kit.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "actors/journal/journal.hpp"
#include "runtime/core/check.hpp"

namespace troupe::test {

namespace {

std::vector<std::string> split(const std::string& line, char at) {
  std::vector<std::string> cells;
  std::istringstream in(line);
  for (std::string cell; std::getline(in, cell, at);) cells.push_back(cell);
  return cells;
}

}  // namespace

std::string program(const std::string& name) {
  return std::string(TROUPE_BIN) + "/" + name;
}

E2eStudy::E2eStudy(const std::string& lines) {
  std::ofstream(file()) << "study: e2e\nmetric: loss\nmode: min\nresource_attr: epoch\n" << lines;
}

std::unique_ptr<Command> E2eStudy::start(std::vector<std::string> options) const {
  std::vector<std::string> argv{program("troupe"), "run", file(), "--dir", folder()};
  argv.insert(argv.end(), options.begin(), options.end());
  return std::make_unique<Command>(std::move(argv), std::vector{"TROUPE_E2E=" + folder()});
}

Finished E2eStudy::run(std::vector<std::string> options, std::chrono::seconds at_most) const {
  const auto command = start(std::move(options));
  const auto code = command->wait(at_most);
  return Finished{code.value_or(-1), command->out(), command->err()};
}

Finished E2eStudy::troupe(const std::string& command, std::vector<std::string> options) const {
  std::vector<std::string> argv{program("troupe"), command, folder()};
  argv.insert(argv.end(), options.begin(), options.end());
  return test::run(std::move(argv));
}

std::vector<std::string> E2eStudy::results_without_times() const {
  std::istringstream in(read_file(folder() + "/results.csv"));
  std::vector<std::string> rows;
  std::vector<bool> kept;
  for (std::string line; std::getline(in, line);) {
    const auto cells = split(line, ',');
    if (kept.empty())
      for (const auto& name : cells) kept.push_back(name.find("time") == std::string::npos);
    std::string row;
    for (std::size_t i = 0; i < cells.size() && i < kept.size(); ++i)
      if (kept[i]) row += cells[i] + ",";
    rows.push_back(row);
  }
  return rows;
}

std::vector<std::string> E2eStudy::journal() const {
  auto reader = actors::JournalReader::open(folder() + "/journal.db");
  if (!reader) return {};
  std::vector<std::string> rows;
  reader
      ->each(0,
             [&](const actors::Row& row) -> Result<void> {
               rows.push_back(std::to_string(row.index) + "|" + row.input + "|" + row.decisions +
                              "|" + row.events);
               return {};
             })
      .value();
  return rows;
}

std::vector<pid_t> E2eStudy::processes(const std::string& word) const {
  std::vector<pid_t> found;
  for (const pid_t pid : processes()) {
    std::string line = read_file("/proc/" + std::to_string(pid) + "/cmdline");
    std::replace(line.begin(), line.end(), '\0', ' ');
    if (line.find(word) != std::string::npos) found.push_back(pid);
  }
  return found;
}

}  // namespace troupe::test
