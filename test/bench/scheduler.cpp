// Measures the time of a report in each scheduler and the memory of a trial; see `usage`.
// schedulers/README.md, section 12, has the targets.

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <malloc.h>

#include "runtime/core/rng.hpp"
#include "schedulers/async_successive_halving.hpp"
#include "test/bench/growth_chart.hpp"

namespace {

using namespace troupe;
using namespace troupe::schedulers;

constexpr const char* usage =
    "scheduler_bench [TRIALS_MAX [NAME [PICTURES]]]\n"
    "Prints what a report costs the scheduler (its answer, and the slot that it may free) and what "
    "a\n"
    "trial takes in memory, for 10^2, 10^3, ... up to TRIALS_MAX trials (default 1000000), of the\n"
    "schedulers whose name contains NAME (default: all). Writes PICTURES-time.svg and\n"
    "PICTURES-memory.svg, which show the growth.\n";

/// Reads a number above 0; none for any other text.
std::optional<std::size_t> count_in(std::string_view text) {
  std::size_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size() || count == 0) return std::nullopt;
  return count;
}

struct Case {
  const char* name;
  AsyncSuccessiveHalvingOptions options;
  double noise;  ///< Noise of the metric; the qualities of trials are uniform in [0, 1).
};

struct Cost {
  std::size_t reports = 0;
  double microseconds = 0;  ///< Mean time of a report.
  double bytes = 0;         ///< Memory of a trial.
  SchedulerStatus status;
};

/// Runs four workers in turn until `trials` have started. All metrics are drawn before.
Cost measure(const Case& bench, std::size_t trials) {
  constexpr std::size_t workers = 4;
  Rng rng(7);
  std::vector<double> quality(trials);
  for (double& q : quality) q = rng.uniform();
  std::vector<double> noise(1 << 16);
  for (double& n : noise) n = bench.noise * rng.uniform();

  const std::size_t before = mallinfo2().uordblks;
  const auto scheduler = std::make_unique<AsyncSuccessiveHalving>(bench.options);
  std::vector<Resource> reached(trials);
  std::vector<TrialId> running;
  Cost cost;
  const std::clock_t begin = std::clock();
  for (std::size_t turn = 0, started = 0; started < trials; ++turn) {
    while (running.size() < workers) {
      const auto answer = scheduler->on(SlotOpened{});
      if (const auto* start = std::get_if<StartTrial>(&answer[0])) {
        ++started;
        running.push_back(start->trial);
      } else {
        running.push_back(std::get<ResumeTrial>(answer[0]).trial);
      }
      if (started == trials) break;
    }
    TrialId& trial = running[turn % running.size()];
    const Resource resource = ++reached[trial];
    const double metric = quality[trial] + 1 / std::sqrt(static_cast<double>(resource)) +
                          noise[(trial * 31 + static_cast<std::size_t>(resource)) % noise.size()];
    const auto answer = scheduler->on(ReportReceived{trial, resource, metric});
    ++cost.reports;
    if (!std::holds_alternative<ContinueTrial>(answer[0])) {
      trial = running.back();
      running.pop_back();
    }
  }
  const auto spent = static_cast<double>(std::clock() - begin);  // Processor time.
  cost.microseconds = spent / (CLOCKS_PER_SEC / 1e6) / static_cast<double>(cost.reports);
  const std::size_t own = reached.capacity() * sizeof(Resource);
  cost.bytes =
      static_cast<double>(mallinfo2().uordblks - before - own) / static_cast<double>(trials);
  cost.status = scheduler->status();
  return cost;
}

AsyncSuccessiveHalvingOptions options(Rule rule, Ceiling ceiling,
                                      std::vector<TrialId> incumbents = {}) {
  AsyncSuccessiveHalvingOptions options;
  options.rule = rule;
  options.ceiling = ceiling;
  options.max_resource = 200;
  options.incumbents = std::move(incumbents);
  return options;
}

std::vector<Case> every_case() {
  return {
      {"asha stopping", options(Rule::stopping, Ceiling::fixed), 0.05},
      {"asha promotion", options(Rule::promotion, Ceiling::fixed), 0.05},
      {"rush stopping", options(Rule::stopping, Ceiling::fixed, {0, 1, 2, 3}), 0.05},
      {"rush promotion", options(Rule::promotion, Ceiling::fixed, {0, 1, 2, 3}), 0.05},
      {"pasha, no noise", options(Rule::promotion, Ceiling::progressive), 0},
      {"pasha, little noise", options(Rule::promotion, Ceiling::progressive), 0.02},
      {"pasha, much noise", options(Rule::promotion, Ceiling::progressive), 1},
      {"pasha stopping, noise", options(Rule::stopping, Ceiling::progressive), 0.2},
  };
}

}  // namespace

int main(int argc, char** argv) {
  const std::optional<std::size_t> trials_max = count_in(argc > 1 ? argv[1] : "1000000");
  if (!trials_max || argc > 4) {
    const bool asked = argc == 2 && std::string_view(argv[1]) == "--help";
    std::fputs(usage, asked ? stdout : stderr);
    return asked ? 0 : 2;
  }
  const std::string chosen = argc > 2 ? argv[2] : "";
  const std::string pictures = argc > 3 ? argv[3] : "";
  std::vector<bench::Growth> time;
  std::vector<bench::Growth> memory;
  std::printf("%-22s %9s %10s %12s %12s %5s %9s\n", "scheduler", "trials", "reports", "us/report",
              "bytes/trial", "T", "epsilon");
  for (const Case& bench : every_case()) {
    if (std::string(bench.name).find(chosen) == std::string::npos) continue;
    time.push_back({bench.name, {}, {}});
    memory.push_back({bench.name, {}, {}});
    for (std::size_t trials = 100; trials <= *trials_max; trials *= 10) {
      const Cost cost = measure(bench, trials);
      std::printf("%-22s %9zu %10zu %12.3f %12.0f %5lld %9.4f%s\n", bench.name, trials,
                  cost.reports, cost.microseconds, cost.bytes,
                  static_cast<long long>(cost.status.ceiling), cost.status.epsilon,
                  cost.status.epsilon_capped ? " (capped)" : "");
      std::fflush(stdout);
      time.back().trials.push_back(static_cast<double>(trials));
      time.back().values.push_back(std::max(cost.microseconds, 1e-3));
      memory.back().trials.push_back(static_cast<double>(trials));
      memory.back().values.push_back(std::max(cost.bytes, 1.0));
    }
  }
  if (time.empty()) {
    std::fprintf(stderr, "no scheduler's name contains '%s'\n", chosen.c_str());
    return 2;
  }
  if (pictures.empty() || time.front().trials.empty()) return 0;
  std::ofstream(pictures + "-time.svg") << bench::growth_chart(
      "What a report costs the scheduler", "microseconds of the processor, mean", time,
      {{"PASHA's target", 5},
       {"ASHA's and RUSH's at a million", 3},
       {"ASHA's and RUSH's at ten thousand", 1}});
  std::ofstream(pictures + "-memory.svg")
      << bench::growth_chart("What a trial takes in memory", "bytes, pairs included", memory,
                             {{"target, pairs apart", 300}});
}
