#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <sys/types.h>

#include "runtime/process/descriptor.hpp"
#include "runtime/process/process_table.hpp"

namespace troupe::runtime {

/// A cgroup (version 2) that holds the tree of one program at a time. The kernel lists its members
/// exactly, kills them in one step, and may limit their memory.
class Cgroup {
 public:
  /// Makes the folder `path`, or uses it if it exists. None if the folder or one of its files
  /// cannot be made or opened.
  static std::optional<Cgroup> make(const std::string& path);

  /// The file cgroup.procs: a process that writes "0" to it joins the cgroup.
  [[nodiscard]] int procs_fd() const { return procs_.get(); }
  /// The file cgroup.events: poll reports POLLPRI when `populated` changes.
  [[nodiscard]] int events_fd() const { return events_.get(); }

  [[nodiscard]] bool populated() const;
  [[nodiscard]] std::set<pid_t> members() const;
  /// Sends `signal` to each process that is a member both before and after its pidfd is opened.
  /// `signalled`, if given: as in signal_trees.
  void signal_members(int signal, std::set<ProcessIdentity>* signalled = nullptr) const;
  /// Kills all members in one step.
  void kill() const;

  /// Sets the memory limit, or removes it. False, without effect, if there is no memory controller.
  [[nodiscard]] bool limit_memory(std::optional<std::uint64_t> bytes);
  /// Whether the kernel has killed a member for exceeding the limit since limit_memory.
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

/// The cgroups of one reaper, in a folder below the reaper's own cgroup. The folder is locked
/// (flock) while the reaper lives; a folder that another reaper can lock is left over and swept.
class CgroupPool {
 public:
  /// Makes the folder `name` and sweeps the folders that dead reapers left beside it. Null if there
  /// is no writable cgroup2 file system with cgroup.kill (Linux 5.14).
  static std::unique_ptr<CgroupPool> make(const std::string& name);
  ~CgroupPool();
  CgroupPool(const CgroupPool&) = delete;
  CgroupPool& operator=(const CgroupPool&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

  /// An empty cgroup: a released one, or a new one if there is none. Reuse matters: a new cgroup
  /// for each program costs 6 % of the spawn rate.
  std::optional<Cgroup> acquire();
  /// Takes back an empty cgroup.
  void release(Cgroup cgroup);

  /// Kills all members of all cgroups of the pool at `path`, and removes the empty cgroups.
  static void sweep(const std::string& path);

 private:
  CgroupPool(std::string path, Descriptor lock) : path_(std::move(path)), lock_(std::move(lock)) {}

  std::string path_;
  Descriptor lock_;
  std::vector<Cgroup> free_;
  unsigned made_ = 0;
};

}  // namespace troupe::runtime
