#pragma once

#include <functional>
#include <future>
#include <memory>
#include <string>

#include "actors/head/head_folder.hpp"
#include "actors/head/local_node_supervision.hpp"
#include "actors/head/nodes_file.hpp"
#include "actors/head/process.hpp"
#include "actors/head/session.hpp"
#include "actors/head/task_end.hpp"
#include "runtime/keys/needed_keys.hpp"

namespace troupe::actors {

/// Runs studies in this process, one after another, with a node process beside it for each. Other
/// nodes may join. For plain threads; whoever wants to know what happens subscribes to the study.
class StudyHead {
 public:
  struct Options {
    std::string program =
        "troupe";  ///< Where it lies, or a name in PATH: nodes and reapers are it.
    std::string listen = "tcp://127.0.0.1:*";
    double lease_s = 5;
    runtime::Keys keys{};  ///< To listen beyond this machine, or anywhere; null: none.
  };
  /// `folder`, if given: of a study that is about to run here. Nodes that an earlier head of it
  /// left find this one where that was, if the port is free.
  static Result<std::unique_ptr<StudyHead>> open(Options options,
                                                 const HeadFolder* folder = nullptr);
  ~StudyHead();

  [[nodiscard]] Process& process() { return process_; }
  /// What nodes join; with the head's public key, if it has one.
  [[nodiscard]] const std::string& address() const { return address_; }

  /// Starts the study of a session. `folder` outlives it.
  Result<StudyRef> begin(Session session, const HeadFolder& folder);
  /// Blocks until the study that was begun is over, and every process of its node gone.
  Result<void> wait();
  /// The study is to be interrupted, by a signal.
  void interrupt(const std::string& reason);

  /// All of it: the study in `folder`, new or resumed, to its end, and into its memory.
  Result<TaskEnd> run(const StudyRequest& request, const std::string& folder);

 private:
  explicit StudyHead(Options options);

  Options options_;
  std::string address_;
  Process process_;
  StudyRef study_;
  NodesFile::Ref nodes_file_;
  double grace_kill_s_ = 0;
  std::promise<void> over_;
  std::unique_ptr<LocalNodeSupervision> node_;
};

}  // namespace troupe::actors
