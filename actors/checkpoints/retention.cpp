#include "actors/checkpoints/retention.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>
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
                   .metric = report.metric,
                   .repeated = report.repeated};
}
std::optional<TrialNews> news_of(const TrialPaused& paused) {
  return TrialNews{.what = What::paused, .trial = paused.trial};
}
/// A trial that a limit of the study stopped goes on if the limit is raised.
std::optional<TrialNews> news_of(const TrialStopped& stopped) {
  return TrialNews{.what = stopped.by_limit ? What::paused : What::done, .trial = stopped.trial};
}
std::optional<TrialNews> news_of(const TrialCompleted& completed) {
  return TrialNews{.what = What::done, .trial = completed.trial};
}
/// None for a failed attempt whose trial is started again: it keeps its checkpoint.
std::optional<TrialNews> news_of(const TrialFailed& failed) {
  if (failed.then != TrialFailed::Then::give_up) return std::nullopt;
  return TrialNews{.what = What::failed, .trial = failed.trial};
}
std::optional<TrialNews> news_of(const StudyFinished& finished) {
  if (finished.goes_on()) return std::nullopt;
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
    more_than_reports |= one->what != What::reported || one->repeated;
    news.push_back(*one);
  }
  return more_than_reports;
}

using What = TrialNews::What;

void Retention::take(const std::vector<TrialNews>& news, std::vector<TrialId> contenders) {
  contenders_ = std::move(contenders);
  for (const TrialNews& one : news) {
    if (one.what == What::study_over) continue;  // What may go on keeps its checkpoint.
    Trial& trial = trials_[one.trial];
    switch (one.what) {
      case What::runs:
        started(one.trial, trial, one.attempt);
        break;
      case What::ending:
      case What::reported:
        report(trial, one);
        if (one.what == What::ending) {
          trial.may_go_on = false;
          ending_.insert(one.trial);
        }
        break;
      case What::paused:
        go_on(one.trial, trial);
        trial.has_process = false;
        break;
      case What::done:
        end_trial(one.trial, trial, End::finished);
        break;
      case What::failed:
        end_trial(one.trial, trial, End::failed);
        break;
      case What::study_over:
        break;
    }
  }
}

void Retention::report(Trial& trial, const TrialNews& news) {
  if (trial.rank) {
    const Resource highest = -std::get<0>(*trial.rank);
    const bool replaces = news.repeated && news.resource == highest;
    if (news.resource <= highest && !replaces) return;
    ranks_.erase(*trial.rank);
  }
  double key = std::numeric_limits<double>::infinity();  // A metric that is not finite ranks last.
  if (std::isfinite(news.metric)) key = rule_.maximize ? -news.metric : news.metric;
  trial.rank = Rank{-news.resource, key, news.trial};
  ranks_.insert(*trial.rank);
}

void Retention::started(TrialId id, Trial& trial, std::uint32_t attempt) {
  trial.attempt = attempt;
  go_on(id, trial);
}

/// The trial runs, or may be promoted.
void Retention::go_on(TrialId id, Trial& trial) {
  trial.has_process = true;
  trial.may_go_on = true;
  ending_.erase(id);
  done_.erase(id);
  if (const auto model = model_of(trial)) finished_models_.erase(*model);
}

void Retention::end_trial(TrialId id, Trial& trial, End end) {
  trial.has_process = false;
  trial.may_go_on = false;
  ending_.erase(id);
  done_.insert(id);
  const auto model = model_of(trial);
  if (model && end == End::finished) finished_models_.insert(*model);
}

std::optional<Retention::Model> Retention::model_of(const Trial& trial) {
  if (!trial.rank || !std::isfinite(std::get<1>(*trial.rank))) return std::nullopt;
  const auto& [resource, metric, id] = *trial.rank;
  return Model{metric, resource, id};
}

void Retention::abandon_trials() {
  for (auto& [id, trial] : trials_)
    if (trial.has_process || trial.may_go_on) end_trial(id, trial, End::finished);
}

void Retention::weigh(TrialId id, std::uint64_t bytes) {
  Trial& trial = trials_[id];
  bytes_ += bytes - std::exchange(trial.bytes, bytes);
}

std::vector<TrialId> Retention::waiting() const {
  std::vector<TrialId> trials;
  for (const auto& [id, trial] : trials_)
    if (trial.may_go_on && !trial.has_process) trials.push_back(id);
  return trials;
}

std::uint32_t Retention::attempt(TrialId trial) const {
  const auto found = trials_.find(trial);
  return found == trials_.end() ? 0 : found->second.attempt;
}

/// The trials whose checkpoints are kept as the best. The best of the finished trials stay among
/// them until other trials finish: a trial that goes on keeps its checkpoint anyway.
std::set<TrialId> Retention::best() const {
  std::set<TrialId> trials(contenders_.begin(), contenders_.end());
  std::size_t place = 0;
  for (const Model& model : finished_models_) {
    if (place++ >= rule_.best_kept.value_or(1)) break;
    trials.insert(std::get<2>(model));
  }
  return trials;
}

bool Retention::wants(TrialId id) const {
  const auto trial = trials_.find(id);
  if (trial == trials_.end()) return false;
  if (trial->second.may_go_on || !rule_.best_kept || best().contains(id)) return true;
  if (!ending_.contains(id)) return false;
  // Once its process is gone, it is one of the finished trials.
  const auto model = model_of(trial->second);
  if (!model) return false;
  const auto finished = finished_models_.lower_bound(*model);
  auto ahead = std::distance(finished_models_.begin(), finished);
  ahead += std::ranges::count_if(ending_, [&](TrialId other) {
    const auto theirs = model_of(trials_.at(other));
    return theirs && *theirs < *model;
  });
  return ahead < static_cast<std::ptrdiff_t>(*rule_.best_kept);
}

std::optional<TrialId> Retention::best_paused_but(const std::set<TrialId>& others) const {
  std::optional<Model> best;
  for (const auto& [id, trial] : trials_) {
    if (trial.has_process || !trial.may_go_on || trial.bytes == 0 || others.contains(id)) continue;
    const auto model = model_of(trial);
    if (model && (!best || *model < *best)) best = model;
  }
  return best ? std::optional(std::get<2>(*best)) : std::nullopt;
}

/// The trials whose checkpoints may be deleted to save disk space, the least useful first.
std::vector<TrialId> Retention::by_use() const {
  std::set<TrialId> kept = best();
  // If the best model gets worse as it goes on, the best paused trial may be the best model.
  if (const auto next = best_paused_but(kept)) kept.insert(*next);
  std::vector<TrialId> done;
  std::vector<std::pair<double, TrialId>> paused;
  std::size_t ahead = 0;
  std::size_t this_far = 0;  // Number of trials with at least the resource of this one.
  for (auto rank = ranks_.begin(); rank != ranks_.end(); ++rank, ++ahead) {
    if (rank == ranks_.begin() || std::get<0>(*std::prev(rank)) != std::get<0>(*rank))
      this_far = static_cast<std::size_t>(
          std::distance(ranks_.begin(), std::find_if(rank, ranks_.end(), [&](const Rank& other) {
                          return std::get<0>(other) != std::get<0>(*rank);
                        })));
    const TrialId id = std::get<2>(*rank);
    const Trial& trial = trials_.at(id);
    if (trial.bytes == 0 || kept.contains(id)) continue;
    if (trial.has_process) continue;
    if (!trial.may_go_on)
      done.push_back(id);
    else
      paused.emplace_back(static_cast<double>(ahead) / static_cast<double>(this_far), id);
  }
  std::ranges::reverse(done);
  // Among equal shares, the trial with the lower resource comes first.
  std::ranges::reverse(paused);
  std::ranges::stable_sort(paused, std::ranges::greater(), &std::pair<double, TrialId>::first);
  for (const auto& [share, id] : paused) done.push_back(id);
  return done;
}

void Retention::drop(TrialId id, std::vector<Drop>& drops) {
  drops.push_back({id, !trials_.at(id).has_process && trials_.at(id).may_go_on});
  weigh(id, 0);
  done_.erase(id);
}

std::vector<Retention::Drop> Retention::due() {
  std::vector<Drop> drops;
  if (rule_.best_kept && !done_.empty()) {
    const std::set<TrialId> kept = best();
    for (const TrialId id : std::vector(done_.begin(), done_.end()))
      if (!kept.contains(id)) drop(id, drops);
  }
  if (rule_.bytes_max == 0 || bytes_ <= rule_.bytes_max) return drops;
  for (const TrialId id : by_use()) {
    if (bytes_ <= rule_.bytes_max) break;
    drop(id, drops);
  }
  return drops;
}

}  // namespace troupe::actors
