#include "test/simulation/cluster/study_methods.hpp"

#include <cstdint>

namespace troupe::actors::cluster {

const std::vector<std::string>& method_names() {
  static const std::vector<std::string> names{"pasha",     "asha",   "stopping",
                                              "hyperband", "remote", "apart"};
  return names;
}

std::string study_text(const std::string& method) {
  std::string scheduler;
  if (method == "pasha" || method == "apart")
    scheduler = "{name: pasha, grace_period: 1, reduction_factor: 3}";
  if (method == "asha")
    scheduler = "{name: asha, type: promotion, grace_period: 1, reduction_factor: 3}";
  if (method == "stopping")
    scheduler = "{name: asha, type: stopping, grace_period: 1, reduction_factor: 3}";
  if (method == "hyperband") scheduler = "{name: hyperband, grace_period: 1, reduction_factor: 3}";
  // The scheduler runs on a far node, which has faults as all others.
  if (method == "remote")
    scheduler = "{name: pasha, grace_period: 1, reduction_factor: 3, node: far-1}";
  if (scheduler.empty()) return {};
  return "study: simulated\n"
         "entry: {command: [./train]}\n"
         "config_space: {x: {uniform: [0, 1]}, epochs: 9}\n"
         "metric: loss\n"
         "mode: min\n"
         "resource_attr: epoch\n"
         "max_resource_attr: epochs\n"
         "scheduler: " +
         scheduler +
         "\n"
         "n_workers: 5\n"
         "resources: {cpus: 1}\n"
         "stop_criterion: {max_num_trials_started: " +
         std::to_string(trials_started) +
         "}\n"
         "when_exhausted: promote\n"
         "max_failures: 1000\n"
         "max_retries: 12\n"
         "lease: 4\n"
         "grace_kill_s: 1\n"
         "seed: 7\n";
}

}  // namespace troupe::actors::cluster
