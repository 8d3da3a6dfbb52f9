// Measures the time of a suggestion of the searchers that learn; see `usage`. schedulers/README.md,
// section 15.8, has the targets.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "runtime/core/rng.hpp"
#include "schedulers/searchers/mobster_searcher.hpp"
#include "schedulers/searchers/tpe_searcher.hpp"
#include "schedulers/surrogates/surrogate.hpp"
#include "test/bench/growth_chart.hpp"

namespace {

using namespace troupe;
using namespace troupe::schedulers;

constexpr const char* usage =
    "searcher_bench [PICTURE]\n"
    "Prints the processor time of a suggestion, with and without a fit, of `mobster` for 25 to "
    "500\n"
    "observations and 2 to 16 hyperparameters, and of `tpe` for 100 to 1000 trials. Four trials "
    "are\n"
    "pending. Times are the median of five (without a fit), of three (with one). Writes PICTURE, "
    "an\n"
    "SVG that shows the growth.\n";

const std::vector<Resource> ladder{1, 3, 9, 27};

SearchTerms terms_with(std::size_t dimensions, std::uint64_t seed) {
  std::vector<Parameter> parameters;
  for (std::size_t i = 0; i < dimensions; ++i)
    parameters.push_back({"p" + std::to_string(i), Uniform{0, 1}});
  return {.space = Space(std::move(parameters)),
          .seed = seed,
          .max_resource = ladder.back(),
          .rung_levels = ladder};
}

/// The facts of a study of random configurations, of which a third goes on at each level.
class RandomStudy {
 public:
  RandomStudy(const SearchTerms& terms, std::uint64_t seed) : space_(terms.space), rng_(seed) {}

  /// Adds trials until there are `count` observations.
  void observe(Searcher& searcher, std::size_t count) {
    while (observed_ < count) {
      const Config config = begin(searcher);
      const TrialId trial = trials_ - 1;
      double quality = 0;
      double weight = 1;
      for (const Setting& one : config) {
        const double away = std::get<double>(one.value) - 0.4;
        quality += weight * away * away;
        weight *= 0.8;
      }
      for (const Resource level : ladder) {
        searcher.learn(ReportReceived{
            trial, level,
            quality + 1 / std::sqrt(static_cast<double>(level)) + 0.02 * rng_.uniform()});
        if (++observed_ == count || rng_.uniform() > 1.0 / 3) break;
      }
      searcher.learn(TrainingPaused{trial});
    }
  }
  /// Starts a trial that reports nothing yet.
  Config begin(Searcher& searcher) {
    Config config = space_.sample(rng_);
    searcher.learn(ConfigAssigned{trials_, config});
    searcher.learn(TrainingBegun{trials_, 0, 1});
    ++trials_;
    return config;
  }
  [[nodiscard]] TrialId trials() const { return trials_; }

 private:
  Space space_;
  Rng rng_;
  TrialId trials_ = 0;
  std::size_t observed_ = 0;
};

double milliseconds_of(Searcher& searcher, TrialId trial) {
  const std::clock_t begin = std::clock();
  if (!searcher.suggest(trial)) std::fputs("no suggestion\n", stderr);
  return 1e3 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

struct Times {
  std::size_t observations = 0;  ///< The parameters are fitted to all of them.
  double with_fit = 0;           ///< Milliseconds.
  double without_fit = 0;        ///< After one more observation.
};

Times measure_mobster(std::size_t dimensions, std::size_t observations) {
  Times times{.observations = Surrogate::fitted_to(observations)};
  std::vector<double> with_fit;
  std::vector<double> without_fit;
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    const SearchTerms terms = terms_with(dimensions, seed);
    MobsterSearcher searcher({.resource = ModelledResource::bohb}, terms);
    RandomStudy study(terms, seed);
    study.observe(searcher, times.observations);
    for (int i = 0; i < 4; ++i) (void)study.begin(searcher);
    with_fit.push_back(milliseconds_of(searcher, study.trials()));
    for (std::size_t more = 1; more <= 5; ++more) {
      const std::size_t count = times.observations + more;
      // Below 50 observations each new one needs a fit.
      if (Surrogate::fitted_to(count) == times.observations) study.observe(searcher, count);
      without_fit.push_back(milliseconds_of(searcher, study.trials()));
    }
  }
  times.with_fit = median(with_fit);
  times.without_fit = median(without_fit);
  return times;
}

double measure_tpe(std::size_t dimensions, std::size_t trials) {
  std::vector<double> all;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    SearchTerms terms = terms_with(dimensions, seed);
    terms.rung_levels.clear();  // Each trial has one observation, all of one level.
    TpeSearcher searcher({}, terms);
    RandomStudy study(terms, seed);
    while (study.trials() < trials) {
      const Config config = study.begin(searcher);
      const double loss = std::get<double>(config.front().value);
      searcher.learn(ReportReceived{study.trials() - 1, ladder.back(), loss});
      searcher.learn(TrialCompleted{study.trials() - 1});
    }
    all.push_back(milliseconds_of(searcher, study.trials()));
  }
  return median(all);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 2 || (argc == 2 && std::string_view(argv[1]).starts_with('-'))) {
    const bool asked = argc == 2 && std::string_view(argv[1]) == "--help";
    std::fputs(usage, asked ? stdout : stderr);
    return asked ? 0 : 2;
  }
  std::vector<bench::Growth> lines;
  std::printf("%-8s %15s %12s %12s %12s\n", "searcher", "hyperparameters", "observations",
              "with fit, ms", "without, ms");
  for (const std::size_t dimensions : {2U, 4U, 8U, 16U}) {
    bench::Growth with{.name = std::to_string(dimensions) + " dimensions, with a fit"};
    bench::Growth without{.name = std::to_string(dimensions) + " dimensions"};
    for (const std::size_t observations : {25U, 50U, 100U, 200U, 350U, 500U}) {
      const Times times = measure_mobster(dimensions, observations);
      std::printf("%-8s %15zu %12zu %12.2f %12.2f\n", "mobster", dimensions, times.observations,
                  times.with_fit, times.without_fit);
      std::fflush(stdout);
      with.trials.push_back(static_cast<double>(times.observations));
      with.values.push_back(std::max(times.with_fit, 1e-3));
      without.trials.push_back(static_cast<double>(times.observations));
      without.values.push_back(std::max(times.without_fit, 1e-3));
    }
    lines.push_back(std::move(with));
    lines.push_back(std::move(without));
  }
  for (const std::size_t trials : {100U, 300U, 1000U})
    std::printf("%-8s %15d %12zu %12s %12.2f\n", "tpe", 8, trials, "", measure_tpe(8, trials));
  if (argc == 2)
    std::ofstream(argv[1]) << bench::growth_chart("A suggestion of MOBSTER",
                                                  "milliseconds of the processor", lines,
                                                  {{"target with a fit at 500", 500},
                                                   {"with a fit at 100", 25},
                                                   {"without a fit at 500", 10}},
                                                  "observations");
}
