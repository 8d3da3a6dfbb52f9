#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "runtime/core/reactor.hpp"
#include "runtime/process/descriptor.hpp"

namespace troupe::actors {

/// Notices when the folder of a running study, or its journal, is moved or removed, and when the
/// study file in it is changed. Uses inotify on the folder and on the folders above it. Changes
/// that another machine makes on a network file system are not noticed. Used on the reactor's
/// thread.
class FolderWatch {
 public:
  struct Options {
    std::string folder;                                   ///< Absolute.
    std::function<void(const std::string& why)> on_gone;  ///< Called once.
    /// Called when the content of study.yaml differs from the one at the start; once.
    std::function<void(const std::string& warning)> on_warning;
  };
  FolderWatch(Reactor& reactor, Options options);
  ~FolderWatch();
  FolderWatch(const FolderWatch&) = delete;
  FolderWatch& operator=(const FolderWatch&) = delete;

 private:
  /// Which file or folder a path names.
  struct Identity {
    dev_t device = 0;
    ino_t inode = 0;
    friend bool operator==(const Identity&, const Identity&) = default;
  };
  [[nodiscard]] static Identity identity_of(const std::string& path);
  void on_event();
  void look();

  Reactor& reactor_;
  Options options_;
  runtime::Descriptor inotify_;
  Reactor::WatchId watch_ = Reactor::WatchId::none;
  Identity folder_;
  Identity journal_;
  std::string study_file_;  ///< Content at the start.
  bool gone_ = false;
  bool warned_ = false;
};

}  // namespace troupe::actors
