#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <variant>

#include "actors/study/inputs.hpp"

namespace troupe::actors {

/// What an attempt has told its study, in order, for a head that was restarted and knows only the
/// first of it.
class Said {
 public:
  /// So many are kept, the latest: a head that missed more must do without the attempt.
  static constexpr std::size_t kept_max = 10'000;

  void add(Reported report) { keep(std::move(report)); }
  void add(ReportMalformed warning) { keep(std::move(warning)); }

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
      const bool known = is_report ? at.reports++ < reports : at.warnings++ < warnings;
      if (!known) std::visit(tell, one);
    }
  }

 private:
  struct Counts {
    std::uint64_t reports = 0;
    std::uint64_t warnings = 0;
  };
  using One = std::variant<Reported, ReportMalformed>;

  void keep(One one) {
    kept_.push_back(std::move(one));
    if (kept_.size() <= kept_max) return;
    ++(std::holds_alternative<Reported>(kept_.front()) ? forgotten_.reports : forgotten_.warnings);
    kept_.pop_front();
  }

  std::deque<One> kept_;
  Counts forgotten_;
};

}  // namespace troupe::actors
