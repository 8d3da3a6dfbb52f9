#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <variant>

#include "actors/study/inputs.hpp"

namespace troupe::actors {

/// How an attempt ends whose study does not have what it once had safe.
inline constexpr const char* unknown_start =
    "; the study's head does not have the first of its reports any more";

/// What an attempt has told its study, in order, for a head that was restarted and knows only the
/// first of it. What the study has safe is forgotten.
class UnackedReports {
 public:
  struct Counts {
    std::uint64_t reports = 0;
    std::uint64_t warnings = 0;
  };

  void add(Reported report) { kept_.emplace_back(std::move(report)); }
  void add(ReportMalformed warning) { kept_.emplace_back(std::move(warning)); }

  /// What of it may not be safe yet.
  [[nodiscard]] std::size_t size() const { return kept_.size(); }
  /// All of it, from the first on.
  [[nodiscard]] Counts counts() const {
    Counts all = forgotten_;
    for (const auto& one : kept_) ++count_of(all, one);
    return all;
  }

  /// The first of it, as `counts` had it at some time, is safe.
  void forget(const Counts& safe) {
    while (!kept_.empty() &&
           (forgotten_.reports < safe.reports || forgotten_.warnings < safe.warnings)) {
      ++count_of(forgotten_, kept_.front());
      kept_.pop_front();
    }
  }

  /// Whether all is kept that comes after so many reports and so many warnings.
  [[nodiscard]] bool has_after(std::uint64_t reports, std::uint64_t warnings) const {
    return reports >= forgotten_.reports && warnings >= forgotten_.warnings;
  }

  /// Calls `tell` with each Reported and each ReportMalformed that comes after so many of its kind.
  template <typename F>
  void each_after(std::uint64_t reports, std::uint64_t warnings, const F& tell) const {
    Counts at = forgotten_;
    for (const auto& one : kept_) {
      const bool is_report = std::holds_alternative<Reported>(one);
      const bool known = count_of(at, one)++ < (is_report ? reports : warnings);
      if (!known) std::visit(tell, one);
    }
  }

 private:
  using One = std::variant<Reported, ReportMalformed>;

  static std::uint64_t& count_of(Counts& counts, const One& one) {
    return std::holds_alternative<Reported>(one) ? counts.reports : counts.warnings;
  }

  std::deque<One> kept_;
  Counts forgotten_;
};

}  // namespace troupe::actors
