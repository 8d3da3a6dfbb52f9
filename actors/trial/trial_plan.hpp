#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/checkpoints/transfers.hpp"
#include "actors/study/protocol.hpp"
#include "actors/study_file/study_spec.hpp"
#include "actors/trial/program.hpp"
#include "actors/trial/unacked_reports.hpp"
#include "runtime/process/processes.hpp"

namespace troupe::actors {

/// The program of an attempt is on its way; for the agent of its node: time to get ready for the
/// next one.
struct AttemptBegun {
  static constexpr std::string_view wire_name = "AttemptBegun";
  static constexpr bool local_only = true;
  static auto fields(auto&) { return no_fields(); }
};

/// An attempt is over; for the agent of its node, which keeps this until the study has it safe.
struct AttemptOver {
  static constexpr std::string_view wire_name = "AttemptOver";
  static constexpr bool local_only = true;
  AttemptEnded end;
  UnackedReports said;
  StudyRef told;  ///< Who was told all of it; nobody, if nobody wants to know.
  static auto fields(auto&) { return no_fields(); }
};

/// One attempt, all that it needs.
struct TrialPlan {
  using Agent = runtime::Ref<AttemptBegun, AttemptOver>;

  std::shared_ptr<const StudySpec> spec;
  StudyDocument study;
  Launch launch;
  std::vector<std::int64_t> gpus;
  StudyRef report_to;
  /// Of a node that does not share the study's folder, and works in `study.folder` instead.
  CheckpointTransfersRef courier{};
  bool starts_over = false;  ///< Its checkpoint is lost: what the courier found.
  Agent agent{};
};

/// What a node lends to its trials.
struct TrialEnvironment {
  runtime::Processes* processes = nullptr;
  std::shared_ptr<const std::vector<std::string>>
      variables;  ///< The node's environment, KEY=VALUE.
  /// Called on the reactor's thread: `event` is for the Trial actor at `to`.
  std::function<void(runtime::Address to, runtime::ProcessEvent event)> deliver;
  std::function<void(const std::string&)> complain;  ///< For the log of the node.
  /// Why nothing more can be written under a folder; none: there is room. May be empty.
  std::function<std::optional<std::string>(const std::string& folder)> disk_full_reason = {};
  /// So much may be told to the study and not be durable there; what the program prints next waits
  /// in its pipe, and once that is full the program does.
  std::size_t told_ahead_max = 1000;
  /// If set, makes what runs instead of a process; `processes` and `variables` are not used then.
  std::function<std::unique_ptr<Program>(const TrialPlan& plan)> make_program;
};

}  // namespace troupe::actors
