#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "actors/study/protocol.hpp"
#include "actors/study_file/study_spec.hpp"
#include "actors/trial/attempt_folder.hpp"
#include "actors/trial/shared_files.hpp"
#include "actors/trial/trial.hpp"
#include "actors/trial/trial_plan.hpp"
#include "runtime/context.hpp"

namespace troupe::actors {

/// A head of the study was found where the lost one was.
struct StudyFound {
  static constexpr std::string_view wire_name = "StudyFound";
  static constexpr bool local_only = true;
  StudyRef study;
  static auto fields(auto&) { return no_fields(); }
};

/// No head of the study was found in time.
struct StudyGone {
  static constexpr std::string_view wire_name = "StudyGone";
  static constexpr bool local_only = true;
  std::string reason;
  static auto fields(auto&) { return no_fields(); }
};

struct AgentOptions {
  std::string node;
  runtime::Resources resources;
  StudyRef study;
  Duration lease{};  ///< Of the node's links; 0: the study's.
  /// Called when the study's head is out of reach: looks for another head of the same study at its
  /// address until `until`, the end of the lease. Sends `answer` one message for each call. Must
  /// not block. If it is empty, nobody looks for a head.
  std::function<void(runtime::Ref<StudyFound, StudyGone> answer, Instant until)> look_again{};
  /// Called when the study has accepted this node. May be empty.
  std::function<void(const StudySpec&)> enlisted{};
  /// Called before a program is started. May be empty.
  std::function<void()> launching{};
  /// The parent of the folders, one for each study, of a node that does not share the study's.
  std::string own_folder{};
  bool apart = false;                    ///< Whether to use a folder of its own in any case.
  std::optional<std::uint32_t> slots{};  ///< Trials at a time; none: as many as fit.
};

/// Why an agent failed: the study is out of reach, and may go on without this node.
struct StudyLost : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Offers its node's resources to a study, and runs a Trial actor for each attempt that the study
/// launches here. Stops when the study ends, and fails with StudyLost when the study is not heard
/// of for the lease; the programs of its trials end first. A head that is restarted within the
/// lease gets back the running attempts, and the reports that it may not have made durable.
class NodeAgent {
 public:
  using Ref = AgentRef;

  /// Time to ask again to join, after a refusal that named a time.
  struct JoinAgain {
    static constexpr std::string_view wire_name = "JoinAgain";
    static auto fields(auto&) { return no_fields(); }
  };
  /// The lease of this node is over.
  struct LeaseExpired {
    static constexpr std::string_view wire_name = "LeaseExpired";
    static auto fields(auto&) { return no_fields(); }
  };
  using Private = runtime::Ref<AttemptBegun, AttemptOver, StudyWarningSent, StudyFound, StudyGone,
                               JoinAgain, LeaseExpired>;

  NodeAgent(AgentOptions options, TrialEnvironment environment);

  void started(runtime::Context& self);
  void on(runtime::Context& self, const Launch& launch);
  void on(runtime::Context& self, const EndTrial& end);
  void on(runtime::Context& self, const AttemptBegun&);
  void on(runtime::Context& self, AttemptOver over);
  void on(runtime::Context& self, const StudyWarningSent&);
  void on(runtime::Context& self, const StudyFound& found);
  void on(runtime::Context& self, const StudyGone& gone);
  void on(runtime::Context& self, const JoinAgain&);
  void on(runtime::Context& self, const LeaseExpired&);
  void on(runtime::Context& self, const runtime::Down& down);

 private:
  struct Running {
    TrialId trial = 0;
    std::uint32_t attempt = 0;
    Trial::Ref ref;
    std::vector<std::int64_t> gpus;
    /// The files of the shared folder when the attempt was launched; none if they are not watched.
    std::optional<FileTimes> files{};
    AttemptAck ack{};  ///< The study's answer, if it was found again since the attempt began.
  };
  void use_own_folder(runtime::Context& self, const StoreRef& checkpoints);
  void join(runtime::Context& self);
  void keep_variables(const std::vector<std::string>& variables);
  [[nodiscard]] JoinStudy offer(runtime::Context& self) const;
  /// The attempts that run here, and those whose end may not be durable.
  [[nodiscard]] std::vector<RetainedAttempt> retained() const;
  [[nodiscard]] std::vector<std::int64_t> take_gpus() const;
  [[nodiscard]] bool watches_files() const;
  void look_for_shared_files(runtime::Context& self, const RetainedAttempt& ended);
  void lose_study(runtime::Context& self, const runtime::Down& down);
  void look(runtime::Context& self);
  void leave(runtime::Context& self, const std::string& why);
  void hand_over_attempts(runtime::Context& self, const std::vector<AttemptAck>& taken);
  void resend(runtime::Context& self, const AttemptOver& over, const AttemptAck& taken);
  void end_if_done(runtime::Context& self);

  AgentOptions options_;
  TrialEnvironment environment_;
  std::shared_ptr<const StudySpec> spec_;
  StudyDocument document_;
  std::shared_ptr<const std::vector<std::string>> variables_;  ///< As in JoinReply.
  CheckpointTransfersRef transfers_;     ///< Nobody if the node shares the study's folder.
  std::unique_ptr<SpareFolders> spare_;  ///< None where programs have no folders.
  std::vector<Running> running_;
  std::vector<AttemptOver> over_;  ///< Attempts whose end may not be durable.
  std::uint64_t joined_ = 0;       ///< As in the last Launch.
  Instant looks_until_{};          ///< While a head is looked for: until when; else zero.
  /// Whether the study knows that trials share files; a trial that was asked to warn may end first.
  enum class SharedFiles { unseen, warning_sent, warned };
  SharedFiles shared_files_ = SharedFiles::unseen;
  RetainedAttempt warner_{};  ///< The attempt that was asked to warn.
  bool leaving_ = false;
  std::string lost_;  ///< Why the study is lost; empty if it is not.
};

}  // namespace troupe::actors
