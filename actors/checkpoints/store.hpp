#pragma once

#include <cstdint>
#include <deque>
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

/// From the study: this attempt has been ordered, and may be offered by the node that runs it.
struct ExpectAttempt {
  static constexpr std::string_view wire_name = "ExpectAttempt";
  static constexpr bool local_only = true;
  TrialId trial = 0;
  std::uint32_t attempt = 0;
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("attempt", m.attempt)};
  }
};

struct StoreOptions {
  std::string study_folder;
  ManifestBounds bounds{};
  std::uint32_t fetches_max = 4;  ///< At a time; others wait for their turn.
  std::function<std::optional<std::string>(const std::string& folder)> lack_of_room = {};
};

/// The checkpoints of a study, at its head: gives them to nodes that do not share its folder, and
/// fetches what attempts leave there. Only of this study, and only of the attempt that was ordered
/// last.
class CheckpointStore {
 public:
  using Ref = runtime::Ref<AskManifest, AskChunk, OfferAttempt, ExpectAttempt>;
  using Private = runtime::Ref<Fetched>;

  explicit CheckpointStore(StoreOptions options);

  Result<Manifest> on(runtime::Context& self, const AskManifest& ask);
  void on(runtime::Context& self, const AskChunk& ask);
  void on(runtime::Context& self, const OfferAttempt& offer);
  void on(runtime::Context& self, const ExpectAttempt& expect);
  void on(runtime::Context& self, const Fetched& fetched);
  void on(runtime::Context& self, const runtime::Down& down);

 private:
  struct Offer {
    OfferAttempt offer;
    runtime::Answer<OfferAttempt> answer;
    runtime::Address fetch{};  ///< The actor that fetches it; nobody while it waits.
  };
  [[nodiscard]] AttemptTaken judge(const OfferAttempt& offer) const;
  void start_fetches(runtime::Context& self);
  void settle(runtime::Context& self, std::deque<Offer>::iterator offer, AttemptTaken taken);

  StoreOptions options_;
  AttemptReader reader_;
  std::map<TrialId, std::uint32_t> expected_;  ///< The attempt that was ordered last.
  std::deque<Offer> offers_;                   ///< In the order in which they came.
};

}  // namespace troupe::actors
