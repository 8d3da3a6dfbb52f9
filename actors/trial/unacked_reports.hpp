#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <variant>

#include "actors/study/inputs.hpp"
#include "runtime/core/check.hpp"

namespace troupe::actors {

/// Suffix of the failure reason when the head has lost reports that it had acknowledged.
inline constexpr const char* lost_acked_reports =
    "; the study's head does not have the first of its reports any more";

/// The reports and warnings that an attempt has sent to its study and that may not be durable, in
/// order. A head that was restarted may lack the last of them, and gets them again.
class UnackedReports {
 public:
  struct Counts {
    std::uint64_t reports = 0;
    std::uint64_t warnings = 0;
  };

  void add(Reported report) { unacked_.emplace_back(std::move(report)); }
  void add(ReportMalformed warning) { unacked_.emplace_back(std::move(warning)); }

  /// Number of messages that are not acknowledged.
  [[nodiscard]] std::size_t size() const { return unacked_.size(); }
  /// Number of messages of each kind that were ever added.
  [[nodiscard]] Counts counts() const {
    Counts all = acked_;
    for (const Message& message : unacked_) ++count_of(all, message);
    return all;
  }

  /// Forgets the messages up to `durable`, an earlier result of `counts`.
  void acknowledge(const Counts& durable) {
    while (!unacked_.empty() &&
           (acked_.reports < durable.reports || acked_.warnings < durable.warnings)) {
      ++count_of(acked_, unacked_.front());
      unacked_.pop_front();
    }
  }

  /// Whether every message after the first `reports` reports and `warnings` warnings is still here.
  [[nodiscard]] bool has_after(std::uint64_t reports, std::uint64_t warnings) const {
    return reports >= acked_.reports && warnings >= acked_.warnings;
  }

  /// Calls `send` with each message after the first `reports` reports and `warnings` warnings, in
  /// order. `has_after` must hold for them.
  template <typename F>
  void each_after(std::uint64_t reports, std::uint64_t warnings, const F& send) const {
    check(has_after(reports, warnings), "only messages that are still here are sent again");
    Counts at = acked_;
    for (const Message& message : unacked_) {
      const bool is_report = std::holds_alternative<Reported>(message);
      const bool known = count_of(at, message)++ < (is_report ? reports : warnings);
      if (!known) std::visit(send, message);
    }
  }

 private:
  using Message = std::variant<Reported, ReportMalformed>;

  static std::uint64_t& count_of(Counts& counts, const Message& message) {
    return std::holds_alternative<Reported>(message) ? counts.reports : counts.warnings;
  }

  std::deque<Message> unacked_;
  Counts acked_;  ///< The messages that were forgotten.
};

}  // namespace troupe::actors
