#include "actors/sequence/simulated_sequence.hpp"

#include <memory>
#include <numeric>
#include <optional>
#include <utility>

#include "actors/sequence/merge.hpp"
#include "actors/sequence/sequence_file.hpp"
#include "runtime/core/rng.hpp"
#include "runtime/parallel.hpp"
#include "schedulers/searchers/suggested.hpp"

namespace troupe::actors {

std::vector<std::size_t> permutation(std::size_t tasks, std::uint64_t number, std::uint64_t seed) {
  std::vector<std::size_t> order(tasks);
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (number == 0) return order;
  Rng rng = Rng::stream(seed, "permutation", number);
  for (std::size_t left = tasks; left > 1; --left)
    std::swap(order[left - 1], order[static_cast<std::size_t>(rng.below(left))]);
  return order;
}

Result<SequenceRun> simulate_sequence(const SequenceSimulation& sequence, std::uint64_t number) {
  SequenceRun run;
  const std::uint64_t seed = sequence.tasks.front().spec->seed;
  run.order = permutation(sequence.tasks.size(), number, seed);
  std::vector<Config> known;
  for (std::size_t place = 0; place < run.order.size(); ++place) {
    SimulationPlan plan = sequence.tasks[run.order[place]];
    auto spec = std::make_shared<StudySpec>(*plan.spec);
    if (sequence.remembers) {
      std::vector<Config> all = known;
      all.insert(all.end(), spec->incumbents.begin(), spec->incumbents.end());
      spec->incumbents = schedulers::points_in_order(spec->config_space, all);
    }
    run.incumbents.push_back(spec->incumbents.size());
    plan.seed = seed + number * run.order.size() + place;
    plan.spec = std::move(spec);
    auto outcome = simulate(plan);
    if (!outcome) return outcome.error();
    if (outcome->chosen) {
      known.push_back(outcome->chosen->config);
      known = schedulers::points_in_order(plan.spec->config_space, known);
    }
    run.outcomes.push_back(std::move(outcome).value());
  }
  return run;
}

Result<std::vector<std::vector<SequenceRun>>> simulate_sequences(
    const std::vector<SequenceSimulation>& sequences, std::uint64_t permutations, std::size_t jobs,
    const std::function<void(std::size_t done)>& progress) {
  std::vector<std::optional<Result<SequenceRun>>> results(sequences.size() * permutations);
  runtime::for_each_parallel(
      results.size(), jobs,
      [&](std::size_t i) {
        results[i] = simulate_sequence(sequences[i / permutations], i % permutations);
      },
      progress);
  std::vector<std::vector<SequenceRun>> runs(sequences.size());
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (!*results[i]) return results[i]->error();
    runs[i / permutations].push_back(std::move(*results[i]).value());
  }
  return runs;
}

}  // namespace troupe::actors
