// The set-up, the faults, the checks and the result of a simulated study.

#include <algorithm>
#include <array>
#include <cstdio>
#include <sstream>
#include <string_view>
#include <utility>

#include "actors/study/document.hpp"
#include "actors/study/study_rules.hpp"
#include "runtime/core/check.hpp"
#include "runtime/core/seconds.hpp"
#include "test/simulation/cluster/study_cluster.hpp"
#include "test/simulation/cluster/study_methods.hpp"

namespace troupe::actors::cluster {

using namespace std::chrono_literals;
using runtime::simulation::Fault;
using runtime::simulation::SimFaults;

namespace {

/// Time in which a study must end after all faults are healed.
constexpr Duration calm_max = 900s;
/// Time in which all processes must end after their study.
constexpr Duration ending_max = 120s;
/// Bounds of unfinished work. Five programs may each have told_ahead_max reports, and those of two
/// reads, ahead of the disk; the rest is room for work that does not depend on the output.
constexpr BacklogPeak backlog_max{.process = {.messages = 150, .suspended = 8, .bytes = 16 << 10},
                                  .rows = 100};

/// A fault that is no fault of hosts or network.
struct Switch {
  std::string_view name;
  bool FaultSet::* member;
  bool in_all = true;
};
constexpr std::array switches{Switch{"disk", &FaultSet::disk},
                              Switch{"programs", &FaultSet::programs},
                              Switch{"checkpoints", &FaultSet::checkpoints},
                              Switch{"sick", &FaultSet::sick},
                              Switch{"rogue", &FaultSet::rogue},
                              Switch{"storm", &FaultSet::storm},
                              Switch{"restarts", &FaultSet::restarts, false}};

StudyDocument document_of(const Scenario& scenario) {
  return {study_text(scenario.method), "/simulated/study.yaml", "/simulated", 7};
}

std::shared_ptr<const StudySpec> spec_of(const StudyDocument& document) {
  check(!document.text.empty(), "a method that is simulated has a study file");
  return read_document(document).value();
}

}  // namespace

void BacklogPeak::raise_to(const BacklogPeak& other) {
  process.messages = std::max(process.messages, other.process.messages);
  process.suspended = std::max(process.suspended, other.process.suspended);
  process.bytes = std::max(process.bytes, other.process.bytes);
  rows = std::max(rows, other.rows);
}

Result<FaultSet> FaultSet::named(const std::string& names) {
  FaultSet fault_set;
  constexpr auto faults = enum_names(Fault{});
  std::istringstream list(names);
  for (std::string name; std::getline(list, name, ',');) {
    if (name == "none") continue;
    const bool all = name == "all";
    bool known = all;
    for (const Switch& fault : switches) {
      if (name != fault.name && !(all && fault.in_all)) continue;
      known = true;
      fault_set.*fault.member = true;
    }
    for (std::size_t i = 0; i < faults.size(); ++i) {
      if (!all && name != faults.at(i)) continue;
      known = true;
      fault_set.faults.push_back(static_cast<Fault>(i));
    }
    if (known) continue;
    std::string expected = "all, none";
    for (const Switch& fault : switches) expected += ", " + std::string(fault.name);
    for (const std::string_view fault : faults) expected += ", " + std::string(fault);
    return Error{ErrorKind::bad_input, "no fault is named '" + name + "'; expected " + expected};
  }
  return fault_set;
}

StudyCluster::StudyCluster(const Scenario& scenario)
    : scenario_(scenario),
      document_(document_of(scenario)),
      spec_(spec_of(document_)),
      rng_(Rng::stream(scenario.seed, "study cluster")),
      disk_rng_(Rng::stream(scenario.seed, "disk")),
      canary_rng_(Rng::stream(scenario.seed, "canary")),
      rogue_rng_(Rng::stream(scenario.seed, "rogue")),
      ledger_(*spec_, document_.seed, seconds(spec_->grace_kill_s)),
      cluster_(scenario.seed) {
  context_.ledger = &ledger_;
  context_.world = &cluster_.clock();
  context_.coverage = &coverage_;
  context_.seed = scenario.seed;
  context_.misbehave = scenario.fault_set.programs;
  context_.guess_checkpoints = scenario.canary == Canary::resume;
  if (scenario.method == "apart") {
    context_.folders.keep_in_files();
    document_.folder = context_.folders.files()->study_folder();
    document_.id = "simulated";
    context_.uploads = [this](const std::string& host) { kill_during_copy(host); };
  }
  context_.blames_trials = scenario.canary == Canary::blame;
  context_.tears = scenario.fault_set.checkpoints;
  context_.synchronises = scenario.canary != Canary::sync;
  disk_.syncs_late = scenario.canary == Canary::power;
  std::vector<std::string> names{"head", "own", "far-1", "far-2"};
  // In half of the studies: a malicious node takes slots, and does nothing with them.
  const bool has_rogue = scenario.fault_set.rogue && rogue_rng_.below(2) == 0;
  if (has_rogue) names.emplace_back("rogue");
  for (const std::string& name : names) {
    SimHost& host = cluster_.add(name);
    host.links = transport::LinkOptions::for_lease(seconds(spec_->lease_s));
    host.resources.cpus = 2;
    if (scenario.canary == Canary::delivery)
      host.wrap_wire = [this](std::unique_ptr<transport::Wire> wire) {
        return duplicating_wire(std::move(wire), canary_rng_);
      };
  }
  head_ = &cluster_.host("head");
  own_ = &cluster_.host("own");
  head_->on_exit = [this] { on_head_exit(); };
  own_->on_exit = [this] { on_own_exit(); };
  if (has_rogue) rogue_ = &cluster_.host("rogue");
  for (const std::string& name : std::vector(names.begin() + 2, names.end()))
    cluster_.host(name).on_exit = [this, name] { on_far_exit(cluster_.host(name)); };
  cluster_.network().set({.delay_max = 300us});
  faults_ = std::make_unique<SimFaults>(
      cluster_,
      SimFaults::Options{
          .kinds = scenario.fault_set.faults,
          .on_crash = [this](SimHost& host) { on_killed(host); },
          .machines = {{"head", "own"}},
          .on_host_loss = [this](const std::vector<SimHost*>& machine) { on_host_loss(machine); },
          .log = [this](const std::string& what) { trace("fault", what); }});
  cluster_.after_each_event([this] { check_after_event(); });
}

StudyCluster::~StudyCluster() = default;

Duration StudyCluster::draw(Duration max) {
  return Duration(static_cast<Duration::rep>(rng_.below(static_cast<std::uint64_t>(max.count()))));
}

void StudyCluster::trace(const std::string& who, const std::string& what) {
  if (!scenario_.trace) return;
  const auto us =
      std::chrono::duration_cast<std::chrono::microseconds>(cluster_.now().since_zero).count();
  char time[32];
  std::snprintf(time, sizeof time, "%10.6f s  ", static_cast<double>(us) * 1e-6);
  std::string name = who;
  name.resize(std::max<std::size_t>(name.size(), 6), ' ');
  scenario_.trace(time + name + " " + what);
}

void StudyCluster::expect(bool holds, const std::string& claim) {
  if (!holds) ledger_.violate(claim);
}

void StudyCluster::check_after_event() {
  // A slot may wait for a remote scheduler.
  const bool able = head_->runs() && !head_->is_frozen() && study_ && scenario_.method != "remote";
  ledger_.set_head_ready(able, cluster_.now());
  for (const auto& host : cluster_.hosts())
    ledger_.set_host_frozen(host->name(), host->runs() && host->is_frozen(), cluster_.now());
  ledger_.check_after_event(cluster_.now());
  // Both checks visit all actors and links, so they run after every eighth event.
  constexpr std::uint64_t events_between = 8;
  if (cluster_.events() % events_between != 0) return;
  check_backlog();
  for (const auto& host : cluster_.hosts()) host->check_invariants();
}

/// Unfinished work is bounded, whatever programs print and however slow the disk is.
void StudyCluster::check_backlog() {
  BacklogPeak now{.process = {}, .rows = disk_.uncommitted};
  for (const auto& host : cluster_.hosts())
    if (host.get() != rogue_) now.raise_to({host->backlog(), 0});  // It floods on purpose.
  peak_.raise_to(now);
  const auto bound = [this](std::size_t found, std::size_t max, const char* what) {
    if (found > max) expect(false, std::to_string(found) + " " + what);
  };
  bound(now.process.messages, backlog_max.process.messages, "messages wait in a process");
  bound(now.process.suspended, backlog_max.process.suspended,
        "handlers of a process wait for answers");
  bound(now.process.bytes, backlog_max.process.bytes, "bytes wait in a process to be sent");
  bound(now.rows, backlog_max.rows, "rows of the study wait to be written down");
}

void StudyCluster::call_when(std::function<bool()> holds, Duration at_least,
                             std::function<void()> then) {
  cluster_.reactor().at(cluster_.now() + at_least,
                        [this, holds = std::move(holds), then = std::move(then)]() mutable {
                          if (holds()) return then();
                          call_when(std::move(holds), 5ms, std::move(then));
                        });
}

RunResult StudyCluster::run() {
  start_head();
  start_far(cluster_.host("far-1"));
  start_far(cluster_.host("far-2"));
  if (rogue_ != nullptr) start_rogue();
  faults_->begin();
  if (scenario_.fault_set.disk) schedule_disk_fault();
  if (scenario_.fault_set.restarts) schedule_head_restart();
  if (scenario_.fault_set.storm) schedule_storm();
  if (scenario_.fault_set.sick) schedule_sickness();
  const auto over = [this] { return ledger_.finished() || !ledger_.violation().empty(); };
  if (scenario_.fault_set.any()) (void)cluster_.run_until(over, 5s + draw(60s));
  faults_->cease();
  faults_stopped_ = true;
  if (rogue_ != nullptr && rogue_->runs()) rogue_->crash();
  context_.sick.clear();
  disk_.full = false;
  disk_.slow_max = {};
  trace("fault", "no more of them");
  if (!cluster_.run_until(over, calm_max)) {
    const StudyCore& core = ledger_.core();
    expect(false, "the study never ends: " + std::to_string(core.counts().running) + " run, " +
                      std::to_string(core.counts().paused) + " are paused, it waits for '" +
                      core.waiting_for() + "'");
  }
  if (ledger_.violation().empty()) check_end();
  if (!ledger_.violation().empty()) trace("BROKEN", ledger_.violation());
  return {ledger_.violation(),
          cluster_.events(),
          ledger_.rows(),
          ledger_.programs(),
          faults_->count(),
          ledger_.overlaps(),
          head_->incarnation(),
          ledger_.interrupted(),
          cluster_.now().since_zero,
          peak_,
          coverage_};
}

void StudyCluster::check_end() {
  const auto all_gone = [this] {
    return !ledger_.violation().empty() ||
           std::ranges::none_of(cluster_.hosts(), [](const auto& host) {
             return host->runs() || host->runs_programs();
           });
  };
  const bool gone = cluster_.run_until(all_gone, ending_max);
  for (const auto& host : cluster_.hosts())
    expect(gone || !(host->runs() || host->runs_programs()),
           host->name() + " still runs long after the study has ended");
  const TrialCounts& counts = ledger_.core().counts();
  const StudyFinished& finished = *ledger_.core().finished();
  expect(finished.outcome == StudyFinished::Outcome::finished,
         "the study ends: " + finished.reason);
  expect(counts.started == trials_started, std::to_string(counts.started) + " trials were started");
  expect(counts.running == 0, "a study that has ended has no running trial");
  expect(counts.failed == 0, std::to_string(counts.failed) + " trials failed for good");
  const bool tells_milestone = rules_of(*spec_).tells_milestone;
  for (const auto& [id, trial] : ledger_.core().trials()) {
    // The programs of this trial report wherever they are told to end.
    const bool always_reports = habits_of(scenario_.seed, id).reports_every == 1;
    expect(!tells_milestone || !always_reports || trial.state != TrialState::completed ||
               trial.resource >= trial.told || trial.told == spec_->max_t,
           "trial " + std::to_string(id) + " completed at " + std::to_string(trial.resource) +
               ", and was told to run to " + std::to_string(trial.told));
  }
}

RunResult run_scenario(const Scenario& scenario) {
  return StudyCluster(scenario).run();
}

}  // namespace troupe::actors::cluster
