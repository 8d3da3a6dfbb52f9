#pragma once

#include <memory>
#include <optional>
#include <string>

#include "actors/events.hpp"
#include "actors/journal/journal.hpp"
#include "actors/study/inputs.hpp"
#include "actors/study/study_core.hpp"
#include "actors/study_file/study_spec.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors {

/// What a journal of today's format says about its study, without a look at the trials.
struct RecordedStudy {
  StudyOpened opened;                     ///< Row 0; with its `spec`.
  std::shared_ptr<const StudySpec> spec;  ///< With all later changes. Not null.
  std::optional<StudyFinished> end;       ///< None: it has not ended, or was interrupted.
};

/// Reads row 0, the changes and the last row. None: the journal has no row.
[[nodiscard]] Result<std::optional<RecordedStudy>> read_recorded(JournalReader& journal);

/// The study as its journal leaves it. Reads the whole journal and asks no scheduler.
[[nodiscard]] Result<StudyCore> fold_core(JournalReader& journal, const RecordedStudy& recorded);

/// The end of a study that would not go on with the settings of `change`: why it stays over. None:
/// it goes on. Reads the whole journal.
[[nodiscard]] Result<std::optional<StudyFinished>> end_despite(JournalReader& journal,
                                                               const RecordedStudy& recorded,
                                                               const StudyChanged& change);

}  // namespace troupe::actors
