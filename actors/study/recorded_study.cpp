#include "actors/study/recorded_study.hpp"

#include <cstdint>
#include <string_view>
#include <utility>
#include <variant>

#include "actors/json.hpp"
#include "actors/results/study_state.hpp"
#include "actors/study/recovery.hpp"
#include "actors/study/study_rules.hpp"

namespace troupe::actors {

namespace {

/// The settings with which the study goes on from `row`; null if the row changes none.
Result<std::shared_ptr<const StudySpec>> settings_in_row(const Row& row) {
  // Most rows are reports, which need not be decoded.
  const std::string_view text = row.input;
  if (!text.starts_with("{\"StudyResumed\"") && !text.starts_with("{\"StudyChanged\""))
    return std::shared_ptr<const StudySpec>();
  const auto input = from_json<Input>(row.input);
  if (!input) return input.error();
  return settings_in(*input);
}

}  // namespace

Result<std::optional<RecordedStudy>> read_recorded(JournalReader& journal) {
  std::optional<RecordedStudy> recorded;
  const auto read = journal.each(0, [&](const Row& row) -> Result<void> {
    if (!recorded) {
      const auto input = from_json<Input>(row.input);
      if (!input) return input.error();
      const auto* opened = std::get_if<StudyOpened>(&*input);
      if (opened == nullptr || !opened->spec)
        return Error{ErrorKind::bad_input, "row 0 of the journal does not hold a study"};
      recorded = RecordedStudy{*opened, opened->spec, {}};
      return {};
    }
    auto settings = settings_in_row(row);
    if (!settings) return settings.error();
    if (*settings) recorded->spec = std::move(*settings);
    recorded->end.reset();
    if (row.events.find("{\"StudyFinished\"") == std::string::npos) return {};
    const auto events = events_of(row);
    if (!events) return events.error();
    for (const StudyEvent& event : *events)
      if (const auto* finished = std::get_if<StudyFinished>(&event);
          finished != nullptr && !finished->goes_on())
        recorded->end = *finished;
    return {};
  });
  if (!read) return read.error();
  return recorded;
}

Result<StudyCore> fold_core(JournalReader& journal, const RecordedStudy& recorded) {
  StudyCore core(rules_of(*recorded.opened.spec));
  const auto read = journal.each(0, [&](const Row& row) -> Result<void> {
    try {
      const StudyRow decoded = decode_row(row);
      at_row(row, [&] {
        if (!core.accepts(decoded.input))
          throw StudyAbandoned("it does not follow from the rows before it");
        (void)core.apply(decoded.input, decoded.index, decoded.decisions);
      });
    } catch (const StudyAbandoned& abandoned) {
      return Error{ErrorKind::bad_input, abandoned.what()};
    }
    return {};
  });
  if (!read) return read.error();
  return core;
}

Result<std::optional<StudyFinished>> end_despite(JournalReader& journal,
                                                 const RecordedStudy& recorded,
                                                 const StudyChanged& change) {
  const auto next = journal.size();
  if (!next) return next.error();
  auto core = fold_core(journal, recorded);
  if (!core) return core.error();
  (void)core->apply(StudyResumed{.version = {}, .workers = 0, .awaited = {}, .change = change},
                    *next, {});
  return core->finished();
}

}  // namespace troupe::actors
