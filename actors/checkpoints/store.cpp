#include "actors/checkpoints/store.hpp"

#include <algorithm>
#include <utility>

#include "actors/checkpoints/fetch.hpp"

namespace troupe::actors {

using runtime::Context;
using Taken = AttemptTaken::Result;

namespace {

AttemptTaken answer_of(const Fetched& fetched) {
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
    : options_(std::move(options)), reader_(options_.study_folder) {}

Result<Manifest> CheckpointStore::on(Context&, const AskManifest& ask) {
  return reader_.manifest(ask);
}

void CheckpointStore::on(Context& self, const AskChunk& ask) {
  if (ask.offset == 0) self.monitor(ask.to.address());
  self.tell(ask.to, reader_.chunk(ask));
}

void CheckpointStore::on(Context&, const ExpectAttempt& expect) {
  expected_[expect.trial] = expect.attempt;
}

/// A head that has just begun may not know yet what runs.
AttemptTaken CheckpointStore::judge(const OfferAttempt& offer) const {
  const std::string which =
      "attempt " + std::to_string(offer.attempt) + " of trial " + std::to_string(offer.trial);
  const auto expected = expected_.find(offer.trial);
  if (expected == expected_.end() || offer.attempt > expected->second)
    return {Taken::later, "the study has not ordered " + which};
  if (offer.attempt < expected->second)
    return {Taken::refused, which + " is of the past: attempt " + std::to_string(expected->second) +
                                " was ordered since"};
  const bool comes = std::ranges::any_of(
      offers_, [&](const Offer& other) { return other.offer.trial == offer.trial; });
  if (comes) return {Taken::later, which + " is on its way already"};
  return {};
}

void CheckpointStore::on(Context& self, const OfferAttempt& offer) {
  auto answer = self.answer_later<OfferAttempt>();
  AttemptTaken judged = judge(offer);
  if (judged.result != Taken::taken) return answer.give(std::move(judged));
  offers_.push_back(Offer{offer, std::move(answer)});
  start_fetches(self);
}

void CheckpointStore::start_fetches(Context& self) {
  std::uint32_t running = 0;
  for (Offer& offer : offers_) {
    if (++running > options_.fetches_max) return;
    if (offer.fetch) continue;
    offer.fetch = self.spawn<Fetch>(FetchOptions{.source = offer.offer.source,
                                                 .trial = offer.offer.trial,
                                                 .attempt = offer.offer.attempt,
                                                 .study_folder = options_.study_folder,
                                                 .what = FetchOptions::What::everything,
                                                 .keeping = AttemptWriter::Keeping::durable,
                                                 .bounds = options_.bounds,
                                                 .lack_of_room = options_.lack_of_room},
                                    runtime::Ref<Fetched>(self.address()))
                      .address();
  }
}

void CheckpointStore::on(Context& self, const Fetched& fetched) {
  settle(self,
         std::ranges::find(offers_, fetched.trial,
                           [](const Offer& offer) { return offer.offer.trial; }),
         answer_of(fetched));
}

void CheckpointStore::on(Context& self, const runtime::Down& down) {
  reader_.forget(down.who);
  settle(self, std::ranges::find(offers_, down.who, &Offer::fetch), {Taken::later, down.reason});
}

void CheckpointStore::settle(Context& self, std::deque<Offer>::iterator offer, AttemptTaken taken) {
  if (offer == offers_.end()) return;
  offer->answer.give(std::move(taken));
  offers_.erase(offer);
  start_fetches(self);
}

}  // namespace troupe::actors
