#include "actors/checkpoints/trial_news.hpp"

#include <algorithm>
#include <optional>
#include <variant>

namespace troupe::actors {

namespace {

using What = TrialNews::What;

std::optional<TrialNews> news_of(const TrialStarted& started) {
  return TrialNews{.what = What::runs, .trial = started.trial, .attempt = started.attempt};
}
std::optional<TrialNews> news_of(const TrialPromoted& promoted) {
  return TrialNews{.what = What::runs, .trial = promoted.trial, .attempt = promoted.attempt};
}
std::optional<TrialNews> news_of(const TrialReported& report) {
  const bool ending = report.decision == TrialReported::Decision::stop;
  return TrialNews{.what = ending ? What::ending : What::reported,
                   .trial = report.trial,
                   .resource = report.resource,
                   .metric = report.metric};
}
std::optional<TrialNews> news_of(const TrialPaused& paused) {
  return TrialNews{.what = What::paused, .trial = paused.trial};
}
std::optional<TrialNews> news_of(const TrialStopped& stopped) {
  return TrialNews{.what = What::done, .trial = stopped.trial};
}
std::optional<TrialNews> news_of(const TrialCompleted& completed) {
  return TrialNews{.what = What::done, .trial = completed.trial};
}
/// One that is started again goes on from what it has.
std::optional<TrialNews> news_of(const TrialFailed& failed) {
  if (failed.then != TrialFailed::Then::give_up) return std::nullopt;
  return TrialNews{.what = What::done, .trial = failed.trial};
}
std::optional<TrialNews> news_of(const StudyFinished& finished) {
  if (finished.outcome == StudyFinished::Outcome::interrupted) return std::nullopt;
  return TrialNews{.what = What::study_over};
}
std::optional<TrialNews> news_of(const auto&) {
  return std::nullopt;
}

}  // namespace

bool add_news(const std::vector<StudyEvent>& events, std::vector<TrialNews>& news) {
  bool more_than_reports = false;
  for (const StudyEvent& event : events) {
    const auto one = std::visit([](const auto& e) { return news_of(e); }, event);
    if (!one) continue;
    more_than_reports |= one->what != What::reported;
    news.push_back(*one);
  }
  return more_than_reports;
}

}  // namespace troupe::actors
