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

/// A task that is over, as it is told to a memory.
struct FinishedTask {
  std::string
      study;  ///< Its identity: the same study is remembered once, however often it is told.
  std::string name;
  std::string folder;
  std::string metric;
  schedulers::Mode mode = schedulers::Mode::min;
  std::int64_t finished_us = 0;              ///< Since 1970-01-01 UTC.
  std::optional<schedulers::Config> best{};  ///< None: it has none, so nothing joins.
  double value = 0;                          ///< Of the best: the metric.
  schedulers::Resource resource = 0;         ///< Of the best.
};

struct RememberedTask {
  std::uint64_t number = 0;  ///< From 1, in the order in which they were remembered.
  FinishedTask task;         ///< Its best configuration has the memory's names.
  bool joined = false;       ///< Its best configuration was not in A* before.
};

/// A member of A*.
struct RememberedIncumbent {
  std::uint64_t number = 0;  ///< Rises in the order of joining.
  std::uint64_t task = 0;    ///< The first whose best configuration it was.
  schedulers::Config config;
};

/// What a memory gives to a task that begins.
struct Recalled {
  std::vector<schedulers::Config> incumbents;  ///< Complete configurations of the task's space.
  std::size_t left_out = 0;                    ///< Members of A* that this space cannot express.
};

/// A*: the best configurations of the tasks that were solved so far, in one SQLite file that
/// outlives every process. Any number of processes may use it at once: each call is one
/// transaction, and waits for those of others.
class Memory {
 public:
  static constexpr int format = 1;

  /// An existing memory; every error names the file and says what is wrong with it.
  static Result<Memory> open(const std::string& path);
  /// The same, or a new and empty one.
  static Result<Memory> open_or_create(const std::string& path);

  [[nodiscard]] const std::string& path() const { return path_; }
  /// What the tasks search; empty as long as there was none.
  Result<std::vector<RememberedParameter>> parameters();
  Result<std::vector<RememberedTask>> tasks();
  /// A* in the order of joining, each configuration once.
  Result<std::vector<RememberedIncumbent>> incumbents();

  /// A* for a task over `space`. Refused if the space is another one.
  Result<Recalled> recall(const schedulers::Space& space, const MemorySpec& spec);
  /// Adds the task, and its best configuration if A* does not have it: true if so, as the first
  /// call for this study found it. DurableUpTo when it returns.
  Result<bool> remember(const FinishedTask& task, const schedulers::Space& space,
                        const MemorySpec& spec);
  /// Takes a task out, and its configuration, unless another task found the same. It stays out
  /// also if its study is told again.
  Result<void> forget(std::uint64_t task);

  Memory(Memory&&) noexcept;
  Memory& operator=(Memory&&) noexcept;
  ~Memory();

 private:
  Memory(std::string path, std::unique_ptr<memory::Database> database);
  Result<void> extend(const std::vector<RememberedParameter>& added,
                      const std::vector<RememberedParameter>& all);

  std::string path_;
  std::unique_ptr<memory::Database> database_;
};

}  // namespace troupe::actors
