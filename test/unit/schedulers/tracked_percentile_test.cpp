#include "schedulers/rankings/tracked_percentile.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "runtime/core/rng.hpp"

namespace troupe::schedulers {
namespace {

BOOST_AUTO_TEST_SUITE(tracked_percentile)

/// A TrackedPercentile and a plain copy of its numbers, from which the percentile is recomputed.
class Twin {
 public:
  explicit Twin(double percent) : percent_(percent), tracked_(percent) {}

  void insert(double number) {
    tracked_.insert(number);
    numbers_.push_back(number);
  }
  void erase(std::size_t index) {
    tracked_.erase(numbers_[index]);
    numbers_[index] = numbers_.back();
    numbers_.pop_back();
  }
  [[nodiscard]] std::size_t size() const { return numbers_.size(); }

  void agree() {
    const auto found = tracked_.value([this](const auto& visit) {
      ++shown_;
      for (const double number : numbers_) visit(number);
    });
    BOOST_REQUIRE_EQUAL(found.has_value(), !numbers_.empty());
    if (!found) return;
    std::vector<double> sorted = numbers_;
    std::ranges::sort(sorted);
    const double v = static_cast<double>(sorted.size() - 1) * (percent_ / 100);
    const auto at = static_cast<std::size_t>(std::floor(v));
    const double t = v - std::floor(v);
    const double a = sorted[at];
    const double b = sorted[std::min(at + 1, sorted.size() - 1)];
    BOOST_REQUIRE_EQUAL(*found, t >= 0.5 ? b - (b - a) * (1 - t) : a + (b - a) * t);
  }

  [[nodiscard]] int shown() const { return shown_; }

 private:
  double percent_;
  TrackedPercentile tracked_;
  std::vector<double> numbers_;
  int shown_ = 0;
};

BOOST_AUTO_TEST_CASE(agrees_with_sorting_all_numbers_while_they_drift) {
  for (const double percent : {0.0, 50.0, 90.0, 100.0}) {
    Rng rng(17);
    Twin twin(percent);
    twin.agree();
    for (int step = 0; step < 40'000; ++step) {
      // Inserted numbers grow threefold over time; random old ones are erased.
      if (twin.size() > 15'000 || (twin.size() > 0 && rng.below(5) == 0))
        twin.erase(rng.below(twin.size()));
      else
        twin.insert(rng.uniform() * (1 + step / 20'000.0));
      if (step % 400 == 0) twin.agree();
    }
    BOOST_TEST(twin.shown() >= 2);  // A range was chosen more than once,
    BOOST_TEST(twin.shown() < 60);  // but not for each value.
    while (twin.size() > 0) {
      twin.erase(twin.size() - 1);
      if (twin.size() % 400 == 0) twin.agree();
    }
  }
}

BOOST_AUTO_TEST_CASE(works_for_equal_numbers) {
  Rng rng(3);
  Twin twin(90);
  for (int step = 0; step < 20'000; ++step) twin.insert(static_cast<double>(rng.below(4)));
  twin.agree();
  while (twin.size() > 10'000) twin.erase(rng.below(twin.size()));
  twin.agree();
  for (int step = 0; step < 30'000; ++step) twin.insert(7);
  twin.agree();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::schedulers
