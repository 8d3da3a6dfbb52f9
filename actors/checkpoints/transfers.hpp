#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "actors/checkpoints/attempt_reader.hpp"
#include "actors/checkpoints/offered.hpp"
#include "actors/checkpoints/protocol.hpp"
#include "runtime/context.hpp"
#include "runtime/system_messages.hpp"

namespace troupe::actors {

/// What came of DownloadCheckpoint.
struct CheckpointBrought {
  static constexpr std::string_view wire_name = "CheckpointBrought";
  static constexpr bool local_only = true;
  bool starts_over = false;  ///< There should be one, and is none.
  std::string error;         ///< Not empty: the attempt cannot begin.
  static auto fields(auto& m) {
    return std::tuple{field("starts_over", m.starts_over), field("error", m.error)};
  }
};

/// An attempt is about to begin on this node: what it goes on from has to be here.
struct DownloadCheckpoint {
  static constexpr std::string_view wire_name = "BringCheckpoint";
  static constexpr bool local_only = true;
  using Reply = CheckpointBrought;
  TrialId trial = 0;
  std::uint32_t attempt = 0;
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("attempt", m.attempt)};
  }
};

/// An attempt has ended on this node: what it left has to be at the head. `later` as an answer: it
/// could not be brought there.
struct UploadAttempt {
  static constexpr std::string_view wire_name = "HandOver";
  static constexpr bool local_only = true;
  using Reply = AttemptTaken;
  TrialId trial = 0;
  std::uint32_t attempt = 0;
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("attempt", m.attempt)};
  }
};

/// Where the study's checkpoints are from now on; nobody: there is nothing more to wait for.
struct MeetStore {
  static constexpr std::string_view wire_name = "MeetStore";
  static constexpr bool local_only = true;
  StoreRef store;
  static auto fields(auto& m) { return std::tuple{field("store", m.store)}; }
};

using CheckpointTransfersRef = runtime::Ref<AskManifest, AskChunk, ForgetTrials, Offered,
                                            DownloadCheckpoint, UploadAttempt, MeetStore>;

/// Of a node that does not share the study's folder: brings checkpoints from the head, and lets the
/// head have what attempts leave here. A head that cannot be reached is tried again, until somebody
/// says that there is none.
class CheckpointTransfers {
 public:
  using Ref = CheckpointTransfersRef;

  /// Time to run an errand again.
  struct RunAgain {
    static constexpr std::string_view wire_name = "RunAgain";
    TrialId trial = 0;
    static auto fields(auto& m) { return std::tuple{field("trial", m.trial)}; }
  };
  using Private = runtime::Ref<Fetched, RunAgain>;

  struct Options {
    std::string folder;  ///< The node's own, which stands for the study's.
    StoreRef store;
    std::function<std::optional<std::string>(const std::string& folder)> disk_full_reason = {};
  };
  explicit CheckpointTransfers(Options options);

  static constexpr Duration again_wait = std::chrono::milliseconds(500);
  static constexpr std::uint32_t tries_max = 240;

  Result<Manifest> on(runtime::Context& self, const AskManifest& ask);
  void on(runtime::Context& self, const AskChunk& ask);
  void on(runtime::Context& self, const ForgetTrials& forget);
  void on(runtime::Context& self, const DownloadCheckpoint& bring);
  void on(runtime::Context& self, const UploadAttempt& hand_over);
  void on(runtime::Context& self, const MeetStore& meet);
  void on(runtime::Context& self, const Fetched& fetched);
  void on(runtime::Context& self, const Offered& offered);
  void on(runtime::Context& self, const RunAgain& again);
  void on(runtime::Context& self, const runtime::Down& down);

 private:
  using Answer = std::variant<runtime::Answer<DownloadCheckpoint>, runtime::Answer<UploadAttempt>>;
  /// A trial has one at a time.
  struct Transfer {
    std::uint32_t attempt = 0;
    Answer answer;
    /// Who is at it: the actor that fetches, or the store that was offered something. Nobody
    /// between two tries.
    runtime::Address runner{};
    std::uint32_t tries = 0;
  };
  using Transfers = std::map<TrialId, Transfer>;

  void begin(runtime::Context& self, TrialId trial, std::uint32_t attempt, Answer answer);
  void run(runtime::Context& self, TrialId trial, Transfer& errand);
  void try_again(runtime::Context& self, Transfers::iterator errand, const std::string& why);
  void give_up(runtime::Context& self, Transfers::iterator errand, const std::string& why);

  Options options_;
  AttemptReader reader_;
  Transfers errands_;
};

}  // namespace troupe::actors
