#pragma once

#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "actors/study/protocol.hpp"
#include "actors/study_file/study_spec.hpp"
#include "actors/trial/spare_folder.hpp"
#include "actors/trial/trial.hpp"
#include "runtime/context.hpp"

namespace troupe::actors {

struct AgentOptions {
  std::string node;
  runtime::Resources resources;
  StudyRef study;
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
/// link's lease. Its trials' programs end first.
class NodeAgent {
 public:
  using Ref = AgentRef;

  /// The last program is on its way: time to get ready for the next.
  struct Prepare {
    static constexpr std::string_view wire_name = "Prepare";
    static auto fields(auto&) { return no_fields(); }
  };
  using Private = runtime::Ref<Prepare>;

  NodeAgent(AgentOptions options, TrialEnvironment environment);

  void started(runtime::Context& self);
  void on(runtime::Context& self, const Launch& launch);
  void on(runtime::Context& self, const EndTrial& end);
  void on(runtime::Context& self, const Prepare&);
  void on(runtime::Context& self, const runtime::Down& down);

 private:
  struct Running {
    TrialId trial = 0;
    std::uint32_t attempt = 0;
    Trial::Ref ref;
    std::vector<std::int64_t> gpus;
  };
  void work_apart(runtime::Context& self, const StoreRef& checkpoints);
  [[nodiscard]] std::vector<std::int64_t> take_gpus();

  AgentOptions options_;
  TrialEnvironment environment_;
  std::shared_ptr<const StudySpec> spec_;
  StudyDocument document_;
  CourierRef courier_;                  ///< Of a node that works in a folder of its own.
  std::unique_ptr<SpareFolder> spare_;  ///< None where programs have no folders.
  std::vector<Running> running_;
  std::vector<std::int64_t> free_gpus_;  ///< Device numbers, lowest last.
  bool leaving_ = false;
  std::string lost_;  ///< Why it leaves, if its study is lost.
};

}  // namespace troupe::actors
