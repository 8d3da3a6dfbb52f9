#include "actors/head/clean_folder.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "actors/checkpoints/drop_checkpoint.hpp"
#include "actors/checkpoints/retention.hpp"
#include "actors/journal/journal.hpp"
#include "actors/results/study_state.hpp"
#include "actors/study/recorded_study.hpp"
#include "actors/trial/attempt_folder.hpp"

namespace troupe::actors {

namespace {

/// The retention of the study at its end, with everything that happened in it.
Result<Retention> retention_of(JournalReader& journal, const RecordedStudy& recorded) {
  const StudySpec& spec = *recorded.spec;
  Retention retention({.best_kept = spec.checkpoints.best_kept,
                       .bytes_max = 0,
                       .maximize = spec.mode == StudySpec::Mode::max});
  std::vector<TrialNews> news;
  const auto read = journal.each(0, [&](const Row& row) -> Result<void> {
    const auto events = events_of(row);
    if (!events) return events.error();
    (void)add_news(*events, news);
    return {};
  });
  if (!read) return read.error();
  const auto core = fold_core(journal, recorded);
  if (!core) return core.error();
  retention.take(news, core->best().contenders());
  return retention;
}

}  // namespace

Result<CleanedFolder> clean_folder(const HeadFolder& folder) {
  const std::string path = folder.file("journal.db");
  auto journal = JournalReader::open(path);
  if (!journal) return journal.error();
  if (journal->format() != Journal::format)
    return Error{ErrorKind::refused, path + " has journal format " +
                                         std::to_string(journal->format()) +
                                         ": the troupe that wrote it kept nothing to clean"};
  const auto recorded = read_recorded(*journal);
  if (!recorded) return recorded.error();
  if (!*recorded || !(*recorded)->end)
    return Error{ErrorKind::refused, "the study in " + folder.path().string() +
                                         " has not ended: it needs its checkpoints. `troupe run` "
                                         "goes on with it"};
  auto retention = retention_of(*journal, **recorded);
  if (!retention) return retention.error();
  const std::vector<TrialId> waiting = retention->waiting();
  retention->abandon_trials();
  const std::string study = folder.path().string();
  CleanedFolder cleaned;
  for (const Retention::Drop& drop : retention->due()) {
    const std::uint32_t last = retention->attempt(drop.trial);
    if (newest_checkpoint(study, drop.trial, last) == 0) continue;
    const bool may_go_on = std::ranges::binary_search(waiting, drop.trial);
    auto dropped =
        may_go_on ? drop_unfinished(study, drop.trial, last) : drop_all(study, drop.trial);
    if (!dropped) return dropped.error();
    cleaned.deleted.push_back(drop.trial);
  }
  for (TrialId trial = 0; retention->attempt(trial) > 0; ++trial)
    if (newest_checkpoint(study, trial, retention->attempt(trial)) > 0)
      cleaned.kept.push_back(trial);
  return cleaned;
}

}  // namespace troupe::actors
