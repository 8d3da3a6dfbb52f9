// Runs the tasks of a sequence file one after another, as `troupe run sequence.yaml` does; each
// task uses the results of the earlier ones. The program can do something of its own between two
// tasks.
//
//     sequence FILE FOLDER        `troupe` is in PATH; the same command resumes

#include <cstdio>
#include <string>

#include "actors/head/study_head.hpp"
#include "actors/sequence/sequence_file.hpp"

int main(int argc, char** argv) {
  if (argc != 3) return std::fprintf(stderr, "usage: sequence FILE FOLDER\n"), 2;
  const std::string folder = argv[2];
  const auto file = troupe::actors::read_sequence_file(argv[1]);
  for (const auto& problem : file.problems) std::fputs(to_text(problem).c_str(), stderr);
  if (!file.spec) return 2;
  const auto head = troupe::actors::StudyHead::open({.program = "troupe"});
  for (std::size_t i = 0; head && i < file.spec->tasks.size(); ++i) {
    const auto& task = file.spec->tasks[i];
    const auto end =
        (*head)->run({.spec = task.spec, .file = argv[1], .memory = folder + "/memory.db"},
                     folder + "/" + troupe::actors::task_folder(i, task.name));
    if (!end) return std::fprintf(stderr, "sequence: %s\n", end.error().what.c_str()), 1;
    if (!end->counts() || !end->state.retrain()) return 1;
    std::printf("%s: %s %g, after %zu trials, %zu of them incumbents\n", task.name.c_str(),
                task.spec.metric.c_str(), end->state.retrain()->metric, end->state.trials().size(),
                end->state.incumbents_started());
    std::fflush(stdout);
  }
  return head ? 0 : 1;
}
