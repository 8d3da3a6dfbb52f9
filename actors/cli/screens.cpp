#include "actors/cli/screens.hpp"

#include <algorithm>

#include <unistd.h>

#include "actors/journal/journal.hpp"
#include "actors/results/study_state.hpp"
#include "actors/study_file/spec_options.hpp"
#include "actors/terminal/environment.hpp"

namespace troupe::cli {

using namespace actors;

namespace {

StudyOutline outline_of(const StudySpec& spec, const HeadFolder& folder) {
  StudyOutline outline{.study = spec.name, .folder = folder.path().string()};
  outline.scheduler =
      enum_names(spec.scheduler.name).at(static_cast<std::size_t>(spec.scheduler.name));
  outline.metric = spec.metric;
  outline.resource_attr = spec.resource_attr;
  outline.levels = rungs_of(spec);
  if (spec.scheduler.ceiling == schedulers::Ceiling::progressive)
    outline.ceiling = outline.levels.at(std::min<std::size_t>(1, outline.levels.size() - 1));
  outline.trials_max = spec.stop_criterion.max_num_trials_started;
  return outline;
}

}  // namespace

OutputMode manner_of(Verbosity verbosity) {
  if (verbosity == Verbosity::quiet) return OutputMode::quiet;
  if (verbosity == Verbosity::json) return OutputMode::json;
  return manner_in(surroundings_of(STDOUT_FILENO));
}

std::pair<Screen, std::uint64_t> screen_for(OutputMode manner, const StudySpec& spec,
                                            const HeadFolder& folder) {
  Screen screen(manner, paper_in(surroundings_of(STDOUT_FILENO)), outline_of(spec, folder));
  auto reader = JournalReader::open(folder.file("journal.db"));
  if (!reader) return {std::move(screen), 0};
  std::uint64_t rows = 0;
  (void)reader->each(0, [&](const Row& row) -> Result<void> {
    const auto events = events_of(row);
    if (!events) return events.error();
    for (const auto& event : *events) screen.recall(event);
    rows = row.index + 1;
    return {};
  });
  return {std::move(screen), rows};
}

}  // namespace troupe::cli
