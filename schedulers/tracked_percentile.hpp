#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

#include "runtime/core/check.hpp"
#include "schedulers/ranked_list.hpp"

namespace troupe::schedulers {

/// One percentile of a large multiset of numbers that changes all the time, exactly. Only the
/// numbers near the percentile are kept, sorted; those below and above are counted, so that most
/// changes cost a comparison. When the percentile drifts away from the kept numbers, they are
/// chosen anew, for which the owner shows all numbers twice.
class TrackedPercentile {
 public:
  /// `percent`: 0 to 100.
  explicit TrackedPercentile(double percent) : level_(percent / 100) {}

  [[nodiscard]] std::size_t size() const { return below_ + near_.size() + above_; }

  void insert(double number) {
    if (number < low_)
      ++below_;
    else if (number > high_)
      ++above_;
    else
      near_.insert(number);
  }

  /// `number` is in the multiset.
  void erase(double number) {
    if (number < low_)
      --below_;
    else if (number > high_)
      --above_;
    else
      near_.erase(number);
  }

  /// Many changes in a row: most of them are counted in registers and without a branch.
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

    /// Takes `before` out if it was in, and puts `now` in if it is to be.
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
    std::size_t below_ = 0;  ///< Modulo 2^64: a difference.
    std::size_t above_ = 0;
  };

  /// The percentile, linearly interpolated; none of an empty multiset. `show(visit)` calls
  /// `visit(number)` for each number, in any order.
  template <typename Show>
  [[nodiscard]] std::optional<double> value(const Show& show) {
    const std::size_t n = size();
    if (n == 0) return std::nullopt;
    // numpy's "linear" method, in its order of operations: the bits are the reference's.
    const double v = static_cast<double>(n - 1) * level_;
    const auto lower = static_cast<std::size_t>(std::floor(v));
    const std::size_t upper = std::min(lower + 1, n - 1);
    if (n > sample_max && low_ == -infinity && high_ == infinity) choose(show, width_first);
    for (double width = width_first; !keeps(lower, upper); width *= 2) choose(show, width);
    const double t = v - static_cast<double>(lower);
    const double a = near_.at(lower - below_);
    const double b = near_.at(upper - below_);
    return t >= 0.5 ? b - (b - a) * (1 - t) : a + (b - a) * t;
  }

 private:
  static constexpr std::size_t sample_max = 8'192;
  static constexpr double infinity = std::numeric_limits<double>::infinity();
  static constexpr double width_first = 0.01;  ///< To either side; a part of all numbers.

  [[nodiscard]] bool keeps(std::size_t lower, std::size_t upper) const {
    return lower >= below_ && upper < below_ + near_.size();
  }

  /// Keeps the numbers whose rank is within about `width` of the percentile.
  template <typename Show>
  void choose(const Show& show, double width) {
    const std::size_t stride = size() / sample_max + 1;
    std::size_t seen = 0;
    std::vector<double> sample;
    show([&](double number) {
      if (seen++ % stride == 0) sample.push_back(number);
    });
    check(!sample.empty() && seen == size(), "all numbers are shown");
    std::ranges::sort(sample);
    const auto last = static_cast<double>(sample.size() - 1);
    const double from = std::floor(last * (level_ - width)) - 1;
    const double to = std::ceil(last * (level_ + width)) + 1;
    low_ = from < 0 ? -infinity : sample[static_cast<std::size_t>(from)];
    high_ = to > last ? infinity : sample[static_cast<std::size_t>(to)];
    below_ = 0;
    above_ = 0;
    near_ = RankedList<double>();
    show([&](double number) { insert(number); });
  }

  double level_;
  double low_ = -infinity;
  double high_ = infinity;
  std::size_t below_ = 0;    ///< How many numbers are less than low_.
  std::size_t above_ = 0;    ///< How many numbers are greater than high_.
  RankedList<double> near_;  ///< The numbers from low_ to high_.
};

}  // namespace troupe::schedulers
