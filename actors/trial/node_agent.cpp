#include "actors/trial/node_agent.hpp"

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <system_error>
#include <utility>

#include <sys/stat.h>

#include "actors/checkpoints/study_token.hpp"
#include "actors/study/document.hpp"
#include "runtime/core/check.hpp"
#include "runtime/core/seconds.hpp"

namespace troupe::actors {

using runtime::Context;

namespace {

constexpr Duration join_deadline = std::chrono::seconds(30);
/// For the answer of a head that was found; after that, it is looked for again.
constexpr Duration return_patience = std::chrono::seconds(1);

RetainedAttempt held(const AttemptEnded& end) {
  return {end.trial, end.attempt};
}

std::string shared_file_warning(const std::string& file, const Entry& entry, TrialId one,
                                TrialId other) {
  const std::string what = "'" + file + "' in " + entry.folder + " was modified while trials " +
                           std::to_string(std::min(one, other)) + " and " +
                           std::to_string(std::max(one, other)) +
                           " ran; if the program writes it, one trial may read what another "
                           "wrote. ";
  if (entry.cwd == Entry::Cwd::trial)
    return what + "The working folders of trials link to it, because it exists: remove it there";
  return what +
         "Give each trial its own: `entry: {cwd: trial}`, or a path with ${trial_dir} or "
         "${checkpoint_dir}";
}

/// Whether both are the same study. Its file may have changed meanwhile.
bool same_study(const StudyDocument& one, const StudyDocument& other) {
  return one.seed == other.seed && one.id == other.id &&
         (!one.id.empty() || one.text == other.text);
}

}  // namespace

NodeAgent::NodeAgent(AgentOptions options, TrialEnvironment environment)
    : options_(std::move(options)), environment_(std::move(environment)) {}

void NodeAgent::started(Context& self) {
  self.monitor(options_.study.address());
  join(self);
}

void NodeAgent::on(Context& self, const JoinAgain&) {
  if (!leaving_ && !spec_) join(self);
}

void NodeAgent::join(Context& self) {
  auto enlisted = self.ask(options_.study, offer(self), join_deadline);
  if (!enlisted) {
    environment_.log_warning("the study does not answer: " + enlisted.error().what);
    throw StudyLost(enlisted.error().what);
  }
  if (!enlisted->refusal.empty()) {
    environment_.log_warning("the study refused this node: " + enlisted->refusal);
    if (enlisted->refusal == JoinReply::over) return self.stop();
    if (enlisted->again_in_s <= 0) throw StudyLost(enlisted->refusal);
    constexpr double margin_s = 0.1;
    self.after(seconds(enlisted->again_in_s + margin_s), JoinAgain{});
    return;
  }
  auto spec = read_document(enlisted->study);
  if (!spec) {
    environment_.log_warning(spec.error().what);
    throw StudyLost(spec.error().what);
  }
  document_ = std::move(enlisted->study);
  spec_ = std::move(spec).value();
  keep_variables(enlisted->variables);
  if (options_.enlisted) options_.enlisted(*spec_);
  const bool has_folders = !environment_.make_program;
  if (options_.apart || (has_folders && !shares_folder(document_.folder, document_.token)))
    use_own_folder(self, enlisted->checkpoints);
  if (has_folders) spare_ = std::make_unique<SpareFolders>(document_.folder, options_.node);
}

void NodeAgent::keep_variables(const std::vector<std::string>& variables) {
  variables_ = std::make_shared<const std::vector<std::string>>(variables);
}

/// Makes `document_.folder` a folder of this node, and starts the transfers from and to the head.
void NodeAgent::use_own_folder(Context& self, const StoreRef& checkpoints) {
  const std::string shared =
      std::exchange(document_.folder, options_.own_folder + "/" + document_.id);
  environment_.log_warning("works in " + document_.folder + ", and not in " + shared);
  // Programs load checkpoints from it, so only this user may write there.
  std::error_code ignored;
  std::filesystem::create_directories(options_.own_folder, ignored);
  (void)::mkdir(document_.folder.c_str(), S_IRWXU);
  transfers_ = self.spawn<CheckpointTransfers>(
      CheckpointTransfers::Options{document_.folder, checkpoints, environment_.disk_full_reason});
}

JoinStudy NodeAgent::offer(Context& self) const {
  return {.node = options_.node,
          .resources = options_.resources,
          .agent = self.ref<NodeAgent>(),
          .lease_s = std::chrono::duration<double>(options_.lease).count(),
          .attempts = {},
          .slots = options_.slots};
}

/// The GPUs of the next attempt: those with the fewest attempts, the lowest first. Where the study
/// counts no GPUs and the node has several, trials at a time share them evenly, one for each.
std::vector<std::int64_t> NodeAgent::take_gpus() const {
  const auto wanted = static_cast<std::size_t>(spec_->resources.gpus);
  const auto count = static_cast<std::size_t>(options_.resources.gpus);
  if (wanted == 0 && (count < 2 || spec_->n_workers < 2)) return {};
  // The setting may have changed while attempts ran, so these GPUs need not be free.
  std::vector<std::size_t> attempts(count);
  for (const Running& running : running_)
    for (const std::int64_t gpu : running.gpus) ++attempts[static_cast<std::size_t>(gpu)];
  std::vector<std::int64_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(
      order, {}, [&](std::int64_t gpu) { return attempts[static_cast<std::size_t>(gpu)]; });
  order.resize(std::min(count, std::max<std::size_t>(wanted, 1)));
  return order;
}

std::vector<RetainedAttempt> NodeAgent::retained() const {
  std::vector<RetainedAttempt> attempts;
  for (const Running& running : running_) attempts.push_back({running.trial, running.attempt});
  for (const AttemptOver& over : over_)
    if (std::ranges::find(attempts, held(over.end)) == attempts.end())
      attempts.push_back(held(over.end));
  return attempts;
}

void NodeAgent::on(Context& self, const Launch& launch) {
  if (leaving_ || !spec_) {
    self.tell(options_.study, AttemptEnded{launch.trial, launch.attempt, AttemptEnded::Cause::lost,
                                           0, "the node is leaving", ""});
    return;
  }
  // A head that was killed after it had sent the order may have been followed by one that repeats
  // it.
  const RetainedAttempt ordered{launch.trial, launch.attempt};
  if (const auto here = retained(); std::ranges::find(here, ordered) != here.end()) return;
  joined_ = launch.joined;
  for (const RetainedAttempt& durable_ends : launch.durable_ends)
    std::erase_if(over_, [&](const AttemptOver& over) { return held(over.end) == durable_ends; });
  if (options_.launching) options_.launching();
  if (spare_ && launch.attempt == 1) spare_->give(launch.trial);
  std::vector<std::int64_t> gpus = take_gpus();
  auto files = watches_files() ? file_times(spec_->entry.folder) : std::nullopt;
  const Trial::Ref ref = self.spawn<Trial>(TrialPlan{.spec = spec_,
                                                     .study = document_,
                                                     .launch = launch,
                                                     .gpus = gpus,
                                                     .variables = variables_,
                                                     .report_to = options_.study,
                                                     .transfers = transfers_,
                                                     .agent = TrialPlan::Agent(self.address())},
                                           environment_);
  running_.push_back(Running{launch.trial, launch.attempt, ref, std::move(gpus), std::move(files)});
}

/// Whether to look for files of the folder of the study file that several trials modify. One trial
/// at a time shares no file, and a look costs a system call for each file.
bool NodeAgent::watches_files() const {
  return !environment_.make_program && spec_->n_workers > 1 && shared_files_ != SharedFiles::warned;
}

/// Looks for a file that was modified while the attempt that ended now, and another one that still
/// runs, were both running. The other one then warns the study.
void NodeAgent::look_for_shared_files(Context& self, const RetainedAttempt& ended) {
  if (shared_files_ == SharedFiles::warning_sent && ended == warner_)
    shared_files_ = SharedFiles::unseen;
  if (!watches_files() || shared_files_ != SharedFiles::unseen) return;
  const auto key = [](const Running& r) { return RetainedAttempt{r.trial, r.attempt}; };
  const auto here = std::ranges::find(running_, ended, key);
  if (here == running_.end() || !here->files) return;
  std::optional<FileTimes> now;
  for (const Running& other : running_) {  // In the order of their starts.
    const bool is_over = std::ranges::any_of(
        over_, [&](const AttemptOver& over) { return held(over.end) == key(other); });
    if (other.trial == ended.trial || is_over || !other.files) continue;
    if (!now) now = file_times(spec_->entry.folder);
    if (!now) return;
    const auto file = modified_file(&other > &*here ? *other.files : *here->files, *now);
    if (!file) continue;
    self.tell(other.ref,
              WarnStudy{shared_file_warning(*file, spec_->entry, ended.trial, other.trial)});
    shared_files_ = SharedFiles::warning_sent;
    warner_ = key(other);
    return;
  }
}

void NodeAgent::on(Context&, const StudyWarningSent&) {
  shared_files_ = SharedFiles::warned;
}

void NodeAgent::on(Context&, const AttemptBegun&) {
  if (spare_) spare_->make_one();
}

void NodeAgent::on(Context& self, const EndTrial& end) {
  for (const Running& running : running_)
    if (running.trial == end.trial && running.attempt == end.attempt) self.tell(running.ref, end);
}

void NodeAgent::on(Context& self, AttemptOver over) {
  look_for_shared_files(self, held(over.end));
  if (over.sent_to.address() == runtime::Address{}) return;  // The attempt was cancelled.
  const auto is_it = [&](const Running& r) {
    return held(over.end) == RetainedAttempt{r.trial, r.attempt};
  };
  const auto running = std::ranges::find_if(running_, is_it);
  // The attempt ended before it learned of the head that was found.
  if (running != running_.end() && over.sent_to.address() != options_.study.address() &&
      looks_until_ == Instant{}) {
    if (!running->ack.wanted) return;
    resend(self, over, running->ack);
  }
  over_.push_back(std::move(over));
}

void NodeAgent::resend(Context& self, const AttemptOver& over, const AttemptAck& taken) {
  AttemptEnded end = over.end;
  if (over.unacked.has_after(taken.reports, taken.warnings)) {
    over.unacked.each_after(taken.reports, taken.warnings,
                            [&](const auto& one) { self.tell(options_.study, one); });
  } else {
    end.cause = AttemptEnded::Cause::lost;
    end.detail += lost_acked_reports;
  }
  self.tell(options_.study, std::move(end));
}

/// Looks for another head of the study until the lease is over: after that, the study counts
/// nothing from this node.
void NodeAgent::lose_study(Context& self, const runtime::Down& down) {
  const Duration lease =
      options_.lease > Duration(0) || !spec_ ? options_.lease : seconds(spec_->lease_s);
  const Instant until = down.lease_from + lease;
  if (!options_.look_again || !spec_ || self.now() >= until) return leave(self, down.reason);
  environment_.log_warning("the study's head is out of reach, and looked for: " + down.reason);
  looks_until_ = until;
  self.after(until - self.now(), LeaseExpired{});
  look(self);
}

void NodeAgent::look(Context& self) {
  options_.look_again(runtime::Ref<StudyFound, StudyGone>(self.address()), looks_until_);
}

void NodeAgent::on(Context& self, const StudyFound& found) {
  if (looks_until_ == Instant{}) return;
  JoinStudy again = offer(self);
  again.returns = true;
  again.joined = joined_;
  again.attempts = retained();
  const Duration left = looks_until_ - self.now();
  if (left <= Duration(0)) return leave(self, "its lease is over");
  const auto enlisted = self.ask(found.study, std::move(again), std::min(left, return_patience));
  if (!enlisted) return look(self);  // That head is gone, or has not read its journal yet.
  if (!enlisted->refusal.empty()) return leave(self, enlisted->refusal);
  if (!same_study(enlisted->study, document_))
    return leave(self, "another study is where it was: " + enlisted->study.folder);
  if (auto spec = read_document(enlisted->study)) {  // Its settings may have changed.
    spec_ = std::move(spec).value();
    keep_variables(enlisted->variables);
    document_.text = enlisted->study.text;
    document_.spec = enlisted->study.spec;
    if (options_.enlisted) options_.enlisted(*spec_);
  }
  looks_until_ = {};
  options_.study = found.study;
  if (transfers_) self.tell(transfers_, UseStore{enlisted->checkpoints});
  self.monitor(found.study);
  environment_.log_warning("the study's head is back; its trials run on");
  hand_over_attempts(self, enlisted->acks);
}

void NodeAgent::hand_over_attempts(Context& self, const std::vector<AttemptAck>& taken) {
  for (const AttemptAck& attempt : taken) {
    const RetainedAttempt key{attempt.trial, attempt.attempt};
    for (Running& running : running_) {
      if (key != RetainedAttempt{running.trial, running.attempt}) continue;
      running.ack = attempt;
      if (attempt.wanted)
        self.tell(running.ref, Resume{options_.study, attempt});
      else
        self.tell(running.ref, Cancel{});
    }
    const auto over =
        std::ranges::find_if(over_, [&](const AttemptOver& o) { return held(o.end) == key; });
    if (over == over_.end()) continue;
    if (attempt.wanted)
      resend(self, *over, attempt);
    else
      over_.erase(over);
  }
}

void NodeAgent::on(Context& self, const StudyGone& gone) {
  if (looks_until_ != Instant{}) leave(self, gone.reason);
}

void NodeAgent::on(Context& self, const LeaseExpired&) {
  if (looks_until_ != Instant{} && self.now() >= looks_until_) leave(self, "its lease is over");
}

/// Ends all programs within one kill grace, because the study may start their trials elsewhere.
void NodeAgent::leave(Context& self, const std::string& why) {
  looks_until_ = {};
  leaving_ = true;
  lost_ = why;
  environment_.log_warning("the study is lost: " + lost_);
  if (transfers_) self.tell(transfers_, UseStore{});
  for (const Running& running : running_) self.tell(running.ref, Cancel{});
  end_if_done(self);
}

void NodeAgent::on(Context& self, const runtime::Down& down) {
  if (down.who == options_.study.address()) {
    if (down.cause == runtime::Cause::node_lost) return lose_study(self, down);
    leaving_ = true;
    if (transfers_) self.tell(transfers_, UseStore{});
    for (const Running& running : running_) self.tell(running.ref, StudyOver{});
  }
  const auto ended =
      std::ranges::find(running_, down.who, [](const Running& r) { return r.ref.address(); });
  if (ended != running_.end()) {
    // A Trial actor that stopped has reported the end of its attempt; one that failed has not.
    if (down.cause == runtime::Cause::failed) {
      AttemptOver over{
          {ended->trial, ended->attempt, AttemptEnded::Cause::lost, 0, down.reason, ""},
          {},
          options_.study};
      self.tell(options_.study, over.end);
      over_.push_back(std::move(over));
    }
    running_.erase(ended);
  }
  end_if_done(self);
}

void NodeAgent::end_if_done(Context& self) {
  if (!leaving_ || !running_.empty()) return;
  if (!lost_.empty()) throw StudyLost(lost_);
  self.stop();
}

}  // namespace troupe::actors
