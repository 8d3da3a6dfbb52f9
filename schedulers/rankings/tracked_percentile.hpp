#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

#include "runtime/core/check.hpp"
#include "schedulers/rungs/ranked_list.hpp"

namespace troupe::schedulers {

/// The exact percentile of a multiset of numbers that changes often. Only the numbers near the
/// percentile are stored, sorted; those below and above are counted, so most changes cost two
/// comparisons. When the percentile leaves the stored range, a new range is chosen, for which the
/// owner enumerates all numbers twice.
class TrackedPercentile {
 public:
  /// `percent`: which percentile, 0 to 100.
  explicit TrackedPercentile(double percent) : level_(percent / 100) {}

  /// Number of numbers in the multiset.
  [[nodiscard]] std::size_t size() const { return below_ + near_.size() + above_; }

  /// `number` is not NaN.
  void insert(double number) {
    if (number < low_)
      ++below_;
    else if (number > high_)
      ++above_;
    else
      near_.insert(number);
  }

  /// Erases one `number`, which is in the multiset.
  void erase(double number) {
    check(size() > 0, "an erased number is in the multiset");
    if (number < low_)
      --below_;
    else if (number > high_)
      --above_;
    else
      near_.erase(number);
  }

  /// A batch of changes, whose counts stay in registers until the end of its lifetime. Most changes
  /// take no branch.
  class Changes {
   public:
    explicit Changes(TrackedPercentile& percentile)
        : percentile_(percentile), low_(percentile.low_), high_(percentile.high_) {}
    Changes(const Changes&) = delete;
    Changes& operator=(const Changes&) = delete;
    ~Changes() {
      percentile_.below_ += below_;
      percentile_.above_ += above_;
    }

    /// Erases `before` if `was_in`; inserts `now` if `is_in`.
    void replace(bool was_in, double before, bool is_in, double now) {
      below_ += static_cast<std::size_t>(is_in & (now < low_));
      below_ -= static_cast<std::size_t>(was_in & (before < low_));
      above_ += static_cast<std::size_t>(is_in & (now > high_));
      above_ -= static_cast<std::size_t>(was_in & (before > high_));
      const bool leaves = was_in & (before >= low_) & (before <= high_);
      const bool enters = is_in & (now >= low_) & (now <= high_);
      if (leaves | enters) change_near(leaves, before, enters, now);
    }

   private:
    void change_near(bool leaves, double before, bool enters, double now) {
      if (leaves) percentile_.near_.erase(before);
      if (enters) percentile_.near_.insert(now);
    }

    TrackedPercentile& percentile_;
    double low_;
    double high_;
    std::size_t below_ = 0;  ///< A signed change, modulo 2^64.
    std::size_t above_ = 0;
  };

  /// Returns the percentile, linearly interpolated (README 4.3); none if the multiset is empty.
  /// `enumerate(visit)` calls `visit(number)` for each number, in any order.
  template <typename Enumerate>
  [[nodiscard]] std::optional<double> value(const Enumerate& enumerate) {
    const std::size_t n = size();
    if (n == 0) return std::nullopt;
    // The order of operations is that of numpy's "linear" method: the bits are the reference's.
    const double v = static_cast<double>(n - 1) * level_;
    const auto lower = static_cast<std::size_t>(std::floor(v));
    const std::size_t upper = std::min(lower + 1, n - 1);
    if (n > sample_max && low_ == -infinity && high_ == infinity) choose(enumerate, width_first);
    for (double width = width_first; !keeps(lower, upper); width *= 2) choose(enumerate, width);
    const double t = v - static_cast<double>(lower);
    const double a = near_.at(lower - below_);
    const double b = near_.at(upper - below_);
    return t >= 0.5 ? b - (b - a) * (1 - t) : a + (b - a) * t;
  }

  /// Throws CheckFailure unless the stored numbers are sorted and in the stored range. O(n).
  void check_invariants() const {
    near_.check_invariants();
    check(low_ <= high_, "the stored range is not reversed");
    near_.for_each([this](double number) {
      check(number >= low_ && number <= high_, "a stored number is in the stored range");
    });
  }

 private:
  static constexpr std::size_t sample_max = 8'192;  ///< At most twice as many are sampled.
  static constexpr double infinity = std::numeric_limits<double>::infinity();
  /// Part of all numbers that is stored on either side of the percentile, at first.
  static constexpr double width_first = 0.01;

  /// Whether the numbers of these two ranks are stored.
  [[nodiscard]] bool keeps(std::size_t lower, std::size_t upper) const {
    return lower >= below_ && upper < below_ + near_.size();
  }

  /// Stores the numbers whose rank is within about `width` * size() of the percentile. The bounds
  /// come from a sample of every n-th number.
  template <typename Enumerate>
  void choose(const Enumerate& enumerate, double width) {
    const std::size_t stride = size() / sample_max + 1;
    std::size_t seen = 0;
    std::vector<double> sample;
    enumerate([&](double number) {
      if (seen++ % stride == 0) sample.push_back(number);
    });
    check(!sample.empty() && seen == size(), "the owner enumerates all numbers");
    std::ranges::sort(sample);
    const auto last = static_cast<double>(sample.size() - 1);
    const double from = std::floor(last * (level_ - width)) - 1;
    const double to = std::ceil(last * (level_ + width)) + 1;
    low_ = from < 0 ? -infinity : sample[static_cast<std::size_t>(from)];
    high_ = to > last ? infinity : sample[static_cast<std::size_t>(to)];
    below_ = 0;
    above_ = 0;
    near_ = RankedList<double>();
    enumerate([&](double number) { insert(number); });
    check(size() == seen, "the owner enumerates the same numbers twice");
  }

  double level_;
  double low_ = -infinity;
  double high_ = infinity;
  std::size_t below_ = 0;    ///< Number of numbers less than low_.
  std::size_t above_ = 0;    ///< Number of numbers greater than high_.
  RankedList<double> near_;  ///< The numbers from low_ to high_.
};

}  // namespace troupe::schedulers
