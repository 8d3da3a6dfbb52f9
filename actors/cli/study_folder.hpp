#pragma once

#include <cstdint>
#include <string>

#include "actors/journal/journal.hpp"
#include "actors/results/study_state.hpp"
#include "runtime/core/result.hpp"

// What the commands that look at a study have in common. They read its journal, whether the study
// runs or not, and write nothing.

namespace troupe::cli {

/// The journal in `folder`; an error says what the folder is instead.
Result<actors::JournalReader> open_journal(const std::string& folder);

struct OpenedStudy {
  actors::JournalMeta meta;
  actors::StudyState state;
  /// As the study file calls it; "metric" where the journal does not say.
  [[nodiscard]] std::string metric() const;
};
Result<OpenedStudy> open_study(const std::string& folder);

/// Where an attempt's output and checkpoint lie: DIR/trials/0007/attempt-2.
std::string attempt_folder(const std::string& folder, std::uint32_t trial, std::uint32_t attempt);

/// "troupe: ..." to stderr. What is wrong with the command line or the folder that it names gives
/// exit_usage, all else exit_failure.
int complain(const Error& error);

/// To stdout, whole; exit_failure where it cannot be written.
int print(const std::string& text);

}  // namespace troupe::cli
