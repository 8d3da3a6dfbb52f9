#include "actors/cli/terminal_actor.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include <unistd.h>

#include "actors/cli/output.hpp"
#include "actors/journal/journal.hpp"
#include "actors/json.hpp"
#include "actors/results/study_state.hpp"
#include "actors/study/inputs.hpp"
#include "actors/study/recovery.hpp"
#include "actors/study_file/study_spec.hpp"
#include "actors/terminal/environment.hpp"
#include "runtime/core/seconds.hpp"

namespace troupe::cli {

using runtime::Context;

namespace {

constexpr Duration tick_interval = std::chrono::milliseconds(200);

template <typename... Es>
std::vector<std::string> kinds_of(const runtime::Ref<Es...>&) {
  return {std::string(Es::wire_name)...};
}

actors::StudyOutline outline_of(const actors::StudySpec& spec, const actors::HeadFolder& folder) {
  actors::StudyOutline outline{.study = spec.name, .folder = folder.path().string()};
  outline.scheduler =
      spec.scheduler.actor.empty() ? std::string(spec.scheduler.name) : spec.scheduler.actor;
  outline.metric = spec.metric;
  outline.maximize = spec.mode == actors::StudySpec::Mode::max;
  outline.resource_attr = spec.resource_attr;
  if (spec.has_max_resource()) outline.levels = actors::rungs_of(spec);
  if (traits(spec.scheduler.options).rising_ceiling)
    outline.ceiling = outline.levels.at(std::min<std::size_t>(1, outline.levels.size() - 1));
  outline.trials_max = spec.stop_criterion.max_num_trials_started;
  return outline;
}

}  // namespace

actors::OutputMode output_mode_of(Verbosity verbosity) {
  if (verbosity == Verbosity::quiet) return actors::OutputMode::quiet;
  if (verbosity == Verbosity::json) return actors::OutputMode::json;
  return output_mode_in(actors::environment_of(STDOUT_FILENO));
}

RecalledScreen screen_for(actors::OutputMode mode, const actors::StudySpec& spec,
                          const actors::HeadFolder& folder) {
  RecalledScreen recalled{
      .screen = actors::Screen(mode, style_in(actors::environment_of(STDOUT_FILENO)),
                               outline_of(spec, folder)),
      .journal = folder.file("journal.db")};
  auto reader = actors::JournalReader::open(recalled.journal);
  if (!reader) return recalled;
  actors::ActiveTime time;
  (void)reader->each(0, [&](const actors::Row& row) -> Result<void> {
    const auto input = actors::from_json<actors::Input>(row.input);
    if (input) time.note(*input, row.time_us);
    const auto events = events_of(row);
    if (!events) return events.error();
    for (const auto& event : *events) recalled.screen.recall(event);
    recalled.rows = row.index + 1;
    return {};
  });
  recalled.active = std::chrono::microseconds(time.active_us(time.last_row_us()));
  return recalled;
}

TerminalActor::TerminalActor(RecalledScreen recalled, actors::StudyRef study, bool ticking)
    : screen_(std::move(recalled.screen)),
      known_rows_(recalled.rows),
      journal_(std::move(recalled.journal)),
      study_(study),
      ticking_(ticking),
      active_at_sync_(recalled.active) {}

void TerminalActor::started(Context& self) {
  self.monitor(study_);
  self.tell(study_, actors::Subscribe{self.address(), kinds_of(Ref()), known_rows_});
  synced_ = self.now();
  const auto now = actors::environment_of(STDOUT_FILENO);
  columns_ = now.columns;
  rows_ = now.rows;
  write_out(screen_.open(elapsed(self)));
  if (ticking_) self.after(tick_interval, Tick{});
}

Duration TerminalActor::elapsed(Context& self) const {
  return active_at_sync_ + (self.now() - synced_);
}

/// Notes the size of the terminal: a block that is drawn for another size leaves copies behind.
void TerminalActor::fit(Context& self) {
  if (!ticking_) return;
  const auto now = actors::environment_of(STDOUT_FILENO);
  if (now.columns == columns_ && now.rows == rows_) return;
  columns_ = now.columns;
  rows_ = now.rows;
  write_out(screen_.resize(columns_, rows_, elapsed(self)));
}

void TerminalActor::show(Context& self, const actors::StudyEvent& event) {
  fit(self);
  known_rows_ = std::visit([](const auto& one) { return one.index; }, event) + 1;
  write_out(screen_.on(event, elapsed(self)));
}

void TerminalActor::on(Context& self, const actors::StudyStatus& status) {
  active_at_sync_ = seconds(status.active_s);
  synced_ = self.now();
  if (status.no_room.empty() == disk_full_) {
    disk_full_ = !disk_full_;
    write_out(screen_.note(disk_full_ ? status.no_room + ": no trial starts until there is room"
                                      : "there is room on the disk again: trials start",
                           elapsed(self)));
  }
  if (!ticking_) write_out(screen_.tick(elapsed(self)));
}

void TerminalActor::on(Context& self, const Tick&) {
  fit(self);
  write_out(screen_.tick(elapsed(self)));
  self.after(tick_interval, Tick{});
}

void TerminalActor::on(Context& self, const Note& note) {
  write_out(screen_.note(note.text, elapsed(self)));
}

/// A study that is over at once may end before it knows its subscriber: its journal has the rest.
void TerminalActor::on(Context& self, const runtime::Down& down) {
  if (down.cause == runtime::Cause::failed) failure_ = down.reason;
  auto reader = actors::JournalReader::open(journal_);
  if (reader)
    (void)reader->each(known_rows_, [&](const actors::Row& row) -> Result<void> {
      const auto events = events_of(row);
      if (!events) return events.error();
      for (const auto& event : *events) show(self, event);
      return {};
    });
  self.stop();
}

void TerminalActor::stopping(Context& self) {
  write_out(screen_.close(elapsed(self), failure_));
}

}  // namespace troupe::cli
