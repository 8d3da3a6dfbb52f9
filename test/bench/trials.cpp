// Measures the rate of trials: 1,000 trials of a static program that reports once and exits, two at
// a time. It is compared with a loop that spawns the same program and waits for it. The two take
// turns; results are medians.
//
//     build/release/bin/trials_bench [TRIALS] [ROUNDS]

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "actors/journal/journal.hpp"
#include "actors/json.hpp"
#include "actors/study/inputs.hpp"
#include "test/e2e/study_kit.hpp"

namespace {

using namespace troupe;

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

double percentile(std::vector<double> values, double p) {
  std::sort(values.begin(), values.end());
  return values.empty()
             ? 0
             : values[static_cast<std::size_t>(p * static_cast<double>(values.size() - 1))];
}

/// Reads the rate in a line such as "1000 programs, 2 at a time: 2.732 s, 366.1 a second".
double rate_in(const std::string& line) {
  const auto comma = line.rfind(',');
  return comma == std::string::npos ? 0 : std::atof(line.c_str() + comma + 1);
}

/// Times from the end of a process (its row in the journal) to the start of its successor in the
/// slot.
std::vector<double> refill_ms(const test::E2eStudy& study) {
  auto reader = actors::JournalReader::open(study.folder() + "/journal.db").value();
  std::map<schedulers::TrialId, std::int64_t> freed_us;
  std::vector<double> times;
  std::int64_t ended_us = 0;
  reader
      .each(0,
            [&](const actors::Row& row) -> Result<void> {
              const auto input = actors::from_json<actors::Input>(row.input).value();
              if (std::holds_alternative<actors::AttemptEnded>(input)) ended_us = row.time_us;
              if (const auto* slot = std::get_if<actors::SlotFreed>(&input);
                  slot != nullptr && ended_us > 0)
                if (slot->suggestion)
                  freed_us[slot->suggestion->trial] = std::exchange(ended_us, 0);
              const auto* report = std::get_if<actors::Reported>(&input);
              if (report == nullptr || !freed_us.contains(report->trial)) return {};
              for (const auto& value : report->values)
                if (value.name == "started_us")
                  times.push_back(static_cast<double>(std::get<std::int64_t>(value.value) -
                                                      freed_us.at(report->trial)) *
                                  1e-3);
              return {};
            })
      .value();
  return times;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string trials = argc > 1 ? argv[1] : "1000";
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
  std::vector<double> bare;
  std::vector<double> ours;
  std::vector<double> refill;
  // Removed at the end, because ext4 makes files slowly for a minute after many were removed.
  std::vector<std::unique_ptr<const test::E2eStudy>> studies;
  for (int round = 0; round < rounds; ++round) {
    const auto loop =
        test::run({test::program("e2e_spawn"), trials, "2", test::program("e2e_once")});
    bare.push_back(rate_in(loop.out));
    studies.push_back(std::make_unique<const test::E2eStudy>("entry: {command: [" +
                                                             test::program("e2e_once") + "]}\n" +
                                                             R"(
config_space: {x: {uniform: [0, 1]}}
max_t: 1000
scheduler: {name: asha}
n_workers: 2
stop_criterion: {max_num_trials_started: )" + trials + "}\n"));
    const test::E2eStudy& study = *studies.back();
    const auto from = std::chrono::steady_clock::now();
    const auto run = study.run();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - from;
    if (run.code != 0) {
      std::fprintf(stderr, "%s", run.err.c_str());
      return 1;
    }
    ours.push_back(std::atof(trials.c_str()) / took.count());
    const auto times = refill_ms(study);
    refill.insert(refill.end(), times.begin(), times.end());
    std::printf("round %d: bare loop %.0f/s, study %.0f/s (start and end of troupe included)\n",
                round + 1, bare.back(), ours.back());
    std::fflush(stdout);
  }
  std::printf("medians: bare loop %.0f/s, study %.0f/s, ratio %.2f\n", median(bare), median(ours),
              median(ours) / median(bare));
  std::printf(
      "from a free slot to the next program's first instruction: median %.2f ms, 99th percentile "
      "%.2f ms\n",
      median(refill), percentile(refill, 0.99));
  return 0;
}
