#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "actors/checkpoints/attempt_reader.hpp"
#include "actors/checkpoints/protocol.hpp"
#include "runtime/context.hpp"
#include "runtime/system_messages.hpp"

namespace troupe::actors {

/// The answer to DownloadCheckpoint.
struct DownloadReply {
  static constexpr std::string_view wire_name = "DownloadReply";
  static constexpr bool local_only = true;
  bool starts_over = false;  ///< Whether the checkpoint of the trial is lost or deleted.
  std::string error;         ///< Why the attempt cannot begin; empty if it can.
  bool disk_failed = false;  ///< The files could not be written on this node.
  static auto fields(auto& m) {
    return std::tuple{field("starts_over", m.starts_over), field("error", m.error),
                      field("disk_failed", m.disk_failed)};
  }
};

/// Asks for the checkpoint that an attempt of this node is to resume from.
struct DownloadCheckpoint {
  static constexpr std::string_view wire_name = "DownloadCheckpoint";
  static constexpr bool local_only = true;
  using Reply = DownloadReply;
  TrialId trial = 0;
  std::uint32_t attempt = 0;
  std::uint32_t source_max = 0;  ///< See Launch.
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("attempt", m.attempt),
                      field("source_max", m.source_max)};
  }
};

/// Asks for the transfer of an ended attempt's files to the head. The answer `later` says that it
/// has failed, `no_room` that the head has had no space for it for a while: it may be asked again.
struct UploadAttempt {
  static constexpr std::string_view wire_name = "UploadAttempt";
  static constexpr bool local_only = true;
  using Reply = UploadReply;
  TrialId trial = 0;
  std::uint32_t attempt = 0;
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("attempt", m.attempt)};
  }
};

/// Names the checkpoint store of the present head; nobody: no head is left, transfers fail.
struct UseStore {
  static constexpr std::string_view wire_name = "UseStore";
  static constexpr bool local_only = true;
  StoreRef store;
  static auto fields(auto& m) { return std::tuple{field("store", m.store)}; }
};

using CheckpointTransfersRef = runtime::Ref<AskManifest, AskChunk, ForgetTrials, OfferAnswered,
                                            DownloadCheckpoint, UploadAttempt, UseStore>;

/// The transfers of a node that does not share the study's folder: downloads checkpoints from the
/// head, and uploads the files of ended attempts. Failed transfers are retried until UseStore says
/// that no head is left.
class CheckpointTransfers {
 public:
  using Ref = CheckpointTransfersRef;

  /// Time to retry a transfer.
  struct RetryTransfer {
    static constexpr std::string_view wire_name = "RetryTransfer";
    TrialId trial = 0;
    static auto fields(auto& m) { return std::tuple{field("trial", m.trial)}; }
  };
  using Private = runtime::Ref<Fetched, RetryTransfer>;

  struct Options {
    std::string folder;  ///< The node's own folder for the study.
    StoreRef store;
    std::function<std::optional<std::string>(const std::string& folder)> disk_full_reason = {};
  };
  explicit CheckpointTransfers(Options options);

  static constexpr Duration retry_wait = std::chrono::milliseconds(500);
  static constexpr std::uint32_t tries_max = 240;
  static constexpr std::uint32_t tries_without_room_max = 20;

  Result<Manifest> on(runtime::Context& self, const AskManifest& ask);
  void on(runtime::Context& self, const AskChunk& ask);
  void on(runtime::Context& self, const ForgetTrials& forget);
  void on(runtime::Context& self, const DownloadCheckpoint& download);
  void on(runtime::Context& self, const UploadAttempt& upload);
  void on(runtime::Context& self, const UseStore& meet);
  void on(runtime::Context& self, const Fetched& fetched);
  void on(runtime::Context& self, const OfferAnswered& offered);
  void on(runtime::Context& self, const RetryTransfer& again);
  void on(runtime::Context& self, const runtime::Down& down);

 private:
  using Answer = std::variant<runtime::Answer<DownloadCheckpoint>, runtime::Answer<UploadAttempt>>;
  /// A transfer that was asked for. A trial has one at a time.
  struct Transfer {
    std::uint32_t attempt = 0;
    std::uint32_t source_max = 0;  ///< Of a download.
    Answer answer;
    /// The Fetch actor of a download, or the store of an upload; nobody between two tries.
    runtime::Address runner{};
    std::uint32_t tries = 0;
    std::uint32_t tries_without_room = 0;
  };
  using Transfers = std::map<TrialId, Transfer>;

  void begin(runtime::Context& self, TrialId trial, Transfer asked);
  void run(runtime::Context& self, TrialId trial, Transfer& transfer);
  void try_again(runtime::Context& self, Transfers::iterator transfer, const std::string& why);
  void give_up(runtime::Context& self, Transfers::iterator transfer, const std::string& why);

  Options options_;
  AttemptReader reader_;
  Transfers transfers_;
};

}  // namespace troupe::actors
