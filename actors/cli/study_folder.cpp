#include "actors/cli/study_folder.hpp"

#include <array>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "actors/head/head_folder.hpp"
#include "actors/sequence/sequence_folder.hpp"

namespace troupe::cli {

namespace fs = std::filesystem;

Result<actors::JournalReader> open_journal(const std::string& folder) {
  std::error_code failure;
  const auto status = fs::status(folder, failure);
  const auto refuse = [](std::string what) { return Error{ErrorKind::bad_input, std::move(what)}; };
  if (!fs::exists(status)) return refuse("there is no folder " + folder);
  if (!fs::is_directory(status))
    return refuse(folder +
                  " is a file; this command takes the folder of a study, where `troupe "
                  "run` keeps its results");
  if (actors::holds_sequence(folder)) {
    const auto tasks = actors::tasks_in(folder);
    if (!tasks) return tasks.error();
    std::string names;
    for (const auto& task : *tasks)
      if (task.end) names += "\n  " + task.folder;
    return refuse(folder + " is the folder of a sequence; name one of its tasks:" +
                  (names.empty() ? " none has begun" : names));
  }
  const fs::path journal = fs::path(folder) / "journal.db";
  if (!fs::exists(journal, failure))
    return refuse(folder + " is not the folder of a study: there is no journal.db in it");
  return actors::JournalReader::open(journal.string());
}

std::string OpenedStudy::metric() const {
  const auto found = meta.find("metric");
  return found == meta.end() ? "metric" : found->second;
}

Result<OpenedStudy> open_study(const std::string& folder) {
  auto journal = open_journal(folder);
  if (!journal) return journal.error();
  auto state = actors::StudyState::of(*journal);
  if (!state) return state.error();
  return OpenedStudy{journal->meta(), std::move(state).value(),
                     actors::HeadFolder::has_head(folder)};
}

actors::TrialState shown_state(const OpenedStudy& study, const actors::StudyState::Trial& trial) {
  using actors::TrialState;
  return trial.state == TrialState::running && !study.runs ? TrialState::pending : trial.state;
}

std::string attempt_folder(const std::string& folder, std::uint32_t trial, std::uint32_t attempt) {
  std::array<char, 16> number{};
  std::snprintf(number.data(), number.size(), "%04u", trial);
  return (fs::path(folder) / "trials" / number.data() / ("attempt-" + std::to_string(attempt)))
      .string();
}

Error unknown_trial(const OpenedStudy& study, std::uint32_t trial) {
  const auto& trials = study.state.trials();
  const std::string which = trials.empty()
                                ? "no trial has started"
                                : "it has trials 0 to " + std::to_string(trials.back().id);
  return {ErrorKind::bad_input, "the study has no trial " + std::to_string(trial) + "; " + which};
}

}  // namespace troupe::cli
