#pragma once

#include <cstdint>
#include <string>

#include "actors/journal/journal.hpp"
#include "actors/results/study_state.hpp"
#include "runtime/core/result.hpp"

// Access of the listing commands to the folder of a study, also while the study runs. Read-only.

namespace troupe::cli {

/// Opens the journal in `folder`. The error names what the folder is instead of a study.
Result<actors::JournalReader> open_journal(const std::string& folder);

/// State of a study, read from its journal.
struct OpenedStudy {
  actors::JournalMeta meta;
  actors::StudyState state;
  bool runs = false;  ///< A head runs it now.
  /// Name of the metric in the study file; "metric" if the journal does not name it.
  [[nodiscard]] std::string metric() const;
};
Result<OpenedStudy> open_study(const std::string& folder);

/// State of a trial for lists. A trial whose study has no process does not run: it is pending.
[[nodiscard]] actors::TrialState shown_state(const OpenedStudy& study,
                                             const actors::StudyState::Trial& trial);

/// What is wrong with the number of a trial that the study does not have.
[[nodiscard]] Error unknown_trial(const OpenedStudy& study, std::uint32_t trial);

/// Folder of an attempt: DIR/trials/0007/attempt-2.
std::string attempt_folder(const std::string& folder, std::uint32_t trial, std::uint32_t attempt);

}  // namespace troupe::cli
