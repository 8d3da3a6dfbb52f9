#include "actors/memory/memory.hpp"

#include <utility>

#include "actors/json.hpp"
#include "actors/memory/database.hpp"
#include "runtime/core/check.hpp"

namespace troupe::actors {

using memory::Database;
using memory::Statement;
using schedulers::Config;
using schedulers::Mode;

namespace {

/// A value as JSON that keeps its type.
std::string text_of(const schedulers::Value& value) {
  return to_json(Config{{"", value}});
}

Result<std::optional<schedulers::Value>> fallback_of(const Statement& row, int column) {
  if (row.is_null(column)) return std::optional<schedulers::Value>();
  auto config = from_json<Config>(row.text(column));
  if (!config) return config.error();
  return std::optional(config->at(0).value);
}

}  // namespace

Memory::Memory(std::string path, std::unique_ptr<Database> database)
    : path_(std::move(path)), database_(std::move(database)) {}
Memory::Memory(Memory&&) noexcept = default;
Memory& Memory::operator=(Memory&&) noexcept = default;
Memory::~Memory() = default;

Result<Memory> Memory::open(const std::string& path) {
  auto database = Database::connect(path, Database::Missing::is_an_error);
  if (!database) return database.error();
  return Memory(path, std::move(database).value());
}

Result<Memory> Memory::open_or_create(const std::string& path) {
  auto database = Database::connect(path, Database::Missing::is_created);
  if (!database) return database.error();
  return Memory(path, std::move(database).value());
}

Result<std::vector<RememberedParameter>> Memory::parameters() {
  auto rows = database_->prepare("SELECT name, domain, fallback FROM parameters ORDER BY position");
  if (!rows) return rows.error();
  std::vector<RememberedParameter> parameters;
  while (rows->step()) {
    auto fallback = fallback_of(*rows, 2);
    if (!fallback) return fallback.error();
    parameters.push_back({rows->text(0), rows->text(1), std::move(fallback).value()});
  }
  if (rows->code() != 0) return database_->error(rows->code());
  return parameters;
}

Result<std::vector<RememberedTask>> Memory::tasks() {
  auto rows = database_->prepare(
      "SELECT number, study, name, folder, metric, mode, finished_us, best, value, resource, "
      "joined,"
      " model_value, model_resource FROM tasks WHERE NOT forgotten ORDER BY number");
  if (!rows) return rows.error();
  std::vector<RememberedTask> tasks;
  while (rows->step()) {
    RememberedTask task{
        .number = static_cast<std::uint64_t>(rows->integer(0)),
        .task = {.study = rows->text(1),
                 .name = rows->text(2),
                 .folder = rows->text(3),
                 .metric = rows->text(4),
                 .mode = rows->text(5) == enum_text(Mode::max) ? Mode::max : Mode::min,
                 .finished_us = rows->integer(6)},
        .joined = rows->integer(10) != 0};
    if (!rows->is_null(7)) {
      auto best = from_json<Config>(rows->text(7));
      if (!best) return best.error();
      task.task.best = std::move(best).value();
      task.task.value = rows->real(8);
      task.task.resource = rows->integer(9);
    }
    if (!rows->is_null(11)) {
      task.task.model_value = rows->real(11);
      task.task.model_resource = rows->integer(12);
    }
    tasks.push_back(std::move(task));
  }
  if (rows->code() != 0) return database_->error(rows->code());
  return tasks;
}

Result<std::vector<RememberedIncumbent>> Memory::incumbents() {
  auto rows = database_->prepare("SELECT number, task, config FROM incumbents ORDER BY number");
  if (!rows) return rows.error();
  std::vector<RememberedIncumbent> incumbents;
  while (rows->step()) {
    auto config = from_json<Config>(rows->text(2));
    if (!config) return config.error();
    incumbents.push_back({static_cast<std::uint64_t>(rows->integer(0)),
                          static_cast<std::uint64_t>(rows->integer(1)), std::move(config).value()});
  }
  if (rows->code() != 0) return database_->error(rows->code());
  return incumbents;
}

/// Refuses an objective that differs from that of the memory's tasks.
Result<void> Memory::check_objective(const Objective& objective) {
  const auto known = tasks();
  if (!known) return known.error();
  for (const RememberedTask& remembered : *known) {
    const FinishedTask& task = remembered.task;
    if (task.metric == objective.metric && task.mode == objective.mode) continue;
    return Error{ErrorKind::refused,
                 path_ + ": its task '" + task.name + "' tuned '" + task.metric +
                     "' (mode: " + std::string(enum_text(task.mode)) + "), and this study tunes '" +
                     objective.metric + "' (mode: " + std::string(enum_text(objective.mode)) +
                     "): what is best for one need not be good for the other; use another memory"};
  }
  return {};
}

/// Notes the domains that the parameters have now.
Result<void> Memory::update_domains(const std::vector<RememberedParameter>& changed) {
  for (const RememberedParameter& parameter : changed) {
    auto update = database_->prepare("UPDATE parameters SET domain = ?1 WHERE name = ?2");
    if (!update) return update.error();
    update->bind(1, parameter.domain).bind(2, parameter.name);
    if (auto done = database_->finish(*update); !done) return done;
  }
  return {};
}

Result<Recalled> Memory::recall(const schedulers::Space& space, const MemorySpec& spec,
                                const Objective& objective) {
  Recalled recalled;
  const auto read = database_->transaction([&]() -> Result<void> {
    if (auto same = check_objective(objective); !same) return same;
    const auto known = parameters();
    if (!known) return known.error();
    const auto map = SpaceMap::of(*known, space, spec);
    if (!map) return Error{map.error().kind, path_ + ": " + map.error().what};
    const auto members = incumbents();
    if (!members) return members.error();
    for (const auto& member : *members) {
      if (auto config = map->to_task(member.config))
        recalled.incumbents.push_back(std::move(*config));
      else
        ++recalled.incumbents_left_out;
    }
    return {};
  });
  if (!read) return read.error();
  return recalled;
}

/// Adds parameters to the space. Configurations of earlier tasks have the fallbacks for them.
Result<void> Memory::extend(const std::vector<RememberedParameter>& added,
                            const std::vector<RememberedParameter>& all) {
  for (const auto& parameter : added) {
    auto insert = database_->prepare(
        "INSERT INTO parameters VALUES ((SELECT count(*) FROM parameters), ?1, ?2, ?3)");
    if (!insert) return insert.error();
    insert->bind(1, parameter.name).bind(2, parameter.domain);
    if (parameter.fallback)
      insert->bind(3, text_of(*parameter.fallback));
    else
      insert->bind_null(3);
    if (auto done = database_->finish(*insert); !done) return done;
  }
  const auto members = incumbents();
  if (!members) return members.error();
  for (const auto& member : *members) {
    auto update = database_->prepare("UPDATE incumbents SET identity = ?1 WHERE number = ?2");
    if (!update) return update.error();
    update->bind(1, identity_of(all, member.config))
        .bind(2, static_cast<std::int64_t>(member.number));
    if (auto done = database_->finish(*update); !done) return done;
  }
  return {};
}

Result<bool> Memory::remember(const FinishedTask& task, const schedulers::Space& space,
                              const MemorySpec& spec) {
  bool joined = false;
  const auto written = database_->transaction([&]() -> Result<void> {
    const auto earlier = earlier_result(task);
    if (!earlier) return earlier.error();
    joined = earlier->joined;
    if (earlier->stands) return {};
    if (auto same = check_objective({task.metric, task.mode}); !same) return same;
    auto known = parameters();
    if (!known) return known.error();
    const auto map = SpaceMap::of(*known, space, spec);
    if (!map) return Error{map.error().kind, path_ + ": " + map.error().what};
    if (auto updated = update_domains(map->changed()); !updated) return updated;
    known->insert(known->end(), map->added().begin(), map->added().end());
    if (!map->added().empty())
      if (auto extended = extend(map->added(), *known); !extended) return extended;
    const auto best = task.best ? std::optional(map->to_memory(*task.best)) : std::nullopt;
    const std::string identity = best ? identity_of(*known, *best) : std::string();
    if (best) {
      auto member = database_->prepare("SELECT 1 FROM incumbents WHERE identity = ?1");
      if (!member) return member.error();
      joined = !member->bind(1, identity).step();
      if (member->code() != 0) return database_->error(member->code());
    }
    auto insert = database_->prepare(
        "INSERT INTO tasks VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, ?11, ?12)");
    if (!insert) return insert.error();
    insert->bind(1, task.study).bind(2, task.name).bind(3, task.folder).bind(4, task.metric);
    insert->bind(5, std::string(enum_text(task.mode))).bind(6, task.finished_us);
    check(best || !joined, "only a task with a best configuration joins A*");
    insert->bind(10, std::int64_t{joined});
    if (best) insert->bind(7, to_json(*best)).bind(8, task.value).bind(9, task.resource);
    if (task.model_value) insert->bind(11, *task.model_value).bind(12, task.model_resource);
    if (auto done = database_->finish(*insert); !done) return done;
    if (!joined) return {};
    auto join = database_->prepare(
        "INSERT INTO incumbents VALUES (NULL, (SELECT number FROM tasks WHERE study = ?1), ?2, "
        "?3)");
    if (!join) return join.error();
    join->bind(1, task.study).bind(2, identity).bind(3, to_json(*best));
    return database_->finish(*join);
  });
  if (!written) return written.error();
  return joined;
}

/// What is remembered of the task's study. A study that went on after its end is taken out, so that
/// its new result can be added.
Result<Memory::Earlier> Memory::earlier_result(const FinishedTask& task) {
  auto found = database_->prepare(
      "SELECT number, joined, forgotten, finished_us FROM tasks WHERE study = ?1");
  if (!found) return found.error();
  if (!found->bind(1, task.study).step()) {
    if (found->code() != 0) return database_->error(found->code());
    return Earlier{};
  }
  const Earlier earlier{.stands = found->integer(2) != 0 || found->integer(3) >= task.finished_us,
                        .joined = found->integer(1) != 0};
  if (earlier.stands) return earlier;
  const std::int64_t number = found->integer(0);
  if (auto withdrawn = withdraw(static_cast<std::uint64_t>(number)); !withdrawn)
    return withdrawn.error();
  auto remove = database_->prepare("DELETE FROM tasks WHERE number = ?1");
  if (!remove) return remove.error();
  remove->bind(1, number);
  if (auto done = database_->finish(*remove); !done) return done.error();
  return Earlier{};
}

Result<void> Memory::forget(std::uint64_t task) {
  return database_->transaction([&]() -> Result<void> {
    auto mark = database_->prepare("UPDATE tasks SET forgotten = 1 WHERE number = ?1");
    if (!mark) return mark.error();
    mark->bind(1, static_cast<std::int64_t>(task));
    if (auto done = database_->finish(*mark); !done) return done;
    return withdraw(task);
  });
}

/// Removes what only `task` has found from A*.
Result<void> Memory::withdraw(std::uint64_t task) {
  const auto known = parameters();
  const auto all = tasks();
  const auto members = incumbents();
  if (!known) return known.error();
  if (!all) return all.error();
  if (!members) return members.error();
  for (const auto& member : *members) {
    if (member.task != task) continue;
    const std::string identity = identity_of(*known, member.config);
    const RememberedTask* heir = nullptr;
    for (const auto& other : *all)
      if (heir == nullptr && other.number != task && other.task.best &&
          identity_of(*known, *other.task.best) == identity)
        heir = &other;
    auto change =
        database_->prepare(heir != nullptr ? "UPDATE incumbents SET task = ?2 WHERE number = ?1"
                                           : "DELETE FROM incumbents WHERE number = ?1");
    if (!change) return change.error();
    change->bind(1, static_cast<std::int64_t>(member.number));
    if (heir != nullptr) change->bind(2, static_cast<std::int64_t>(heir->number));
    if (auto done = database_->finish(*change); !done) return done;
  }
  return {};
}

}  // namespace troupe::actors
