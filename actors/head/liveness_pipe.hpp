#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "runtime/core/result.hpp"
#include "runtime/process/descriptor.hpp"

namespace troupe::actors {

/// Named pipe FOLDER/.own-1-PID that a local node and its reaper hold open for writing. Its reader,
/// this head or a later one, sees the end of file when both have ended, and all trials with them.
/// A node that ends in order writes one byte before.
class LivenessPipe {
 public:
  /// Makes a pipe. Its name is FOLDER/.NAME until `started` knows the process id.
  static Result<LivenessPipe> make(const std::filesystem::path& folder, const std::string& name);
  /// Opens the pipes of earlier heads whose nodes still have processes; removes the other pipes.
  static Result<std::vector<LivenessPipe>> find_open(const std::filesystem::path& folder);

  LivenessPipe(LivenessPipe&&) noexcept = default;
  /// Leaves the file in the folder, unless `is_closed` returned true.
  ~LivenessPipe() = default;

  [[nodiscard]] const std::string& node() const { return node_; }
  [[nodiscard]] pid_t pid() const { return pid_; }  ///< 0: unknown.
  [[nodiscard]] int read_end() const { return read_.get(); }

  /// Descriptor that the node inherits; `started` closes it in this process.
  [[nodiscard]] int write_end() const { return write_.get(); }
  Result<void> started(pid_t pid);

  /// Reads the pipe without blocking. True at its end of file, when it also removes the file.
  bool is_closed();
  /// Whether the node wrote its byte: it ended because its study was over.
  [[nodiscard]] bool orderly() const { return orderly_; }

  /// Kills the node (SIGKILL); its reaper ends its trials. Does nothing if the process id belongs
  /// to another process now.
  void kill() const;

  /// Called by a node that ends in order: writes a byte to each descriptor that it keeps open.
  static void announce_orderly_end(const std::vector<int>& kept_open);

 private:
  LivenessPipe(std::filesystem::path path, std::string node, pid_t pid)
      : path_(std::move(path)), node_(std::move(node)), pid_(pid) {}

  std::filesystem::path path_;
  std::string node_;
  pid_t pid_ = 0;
  runtime::Descriptor read_;
  runtime::Descriptor write_;
  bool orderly_ = false;
};

/// Blocks until all processes of nodes of earlier heads have ended. Calls `on_wait` first if it has
/// to wait.
Result<void> wait_for_processes(const std::filesystem::path& folder,
                                void (*on_wait)(const std::string& sentence));

/// Kills a node of the folder that outlived its lease.
void kill_local_node(const std::filesystem::path& folder, const std::string& node);

}  // namespace troupe::actors
