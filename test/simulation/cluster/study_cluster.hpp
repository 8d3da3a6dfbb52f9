#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/study/protocol.hpp"
#include "actors/study_file/study_spec.hpp"
#include "runtime/core/rng.hpp"
#include "runtime/simulation/sim_cluster.hpp"
#include "runtime/simulation/sim_faults.hpp"
#include "test/simulation/cluster/canary.hpp"
#include "test/simulation/cluster/disk.hpp"
#include "test/simulation/cluster/ledger.hpp"
#include "test/simulation/cluster/program_model.hpp"

namespace troupe::actors::cluster {

/// What is troubled in a simulated study.
struct Troubles {
  std::vector<runtime::simulation::Fault> faults;  ///< Of hosts and network.
  bool disk = false;                               ///< It is slow, or full.
  bool programs = false;                           ///< They crash, hang, flood, ignore SIGTERM.
  bool restarts = false;                           ///< Heads, each within the lease of the last.

  /// "all", "none", or a comma-separated list of "disk", "programs", "restarts" and the names of
  /// faults.
  static Result<Troubles> named(const std::string& names);
};

struct Scenario {
  std::uint64_t seed = 1;
  std::string method = "pasha";
  Troubles troubles;
  Canary canary = Canary::none;
  /// Gets each thing that happens: "  12.345 s  head     row 17 ...".
  std::function<void(const std::string&)> trace;
};

/// What waits in memory.
struct Held {
  runtime::simulation::Backlog process;  ///< The most of any.
  std::size_t rows = 0;                  ///< Of the study, not written down.

  void raise_to(const Held& other);
  friend bool operator==(const Held&, const Held&) = default;
};

/// What came of it. Equal for equal scenarios.
struct Verdict {
  std::string broken;  ///< What must not be, and was; empty if all was well.
  std::uint64_t events = 0;
  std::uint64_t rows = 0;
  std::uint64_t programs = 0;
  std::uint64_t faults = 0;
  std::uint64_t overlaps = 0;
  std::uint64_t heads = 0;
  std::uint64_t broken_off = 0;  ///< Programs that did not end as they would have.
  Duration time{};
  Held most;  ///< At one time.
  friend bool operator==(const Verdict&, const Verdict&) = default;
};

/// A whole study in one thread: a head, the node beside it, two far nodes; the real actors, links
/// and schedulers; a disk, reapers, programs and a network that fail by the seed. Whoever starts
/// processes in life (a person, systemd, the head) starts them again here.
class StudyCluster final {
 public:
  explicit StudyCluster(const Scenario& scenario);
  ~StudyCluster();

  /// To the end of the study, or to the first thing that must not be.
  [[nodiscard]] Verdict run();

 private:
  using SimHost = runtime::simulation::SimHost;

  // Processes and who starts them.
  void start_head();
  void start_own();
  void start_far(SimHost& host);
  void head_main(SimHost& host);
  void node_main(SimHost& host, const std::string& name);
  void head_down();
  void own_down();
  void own_gone(const std::string& name);
  [[nodiscard]] bool own_is_left() const;
  void far_down(SimHost& host);
  [[nodiscard]] runtime::simulation::ScriptedProcesses::Author author(const std::string& node);
  [[nodiscard]] std::unique_ptr<StudyLog> make_log(SimHost& head);

  // Faults and findings.
  void trouble_disk();
  void trouble_head();
  void look();
  void weigh();
  void expect(bool holds, const std::string& claim);
  void check_end();
  /// Calls back once it holds; looks again and again.
  void when(std::function<bool()> holds, Duration at_least, std::function<void()> then);
  void tell(const std::string& who, const std::string& what);
  [[nodiscard]] Duration any(Duration max);

  const Scenario scenario_;
  StudyDocument document_;
  std::shared_ptr<const StudySpec> spec_;
  Rng rng_;
  Rng disk_rng_;
  Rng canary_rng_;
  Ledger ledger_;
  Disk disk_;
  Stage stage_;
  std::vector<std::unique_ptr<runtime::Processes>> careless_;
  runtime::simulation::SimCluster cluster_;
  std::unique_ptr<runtime::simulation::SimFaults> faults_;
  SimHost* head_ = nullptr;
  SimHost* own_ = nullptr;
  Instant head_began_;
  Held most_;
  std::optional<StudyRef> study_;  ///< Of the head that runs.
  std::uint32_t own_starts_ = 0;
  std::string own_name_;
  std::string own_told_;  ///< Whose loss the head that runs was told.
  bool own_orderly_ = false;
  bool own_over_ = false;
  bool leaving_ = false;  ///< The study is over in this head: its node is not started again.
  bool ceased_ = false;
};

/// Runs a scenario.
[[nodiscard]] Verdict judge(const Scenario& scenario);

}  // namespace troupe::actors::cluster
