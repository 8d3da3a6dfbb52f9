#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "actors/checkpoints/attempt_reader.hpp"
#include "actors/checkpoints/protocol.hpp"
#include "runtime/context.hpp"
#include "runtime/system_messages.hpp"

namespace troupe::actors {

/// What came of BringCheckpoint.
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
struct BringCheckpoint {
  static constexpr std::string_view wire_name = "BringCheckpoint";
  static constexpr bool local_only = true;
  using Reply = CheckpointBrought;
  TrialId trial = 0;
  std::uint32_t attempt = 0;
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("attempt", m.attempt)};
  }
};

/// Of a node that does not share the study's folder: brings checkpoints from the head, and lets the
/// head have what attempts leave here.
class CheckpointCourier {
 public:
  using Ref = runtime::Ref<AskManifest, AskChunk, BringCheckpoint>;
  using Private = runtime::Ref<Fetched>;

  struct Options {
    std::string folder;  ///< The node's own, which stands for the study's.
    StoreRef store;
    std::function<std::optional<std::string>(const std::string& folder)> lack_of_room = {};
  };
  explicit CheckpointCourier(Options options);

  Result<Manifest> on(runtime::Context& self, const AskManifest& ask);
  void on(runtime::Context& self, const AskChunk& ask);
  void on(runtime::Context& self, const BringCheckpoint& bring);
  void on(runtime::Context& self, const Fetched& fetched);
  void on(runtime::Context& self, const runtime::Down& down);

 private:
  struct Errand {
    TrialId trial = 0;
    runtime::Answer<BringCheckpoint> answer;
  };
  void settle(runtime::Address fetch, CheckpointBrought brought);

  Options options_;
  AttemptReader reader_;
  std::map<runtime::Address, Errand> errands_;  ///< By the actor that runs it.
};

}  // namespace troupe::actors
