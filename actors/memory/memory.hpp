#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/memory/space_map.hpp"
#include "runtime/core/result.hpp"
#include "schedulers/events.hpp"
#include "schedulers/mode.hpp"
#include "schedulers/space/space.hpp"

namespace troupe::actors {

namespace memory {
class Database;
}

/// Result of a finished task.
struct FinishedTask {
  std::string study;  ///< Identity of the study, which is remembered once.
  std::string name;
  std::string folder;
  std::string metric;
  schedulers::Mode mode = schedulers::Mode::min;
  std::int64_t finished_us = 0;              ///< Microseconds since 1970-01-01 UTC.
  std::optional<schedulers::Config> best{};  ///< Configuration to retrain; none: nothing joins A*.
  double value = 0;                          ///< Metric of `best`.
  schedulers::Resource resource = 0;         ///< Where `value` was measured.
  std::optional<double> model_value{};       ///< Metric of the best model, maybe another trial's.
  schedulers::Resource model_resource = 0;   ///< Where `model_value` was measured.
};

/// A task of a memory.
struct RememberedTask {
  std::uint64_t number = 0;  ///< From 1, in the order of remembering.
  FinishedTask task;         ///< Its best configuration has the parameter names of the memory.
  bool joined = false;       ///< Its best configuration joined A*.
};

/// A member of A*.
struct RememberedIncumbent {
  std::uint64_t number = 0;  ///< Ascending in the order of joining.
  std::uint64_t task = 0;    ///< The first task with this best configuration.
  schedulers::Config config;
};

/// What a task tunes. All tasks of a memory tune the same.
struct Objective {
  std::string metric;
  schedulers::Mode mode = schedulers::Mode::min;
};

/// Incumbents for a task that begins.
struct Recalled {
  std::vector<schedulers::Config> incumbents;  ///< Complete configurations of the task's space.
  /// Members of A* that do not fit the task's space: a value is outside of its domain, is of a
  /// parameter that the space lacks, or is not known; or the space forbids the configuration.
  std::size_t incumbents_left_out = 0;
};

/// A*, the configurations to retrain of finished tasks, in one SQLite file. Several processes may
/// use it at once: each call is one transaction, and waits for the transactions of others.
class Memory {
 public:
  /// Format 1 lacks the best model, and formats 1 and 2 lack the checksum; both are converted.
  static constexpr int format = 3;

  /// Opens an existing memory. Every error names the file.
  static Result<Memory> open(const std::string& path);
  /// Opens a memory, or makes an empty one.
  static Result<Memory> open_or_create(const std::string& path);

  [[nodiscard]] const std::string& path() const { return path_; }
  /// Parameters that the tasks search; empty before the first task.
  Result<std::vector<RememberedParameter>> parameters();
  /// Tasks in the order of remembering, without forgotten ones.
  Result<std::vector<RememberedTask>> tasks();
  /// A* in the order of joining, each configuration once.
  Result<std::vector<RememberedIncumbent>> incumbents();

  /// A* in the task's space. Refused if the memory's tasks search something else, or tune another
  /// metric or in the other direction.
  Result<Recalled> recall(const schedulers::Space& space, const MemorySpec& spec,
                          const Objective& objective);
  /// Adds a task, and its best configuration to A* if it is not there. True if it joined; later
  /// calls for the same study return the same, unless the study has gone on since: its new result
  /// replaces the earlier one. Durable on return.
  Result<bool> remember(const FinishedTask& task, const schedulers::Space& space,
                        const MemorySpec& spec);
  /// Removes a task, and its configuration from A* unless another task found the same. The task
  /// stays removed if its study is added again.
  Result<void> forget(std::uint64_t task);

  Memory(Memory&&) noexcept;
  Memory& operator=(Memory&&) noexcept;
  ~Memory();

 private:
  Memory(std::string path, std::unique_ptr<memory::Database> database);
  /// What the memory knows of a study that is told again.
  struct Earlier {
    bool stands = false;  ///< It is remembered, or was forgotten, and nothing has changed since.
    bool joined = false;
  };
  Result<Earlier> earlier_result(const FinishedTask& task);
  Result<void> withdraw(std::uint64_t task);
  Result<void> check_objective(const Objective& objective);
  Result<void> update_domains(const std::vector<RememberedParameter>& changed);
  Result<void> extend(const std::vector<RememberedParameter>& added,
                      const std::vector<RememberedParameter>& all);

  std::string path_;
  std::unique_ptr<memory::Database> database_;
};

}  // namespace troupe::actors
