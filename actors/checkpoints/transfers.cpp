#include "actors/checkpoints/transfers.hpp"

#include <algorithm>
#include <utility>

#include "actors/checkpoints/drop_checkpoint.hpp"
#include "actors/checkpoints/fetch.hpp"

namespace troupe::actors {

using runtime::Context;

namespace {

constexpr const char* no_head = "the study's head is gone";

}  // namespace

CheckpointTransfers::CheckpointTransfers(Options options)
    : options_(std::move(options)), reader_(options_.folder) {}

Result<Manifest> CheckpointTransfers::on(Context&, const AskManifest& ask) {
  return reader_.manifest(ask);
}

void CheckpointTransfers::on(Context& self, const AskChunk& ask) {
  if (ask.offset == 0) self.monitor(ask.to.address());
  self.tell(ask.to, reader_.chunk(ask));
}

/// What cannot be deleted takes room, and harms nobody.
void CheckpointTransfers::on(Context&, const ForgetTrials& forget) {
  for (const TrialId trial : forget.trials) (void)drop_all(options_.folder, trial);
}

void CheckpointTransfers::on(Context& self, const DownloadCheckpoint& bring) {
  begin(self, bring.trial, bring.attempt, self.answer_later<DownloadCheckpoint>());
}

void CheckpointTransfers::on(Context& self, const UploadAttempt& hand_over) {
  begin(self, hand_over.trial, hand_over.attempt, self.answer_later<UploadAttempt>());
}

void CheckpointTransfers::begin(Context& self, TrialId trial, std::uint32_t attempt,
                                Answer answer) {
  const auto earlier = errands_.find(trial);
  if (earlier != errands_.end())
    give_up(self, earlier, "another attempt of the trial came after it");
  const auto errand = errands_.emplace(trial, Transfer{attempt, std::move(answer)}).first;
  if (!options_.store) return give_up(self, errand, no_head);
  run(self, trial, errand->second);
}

void CheckpointTransfers::run(Context& self, TrialId trial, Transfer& errand) {
  ++errand.tries;
  if (std::holds_alternative<runtime::Answer<UploadAttempt>>(errand.answer)) {
    errand.runner = options_.store.address();
    self.monitor(errand.runner);
    self.tell(options_.store, OfferAttempt{trial, errand.attempt, ReplicaRef(self.address())});
    return;
  }
  errand.runner = self.spawn<Fetch>(FetchOptions{.source = options_.store,
                                                 .trial = trial,
                                                 .next_attempt = errand.attempt,
                                                 .study_folder = options_.folder,
                                                 .disk_full_reason = options_.disk_full_reason},
                                    runtime::Ref<Fetched>(self.address()))
                      .address();
}

void CheckpointTransfers::on(Context& self, const MeetStore& meet) {
  options_.store = meet.store;
  if (meet.store) {
    for (auto& [trial, errand] : errands_)
      if (!errand.runner) self.tell(runtime::Ref<RunAgain>(self.address()), RunAgain{trial});
    return;
  }
  while (!errands_.empty()) give_up(self, errands_.begin(), no_head);
}

void CheckpointTransfers::on(Context& self, const RunAgain& again) {
  const auto errand = errands_.find(again.trial);
  if (errand != errands_.end() && !errand->second.runner && options_.store)
    run(self, again.trial, errand->second);
}

void CheckpointTransfers::on(Context& self, const Fetched& fetched) {
  const auto errand = errands_.find(fetched.trial);
  if (errand == errands_.end()) return;
  auto* const answer = std::get_if<runtime::Answer<DownloadCheckpoint>>(&errand->second.answer);
  if (answer == nullptr) return;
  if (fetched.end == Fetched::End::source_gone) return try_again(self, errand, fetched.why);
  const bool done = fetched.end == Fetched::End::done;
  answer->give(CheckpointBrought{fetched.starts_over, done ? "" : fetched.why});
  errands_.erase(errand);
}

void CheckpointTransfers::on(Context& self, const Offered& offered) {
  const auto errand = errands_.find(offered.trial);
  if (errand == errands_.end()) return;
  auto* const answer = std::get_if<runtime::Answer<UploadAttempt>>(&errand->second.answer);
  if (answer == nullptr || offered.attempt != errand->second.attempt) return;
  using Result = AttemptTaken::Result;
  if (offered.taken.result == Result::no_room) --errand->second.tries;  // Room is waited for.
  if (offered.taken.result == Result::later || offered.taken.result == Result::no_room)
    return try_again(self, errand, offered.taken.why);
  answer->give(offered.taken);
  errands_.erase(errand);
}

void CheckpointTransfers::try_again(Context& self, Transfers::iterator errand,
                                    const std::string& why) {
  errand->second.runner = {};
  if (errand->second.tries >= tries_max) return give_up(self, errand, why);
  self.after(again_wait, RunAgain{errand->first});
}

void CheckpointTransfers::give_up(Context& self, Transfers::iterator errand,
                                  const std::string& why) {
  if (auto* bring = std::get_if<runtime::Answer<DownloadCheckpoint>>(&errand->second.answer)) {
    bring->give(CheckpointBrought{false, why});
    if (errand->second.runner) self.stop(errand->second.runner);
  }
  if (auto* hand_over = std::get_if<runtime::Answer<UploadAttempt>>(&errand->second.answer))
    hand_over->give(AttemptTaken{AttemptTaken::Result::later, why});
  errands_.erase(errand);
}

/// A fetch that has said how it ended is no runner any more; one that failed has not. A store that
/// is gone is met again, perhaps.
void CheckpointTransfers::on(Context& self, const runtime::Down& down) {
  reader_.forget(down.who);
  for (auto errand = errands_.begin(); errand != errands_.end();) {
    const auto one = errand++;
    if (one->second.runner != down.who) continue;
    if (std::holds_alternative<runtime::Answer<UploadAttempt>>(one->second.answer))
      try_again(self, one, down.reason);
    else
      give_up(self, one, down.reason);
  }
}

}  // namespace troupe::actors
