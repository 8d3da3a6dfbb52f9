#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "actors/checkpoints/attempt_reader.hpp"
#include "actors/checkpoints/fetch.hpp"
#include "actors/checkpoints/protocol.hpp"
#include "actors/checkpoints/retention.hpp"
#include "actors/checkpoints/trial_news.hpp"
#include "runtime/context.hpp"
#include "runtime/system_messages.hpp"

namespace troupe::actors {

/// From the study, before it acts on it: what happened to its trials.
struct StudyAdvanced {
  static constexpr std::string_view wire_name = "StudyAdvanced";
  static constexpr bool local_only = true;
  std::vector<TrialNews> trials;
  std::vector<TrialId> contenders;  ///< See Incumbent.
  static auto fields(auto&) { return no_fields(); }
};

struct StoreOptions {
  std::string study_folder;
  Retention::Rule rule{};
  std::uint32_t fetches_max = 4;  ///< At a time; others wait for their turn.
  std::function<std::optional<std::string>(const std::string& folder)> disk_full_reason = {};
};

/// The checkpoints of a study, at its head: gives them to nodes that do not share its folder, and
/// fetches what attempts leave there. Only of this study, and only of the attempt that was ordered
/// last. Deletes what nobody needs any more, also where other nodes have it.
class CheckpointStore {
 public:
  using Ref = runtime::Ref<AskManifest, AskChunk, OfferAttempt, StudyAdvanced>;
  using Private = runtime::Ref<Fetched>;

  explicit CheckpointStore(StoreOptions options);

  Result<Manifest> on(runtime::Context& self, const AskManifest& ask);
  void on(runtime::Context& self, const AskChunk& ask);
  void on(runtime::Context& self, const OfferAttempt& offer);
  void on(runtime::Context& self, const StudyAdvanced& advanced);
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
  [[nodiscard]] FetchOptions fetch_of(const OfferAttempt& offer) const;
  void weigh(TrialId trial);
  void drop_what_is_due(runtime::Context& self);
  void settle(runtime::Context& self, std::deque<Offer>::iterator offer, AttemptTaken taken);

  StoreOptions options_;
  AttemptReader reader_;
  Retention retention_;
  std::deque<Offer> offers_;      ///< In the order in which they came.
  std::set<ReplicaRef> keepers_;  ///< Nodes with folders of their own.
};

}  // namespace troupe::actors
