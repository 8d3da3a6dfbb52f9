// `troupe clean`: deletes the checkpoints with which an ended study, or each ended task of a
// sequence, could go on.

#include <filesystem>
#include <string>

#include "actors/cli/commands.hpp"
#include "actors/cli/output.hpp"
#include "actors/cli/study_folder.hpp"
#include "actors/counted.hpp"
#include "actors/head/clean_folder.hpp"
#include "actors/sequence/sequence_folder.hpp"

namespace troupe::cli {

namespace {

std::string trials_text(const std::vector<actors::TrialId>& trials) {
  std::string text = trials.size() == 1 ? "trial " : "trials ";
  for (std::size_t i = 0; i < trials.size(); ++i)
    text += (i == 0 ? "" : ", ") + std::to_string(trials[i]);
  return text;
}

int clean_study(const std::string& path) {
  const auto folder = actors::HeadFolder::open(path);
  if (!folder) return print_error(folder.error());
  const auto cleaned = actors::clean_folder(*folder);
  if (!cleaned) return print_error(cleaned.error());
  const std::size_t count = cleaned->deleted.size();
  std::string text = count == 0 ? "no checkpoint was deleted"
                                : "deleted the checkpoint" + std::string(count == 1 ? "" : "s") +
                                      " of " + actors::counted(count, "trial");
  if (!cleaned->kept.empty()) text += "; kept: " + trials_text(cleaned->kept);
  return print(text + "\n");
}

}  // namespace

int clean(const CleanOptions& options) {
  if (!actors::holds_sequence(options.folder)) {
    const auto journal =
        open_journal(options.folder);  // Says what the folder is instead of a study.
    return journal ? clean_study(options.folder) : print_error(journal.error());
  }
  const auto tasks = actors::tasks_in(options.folder);
  if (!tasks) return print_error(tasks.error());
  for (const auto& task : *tasks) {
    if (!task.end || !task.end->state.finished()) continue;
    if (const int code = print("task '" + task.name + "': "); code != exit_ok) return code;
    if (const int code = clean_study(task.folder); code != exit_ok) return code;
  }
  return exit_ok;
}

}  // namespace troupe::cli
