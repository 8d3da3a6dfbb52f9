#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "actors/study/protocol.hpp"
#include "actors/study_file/study_spec.hpp"
#include "actors/trial/spare_folder.hpp"
#include "actors/trial/trial.hpp"
#include "actors/trial/trial_plan.hpp"
#include "runtime/context.hpp"

namespace troupe::actors {

/// The study is there again, in another head.
struct StudyFound {
  static constexpr std::string_view wire_name = "StudyFound";
  static constexpr bool local_only = true;
  StudyRef study;
  static auto fields(auto&) { return no_fields(); }
};

/// It is not, and is not looked for any more.
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
  /// Called when the study's head is out of reach, and its lease not over: to look for a head of
  /// the same study where it was, until then. Each call is answered once. Must not wait. If it is
  /// empty, a head that is lost is lost.
  std::function<void(runtime::Ref<StudyFound, StudyGone> answer, Instant until)> look_again{};
  /// Called once the study has taken this node in. May be empty.
  std::function<void(const StudySpec&)> enlisted{};
  /// Called before a program is started. May be empty.
  std::function<void()> launching{};
  /// Where it works, in a folder for each study, if it does not share the study's.
  std::string own_folder{};
  bool apart = false;  ///< It does so in any case.
};

/// The study is out of reach, and may go on without this node: no end in order.
struct StudyLost : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Offers its node's resources to a study, and has a Trial actor run each attempt that the study
/// launches here. Ends when the study does; fails, by StudyLost, when that is not heard of for the
/// lease. Its trials' programs end first. A head that is restarted within the lease gets all of it
/// back: what runs, and what it was told and may not have kept.
class NodeAgent {
 public:
  using Ref = AgentRef;

  /// The study has not wanted this node yet, and may now.
  struct JoinAgain {
    static constexpr std::string_view wire_name = "JoinAgain";
    static auto fields(auto&) { return no_fields(); }
  };
  /// The lease is over.
  struct LeaseOver {
    static constexpr std::string_view wire_name = "LeaseOver";
    static auto fields(auto&) { return no_fields(); }
  };
  using Private =
      runtime::Ref<AttemptBegun, AttemptOver, StudyFound, StudyGone, JoinAgain, LeaseOver>;

  NodeAgent(AgentOptions options, TrialEnvironment environment);

  void started(runtime::Context& self);
  void on(runtime::Context& self, const Launch& launch);
  void on(runtime::Context& self, const EndTrial& end);
  void on(runtime::Context& self, const AttemptBegun&);
  void on(runtime::Context& self, AttemptOver over);
  void on(runtime::Context& self, const StudyFound& found);
  void on(runtime::Context& self, const StudyGone& gone);
  void on(runtime::Context& self, const JoinAgain&);
  void on(runtime::Context& self, const LeaseOver&);
  void on(runtime::Context& self, const runtime::Down& down);

 private:
  struct Running {
    TrialId trial = 0;
    std::uint32_t attempt = 0;
    Trial::Ref ref;
    std::vector<std::int64_t> gpus;
    AttemptAck taken{};  ///< When its study was found again, if it was.
  };
  void work_apart(runtime::Context& self, const StoreRef& checkpoints);
  void join(runtime::Context& self);
  [[nodiscard]] JoinStudy offer(runtime::Context& self) const;
  /// What runs here, and what ended of which it is not known that the study has it.
  [[nodiscard]] std::vector<RetainedAttempt> holds() const;
  [[nodiscard]] std::vector<std::int64_t> take_gpus();
  void lose_study(runtime::Context& self, const runtime::Down& down);
  void look(runtime::Context& self);
  void leave(runtime::Context& self, const std::string& why);
  void go_on(runtime::Context& self, const std::vector<AttemptAck>& taken);
  void tell_again(runtime::Context& self, const AttemptOver& over, const AttemptAck& taken);
  void end_if_done(runtime::Context& self);

  AgentOptions options_;
  TrialEnvironment environment_;
  std::shared_ptr<const StudySpec> spec_;
  StudyDocument document_;
  CheckpointTransfersRef courier_;       ///< Of a node that works in a folder of its own.
  std::unique_ptr<SpareFolders> spare_;  ///< None where programs have no folders.
  std::vector<Running> running_;
  std::vector<std::int64_t> free_gpus_;  ///< Device numbers, lowest last.
  std::vector<AttemptOver> over_;        ///< Ended, and the study may not have that safe yet.
  std::uint64_t joined_ = 0;             ///< As in the last Launch.
  Instant looks_until_{};                ///< The study is looked for; zero: it is not.
  bool leaving_ = false;
  std::string lost_;  ///< Why it leaves, if its study is lost.
};

}  // namespace troupe::actors
