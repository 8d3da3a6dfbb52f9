#include "actors/trial/trial_timeouts.hpp"

#include <algorithm>
#include <chrono>

#include "runtime/core/seconds.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::actors {
namespace {

constexpr Duration late = std::chrono::seconds(1);

std::string in_seconds(double seconds) {
  return schedulers::plain_text_of(seconds) + " s";
}

}  // namespace

void TrialTimeouts::start(Instant now) {
  if (trial_s_) trial_until_ = now + seconds(*trial_s_);
  on_report(now);
}

void TrialTimeouts::on_report(Instant now) {
  if (report_s_) report_until_ = now + seconds(*report_s_);
}

void TrialTimeouts::set_reading(bool reading, Instant now) {
  if (reading && !reading_ && report_until_) on_report(now);
  reading_ = reading;
}

void TrialTimeouts::disarm() {
  trial_s_.reset();
  report_s_.reset();
  trial_until_.reset();
  report_until_.reset();
}

std::optional<Instant> TrialTimeouts::next() const {
  if (!report_until_ || !reading_) return trial_until_;
  return trial_until_ ? std::min(*trial_until_, *report_until_) : *report_until_;
}

std::optional<std::string> TrialTimeouts::check(Instant now, Instant due) {
  if (now - due > late) {
    const Duration held_up = now - due;
    if (trial_until_) trial_until_ = *trial_until_ + held_up;
    if (report_until_) on_report(now);
    return std::nullopt;
  }
  if (report_until_ && reading_ && now >= *report_until_)
    return "no report for " + in_seconds(*report_s_) + " (report_timeout)";
  if (trial_until_ && now >= *trial_until_)
    return "not finished after " + in_seconds(*trial_s_) + " (trial_timeout)";
  return std::nullopt;
}

}  // namespace troupe::actors
