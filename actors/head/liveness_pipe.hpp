#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "runtime/core/result.hpp"
#include "runtime/process/descriptor.hpp"

namespace troupe::actors {

/// Tells whether any process of a node that a head started beside itself is left, also to a later
/// head: a named pipe in the study's folder, FOLDER/.own-1-PID, which the node and its reaper hold
/// open for writing. Its reader finds the end of file exactly when both, and so all their trials,
/// are gone; before, one byte if the node ended in order.
class LivenessPipe {
 public:
  /// A new pipe, FOLDER/.NAME until its node's process is known.
  static Result<LivenessPipe> make(const std::filesystem::path& folder, const std::string& name);
  /// Those of earlier heads whose nodes have processes yet; what the others left is removed.
  static Result<std::vector<LivenessPipe>> living(const std::filesystem::path& folder);

  LivenessPipe(LivenessPipe&&) noexcept = default;
  /// The pipe goes away with it only once `gone` was seen.
  ~LivenessPipe() = default;

  [[nodiscard]] const std::string& node() const { return node_; }
  [[nodiscard]] pid_t pid() const { return pid_; }  ///< 0: not known yet.
  [[nodiscard]] int read_end() const { return read_.get(); }

  /// To be inherited by the node, then `started`, which closes it here.
  [[nodiscard]] int write_end() const { return write_.get(); }
  Result<void> started(pid_t pid);

  /// Reads what there is. True at the end of file: all are gone, and so is the pipe.
  bool gone();
  /// A byte had come: the node ended because its study was over.
  [[nodiscard]] bool orderly() const { return orderly_; }

  /// By force; its reaper ends the rest. Nothing happens if that process is not the node any more.
  void kill() const;

  /// What the node writes at its end, to each descriptor that it was told to keep open.
  static void say_orderly(const std::vector<int>& kept_open);

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

/// Blocks until no process of an earlier head's nodes is left, after `on_wait` was told so, if it
/// has to.
Result<void> wait_for_processes(const std::filesystem::path& folder,
                                void (*on_wait)(const std::string& sentence));

/// By force: a node of the folder that should have ended and has not.
void kill_own_node(const std::filesystem::path& folder, const std::string& node);

}  // namespace troupe::actors
