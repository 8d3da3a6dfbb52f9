#include "actors/sequence/sequence_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "actors/memory/space_map.hpp"

namespace troupe::actors {

namespace fs = std::filesystem;

namespace {

/// Identities of configurations in a memory, which ignore constants.
class Identity {
 public:
  explicit Identity(const schedulers::Space& space)
      : map_(SpaceMap::of({}, space, MemorySpec{}).value()) {}

  [[nodiscard]] std::string of(const Config& config) const {
    return identity_of(map_.added(), map_.to_memory(config));
  }
  [[nodiscard]] std::vector<std::string> of(const std::vector<Config>& configs) const {
    std::vector<std::string> identities;
    for (const Config& config : configs) identities.push_back(of(config));
    return identities;
  }

 private:
  SpaceMap map_;
};

bool is_subsequence(const std::vector<std::string>& part, const std::vector<std::string>& whole) {
  auto at = whole.begin();
  for (const auto& one : part) {
    at = std::find(at, whole.end(), one);
    if (at == whole.end()) return false;
    ++at;
  }
  return true;
}

}  // namespace

bool holds_sequence(const std::string& folder) {
  std::error_code ignored;
  return fs::exists(fs::path(folder) / "sequence.yaml", ignored);
}

Result<std::vector<TaskInFolder>> tasks_in(const std::string& folder) {
  const fs::path file = fs::path(folder) / "sequence.yaml";
  const SequenceFile read = read_sequence_file(file);
  if (!read.spec) {
    std::string what = file.string() + " makes no sense";
    for (const auto& problem : read.problems) what += "\n" + to_text(problem);
    return Error{ErrorKind::bad_input, what};
  }
  std::vector<TaskInFolder> tasks;
  for (std::size_t i = 0; i < read.spec->tasks.size(); ++i) {
    const std::string& name = read.spec->tasks[i].name;
    TaskInFolder task{name,
                      (fs::path(folder) / task_folder(i, name)).string(),
                      read.spec->tasks[i].spec.mode,
                      {}};
    auto end = read_task_result(task.folder);
    if (!end) return end.error();
    task.end = std::move(end).value();
    tasks.push_back(std::move(task));
  }
  return tasks;
}

Result<std::vector<std::string>> check_incumbents(const std::string& folder,
                                                  const std::vector<TaskInFolder>& tasks) {
  std::error_code ignored;
  const fs::path own = fs::weakly_canonical(fs::path(folder) / "memory.db", ignored);
  std::vector<std::string> problems;
  std::vector<std::string> known;  // A* after the earlier tasks.
  bool first = true;
  for (const auto& task : tasks) {
    if (!task.end) break;
    const auto& opened = task.end->state.opened();
    if (!opened || !opened->spec)
      return Error{ErrorKind::bad_input, task.folder + ": row 0 of the journal holds no study"};
    const Identity identity(opened->spec->config_space);
    const std::vector<std::string> began = identity.of(task.end->incumbents());
    const bool alone = fs::weakly_canonical(task.end->memory, ignored) == own;
    const bool agrees = alone ? began == known : first || is_subsequence(known, began);
    if (!agrees)
      problems.push_back("task '" + task.name + "' began with " + std::to_string(began.size()) +
                         " incumbents, which are not the " + std::to_string(known.size()) +
                         " that the tasks before it left");
    known = began;
    first = false;
    if (!task.end->counts() || !task.end->state.retrain()) continue;
    const std::string best = identity.of(task.end->state.retrain()->config);
    if (std::ranges::find(known, best) == known.end()) known.push_back(best);
  }
  return problems;
}

}  // namespace troupe::actors
