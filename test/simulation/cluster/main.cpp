// Simulates whole studies on a cluster, one for each seed, and prints the seeds with violations.
//
//     cluster_simulation --seeds 1..1000 [--method pasha|all] [--faults all|none|crash,disk,...]
//     cluster_simulation --seed 17 --trace
//     cluster_simulation --seeds 1..1000 --canary warden
//
// Ends with 1 if a study was broken, and with 3 if --require-marks is given and no seed got into
// one of the rare situations of coverage.hpp.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "test/simulation/cluster/study_cluster.hpp"
#include "test/simulation/cluster/study_methods.hpp"

namespace {

using namespace troupe;
using namespace troupe::actors::cluster;

struct Options {
  std::uint64_t first = 1;
  std::uint64_t last = 100;
  std::vector<std::string> methods = method_names();
  std::string faults = "all";
  Canary canary = Canary::none;
  bool trace = false;
  bool keep_going = false;
  bool require_marks = false;
};

constexpr const char* usage =
    "usage: cluster_simulation [--seeds A..B | --seed N] [--method NAME|all] "
    "[--faults all|none|NAME,...] [--canary NAME] [--trace] [--keep-going] "
    "[--require-marks]\n";

int refuse(const std::string& what) {
  std::fprintf(stderr, "%s\n%s", what.c_str(), usage);
  return 2;
}

std::optional<Canary> canary_named(std::string_view name) {
  constexpr auto names = enum_names(Canary{});
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names.at(i) == name) return static_cast<Canary>(i);
  return std::nullopt;
}

bool* flag_named(std::string_view name, Options& options) {
  if (name == "--trace") return &options.trace;
  if (name == "--keep-going") return &options.keep_going;
  if (name == "--require-marks") return &options.require_marks;
  return nullptr;
}

/// Reads the options; returns an error, or an empty text.
std::string read(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view key = argv[i];
    if (bool* const flag = flag_named(key, options)) {
      *flag = true;
      continue;
    }
    if (i + 1 == argc) return std::string(key) + " needs a value, or is unknown";
    const std::string value = argv[++i];
    if (key == "--seed") {
      options.first = options.last = std::stoull(value);
    } else if (key == "--seeds") {
      const auto dots = value.find("..");
      if (dots == std::string::npos) return "--seeds " + value + ": expected A..B";
      options.first = std::stoull(value.substr(0, dots));
      options.last = std::stoull(value.substr(dots + 2));
    } else if (key == "--method") {
      if (value != "all") options.methods = {value};
      if (value != "all" && study_text(value).empty()) return "no method is named " + value;
    } else if (key == "--faults") {
      options.faults = value;
    } else if (key == "--canary") {
      const auto canary = canary_named(value);
      if (!canary) return "no canary is named " + value;
      options.canary = *canary;
    } else {
      return std::string(key) + " is unknown";
    }
  }
  return {};
}

struct Sums {
  std::uint64_t runs = 0, violation = 0, events = 0, rows = 0, programs = 0, faults = 0, heads = 0,
                overlaps = 0, interrupted = 0;
  double simulated_s = 0;
  BacklogPeak peak;
  Coverage coverage;

  void add(const RunResult& result) {
    ++runs;
    if (!result.violation.empty()) ++violation;
    events += result.events;
    rows += result.rows;
    programs += result.programs;
    faults += result.faults;
    heads += result.heads;
    overlaps += result.overlaps;
    interrupted += result.interrupted;
    peak.raise_to(result.peak);
    coverage.add(result.coverage);
    simulated_s += std::chrono::duration<double>(result.time).count();
  }
};

RunResult run(const Options& options, const FaultSet& fault_set, std::uint64_t seed,
              const std::string& method) {
  Scenario scenario{.seed = seed,
                    .method = method,
                    .fault_set = fault_set,
                    .canary = options.canary,
                    .trace = {}};
  if (options.trace)
    scenario.trace = [](const std::string& line) { std::printf("%s\n", line.c_str()); };
  try {
    return run_scenario(scenario);
  } catch (const std::exception& thrown) {
    return {.violation = std::string("thrown: ") + thrown.what()};
  }
}

/// Prints how often each mark was hit; returns the number of marks that never were.
std::size_t print_marks(const Coverage& coverage) {
  std::size_t missing = 0;
  std::printf("marks:");
  for (const Mark mark : all_marks) {
    const std::uint64_t count = coverage.count(mark);
    std::printf(" %s %llu", std::string(enum_text(mark)).c_str(),
                static_cast<unsigned long long>(count));
    if (count == 0) ++missing;
  }
  std::printf("\n");
  if (missing > 0) std::printf("%zu marks were never hit\n", missing);
  return missing;
}

int simulate(const Options& options, const FaultSet& fault_set) {
  Sums sums;
  const auto start = std::chrono::steady_clock::now();
  const std::clock_t processor_start = std::clock();
  for (std::uint64_t seed = options.first; seed <= options.last; ++seed) {
    // The methods take turns.
    const std::string& method = options.methods[seed % options.methods.size()];
    const RunResult result = run(options, fault_set, seed, method);
    sums.add(result);
    if (result.violation.empty()) continue;
    const std::string canary(enum_names(Canary{}).at(static_cast<std::size_t>(options.canary)));
    std::printf(
        "seed %llu (%s): %s\n  again: cluster_simulation --seed %llu --method %s --faults "
        "%s --canary %s --trace\n",
        static_cast<unsigned long long>(seed), method.c_str(), result.violation.c_str(),
        static_cast<unsigned long long>(seed), method.c_str(), options.faults.c_str(),
        canary.c_str());
    std::fflush(stdout);
    if (!options.keep_going) break;
  }
  const double took =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const double processor_s = static_cast<double>(std::clock() - processor_start) / CLOCKS_PER_SEC;
  const auto per_run = [&](std::uint64_t sum) {
    return static_cast<double>(sum) / static_cast<double>(sums.runs);
  };
  const double studies = static_cast<double>(sums.runs);
  std::printf(
      "%.0f studies, %llu broken; %.0f a minute (%.0f a minute of processor time)\n"
      "each: %.0f events, %.0f rows, %.1f programs, %.1f faults, %.1f heads, %.2f overlaps, "
      "%.2f programs broken off, %.0f s simulated\n"
      "at most: %zu messages, %zu handlers that wait and %zu bytes for others in a process; %zu "
      "rows of a study not written down\n",
      studies, static_cast<unsigned long long>(sums.violation), 60 * studies / took,
      60 * studies / processor_s, per_run(sums.events), per_run(sums.rows), per_run(sums.programs),
      per_run(sums.faults), per_run(sums.heads), per_run(sums.overlaps), per_run(sums.interrupted),
      sums.simulated_s / studies, sums.peak.process.messages, sums.peak.process.suspended,
      sums.peak.process.bytes, sums.peak.rows);
  const std::size_t missing = print_marks(sums.coverage);
  if (sums.violation > 0) return 1;
  return options.require_marks && missing > 0 ? 3 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (argc == 2 && std::string_view(argv[1]) == "--help") {
    std::printf("%s", usage);
    return 0;
  }
  if (const std::string wrong = read(argc, argv, options); !wrong.empty()) return refuse(wrong);
  const auto fault_set = FaultSet::named(options.faults);
  if (!fault_set) return refuse(fault_set.error().what);
  return simulate(options, *fault_set);
}
