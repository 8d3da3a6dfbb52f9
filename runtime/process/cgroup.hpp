#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <sys/types.h>

#include "runtime/process/descriptor.hpp"

namespace troupe::runtime {

/// One cgroup (version 2), which holds the tree of one program after another: the kernel knows its
/// members for certain, kills them in one step, and may bound their memory.
class Cgroup {
 public:
  /// Makes the folder `path`, or takes it over. Nothing if that, or one of the files, is refused.
  static std::optional<Cgroup> make(const std::string& path);

  /// To be written "0" by a process that wants to be in.
  [[nodiscard]] int procs_fd() const { return procs_.get(); }
  /// Raises POLLPRI when `populated` changes.
  [[nodiscard]] int events_fd() const { return events_.get(); }

  [[nodiscard]] bool populated() const;
  [[nodiscard]] std::set<pid_t> members() const;
  /// Each member that is one both before and after a pidfd to it was opened.
  void signal_members(int signal) const;
  void kill() const;

  /// False if the kernel does not bound memory here; then nothing happens.
  [[nodiscard]] bool limit_memory(std::optional<std::uint64_t> bytes);
  /// A member was killed since limit_memory.
  [[nodiscard]] bool was_out_of_memory() const;

 private:
  [[nodiscard]] std::uint64_t oom_kills() const;

  std::string path_;
  Descriptor procs_;
  Descriptor events_;
  Descriptor kill_;
  bool limited_ = false;
  std::uint64_t oom_kills_before_ = 0;
};

/// The folder of a reaper's cgroups, below the cgroup that the reaper itself runs in. Locked while
/// the reaper lives: whoever can lock one that he finds there may sweep it away.
class CgroupHome {
 public:
  /// Makes the folder `name`; sweeps away what dead reapers left beside it. Null where there is no
  /// writable cgroup2 file system, or one without cgroup.kill (Linux 5.14).
  static std::unique_ptr<CgroupHome> make(const std::string& name);
  ~CgroupHome();
  CgroupHome(const CgroupHome&) = delete;
  CgroupHome& operator=(const CgroupHome&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

  /// An empty cgroup, given back by the last program where there is one: making and removing a
  /// cgroup for each costs 6 % of the spawn rate.
  std::optional<Cgroup> acquire();
  void release(Cgroup cgroup);

  /// Kills all members of all cgroups of the home at `path`, and removes those that are empty.
  static void sweep(const std::string& path);

 private:
  CgroupHome(std::string path, Descriptor lock) : path_(std::move(path)), lock_(std::move(lock)) {}

  std::string path_;
  Descriptor lock_;
  std::vector<Cgroup> free_;
  unsigned made_ = 0;
};

}  // namespace troupe::runtime
