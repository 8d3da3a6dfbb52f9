#pragma once

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "actors/head/folder_watch.hpp"
#include "actors/head/head_folder.hpp"
#include "actors/head/local_node.hpp"
#include "actors/head/node_process.hpp"
#include "actors/head/nodes_file.hpp"
#include "actors/head/session.hpp"
#include "actors/head/task_result.hpp"
#include "runtime/keys/address_keys.hpp"

namespace troupe::actors {

/// Whether a peer whose key has this role may send a message, given by its wire name, to a head.
///
/// `own` (the key of this machine): every message. `node`: join, report on trials, suggest
/// configurations, transfer checkpoints. `control`: subscribe to the study and stop it. Every other
/// message is refused, so that no peer can spawn or stop actors of the head.
[[nodiscard]] bool permits(std::string_view role, std::string_view message);

/// Keys of a head: those of the machine, which also trust the study's; without, the study's.
[[nodiscard]] runtime::Keys keys_of_head(const runtime::Keys& machine, const runtime::Keys& study);

/// Head that runs studies one after another, each with a local node. Other nodes may join. Called
/// from plain threads. Events reach subscribers of the study.
class StudyHead {
 public:
  struct Options {
    std::string program = "troupe";  ///< Path or name in PATH of the program for nodes and reapers.
    std::string listen = "tcp://127.0.0.1:*";
    double lease_s = 5;
    std::optional<std::uint32_t> local_slots{};  ///< Trials at a time here; none: as many as fit.
    /// Keys of this machine, with which nodes of other machines join; null: none can.
    runtime::Keys keys{};
    /// Called on the reactor's thread with what people should know of the study's folder. May be
    /// empty.
    std::function<void(const std::string&)> on_warning{};
  };
  /// Listens. With the folder of a study, uses its keys, and prefers the port of its earlier head,
  /// so that nodes of that head find this one. Otherwise makes keys, for the studies that it
  /// begins.
  static Result<std::unique_ptr<StudyHead>> open(Options options,
                                                 const HeadFolder* folder = nullptr);
  ~StudyHead();

  [[nodiscard]] NodeProcess& process() { return process_; }
  /// Address that nodes join, with the head's public key if it has keys.
  [[nodiscard]] const std::string& address() const { return address_; }

  /// Starts the study of a session. `folder` outlives the study.
  Result<StudyRef> begin(Session session, const HeadFolder& folder);
  /// Blocks until the study is over and every process of its local node has ended.
  Result<void> wait();
  /// Interrupts the study, so that it can be resumed.
  void interrupt(const std::string& reason);

  /// Runs the study in `folder`, new or resumed, to its end, and adds its result to the memory.
  Result<TaskResult> run(const StudyRequest& request, const std::string& folder);

 private:
  StudyHead(Options options, runtime::Keys study_keys);

  Options options_;
  const runtime::Keys study_keys_;  ///< Not null.
  std::string address_;
  NodeProcess process_;
  StudyRef study_;
  NodesFile::Ref nodes_file_;
  double grace_kill_s_ = 0;
  std::promise<void> done_;
  std::unique_ptr<LocalNodeSupervision> node_;
  std::unique_ptr<FolderWatch> watch_;  ///< Made and destroyed on the reactor's thread.
};

}  // namespace troupe::actors
