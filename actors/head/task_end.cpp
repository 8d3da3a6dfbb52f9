#include "actors/head/task_end.hpp"

#include <filesystem>

#include "actors/head/session.hpp"
#include "actors/journal/journal.hpp"
#include "actors/json.hpp"
#include "actors/memory/memory.hpp"
#include "actors/results/study_view.hpp"

namespace troupe::actors {

namespace {

template <typename... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};

std::string value_in(const JournalMeta& meta, const char* key) {
  const auto found = meta.find(key);
  return found == meta.end() ? std::string() : found->second;
}

void take(TaskEnd& end, const StudyEvent& event) {
  end.ending.reset();  // An interrupted study went on.
  std::visit(Overloaded{
                 [&](const TrialStarted& e) {
                   if (e.attempt != 1) return;
                   ++end.trials;
                   if (e.incumbent) ++end.incumbents_ran;
                 },
                 [&](const TrialStopped& e) {
                   if (e.reason == "below_hurdle") ++end.below_hurdle;
                   end.paused.erase(e.trial);
                 },
                 [&](const TrialReported& e) {
                   if (e.decision == TrialReported::Decision::pause)
                     end.paused[e.trial] = {e.resource, e.metric};
                 },
                 [&](const TrialPromoted& e) { end.paused.erase(e.trial); },
                 [&](const HurdleRaised& e) { end.hurdles[e.resource] = e.metric; },
                 [&](const IncumbentChanged& e) { end.best = e; },
                 [&](const StudyFinished& e) { end.ending = e; },
                 [](const auto&) {},
             },
             event);
}

}  // namespace

Result<std::optional<TaskEnd>> task_end(const std::string& folder) {
  const std::string path = (std::filesystem::path(folder) / "journal.db").string();
  if (!std::filesystem::exists(path)) return std::optional<TaskEnd>();
  auto reader = JournalReader::open(path);
  if (!reader) return reader.error();
  TaskEnd end{.identity = value_in(reader->meta(), identity_key),
              .memory = value_in(reader->meta(), memory_key)};
  std::uint64_t rows = 0;
  const auto read = reader->each(0, [&](const Row& row) -> Result<void> {
    ++rows;
    end.time_us = row.time_us;
    if (row.index == 0) {
      const auto input = from_json<Input>(row.input);
      if (!input) return input.error();
      if (const auto* opened = std::get_if<StudyOpened>(&*input))
        end.incumbents = opened->incumbents;
    }
    const auto events = events_of(row);
    if (!events) return events.error();
    for (const auto& event : *events) take(end, event);
    return {};
  });
  if (!read) return read.error();
  if (rows == 0) return std::optional<TaskEnd>();
  return std::optional(std::move(end));
}

Result<bool> remember(const TaskEnd& end, const StudySpec& spec, const std::string& folder,
                      const std::string& memory) {
  if (!end.counts()) return false;
  auto opened = Memory::open_or_create(memory);
  if (!opened) return opened.error();
  FinishedTask task{.study = end.identity,
                    .name = spec.name,
                    .folder = folder,
                    .metric = spec.metric,
                    .mode = spec.mode,
                    .finished_us = end.time_us};
  if (end.best) {
    task.best = end.best->config;
    task.value = end.best->metric;
    task.resource = end.best->resource;
  }
  return opened->remember(task, spec.config_space, spec.memory.value_or(MemorySpec{}));
}

std::size_t TaskEnd::kept_back(StudySpec::Mode mode) const {
  std::size_t count = below_hurdle;
  for (const auto& [trial, place] : paused) {
    const auto hurdle = hurdles.find(place.first);
    if (hurdle == hurdles.end()) continue;
    const bool below = mode == StudySpec::Mode::max ? place.second < hurdle->second
                                                    : place.second > hurdle->second;
    if (below) ++count;
  }
  return count;
}

std::string memory_sentence(const TaskEnd& end, StudySpec::Mode mode, bool joined) {
  const auto count = [](std::size_t n, const char* noun) {
    return std::to_string(n) + " " + noun + (n == 1 ? "" : "s");
  };
  return count(end.incumbents_ran, "incumbent") + " ran, hurdle stopped " +
         std::to_string(end.kept_back(mode)) + " of " + count(end.trials, "trial") +
         ", joined A*: " + (joined ? "yes" : "no");
}

}  // namespace troupe::actors
