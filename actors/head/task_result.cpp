#include "actors/head/task_result.hpp"

#include <filesystem>

#include "actors/counted.hpp"
#include "actors/head/session.hpp"
#include "actors/journal/journal.hpp"
#include "actors/json.hpp"
#include "actors/memory/memory.hpp"
#include "actors/study/inputs.hpp"

namespace troupe::actors {

namespace {

std::string value_in(const JournalMeta& meta, const char* key) {
  const auto found = meta.find(key);
  return found == meta.end() ? std::string() : found->second;
}

}  // namespace

Result<std::optional<TaskResult>> read_task_result(const std::string& folder) {
  const std::string path = (std::filesystem::path(folder) / "journal.db").string();
  if (!std::filesystem::exists(path)) return std::optional<TaskResult>();
  auto reader = JournalReader::open(path);
  if (!reader) return reader.error();
  TaskResult end{.identity = value_in(reader->meta(), identity_key),
                 .memory = value_in(reader->meta(), memory_key)};
  std::uint64_t rows = 0;
  const auto read = reader->each(0, [&](const Row& row) -> Result<void> {
    ++rows;
    if (row.index == 0) {
      const auto input = from_json<Input>(row.input);
      if (!input) return input.error();
      if (const auto* opened = std::get_if<StudyOpened>(&*input)) end.state.take(*opened);
    }
    return end.state.take(row);
  });
  if (!read) return read.error();
  if (rows == 0) return std::optional<TaskResult>();
  return std::optional(std::move(end));
}

Result<bool> remember(const TaskResult& end, const StudySpec& spec, const std::string& folder,
                      const std::string& memory) {
  if (!end.counts()) return false;
  auto opened = Memory::open_or_create(memory);
  if (!opened) return opened.error();
  FinishedTask task{.study = end.identity,
                    .name = spec.name,
                    .folder = folder,
                    .metric = spec.metric,
                    .mode = spec.mode,
                    .finished_us = end.state.now_us()};
  if (const auto& retrain = end.state.retrain()) {
    task.best = retrain->config;
    task.value = retrain->metric;
    task.resource = retrain->resource;
  }
  if (const auto& model = end.state.best_model()) {
    task.model_value = model->metric;
    task.model_resource = model->resource;
  }
  return opened->remember(task, spec.config_space, spec.memory.value_or(MemorySpec{}));
}

const std::vector<Config>& TaskResult::incumbents() const {
  static const std::vector<Config> none;
  return state.opened() ? state.opened()->incumbents : none;
}

std::size_t TaskResult::below_hurdle(StudySpec::Mode mode) const {
  std::size_t count = state.stopped_below_hurdle();
  for (const StudyState::Trial& trial : state.trials()) {
    if (!trial.paused_at) continue;
    const auto hurdle = state.hurdles().find(trial.paused_at->resource);
    if (hurdle == state.hurdles().end()) continue;
    const double metric = trial.paused_at->metric;
    if (mode == StudySpec::Mode::max ? metric < hurdle->second : metric > hurdle->second) ++count;
  }
  return count;
}

std::string memory_sentence(const TaskResult& end, StudySpec::Mode mode, bool joined) {
  return counted(end.state.incumbents_started(), "incumbent") + " ran, hurdle stopped " +
         std::to_string(end.below_hurdle(mode)) + " of " +
         counted(end.state.trials().size(), "trial") + ", joined A*: " + (joined ? "yes" : "no");
}

}  // namespace troupe::actors
