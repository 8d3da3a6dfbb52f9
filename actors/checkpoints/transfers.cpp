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

/// Errors are ignored: a checkpoint that cannot be deleted only occupies disk space.
void CheckpointTransfers::on(Context&, const ForgetTrials& forget) {
  for (const TrialId trial : forget.trials) (void)drop_all(options_.folder, trial);
}

void CheckpointTransfers::on(Context& self, const DownloadCheckpoint& download) {
  begin(self, download.trial,
        Transfer{download.attempt, download.source_max, self.answer_later<DownloadCheckpoint>()});
}

void CheckpointTransfers::on(Context& self, const UploadAttempt& upload) {
  begin(self, upload.trial, Transfer{upload.attempt, 0, self.answer_later<UploadAttempt>()});
}

void CheckpointTransfers::begin(Context& self, TrialId trial, Transfer asked) {
  const auto earlier = transfers_.find(trial);
  if (earlier != transfers_.end())
    give_up(self, earlier, "another attempt of the trial came after it");
  const auto transfer = transfers_.emplace(trial, std::move(asked)).first;
  if (!options_.store) return give_up(self, transfer, no_head);
  run(self, trial, transfer->second);
}

void CheckpointTransfers::run(Context& self, TrialId trial, Transfer& transfer) {
  ++transfer.tries;
  if (std::holds_alternative<runtime::Answer<UploadAttempt>>(transfer.answer)) {
    transfer.runner = options_.store.address();
    self.monitor(transfer.runner);
    self.tell(options_.store, OfferAttempt{trial, transfer.attempt, ReplicaRef(self.address())});
    return;
  }
  transfer.runner = self.spawn<Fetch>(FetchOptions{.source = options_.store,
                                                   .trial = trial,
                                                   .source_max = transfer.source_max,
                                                   .study_folder = options_.folder,
                                                   .disk_full_reason = options_.disk_full_reason},
                                      runtime::Ref<Fetched>(self.address()))
                        .address();
}

void CheckpointTransfers::on(Context& self, const UseStore& meet) {
  options_.store = meet.store;
  if (meet.store) {
    for (auto& [trial, transfer] : transfers_)
      if (!transfer.runner)
        self.tell(runtime::Ref<RetryTransfer>(self.address()), RetryTransfer{trial});
    return;
  }
  while (!transfers_.empty()) give_up(self, transfers_.begin(), no_head);
}

void CheckpointTransfers::on(Context& self, const RetryTransfer& again) {
  const auto transfer = transfers_.find(again.trial);
  if (transfer != transfers_.end() && !transfer->second.runner && options_.store)
    run(self, again.trial, transfer->second);
}

void CheckpointTransfers::on(Context& self, const Fetched& fetched) {
  const auto transfer = transfers_.find(fetched.trial);
  if (transfer == transfers_.end()) return;
  auto* const answer = std::get_if<runtime::Answer<DownloadCheckpoint>>(&transfer->second.answer);
  if (answer == nullptr) return;
  if (fetched.end == Fetched::End::source_gone) return try_again(self, transfer, fetched.why);
  const bool done = fetched.end == Fetched::End::done;
  answer->give(DownloadReply{fetched.starts_over, done ? "" : fetched.why,
                             fetched.end == Fetched::End::disk});
  transfers_.erase(transfer);
}

void CheckpointTransfers::on(Context& self, const OfferAnswered& offered) {
  const auto transfer = transfers_.find(offered.trial);
  if (transfer == transfers_.end()) return;
  auto* const answer = std::get_if<runtime::Answer<UploadAttempt>>(&transfer->second.answer);
  if (answer == nullptr || offered.attempt != transfer->second.attempt) return;
  using Result = UploadReply::Result;
  const bool no_room = offered.taken.result == Result::no_room;
  if (no_room) --transfer->second.tries;
  if (offered.taken.result == Result::later ||
      (no_room && ++transfer->second.tries_without_room < tries_without_room_max))
    return try_again(self, transfer, offered.taken.why);
  // The head has the checkpoints of earlier attempts. An attempt that resumes from one downloads
  // it.
  if (offered.taken.result == Result::taken)
    (void)drop_earlier(options_.folder, offered.trial, offered.attempt);
  answer->give(offered.taken);
  transfers_.erase(transfer);
}

void CheckpointTransfers::try_again(Context& self, Transfers::iterator transfer,
                                    const std::string& why) {
  transfer->second.runner = {};
  if (transfer->second.tries >= tries_max) return give_up(self, transfer, why);
  self.after(retry_wait, RetryTransfer{transfer->first});
}

void CheckpointTransfers::give_up(Context& self, Transfers::iterator transfer,
                                  const std::string& why) {
  if (auto* download = std::get_if<runtime::Answer<DownloadCheckpoint>>(&transfer->second.answer)) {
    download->give(DownloadReply{false, why});
    if (transfer->second.runner) self.stop(transfer->second.runner);
  }
  if (auto* upload = std::get_if<runtime::Answer<UploadAttempt>>(&transfer->second.answer))
    upload->give(UploadReply{UploadReply::Result::later, why});
  transfers_.erase(transfer);
}

/// Handles a Fetch that failed before it sent its result, or a store that is gone. An upload is
/// retried, because UseStore may name the store of another head.
void CheckpointTransfers::on(Context& self, const runtime::Down& down) {
  reader_.forget(down.who);
  for (auto transfer = transfers_.begin(); transfer != transfers_.end();) {
    const auto one = transfer++;
    if (one->second.runner != down.who) continue;
    if (std::holds_alternative<runtime::Answer<UploadAttempt>>(one->second.answer))
      try_again(self, one, down.reason);
    else
      give_up(self, one, down.reason);
  }
}

}  // namespace troupe::actors
