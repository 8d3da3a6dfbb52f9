#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "actors/checkpoints/store.hpp"
#include "actors/study/protocol.hpp"
#include "actors/study_file/study_spec.hpp"
#include "runtime/core/rng.hpp"
#include "runtime/simulation/sim_cluster.hpp"
#include "runtime/simulation/sim_faults.hpp"
#include "test/simulation/cluster/canary.hpp"
#include "test/simulation/cluster/coverage.hpp"
#include "test/simulation/cluster/disk.hpp"
#include "test/simulation/cluster/ledger.hpp"
#include "test/simulation/cluster/program_model.hpp"

namespace troupe::actors::cluster {

/// The address of each head, so that nodes find its successor.
inline constexpr const char* head_address = "head";
/// The name of the UnfencedStudy of a canary.
inline constexpr const char* unfenced_name = "open fence";

/// The faults of a simulated study.
struct FaultSet {
  std::vector<runtime::simulation::Fault> faults;  ///< Of hosts and network.
  bool disk = false;                               ///< The disk is slow or full at times.
  bool programs = false;     ///< Programs crash, hang, flood or ignore SIGTERM.
  bool checkpoints = false;  ///< Checkpoints are torn, or lost with their host.
  bool sick = false;         ///< EACCES and EMFILE where a node starts programs.
  bool rogue = false;        ///< One node is malicious.
  bool storm = false;        ///< Heads are killed again and again within their start.
  bool restarts = false;     ///< Heads restart within the lease of their predecessor. Not in "all".

  [[nodiscard]] bool any() const {
    return !faults.empty() || disk || programs || checkpoints || sick || rogue || storm || restarts;
  }
  /// Reads "all", "none", or a comma-separated list of the names of these and of `Fault`.
  static Result<FaultSet> named(const std::string& names);
};

struct Scenario {
  std::uint64_t seed = 1;
  std::string method = "pasha";
  FaultSet fault_set;
  Canary canary = Canary::none;
  /// Receives a line for each event: "  12.345 s  head     row 17 ...".
  std::function<void(const std::string&)> trace;
};

/// The largest amounts of unfinished work at one time.
struct BacklogPeak {
  runtime::simulation::Backlog process;  ///< The largest of any process.
  std::size_t rows = 0;                  ///< Uncommitted rows of the study.

  void raise_to(const BacklogPeak& other);
  friend bool operator==(const BacklogPeak&, const BacklogPeak&) = default;
};

/// The result of a run; equal for equal scenarios.
struct RunResult {
  std::string violation;  ///< The first violation of an invariant; empty if there is none.
  std::uint64_t events = 0;
  std::uint64_t rows = 0;
  std::uint64_t programs = 0;
  std::uint64_t faults = 0;
  std::uint64_t overlaps = 0;
  std::uint64_t heads = 0;
  std::uint64_t interrupted =
      0;  ///< Attempts that failed or were lost after their program had started.
  Duration time{};
  BacklogPeak peak;
  Coverage coverage;
  friend bool operator==(const RunResult&, const RunResult&) = default;
};

/// A whole study in one thread: a head, its local node and two far nodes, with the real actors,
/// links and schedulers. Faults of disk, reapers, programs and network are drawn from the seed. The
/// cluster restarts processes, as users, systemd or the head do.
class StudyCluster final {
 public:
  explicit StudyCluster(const Scenario& scenario);
  ~StudyCluster();

  /// Runs to the end of the study, or to the first violation of an invariant.
  [[nodiscard]] RunResult run();

 private:
  using SimHost = runtime::simulation::SimHost;

  // Processes.
  void start_head();
  void start_own();
  void start_far(SimHost& host);
  void start_rogue();
  void head_main(SimHost& host);
  void node_main(SimHost& host, const std::string& name);
  void on_head_exit();
  void on_own_exit();
  void report_own_gone(const std::string& name);
  [[nodiscard]] bool own_still_runs() const;
  void on_far_exit(SimHost& host);
  [[nodiscard]] runtime::simulation::ScriptedProcesses::Author author(const std::string& node);
  [[nodiscard]] std::optional<StoreOptions> store_options() const;
  [[nodiscard]] std::unique_ptr<StudyLog> make_log(SimHost& head);

  // Faults and checks.
  void schedule_disk_fault();
  void schedule_head_restart();
  void schedule_storm();
  void schedule_sickness();
  void kill_head_in_its_start();
  void kill_head();
  void kill_during_copy(const std::string& host);
  void on_killed(SimHost& host);
  void on_head_killed();
  void on_host_loss(const std::vector<SimHost*>& machine);
  void check_after_event();
  void check_backlog();
  void expect(bool holds, const std::string& claim);
  void check_end();
  /// Calls `then` once `holds`, at the earliest after `at_least`; checks every 5 ms.
  void call_when(std::function<bool()> holds, Duration at_least, std::function<void()> then);
  void trace(const std::string& who, const std::string& what);
  [[nodiscard]] Duration draw(Duration max);

  const Scenario scenario_;
  StudyDocument document_;
  std::shared_ptr<const StudySpec> spec_;
  Rng rng_;
  Rng disk_rng_;
  Rng canary_rng_;
  Rng rogue_rng_;
  Ledger ledger_;
  Disk disk_;
  ProgramContext context_;
  std::vector<std::unique_ptr<runtime::Processes>> faulty_reapers_;
  runtime::simulation::SimCluster cluster_;
  std::unique_ptr<runtime::simulation::SimFaults> faults_;
  SimHost* head_ = nullptr;
  SimHost* own_ = nullptr;
  SimHost* rogue_ = nullptr;  ///< Null without a malicious node.
  Instant head_started_at_;
  std::uint64_t rows_at_head_start_ = 0;
  bool killed_in_start_ = false;  ///< Whether the latest head was killed within its start.
  std::uint64_t storm_kills_left_ = 0;
  std::set<std::string> joining_;  ///< Hosts whose node has a link, and no answer to its join.
  BacklogPeak peak_;
  Coverage coverage_;
  std::optional<StudyRef> study_;  ///< Of the running head.
  std::uint32_t own_starts_ = 0;
  std::string own_name_;
  std::string own_loss_reported_;  ///< The local node whose loss the running head knows.
  bool own_orderly_ = false;
  bool own_finished_ = false;
  bool head_leaving_ =
      false;  ///< The running head has ended its study, and starts no local node any more.
  bool faults_stopped_ = false;
};

/// Runs a scenario to its end.
[[nodiscard]] RunResult run_scenario(const Scenario& scenario);

}  // namespace troupe::actors::cluster
