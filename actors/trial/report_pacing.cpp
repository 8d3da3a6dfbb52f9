#include "actors/trial/report_pacing.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

namespace troupe::actors {
namespace {

constexpr Duration run_min = std::chrono::seconds(2);
constexpr Duration before_end_max = std::chrono::seconds(1);
constexpr Duration silence_min = std::chrono::milliseconds(500);

std::string seconds_text(Duration span) {
  std::array<char, 32> text{};
  (void)std::snprintf(text.data(), text.size(), "%.1f s",
                      std::chrono::duration<double>(span).count());
  return text.data();
}

}  // namespace

void ReportPacing::on_output(Instant now, std::size_t reports) {
  if (reports == 0) return;
  if (pieces_ > 0) {
    const Duration silence = now - last_piece_;
    shortest_silence_ = pieces_ == 1 ? silence : std::min(shortest_silence_, silence);
    each_has_several_ = each_has_several_ && last_reports_ > 1;
  }
  ++pieces_;
  reports_ += reports;
  last_reports_ = reports;
  last_piece_ = now;
}

std::optional<std::string> ReportPacing::buffering(Instant now) const {
  if (reports_ < 2 || now - started_ < run_min) return std::nullopt;
  if (pieces_ == 1) {
    if (now - last_piece_ > before_end_max) return std::nullopt;
    return "all " + std::to_string(reports_) + " reports came at once, at the end of a run of " +
           seconds_text(now - started_);
  }
  if (!each_has_several_ || shortest_silence_ < silence_min) return std::nullopt;
  return "its " + std::to_string(reports_) + " reports came in " + std::to_string(pieces_) +
         " pieces, each after a silence of " + seconds_text(shortest_silence_) + " or more";
}

std::string what_follows_from_buffering(bool unbuffered) {
  const std::string late =
      ", too late to stop a trial early: the program does not flush its output. ";
  if (unbuffered)
    return late +
           "report.unbuffer has no effect on a program that is linked statically or sets its own "
           "buffer: flush the output after each report";
  return late + "Flush it after each report, or set report.unbuffer: true";
}

}  // namespace troupe::actors
