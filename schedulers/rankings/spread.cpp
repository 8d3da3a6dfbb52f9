#include "schedulers/rankings/spread.hpp"

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "runtime/core/check.hpp"

namespace troupe::schedulers {
namespace {

/// Number of pairs at most `distance` apart. Rounded subtraction is monotone, so two pointers
/// suffice.
std::uint64_t pairs_within(const std::vector<double>& rising, double distance) {
  std::uint64_t count = 0;
  std::size_t low = 0;
  for (std::size_t high = 0; high < rising.size(); ++high) {
    while (rising[high] - rising[low] > distance) ++low;
    count += high - low;
  }
  return count;
}

/// The k-th smallest distance of all pairs, from k = 0. Non-negative doubles have the order of
/// their bit patterns, so bisection over bit patterns finds the distance exactly.
double distance_at(const std::vector<double>& rising, std::uint64_t k) {
  std::uint64_t low = 0;
  auto high = std::bit_cast<std::uint64_t>(rising.back() - rising.front());
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (pairs_within(rising, std::bit_cast<double>(middle)) > k)
      high = middle;
    else
      low = middle + 1;
  }
  return std::bit_cast<double>(low);
}

}  // namespace

double standard_deviation(const std::vector<double>& rising) {
  if (rising.size() < 2) return 0;
  const auto n = static_cast<double>(rising.size());
  double sum = 0;
  for (const double number : rising) sum += number;
  const double mean = sum / n;
  double squares = 0;
  for (const double number : rising) squares += (number - mean) * (number - mean);
  return std::sqrt(squares / n);
}

double mean_distance(const std::vector<double>& rising) {
  if (rising.size() < 2) return 0;
  // Gap i, between numbers i and i + 1, is part of the distance of (i + 1) (n - i - 1) pairs.
  const auto n = static_cast<double>(rising.size());
  double sum = 0;
  for (std::size_t i = 0; i + 1 < rising.size(); ++i) {
    const auto before = static_cast<double>(i + 1);
    sum += (rising[i + 1] - rising[i]) * before * (n - before);
  }
  return sum / (n * (n - 1) / 2);
}

double median_distance(const std::vector<double>& rising) {
  if (rising.size() < 2) return 0;
  const std::uint64_t pairs = std::uint64_t{rising.size()} * (rising.size() - 1) / 2;
  const double upper = distance_at(rising, pairs / 2);
  return pairs % 2 == 1 ? upper : (distance_at(rising, pairs / 2 - 1) + upper) / 2;
}

double spread(EpsilonRule rule, const std::vector<double>& rising) {
  switch (rule) {
    case EpsilonRule::sigma:
      return standard_deviation(rising);
    case EpsilonRule::mean:
      return mean_distance(rising);
    case EpsilonRule::median:
      return median_distance(rising);
    case EpsilonRule::automatic:
    case EpsilonRule::fixed:
      break;
  }
  check(false, "the rule is sigma, mean or median");
  return 0;
}

}  // namespace troupe::schedulers
