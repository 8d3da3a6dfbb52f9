#include "test/replay/replay.hpp"

#include <algorithm>
#include <utility>

#include "runtime/core/check.hpp"
#include "schedulers/halving.hpp"
#include "test/replay/compare.hpp"

namespace troupe::replay {
namespace {

using namespace schedulers;

HalvingOptions options_of(const Trace& trace) {
  HalvingOptions options;
  options.mode = trace.mode == "max" ? Mode::max : Mode::min;
  options.rule = trace.type.ends_with("stopping") ? Rule::stopping : Rule::promotion;
  options.ceiling = trace.type == "pasha" ? Ceiling::progressive : Ceiling::fixed;
  options.max_resource = trace.max_resource;
  if (trace.r_min) options.grace_period = *trace.r_min;
  if (trace.eta) options.reduction_factor = *trace.eta;
  options.rung_increment = trace.rung_increment;
  options.rung_levels = trace.given_levels;
  for (TrialId trial = 0; trial < trace.num_threshold; ++trial) options.incumbents.push_back(trial);
  return options;
}

std::vector<std::vector<RungRow>> rows_of(const Halving& halving, Mode mode) {
  std::vector<std::vector<RungRow>> rungs;
  for (const Rung& rung : halving.rungs()) {
    auto& rows = rungs.emplace_back();
    rung.entries().for_each([&](const RungEntry& entry) {
      rows.push_back({entry.trial, metric_of(mode, entry.loss), entry.promoted});
    });
  }
  return rungs;
}

/// The recorded loop (ALGORITHMS.md B12): workers with known costs, one event at a time.
class Cluster {
 public:
  Cluster(const Trace& trace, const RecordedCurves& curves)
      : trace_(trace),
        curves_(curves),
        options_(options_of(trace)),
        halving_(options_),
        jobs_(trace.n_workers),
        rungs_(rows_of(halving_, options_.mode)) {}

  std::optional<std::string> run() {
    if (schedulers::rung_levels(options_) != trace_.rung_levels) return "rung levels differ";
    if (promotion_fractions(options_) != trace_.quantiles) return "quantiles differ";
    offer_free_workers();
    while (!difference_) {
      const auto next = std::ranges::min_element(
          jobs_, {}, [](const auto& job) { return std::pair(job ? 0 : 1, job ? job->due : 0.0); });
      if (!*next) break;
      step(static_cast<std::size_t>(next - jobs_.begin()));
      offer_free_workers();
    }
    if (difference_) return difference_;
    if (line_ != trace_.lines.size()) return "ended at line " + std::to_string(line_);
    if (const auto wrong = difference(trace_.end, end())) return "end: " + *wrong;
    return std::nullopt;
  }

 private:
  struct Job {
    TrialId trial = 0;
    double due = 0;
  };

  void offer_free_workers() {
    for (std::size_t w = 0; w < jobs_.size() && !difference_; ++w)
      if (!jobs_[w] && !offer(w)) return;
  }

  bool offer(std::size_t w) {
    const bool more = last_epoch_.size() < trace_.order.size();
    SlotOpened slot;
    if (!more) slot.offer = SlotOpened::Offer::promotions;
    Line line = begin("suggest", w);
    const std::vector<Decision> decisions = halving_.on(slot);
    check(!decisions.empty(), "a free slot is answered");
    if (const auto* start = std::get_if<StartTrial>(&decisions[0])) {
      line.action = "start";
      line.trial = start->trial;
      // Under `stopping` the reference sends a trial to R, and does not say so.
      if (options_.rule == Rule::promotion) line.until = start->until;
      last_epoch_[start->trial] = 0;
    } else if (const auto* resume = std::get_if<ResumeTrial>(&decisions[0])) {
      line.action = "resume";
      line.trial = resume->trial;
      line.from = resume->from;
      line.until = resume->until;
    } else {
      check(std::holds_alternative<Wait>(decisions[0]), "otherwise the slot stays free");
      line.action = "none";
    }
    if (line.trial) {
      line.config = trace_.order.at(*line.trial);
      schedule(w, *line.trial);
    }
    compare(std::move(line));
    return jobs_[w].has_value();
  }

  void step(std::size_t w) {
    const TrialId trial = jobs_[w]->trial;
    now_ = jobs_[w]->due;
    const std::size_t config = trace_.order.at(trial);
    const Resource epoch = last_epoch_[trial] + 1;
    if (const auto fail = trace_.fail.find(config);
        fail != trace_.fail.end() && fail->second == epoch) {
      Line line = begin("error", w);
      line.trial = trial;
      line.epoch = epoch;
      jobs_[w].reset();
      check(halving_.on(TrialFailed{trial}).empty(), "a failure asks for nothing");
      compare(std::move(line));
      return;
    }
    const double y = curves_.curves.at(config).at(static_cast<std::size_t>(epoch) - 1);
    last_epoch_[trial] = epoch;
    ++epochs_;
    const std::pair ranked(loss_of(options_.mode, y), trial);
    best_ = best_ ? std::min(*best_, ranked) : ranked;
    report(w, TrialReported{trial, epoch, y});
  }

  void report(std::size_t w, const TrialReported& reported) {
    Line line = begin("report", w);
    line.trial = reported.trial;
    line.epoch = reported.resource;
    line.y = reported.metric;
    const Resource ceiling = halving_.standing().ceiling;
    const std::vector<Decision> decisions = halving_.on(reported);
    const auto* go_on = std::get_if<ContinueTrial>(&decisions.at(0));
    if (go_on != nullptr)
      line.decision = "CONTINUE";
    else
      line.decision = std::holds_alternative<PauseTrial>(decisions[0])  ? "PAUSE"
                      : std::holds_alternative<StopTrial>(decisions[0]) ? "STOP"
                                                                        : "neither";
    expect_unlock(ceiling, decisions, reported.trial);
    const bool at_rung = std::ranges::count(trace_.rung_levels, reported.resource) > 0;
    line.milestone = at_rung || reported.resource >= trace_.max_resource;
    const Resource next = next_level(reported.resource);
    if (go_on != nullptr && go_on->until != next) differ("until is not the next rung");
    if (at_rung)
      line.next = next;
    else if (options_.rule == Rule::stopping && !*line.milestone)
      line.next = trace_.rung_levels.front();  // What the reference says between rungs.
    if (halving_.ceiling() && reported.resource < trace_.max_resource)
      inc_ = halving_.ceiling()->disagreed();
    else
      inc_ = std::nullopt;
    if (go_on != nullptr)
      schedule(w, reported.trial);
    else
      jobs_[w].reset();
    compare(std::move(line));
    inc_ = std::nullopt;
  }

  /// The unlock is told exactly when the ceiling rises, with the state that the trace records.
  void expect_unlock(Resource ceiling_before, const std::vector<Decision>& decisions,
                     TrialId cause) {
    const Standing after = halving_.standing();
    const bool risen = after.ceiling != ceiling_before;
    const auto told = std::ranges::count_if(decisions, [](const Decision& decision) {
      return std::holds_alternative<RungUnlocked>(decision);
    });
    if (told != (risen ? 1 : 0)) return differ("an unlock too many or too few");
    if (!risen) return;
    const RungUnlocked expected{after.ceiling, after.epsilon, cause};
    const auto* unlocked = std::get_if<RungUnlocked>(&decisions.at(1));
    if (unlocked == nullptr || !(*unlocked == expected)) differ("the unlock is another one");
  }

  void schedule(std::size_t w, TrialId trial) {
    const auto next = static_cast<std::size_t>(last_epoch_[trial]);
    jobs_[w] = Job{trial, now_ + curves_.costs.at(trace_.order.at(trial)).at(next)};
  }

  [[nodiscard]] Resource next_level(Resource resource) const {
    for (const Resource level : trace_.rung_levels)
      if (level > resource) return level;
    return trace_.max_resource;
  }

  [[nodiscard]] Line begin(const char* ev, std::size_t w) const {
    Line line;
    line.i = line_;
    line.ev = ev;
    line.t = now_;
    line.w = w;
    return line;
  }

  /// Adds the changes of state that the event caused; takes the next line of the trace.
  void compare(Line line) {
    auto rungs = rows_of(halving_, options_.mode);
    for (std::size_t k = 0; k < rungs.size(); ++k)
      if (rungs[k] != rungs_[k]) add_change(line, trace_.rung_levels[k], rungs_[k], rungs[k]);
    rungs_ = std::move(rungs);
    line.pasha = pasha();
    if (trace_.type.starts_with("rush")) {
      Thresholds now;
      for (const auto& [level, loss] : halving_.hurdle().losses())
        now[level] = metric_of(options_.mode, loss);
      if (now != thresholds_) line.thresholds = now;
      thresholds_ = now;
    }
    if (line_ >= trace_.lines.size()) return differ("the trace has ended here");
    if (const auto wrong = difference(trace_.lines[line_], line)) return differ(*wrong);
    ++line_;
  }

  void add_change(Line& line, Resource level, const std::vector<RungRow>& before,
                  const std::vector<RungRow>& after) {
    std::vector<RungRow> changed = before;
    RungState state{level, {}, {}};
    for (std::size_t at = 0; at < after.size(); ++at) {
      const RungRow& row = after[at];
      state.trials.push_back(row.trial);
      if (row.promoted) state.promoted.push_back(row.trial);
      const auto was = std::ranges::find(before, row.trial, &RungRow::trial);
      if (was != before.end() && was->promoted == row.promoted) continue;
      line.ops.push_back({was == before.end() ? "add" : "promote", level, row.trial, at});
      if (was != before.end())
        changed.erase(std::ranges::find(changed, row.trial, &RungRow::trial));
      changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(std::min(at, changed.size())),
                     row);
    }
    if (changed != after) differ("a rung changed without an operation");
    if (!line.rungs) line.rungs.emplace();
    line.rungs->push_back(std::move(state));
  }

  [[nodiscard]] std::optional<PashaState> pasha() const {
    if (!halving_.ceiling()) return std::nullopt;
    const ProgressiveCeiling& ceiling = *halving_.ceiling();
    return PashaState{ceiling.limit(), ceiling.top(), ceiling.epsilon(), inc_};
  }

  [[nodiscard]] End end() const {
    End end;
    end.t = now_;
    end.n_trials = last_epoch_.size();
    end.epochs = epochs_;
    end.last_epoch = last_epoch_;
    for (std::size_t k = rungs_.size(); k-- > 0;)
      end.rungs.emplace_back(trace_.rung_levels[k], rungs_[k]);
    end.best_y = metric_of(options_.mode, best_->first);
    end.best_trial = best_->second;
    end.pasha = pasha();
    return end;
  }

  void differ(const std::string& what) {
    if (!difference_) difference_ = "line " + std::to_string(line_) + ": " + what;
  }

  const Trace& trace_;
  const RecordedCurves& curves_;
  HalvingOptions options_;
  Halving halving_;
  std::vector<std::optional<Job>> jobs_;  ///< By worker.
  double now_ = 0;
  std::size_t line_ = 0;
  std::size_t epochs_ = 0;
  std::map<TrialId, Resource> last_epoch_;
  std::optional<std::pair<double, TrialId>> best_;  ///< Loss; the lowest id of those with it.
  std::vector<std::vector<RungRow>> rungs_;         ///< After the last line.
  std::optional<bool> inc_;
  std::optional<Thresholds> thresholds_;  ///< As recorded last.
  std::optional<std::string> difference_;
};

}  // namespace

std::optional<std::string> reason_to_skip(const Trace& trace) {
  if (trace.type == "synchronous") return "synchronous halving is not built yet";
  if (trace.num_brackets > 1) return "brackets are not built yet";
  if (trace.type == "pasha" && trace.ranking != "soft_ranking_auto")
    return "the ranking criterion " + trace.ranking + " is not built yet";
  if (trace.drain != "promote") return "no scheduler here drains by: " + trace.drain;
  return std::nullopt;
}

std::optional<std::string> replay(const Trace& trace, const RecordedCurves& curves) {
  const HalvingOptions options = options_of(trace);
  if (const auto found = problems(options); !found.empty()) return found.front().what;
  return Cluster(trace, curves).run();
}

}  // namespace troupe::replay
