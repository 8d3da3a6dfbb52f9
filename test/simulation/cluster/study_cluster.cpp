#include "test/simulation/cluster/study_cluster.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "actors/head/reaper_lease.hpp"
#include "actors/json.hpp"
#include "actors/study/scheduler_actor.hpp"
#include "actors/study/searcher_actor.hpp"
#include "actors/study/study.hpp"
#include "actors/trial/node_agent.hpp"
#include "actors/trial/study_seeker.hpp"
#include "runtime/core/check.hpp"
#include "runtime/engine/engine.hpp"

namespace troupe::actors::cluster {

using namespace std::chrono_literals;
using runtime::Context;
using runtime::simulation::SimHost;

namespace {

constexpr Duration join_patience = 10s;
/// Unacknowledged reports of a trial. Small, so that few prints of a program reach the limit.
constexpr std::size_t told_ahead_max = 8;

/// An event sink in the place of the result files: passes the published events to the ledger.
class PublishedEvents final : public EventSink {
 public:
  PublishedEvents(Ledger& ledger, std::function<void(const std::string&)> tell)
      : ledger_(ledger), tell_(std::move(tell)) {}
  void on(const StudyRow& row) override {
    for (const StudyEvent& event : row.events) {
      std::visit([this](const auto& one) { ledger_.published(one.index); }, event);
      if (tell_) tell_(to_json(event));
    }
  }
  void flush() override {}

 private:
  Ledger& ledger_;
  std::function<void(const std::string&)> tell_;
};

}  // namespace

// The head, as `troupe run` starts it.

std::unique_ptr<StudyLog> StudyCluster::make_log(SimHost& head) {
  std::unique_ptr<StudyLog> log =
      std::make_unique<DiskLog>(disk_, head, ledger_, disk_rng_, *context_.world);
  if (scenario_.canary == Canary::journal) log = early_ack_log(std::move(log), canary_rng_);
  return log;
}

std::optional<StoreOptions> StudyCluster::store_options() const {
  if (context_.folders.files() == nullptr) return std::nullopt;
  return StoreOptions{.study_folder = context_.folders.files()->study_folder()};
}

void StudyCluster::start_head() {
  trace("head", own_still_runs() ? "starts, and " + own_name_ + " is left" : "starts");
  own_finished_ = head_leaving_ = false;
  head_started_at_ = cluster_.now();
  rows_at_head_start_ = ledger_.rows();
  head_->start([this](SimHost& host) { head_main(host); });
  if (storm_kills_left_ > 0) kill_head_in_its_start();
}

void StudyCluster::head_main(SimHost& host) {
  runtime::Node& node = host.node();
  if (const auto bound = node.listen(head_address); !bound) return;
  std::function<void(const std::string&)> show;
  if (scenario_.trace) show = [this](const std::string& event) { trace("head", event); };
  const bool left = own_still_runs();
  std::vector<std::string> alive;
  const bool forgets = scenario_.canary == Canary::storm && killed_in_start_;
  if (left && !forgets) alive.push_back(own_name_);
  const StudyRef study =
      node.get_or_spawn<Study>(std::string(study_name),
                               StudyOptions{.spec = *spec_,
                                            .document = document_,
                                            .version = "simulated",
                                            .own_node_prefix = "own-",
                                            .own_nodes_alive = std::move(alive),
                                            .checkpoints = store_options(),
                                            .checks = StudyOptions::Checks::all},
                               make_log(host),
                               std::make_unique<PublishedEvents>(ledger_, std::move(show)))
          .value();
  study_ = study;
  if (scenario_.canary == Canary::fencing || scenario_.canary == Canary::forgery)
    (void)node.get_or_spawn<UnfencedStudy>(unfenced_name, study, ledger_);
  if (!left)
    start_own();
  else if (!own_still_runs())
    report_own_gone(own_name_);  // The local node has ended meanwhile.
  const auto end = node.wait(study, Duration::max());
  head_leaving_ = true;
  const bool failed = end && end->cause == runtime::Cause::failed;
  if (failed) trace("head", "the study is abandoned: " + end->reason);
  const bool by_disk = failed && (end->reason.find("disk is full") != std::string::npos ||
                                  end->reason.find("commit failed") != std::string::npos);
  expect(!failed || by_disk, "the study is abandoned: " + (end ? end->reason : ""));
  // As StudyHead does: wait for the local node.
  const std::chrono::duration<double> patience(spec_->grace_kill_s + 5);
  host.wait([this] { return own_finished_; }, std::chrono::duration_cast<Duration>(patience));
  node.stop(5s);
}

void StudyCluster::on_head_exit() {
  study_.reset();
  if (ledger_.finished()) return;
  // The nodes wait for a lease of 4 s: some heads return within it, others later.
  const bool late = !scenario_.fault_set.restarts && rng_.below(3) == 0;
  const Duration ordinary = late ? draw(10s) : 200ms + draw(2s);
  const bool storm = storm_kills_left_ > 0 && !faults_stopped_;
  cluster_.reactor().at(cluster_.now() + (storm ? draw(300ms) : ordinary), [this] {
    if (!head_->runs() && !ledger_.finished()) start_head();
  });
}

// The local node, as LocalNodeSupervision starts it.

void StudyCluster::start_own() {
  own_name_ = "own-" + std::to_string(++own_starts_);
  own_orderly_ = false;
  own_->node_name = own_name_;
  own_->author = author(own_name_);
  trace("own", "starts as " + own_name_);
  own_->start([this, name = own_name_](SimHost& host) { node_main(host, name); });
}

bool StudyCluster::own_still_runs() const {
  return own_->runs() || own_->runs_programs();
}

void StudyCluster::on_own_exit() {
  call_when([this] { return !own_->runs_programs(); }, 0s,
            [this, name = own_name_] {
              trace("own", name + " and its programs are gone");
              if (!head_->runs() || !study_) return;
              head_->reactor().post([this, name] { report_own_gone(name); });
            });
}

void StudyCluster::report_own_gone(const std::string& name) {
  if (!study_ || name != own_name_ || own_still_runs() || own_loss_reported_ == name) return;
  own_loss_reported_ = name;
  runtime::Node& node = head_->node();
  node.tell(*study_, NodeProcessesGone{own_name_, "its process is gone"});
  // A node of an earlier head may have ended in order, with that head; the study needs a new one.
  const bool runs_on = node.is_alive(*study_);
  if ((!own_orderly_ || runs_on) && !head_leaving_) return start_own();
  own_finished_ = true;
  const bool goes_on = node.find<StudyRef>(std::string(study_name)).has_value();
  expect(!goes_on || ledger_.finished(),
         "the node beside the head leaves a study that goes on, and is not started again");
}

// The far nodes, as `troupe node` starts them.

void StudyCluster::start_far(SimHost& host) {
  if (&host == rogue_) return start_rogue();
  host.author = author(host.name());
  trace(host.name(), "starts");
  host.start([this](SimHost& self) { node_main(self, self.name()); });
}

void StudyCluster::on_far_exit(SimHost& host) {
  if (ledger_.finished()) return;
  if (&host == rogue_ && faults_stopped_) return;
  cluster_.reactor().at(cluster_.now() + 300ms + draw(3s), [this, &host] {
    if (&host == rogue_ && faults_stopped_) return;
    if (!host.runs() && !ledger_.finished()) start_far(host);
  });
}

runtime::simulation::ScriptedProcesses::Author StudyCluster::author(const std::string& node) {
  return [this, node](runtime::ProcessId, const runtime::ProcessSpec& program) {
    const AttemptKey attempt{static_cast<TrialId>(std::stoul(program.argv[0])),
                             static_cast<std::uint32_t>(std::stoul(program.argv[1]))};
    trace(node, "program of trial " + program.argv[0] + ", attempt " + program.argv[1] + " to " +
                    program.argv[2]);
    return script_of(context_, attempt, std::stoll(program.argv[2]), node);
  };
}

void StudyCluster::node_main(SimHost& host, const std::string& name) {
  runtime::Node& node = host.node();
  node.offer<SpawnScheduler>(
      [](Context& self, const SpawnScheduler&) { return self.spawn<SchedulerActor>(); });
  node.offer<SpawnSearcher>(
      [](Context& self, const SpawnSearcher&) { return self.spawn<SearcherActor>(); });
  const auto head = node.join(head_address, join_patience);
  if (!head) return trace(name, "cannot join: " + head.error().what);
  joining_.insert(host.name());
  const std::string found_as =
      scenario_.canary == Canary::fencing ? unfenced_name : std::string(study_name);
  const auto study = node.find<StudyRef>(*head, found_as, join_patience);
  if (!study) {
    joining_.erase(host.name());
    return trace(name, "finds no study: " + study.error().what);
  }

  TrialEnvironment environment;
  environment.deliver = [&host](runtime::Address to, runtime::ProcessEvent event) {
    std::visit([&]<typename E>(E& one) { host.node().tell(runtime::Ref<E>(to), std::move(one)); },
               event);
  };
  environment.told_ahead_max =
      scenario_.canary == Canary::memory ? std::numeric_limits<std::size_t>::max() : told_ahead_max;
  environment.log_warning = [this, name](const std::string& what) { trace(name, what); };
  runtime::Processes* processes = &host.processes();
  if (scenario_.canary == Canary::reaper) {
    faulty_reapers_.push_back(faulty_reaper(*processes, canary_rng_));
    processes = faulty_reapers_.back().get();
  }
  environment.make_program = [this, processes, on = host.name(), deliver = environment.deliver](
                                 const TrialPlan& plan) -> std::unique_ptr<Program> {
    return std::make_unique<FolderProgram>(plan, context_, on, *processes, deliver);
  };
  const auto seeker = node.spawn<StudySeeker>(node, std::string(head_address), found_as);
  const bool apart = scenario_.method == "apart" && &host == &cluster_.host("far-2");
  AgentOptions options{.node = name, .resources = host.resources, .study = *study};
  options.lease = host.links.dead_after;
  if (apart) options.own_folder = context_.folders.files()->folder_of(name);
  options.apart = apart;
  options.look_again = [&node, seeker](runtime::Ref<StudyFound, StudyGone> answer, Instant until) {
    node.tell(seeker, StudySeeker::Seek{answer, until});
  };
  runtime::simulation::SimReaper& reaper = host.processes();
  const ReaperLease lease(
      node, [&reaper](Instant until, Duration grace) { reaper.set_lease(until, grace); },
      options.lease);
  lease.attach_to(options);
  options.enlisted = [this, &host, enlisted = options.enlisted](const StudySpec& spec) {
    joining_.erase(host.name());
    enlisted(spec);
  };
  const auto agent = node.spawn<NodeAgent>(std::move(options), std::move(environment));
  const auto end = node.wait(agent, Duration::max());
  joining_.erase(host.name());
  node.stop(5s);
  const bool orderly = end && end->cause == runtime::Cause::stopped;
  if (&host == own_) own_orderly_ = orderly;
  trace(name, "ends, " + std::string(orderly ? "in order" : "failed: ") + (end ? end->reason : ""));
  expect(orderly || !end || end->reason.find("does not hold") == std::string::npos,
         name + ": " + (end ? end->reason : ""));
}

}  // namespace troupe::actors::cluster
