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
#include "runtime/context.hpp"
#include "runtime/system_messages.hpp"

namespace troupe::actors {

/// What happened to the trials of the study. Sent before the study acts on it.
struct StudyAdvanced {
  static constexpr std::string_view wire_name = "StudyAdvanced";
  static constexpr bool local_only = true;
  std::vector<TrialNews> trials;
  std::vector<TrialId> contenders;  ///< See BestTrials.
  /// The checkpoints of the attempts of `trial` before `attempt` are not needed any more.
  struct Released {
    TrialId trial = 0;
    std::uint32_t attempt = 0;
  };
  std::vector<Released> released{};
  static auto fields(auto&) { return no_fields(); }
};

struct StoreOptions {
  std::string study_folder;
  Retention::Rule rule{};
  std::uint32_t fetches_max = 4;  ///< Number of fetches at a time; others are queued.
  std::function<std::optional<std::string>(const std::string& folder)> disk_full_reason = {};
};

/// The checkpoints of a study, at its head. Serves them to nodes that do not share the study's
/// folder, and fetches the files of attempts from there: only of the latest attempt of a trial of
/// this study. Deletes checkpoints by its Retention, on such nodes too.
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
    runtime::Address fetch{};  ///< The Fetch actor; nobody while the offer is queued.
  };
  [[nodiscard]] UploadReply judge(const OfferAttempt& offer) const;
  void start_fetches(runtime::Context& self);
  [[nodiscard]] FetchOptions fetch_of(const OfferAttempt& offer) const;
  void weigh(TrialId trial);
  void drop_what_is_due(runtime::Context& self);
  void answer_offer(runtime::Context& self, std::deque<Offer>::iterator offer, UploadReply taken);

  StoreOptions options_;
  AttemptReader reader_;
  Retention retention_;
  std::deque<Offer> offers_;       ///< Queued and being fetched, in the order of arrival.
  std::set<ReplicaRef> replicas_;  ///< Nodes that have offered files.
};

}  // namespace troupe::actors
