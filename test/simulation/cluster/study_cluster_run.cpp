// How a simulated study is set up, troubled, watched and judged.

#include <algorithm>
#include <cstdio>
#include <sstream>
#include <utility>

#include "actors/study/document.hpp"
#include "runtime/core/check.hpp"
#include "runtime/core/seconds.hpp"
#include "test/simulation/cluster/study_cluster.hpp"
#include "test/simulation/cluster/study_methods.hpp"

namespace troupe::actors::cluster {

using namespace std::chrono_literals;
using runtime::simulation::Fault;
using runtime::simulation::SimFaults;

namespace {

/// When all that is broken has been mended, a study must end within this time.
constexpr Duration calm_max = 900s;
/// And with it every process.
constexpr Duration ending_max = 120s;
/// Five programs, each told_ahead_max and what two reads hold ahead of the disk; and room for what
/// does not grow with what programs print.
constexpr Held held_max{.process = {.messages = 150, .suspended = 8, .bytes = 16 << 10},
                        .rows = 100};

StudyDocument document_of(const Scenario& scenario) {
  return {study_text(scenario.method), "/simulated/study.yaml", "/simulated", 7};
}

std::shared_ptr<const StudySpec> spec_of(const StudyDocument& document) {
  check(!document.text.empty(), "a method that is simulated has a study file");
  return read_document(document).value();
}

}  // namespace

void Held::raise_to(const Held& other) {
  process.messages = std::max(process.messages, other.process.messages);
  process.suspended = std::max(process.suspended, other.process.suspended);
  process.bytes = std::max(process.bytes, other.process.bytes);
  rows = std::max(rows, other.rows);
}

Result<Troubles> Troubles::named(const std::string& names) {
  Troubles troubles;
  constexpr auto faults = enum_names(Fault{});
  std::istringstream list(names);
  for (std::string name; std::getline(list, name, ',');) {
    if (name == "none") continue;
    const bool all = name == "all";
    bool known = all || name == "disk" || name == "programs" || name == "restarts";
    troubles.restarts = troubles.restarts || name == "restarts";
    troubles.disk = troubles.disk || all || name == "disk";
    troubles.programs = troubles.programs || all || name == "programs";
    for (std::size_t i = 0; i < faults.size(); ++i) {
      if (!all && name != faults.at(i)) continue;
      known = true;
      troubles.faults.push_back(static_cast<Fault>(i));
    }
    if (known) continue;
    std::string expected = "all, none, disk, programs, restarts";
    for (const std::string_view fault : faults) expected += ", " + std::string(fault);
    return Error{ErrorKind::bad_input, "no fault is named '" + name + "'; expected " + expected};
  }
  return troubles;
}

StudyCluster::StudyCluster(const Scenario& scenario)
    : scenario_(scenario),
      document_(document_of(scenario)),
      spec_(spec_of(document_)),
      rng_(Rng::stream(scenario.seed, "study cluster")),
      disk_rng_(Rng::stream(scenario.seed, "disk")),
      canary_rng_(Rng::stream(scenario.seed, "canary")),
      ledger_(*spec_, document_.seed, seconds(spec_->grace_kill_s)),
      cluster_(scenario.seed) {
  stage_.ledger = &ledger_;
  stage_.world = &cluster_.clock();
  stage_.seed = scenario.seed;
  stage_.misbehave = scenario.troubles.programs;
  for (const char* name : {"head", "own", "far-1", "far-2"}) {
    SimHost& host = cluster_.add(name);
    host.links = transport::LinkOptions::for_lease(seconds(spec_->lease_s));
    host.resources.cpus = 2;
    if (scenario.canary == Canary::delivery)
      host.wrap_wire = [this](std::unique_ptr<transport::Wire> wire) {
        return doubling_wire(std::move(wire), canary_rng_);
      };
  }
  head_ = &cluster_.host("head");
  own_ = &cluster_.host("own");
  head_->on_exit = [this] { head_down(); };
  own_->on_exit = [this] { own_down(); };
  for (const char* name : {"far-1", "far-2"})
    cluster_.host(name).on_exit = [this, name] { far_down(cluster_.host(name)); };
  cluster_.network().set({.delay_max = 300us});
  faults_ = std::make_unique<SimFaults>(
      cluster_,
      SimFaults::Options{.kinds = scenario.troubles.faults,
                         .on_crash =
                             [this](SimHost& host) {
                               if (&host == head_) return head_down();
                               if (&host == own_) return own_down();
                               far_down(host);
                             },
                         .tell = [this](const std::string& what) { tell("fault", what); }});
  cluster_.after_each_event([this] { look(); });
}

StudyCluster::~StudyCluster() = default;

Duration StudyCluster::any(Duration max) {
  return Duration(static_cast<Duration::rep>(rng_.below(static_cast<std::uint64_t>(max.count()))));
}

void StudyCluster::tell(const std::string& who, const std::string& what) {
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
  if (!holds) ledger_.break_because(claim);
}

void StudyCluster::look() {
  // A scheduler elsewhere is a reason to wait.
  const bool able = head_->runs() && !head_->is_frozen() && study_ && scenario_.method != "remote";
  ledger_.head_is(able, cluster_.now());
  for (const auto& host : cluster_.hosts())
    ledger_.host_is(host->name(), host->runs() && host->is_frozen(), cluster_.now());
  ledger_.look(cluster_.now());
  constexpr std::uint64_t events_between = 8;
  if (cluster_.events() % events_between == 0) weigh();
}

/// Whatever programs print and whatever is slow, what waits in memory is bounded.
void StudyCluster::weigh() {
  Held now{.process = {}, .rows = disk_.unwritten};
  for (const auto& host : cluster_.hosts()) now.raise_to({host->backlog(), 0});
  most_.raise_to(now);
  const auto bound = [this](std::size_t found, std::size_t max, const char* what) {
    if (found > max) expect(false, std::to_string(found) + " " + what);
  };
  bound(now.process.messages, held_max.process.messages, "messages wait in a process");
  bound(now.process.suspended, held_max.process.suspended,
        "handlers of a process wait for answers");
  bound(now.process.bytes, held_max.process.bytes, "bytes wait in a process to be sent");
  bound(now.rows, held_max.rows, "rows of the study wait to be written down");
}

void StudyCluster::when(std::function<bool()> holds, Duration at_least,
                        std::function<void()> then) {
  cluster_.reactor().at(cluster_.now() + at_least,
                        [this, holds = std::move(holds), then = std::move(then)]() mutable {
                          if (holds()) return then();
                          when(std::move(holds), 5ms, std::move(then));
                        });
}

void StudyCluster::trouble_disk() {
  cluster_.reactor().at(cluster_.now() + any(15s), [this] {
    if (ceased_) return;
    if (rng_.below(3) == 0) {
      disk_.full = true;
      tell("disk", "is full");
    } else {
      disk_.slow_max = 1ms + any(1500ms);
      tell("disk", "is slow");
    }
    cluster_.reactor().at(cluster_.now() + any(4s), [this] {
      disk_.full = false;
      disk_.slow_max = {};
    });
    trouble_disk();
  });
}

/// Between any two events, once every node has had time to find the one before: they dial a silent
/// head each fifth of a lease.
void StudyCluster::trouble_head() {
  cluster_.reactor().at(cluster_.now() + 300ms + any(3s), [this] {
    if (ceased_) return;
    cluster_.after_events(rng_.below(40), [this] {
      const bool found = cluster_.now() - head_began_ > 1500ms;
      if (!ceased_ && head_->runs() && found && !leaving_) {
        tell("fault", "head crashes");
        head_->crash();
        head_down();
      }
    });
    trouble_head();
  });
}

Verdict StudyCluster::run() {
  start_head();
  start_far(cluster_.host("far-1"));
  start_far(cluster_.host("far-2"));
  faults_->begin();
  if (scenario_.troubles.disk) trouble_disk();
  if (scenario_.troubles.restarts) trouble_head();
  const bool troubled =
      !scenario_.troubles.faults.empty() || scenario_.troubles.disk || scenario_.troubles.restarts;
  const auto over = [this] { return ledger_.finished() || !ledger_.broken().empty(); };
  if (troubled) (void)cluster_.run_until(over, 5s + any(60s));
  faults_->cease();
  ceased_ = true;
  disk_.full = false;
  disk_.slow_max = {};
  tell("fault", "no more of them");
  if (!cluster_.run_until(over, calm_max)) {
    const StudyCore& core = ledger_.core();
    expect(false, "the study never ends: " + std::to_string(core.counts().running) + " run, " +
                      std::to_string(core.counts().paused) + " are paused, it waits for '" +
                      core.waiting_for() + "'");
  }
  if (ledger_.broken().empty()) check_end();
  if (!ledger_.broken().empty()) tell("BROKEN", ledger_.broken());
  return {ledger_.broken(),
          cluster_.events(),
          ledger_.rows(),
          ledger_.programs(),
          faults_->count(),
          ledger_.overlaps(),
          head_->incarnation(),
          ledger_.broken_off(),
          cluster_.now().since_zero,
          most_};
}

void StudyCluster::check_end() {
  const auto all_gone = [this] {
    return !ledger_.broken().empty() ||
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
}

Verdict judge(const Scenario& scenario) {
  return StudyCluster(scenario).run();
}

}  // namespace troupe::actors::cluster
