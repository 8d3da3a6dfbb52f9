#include "schedulers/surrogates/surrogate.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "runtime/core/check.hpp"
#include "schedulers/surrogates/acquisition.hpp"
#include "schedulers/surrogates/fit.hpp"
#include "schedulers/surrogates/minimize.hpp"

namespace troupe::schedulers {
namespace {

/// The next number of observations to which parameters are fitted.
std::size_t next_fit(std::size_t count) {
  return count < 50 ? count + 1 : count + std::clamp(count / 20, std::size_t{1}, std::size_t{25});
}

}  // namespace

Surrogate::Surrogate(SurrogateModel model, const SurrogateOptions& options)
    : model_(std::move(model)), options_(options) {
  check(options_.observations_max >= 50, "a surrogate takes at least 50 observations");
}

void Surrogate::observe(const Observation& observation, std::span<const double> configuration,
                        double resource) {
  check(configuration.size() == model_.dimensions, "a configuration has each coordinate");
  observations_.push_back(observation);
  inputs_.add(configuration, resource);
}

std::size_t Surrogate::fitted_to(std::size_t count) {
  std::size_t fitted = 0;
  while (next_fit(fitted) <= count) fitted = next_fit(fitted);
  return fitted;
}

void Surrogate::append(SurrogateInputs& rows, std::size_t place) const {
  const std::size_t d = model_.dimensions;
  rows.add(std::span(inputs_.x).subspan(place * d, d), inputs_.z[place]);
}

Targets Surrogate::targets() const {
  std::vector<double> losses;
  for (const std::size_t place : places_) losses.push_back(observations_[place].loss);
  return normalized(std::move(losses), options_.box_cox);
}

/// Makes `posterior_` that of all observations: refits if the schedule says so, then appends rows.
void Surrogate::update() {
  const std::size_t fitted = fitted_to(count());
  if (fitted != fitted_) {
    // Leaves room for the rows that arrive before the next fit.
    const std::size_t most = options_.observations_max - (next_fit(fitted) - fitted - 1);
    Rng rng = Rng::stream(options_.seed, "subsample", fitted);
    places_ = subsample(std::span(observations_).first(fitted), most, rng);
    SurrogateInputs rows;
    for (const std::size_t place : places_) append(rows, place);
    parameters_ = fit(model_, rows, targets().values, {.seed = options_.seed}).internal;
    posterior_.emplace(model_, parameters_, rows);
    fitted_ = fitted;
  }
  const std::size_t base = posterior_->count();
  check(base == places_.size(), "the rows of a posterior are those that were chosen");
  SurrogateInputs added;
  const std::size_t first = std::max(fitted_, places_.empty() ? 0 : places_.back() + 1);
  for (std::size_t place = first; place < count(); ++place) {
    append(added, place);
    places_.push_back(place);
  }
  posterior_->extend(added);
}

SurrogateProposal Surrogate::propose(const SurrogateQuery& query, Rng& rng) {
  check(count() >= 1 && query.candidates.count() >= 1, "there are observations and candidates");
  update();
  const std::size_t rows = posterior_->count();
  const std::size_t columns =
      add_fantasies(*posterior_, targets().values, query.pending, options_.fantasies, rng);
  SurrogateProposal proposal{.candidate =
                                 least_sample(*posterior_, query.candidates, columns, rng)};
  const ExpectedImprovement improvement(*posterior_, query.candidates.z.front(),
                                        best_means(*posterior_, query.known, columns),
                                        options_.jitter);
  const std::size_t d = model_.dimensions;
  const auto start = std::span(query.candidates.x).subspan(proposal.candidate * d, d);
  Minimum least = minimize(
      [&](std::span<const double> at, std::span<double> gradient) {
        const double value = improvement.at(at, gradient);
        for (double& one : gradient) one = -one;
        return -value;
      },
      {.start = {start.begin(), start.end()},
       .lower = std::vector<double>(d, 0),
       .upper = std::vector<double>(d, 1),
       .evaluations_max = options_.improvements_max});
  proposal.refined = std::move(least.at);
  proposal.improvement = -least.value;
  posterior_->truncate(rows);
  return proposal;
}

std::vector<double> Surrogate::inverse_lengths() const {
  const std::size_t first = places_of(model_).length;
  std::vector<double> all;
  for (std::size_t i = 0; i < model_.dimensions && !parameters_.empty(); ++i)
    all.push_back(std::exp(parameters_[first + i]));
  return all;
}

}  // namespace troupe::schedulers
