#include "actors/checkpoints/courier.hpp"

#include <algorithm>
#include <utility>

#include "actors/checkpoints/fetch.hpp"

namespace troupe::actors {

using runtime::Context;

CheckpointCourier::CheckpointCourier(Options options)
    : options_(std::move(options)), reader_(options_.folder) {}

Result<Manifest> CheckpointCourier::on(Context&, const AskManifest& ask) {
  return reader_.manifest(ask);
}

void CheckpointCourier::on(Context& self, const AskChunk& ask) {
  if (ask.offset == 0) self.monitor(ask.to.address());
  self.tell(ask.to, reader_.chunk(ask));
}

void CheckpointCourier::on(Context& self, const BringCheckpoint& bring) {
  const auto fetch = self.spawn<Fetch>(FetchOptions{.source = options_.store,
                                                    .trial = bring.trial,
                                                    .next_attempt = bring.attempt,
                                                    .study_folder = options_.folder,
                                                    .lack_of_room = options_.lack_of_room},
                                       runtime::Ref<Fetched>(self.address()));
  errands_.emplace(fetch.address(), Errand{bring.trial, self.answer_later<BringCheckpoint>()});
}

void CheckpointCourier::on(Context&, const Fetched& fetched) {
  const auto errand = std::ranges::find(errands_, fetched.trial,
                                        [](const auto& entry) { return entry.second.trial; });
  if (errand == errands_.end()) return;
  const bool done = fetched.end == Fetched::End::done;
  settle(errand->first, {fetched.starts_over, done ? "" : fetched.why});
}

void CheckpointCourier::on(Context&, const runtime::Down& down) {
  reader_.forget(down.who);
  settle(down.who, {false, down.reason});
}

void CheckpointCourier::settle(runtime::Address fetch, CheckpointBrought brought) {
  const auto errand = errands_.find(fetch);
  if (errand == errands_.end()) return;
  errand->second.answer.give(std::move(brought));
  errands_.erase(errand);
}

}  // namespace troupe::actors
