#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>
#include <string>

#include "actors/cli/commands.hpp"
#include "actors/cli/table.hpp"
#include "actors/study_file/spec_options.hpp"
#include "actors/study_file/study_file.hpp"
#include "schedulers/halving.hpp"

namespace troupe::cli {
namespace {

using actors::StudySpec;
using schedulers::Resource;
using Count = std::optional<std::uint64_t>;

/// A step of the ladder: the rungs, and the maximum resource above them.
struct Step {
  Resource resource = 0;
  std::optional<double> fraction;  ///< Of its trials that go on; none at the top.
  Count trials;                    ///< That reach it at most, if the study bounds them.
  Count cost;                      ///< Resource that those trials use since the step below.
};

Count trials_at_most(const StudySpec& spec) {
  Count most = spec.stop_criterion.max_num_trials_started;
  auto space = spec.config_space.cardinality();
  if (spec.searcher.name == schedulers::SearcherName::random && space)
    most = std::min(most.value_or(*space), *space);
  return most;
}

/// How many of `trials` pass a rung where all of them have reported (ALGORITHMS.md B2): those up to
/// an interpolated quantile, which is one more than the fraction at most.
std::uint64_t passing(std::uint64_t trials, double fraction) {
  if (trials < 2) return trials;  // The first trial of a rung never waits under `stopping`.
  return static_cast<std::uint64_t>(std::floor(static_cast<double>(trials - 1) * fraction)) + 1;
}

std::vector<Step> ladder(const StudySpec& spec) {
  const auto options = actors::halving_options(spec);
  const auto levels = schedulers::rung_levels(options);
  const auto fractions = schedulers::promotion_fractions(options);
  std::vector<Step> steps;
  Count trials = trials_at_most(spec);
  Resource below = 0;
  for (std::size_t k = 0; k <= levels.size(); ++k) {
    Step step{.resource = k < levels.size() ? levels[k] : spec.max_t};
    step.trials = trials;
    if (trials) step.cost = *trials * static_cast<std::uint64_t>(step.resource - below);
    if (k < levels.size()) {
      step.fraction = fractions[k];
      if (trials) trials = passing(*trials, fractions[k]);
    }
    below = step.resource;
    steps.push_back(step);
  }
  return steps;
}

Cell cell(const Count& count) {
  if (!count) return std::monostate{};
  return static_cast<std::int64_t>(*count);
}

/// To four digits, in a table for people; else as it is.
Cell cell(const std::optional<double>& fraction, TableFormat format) {
  if (!fraction) return std::monostate{};
  if (format != TableFormat::table) return *fraction;
  char text[32];
  std::snprintf(text, sizeof text, "%.4f", *fraction);
  return std::string(text);
}

std::string explanation(const StudySpec& spec, const std::vector<Step>& steps) {
  std::string text;
  const schedulers::Halving halving(actors::halving_options(spec));
  if (spec.scheduler.name == actors::SchedulerSpec::Name::pasha)
    text += "PASHA starts with the rungs up to " + spec.resource_attr + " " +
            std::to_string(halving.standing().ceiling) +
            ", and unlocks the next one while the top two rank trials differently.\n";
  if (!steps.front().trials)
    return text + "How many trials there are is open: no max_num_trials_started.\n";
  std::uint64_t cost = 0;
  for (const Step& step : steps) cost += step.cost.value_or(0);
  const std::uint64_t everything = *steps.front().trials * static_cast<std::uint64_t>(spec.max_t);
  text += "At most " + std::to_string(cost) + " of " + spec.resource_attr +
          " in all, where running " + std::to_string(*steps.front().trials) +
          " trials to the end takes " + std::to_string(everything) + ".\n";
  return text +
         "Counted as if each rung were full before it is judged; trials that were ahead "
         "earlier may add to it.\n";
}

}  // namespace

int preview(const PreviewOptions& options) {
  const auto file = actors::read_study_file(options.study);
  for (const auto& problem : file.problems) std::fputs(to_text(problem).c_str(), stderr);
  if (!file.spec) return exit_usage;
  const auto steps = ladder(*file.spec);
  Table table{.columns = {"rung", "resource", "fraction", "trials", "cost"}, .rows = {}};
  for (std::size_t k = 0; k < steps.size(); ++k) {
    Cell rung = static_cast<std::int64_t>(k);
    if (k + 1 == steps.size()) rung = std::string("R");
    table.rows.push_back({rung, steps[k].resource, cell(steps[k].fraction, options.format),
                          cell(steps[k].trials), cell(steps[k].cost)});
  }
  std::fputs(to_text(table, options.format).c_str(), stdout);
  if (options.format == TableFormat::table)
    std::printf("\n%s", explanation(*file.spec, steps).c_str());
  return exit_ok;
}

}  // namespace troupe::cli
