#include "actors/checkpoints/store.hpp"

#include <algorithm>
#include <utility>

#include "actors/checkpoints/drop_checkpoint.hpp"
#include "actors/checkpoints/protocol.hpp"

namespace troupe::actors {

using runtime::Context;
using Taken = UploadReply::Result;

namespace {

/// A node may ask or tell an OfferAttempt. OfferAnswered serves the ones that were told.
runtime::Ref<OfferAnswered> to_source(const OfferAttempt& offer) {
  return runtime::Ref<OfferAnswered>(offer.source.address());
}

UploadReply answer_of(const Fetched& fetched) {
  switch (fetched.end) {
    case Fetched::End::done:
      return {Taken::taken, ""};
    case Fetched::End::source_gone:
      return {Taken::later, fetched.why};
    case Fetched::End::bad:
      return {Taken::refused, fetched.why};
    case Fetched::End::disk:
      return {Taken::no_room, fetched.why};
  }
  return {Taken::refused, fetched.why};
}

}  // namespace

CheckpointStore::CheckpointStore(StoreOptions options)
    : options_(std::move(options)), reader_(options_.study_folder), retention_(options_.rule) {}

Result<Manifest> CheckpointStore::on(Context&, const AskManifest& ask) {
  return reader_.manifest(ask);
}

void CheckpointStore::on(Context& self, const AskChunk& ask) {
  if (ask.offset == 0) self.monitor(ask.to.address());
  self.tell(ask.to, reader_.chunk(ask));
}

/// Errors of deletions are ignored: a checkpoint that cannot be deleted only occupies disk space.
void CheckpointStore::on(Context& self, const StudyAdvanced& advanced) {
  for (const StudyAdvanced::Released& released : advanced.released)
    (void)drop_earlier(options_.study_folder, released.trial, released.attempt);
  retention_.take(advanced.trials, advanced.contenders);
  for (const TrialNews& news : advanced.trials)
    if (news.what == TrialNews::What::paused || news.what == TrialNews::What::done ||
        news.what == TrialNews::What::failed)
      weigh(news.trial);
  drop_what_is_due(self);
  const auto over = [](const TrialNews& news) { return news.what == TrialNews::What::study_over; };
  // A continued study downloads checkpoints from the head, so nodes delete their copies.
  if (std::ranges::any_of(advanced.trials, over))
    for (const ReplicaRef& replica : replicas_)
      self.tell(replica, ForgetTrials{retention_.waiting()});
}

/// Notes the size of a checkpoint, if there is a bound on bytes: it takes a look at every file.
void CheckpointStore::weigh(TrialId trial) {
  if (options_.rule.bytes_max == 0) return;
  const auto manifest = reader_.manifest({.trial = trial});
  std::uint64_t bytes = 0;
  if (manifest)
    for (const ManifestEntry& entry : manifest->entries)
      if (of_checkpoint(entry)) bytes += entry.bytes;
  retention_.weigh(trial, bytes);
}

void CheckpointStore::drop_what_is_due(Context& self) {
  ForgetTrials done;
  for (const Retention::Drop& drop : retention_.due()) {
    if (drop.paused) {
      (void)drop_published(options_.study_folder, drop.trial);
      continue;
    }
    (void)drop_all(options_.study_folder, drop.trial);
    done.trials.push_back(drop.trial);
  }
  if (done.trials.empty()) return;
  for (const ReplicaRef& replica : replicas_) self.tell(replica, done);
}

/// Decides about an offer. `later` for an attempt that a head which has just started may not know.
UploadReply CheckpointStore::judge(const OfferAttempt& offer) const {
  const std::string which =
      "attempt " + std::to_string(offer.attempt) + " of trial " + std::to_string(offer.trial);
  const std::uint32_t ordered = retention_.attempt(offer.trial);
  if (offer.attempt > ordered) return {Taken::later, "the study has not ordered " + which};
  if (offer.attempt < ordered)
    return {Taken::refused,
            which + " is of the past: attempt " + std::to_string(ordered) + " was ordered since"};
  const bool comes = std::ranges::any_of(
      offers_, [&](const Offer& other) { return other.offer.trial == offer.trial; });
  if (comes) return {Taken::later, which + " is on its way already"};
  return {};
}

void CheckpointStore::on(Context& self, const OfferAttempt& offer) {
  auto answer = self.answer_later<OfferAttempt>();
  UploadReply judged = judge(offer);
  if (judged.result != Taken::taken) {
    self.tell(to_source(offer), OfferAnswered{offer.trial, offer.attempt, judged});
    return answer.give(std::move(judged));
  }
  if (replicas_.insert(offer.source).second) self.monitor(offer.source.address());
  offers_.push_back(Offer{offer, std::move(answer)});
  start_fetches(self);
}

void CheckpointStore::start_fetches(Context& self) {
  std::uint32_t running = 0;
  for (Offer& offer : offers_) {
    if (++running > options_.fetches_max) return;
    if (offer.fetch) continue;
    offer.fetch =
        self.spawn<Fetch>(fetch_of(offer.offer), runtime::Ref<Fetched>(self.address())).address();
  }
}

/// Options of the fetch for an offer: logs only, if the checkpoint would not be kept.
FetchOptions CheckpointStore::fetch_of(const OfferAttempt& offer) const {
  ManifestBounds bounds;
  if (options_.rule.bytes_max > 0) bounds.bytes_max = options_.rule.bytes_max;
  return {.source = offer.source,
          .trial = offer.trial,
          .attempt = offer.attempt,
          .study_folder = options_.study_folder,
          .what = retention_.wants(offer.trial) ? FetchOptions::What::everything
                                                : FetchOptions::What::logs,
          .keeping = AttemptWriter::Keeping::durable,
          .bounds = bounds,
          .disk_full_reason = options_.disk_full_reason};
}

void CheckpointStore::on(Context& self, const Fetched& fetched) {
  answer_offer(self,
               std::ranges::find(offers_, fetched.trial,
                                 [](const Offer& offer) { return offer.offer.trial; }),
               answer_of(fetched));
}

void CheckpointStore::on(Context& self, const runtime::Down& down) {
  reader_.forget(down.who);
  replicas_.erase(ReplicaRef(down.who));
  answer_offer(self, std::ranges::find(offers_, down.who, &Offer::fetch),
               {Taken::later, down.reason});
}

void CheckpointStore::answer_offer(Context& self, std::deque<Offer>::iterator offer,
                                   UploadReply taken) {
  if (offer == offers_.end()) return;
  self.tell(to_source(offer->offer),
            OfferAnswered{offer->offer.trial, offer->offer.attempt, taken});
  offer->answer.give(std::move(taken));
  offers_.erase(offer);
  start_fetches(self);
}

}  // namespace troupe::actors
