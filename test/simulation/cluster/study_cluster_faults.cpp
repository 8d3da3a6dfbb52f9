// The faults of a simulated study that are not of SimFaults, and the marks of its coverage.

#include <algorithm>
#include <array>
#include <string>

#include "test/simulation/cluster/rogue.hpp"
#include "test/simulation/cluster/study_cluster.hpp"

namespace troupe::actors::cluster {

using namespace std::chrono_literals;

void StudyCluster::schedule_disk_fault() {
  cluster_.reactor().at(cluster_.now() + draw(15s), [this] {
    if (faults_stopped_) return;
    if (rng_.below(3) == 0) {
      disk_.full = true;
      trace("disk", "is full");
    } else {
      disk_.slow_max = 1ms + draw(1500ms);
      trace("disk", "is slow");
    }
    cluster_.reactor().at(cluster_.now() + draw(4s), [this] {
      disk_.full = false;
      disk_.slow_max = {};
    });
    schedule_disk_fault();
  });
}

/// Kills and restarts the head between any two events. Each head runs for at least 1.5 s, so that
/// the nodes find it: they dial a silent head each fifth of a lease.
void StudyCluster::schedule_head_restart() {
  cluster_.reactor().at(cluster_.now() + 300ms + draw(3s), [this] {
    if (faults_stopped_) return;
    cluster_.after_events(rng_.below(40), [this] {
      const bool found = cluster_.now() - head_started_at_ > 1500ms;
      if (!faults_stopped_ && head_->runs() && found && !head_leaving_) {
        trace("fault", "head crashes");
        kill_head();
      }
    });
    schedule_head_restart();
  });
}

/// A node has no descriptors left for a while, or may not write until the end of all faults.
void StudyCluster::schedule_sickness() {
  cluster_.reactor().at(cluster_.now() + draw(20s), [this] {
    if (faults_stopped_) return;
    constexpr std::array hosts{"own", "far-1", "far-2"};
    const std::string host = hosts.at(rng_.below(hosts.size()));
    const bool lasts = rng_.below(4) == 0;
    context_.sick[host] = lasts ? "Permission denied" : "Too many open files";
    trace("fault", host + ": " + context_.sick[host]);
    if (!lasts)
      cluster_.reactor().at(cluster_.now() + draw(6s), [this, host] { context_.sick.erase(host); });
    schedule_sickness();
  });
}

/// Kills the head, and most of the next ones before they have done anything.
void StudyCluster::schedule_storm() {
  cluster_.reactor().at(cluster_.now() + draw(40s), [this] {
    if (faults_stopped_) return;
    if (head_->runs() && !head_leaving_) {
      storm_kills_left_ = 2 + rng_.below(12);
      trace("fault", "a storm of restarts");
      kill_head();
    }
    schedule_storm();
  });
}

void StudyCluster::kill_head_in_its_start() {
  --storm_kills_left_;
  cluster_.after_events(rng_.below(60), [this, incarnation = head_->incarnation()] {
    if (faults_stopped_ || !head_->runs() || head_->incarnation() != incarnation) return;
    trace("fault", "head crashes in its start");
    kill_head();
  });
}

/// A malicious node has the key of a node, so it may send what nodes send.
void StudyCluster::start_rogue() {
  trace("rogue", "starts");
  rogue_->start([this](SimHost& host) {
    runtime::Node& node = host.node();
    const auto head = node.join(head_address, 10s);
    if (!head) return;
    const std::string found_as =
        scenario_.canary == Canary::forgery ? unfenced_name : std::string(study_name);
    const auto study = node.find<StudyRef>(*head, found_as, 10s);
    if (!study) return;
    const auto rogue = node.spawn<Rogue>(*study, host.name(), ledger_, coverage_, rogue_rng_);
    (void)node.wait(rogue, Duration::max());
    node.stop(5s);
  });
}

void StudyCluster::kill_head() {
  head_->crash();
  on_killed(*head_);
}

/// Copies take a few messages, so that kills at any time rarely meet one.
void StudyCluster::kill_during_copy(const std::string& host) {
  if (faults_stopped_ || !scenario_.fault_set.checkpoints || rng_.below(8) != 0) return;
  SimHost& victim = rng_.below(2) == 0 ? *head_ : cluster_.host(host);
  cluster_.after_events(rng_.below(100), [this, &victim, incarnation = victim.incarnation()] {
    if (faults_stopped_ || !victim.runs() || victim.incarnation() != incarnation) return;
    if (&victim == head_ && head_leaving_) return;
    trace("fault", victim.name() + " crashes while it copies");
    victim.crash();
    on_killed(victim);
  });
}

/// Called when the process of a host was killed, by any fault.
void StudyCluster::on_killed(SimHost& host) {
  const TrialFiles* const files = context_.folders.files();
  if (files != nullptr && files->is_copying()) coverage_.hit(Mark::copy);
  if (&host == head_) return on_head_killed();
  if (joining_.erase(host.name()) > 0) coverage_.hit(Mark::node_joins);
  if (&host == own_) return on_own_exit();
  on_far_exit(host);
}

void StudyCluster::on_head_killed() {
  if (disk_.uncommitted > 0) coverage_.hit(Mark::uncommitted_rows);
  if (cluster_.now() < disk_.busy_until) coverage_.hit(Mark::commit);
  if (!joining_.empty()) coverage_.hit(Mark::head_joined);
  killed_in_start_ = ledger_.rows() == rows_at_head_start_;
  if (killed_in_start_) coverage_.hit(Mark::start);
  on_head_exit();
}

void StudyCluster::on_host_loss(const std::vector<SimHost*>& machine) {
  if (std::ranges::any_of(machine, [](const SimHost* host) { return host->runs_programs(); }))
    coverage_.hit(Mark::host);
  // The disk of the journal and of the trial folders is on the machine of the head.
  const bool disk_is_here = std::ranges::find(machine, head_) != machine.end();
  if (disk_is_here) disk_.lose_power();
  if (!context_.tears) return;
  const std::string host = disk_is_here ? std::string() : machine.front()->name();
  if (context_.folders.lose_power(host, rng_) > 0) coverage_.hit(Mark::unsynchronised);
}

}  // namespace troupe::actors::cluster
