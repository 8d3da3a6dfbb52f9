#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "actors/head/local_node.hpp"
#include "actors/head/process.hpp"
#include "actors/study/protocol.hpp"
#include "runtime/resources.hpp"

namespace troupe::actors {

/// Keeps a node process beside a head for as long as one study runs: takes over the one that an
/// earlier head left, starts another when it is lost, and tells the study when its processes are
/// gone.
class LocalNodeSupervision {
 public:
  struct Options {
    std::string program;  ///< The `troupe` that is started as `troupe node`.
    std::string address;  ///< Where the head listens.
    std::string keys{};   ///< The head's own keys, a folder; empty: it has none.
    double lease_s = 5;
    runtime::Resources resources;
    std::string folder;  ///< Of the study.
    std::string log;
  };

  /// `over` is called on the reactor's thread, once: the study is over (or this node cannot be kept
  /// alive, which the study was told), and every process of the node is gone.
  LocalNodeSupervision(Process& process, StudyRef study, Options options,
                       std::function<void()> over);
  ~LocalNodeSupervision();
  LocalNodeSupervision(const LocalNodeSupervision&) = delete;
  LocalNodeSupervision& operator=(const LocalNodeSupervision&) = delete;

  Result<void> start();
  /// The study is interrupted: a node that is lost from now on is not started again.
  void leave();

 private:
  Result<void> begin();
  Result<void> launch();
  void gone(const LocalNode::Ending& ending);
  [[nodiscard]] bool any_running() const;

  Process& process_;
  StudyRef study_;
  std::function<void()> over_;
  LocalNode::Options options_;
  /// The last one, and those before it: they live on the reactor's thread, as what follows.
  std::vector<std::unique_ptr<LocalNode>> nodes_;
  std::uint32_t starts_ = 0;
  bool leaving_ = false;
  std::uint32_t losses_ = 0;
};

}  // namespace troupe::actors
