#include <algorithm>

#include "schedulers/async_successive_halving.hpp"
#include "test/replay/subject.hpp"

namespace troupe::replay {
namespace {

using namespace schedulers;

/// The ranking criteria of the reference, by its names.
RankingOptions ranking_of(const Trace& trace) {
  RankingOptions ranking{.form = RankingForm::reference};
  const std::string& name = trace.ranking;
  ranking.epsilon = trace.ranking_epsilon;
  ranking.m = trace.ranking_scaling;
  if (name == "soft_ranking") ranking.epsilon_rule = EpsilonRule::fixed;
  if (name == "soft_ranking_std") ranking.epsilon_rule = EpsilonRule::sigma;
  if (name == "soft_ranking_mean_dst") ranking.epsilon_rule = EpsilonRule::mean;
  if (name == "soft_ranking_median_dst") ranking.epsilon_rule = EpsilonRule::median;
  if (name == "ranking") ranking.criterion = RankingCriterion::direct;
  if (name == "rbo") ranking.criterion = RankingCriterion::rbo;
  if (name == "rrr") ranking.criterion = RankingCriterion::rrr;
  if (name == "arrr") ranking.criterion = RankingCriterion::arrr;
  if (name == "rbo" || name == "rrr" || name == "arrr") {
    ranking.p = trace.ranking_scaling;
    ranking.t = trace.ranking_epsilon;
  }
  return ranking;
}

AsyncSuccessiveHalvingOptions async_options_of(const Trace& trace) {
  AsyncSuccessiveHalvingOptions options;
  options.mode = trace.mode == "max" ? Mode::max : Mode::min;
  options.rule = trace.type.ends_with("stopping") ? Rule::stopping : Rule::promotion;
  options.ceiling = trace.type == "pasha" ? Ceiling::progressive : Ceiling::fixed;
  options.ranking = ranking_of(trace);
  options.max_resource = trace.max_resource;
  if (trace.r_min) options.grace_period = *trace.r_min;
  if (trace.eta) options.reduction_factor = *trace.eta;
  options.rung_increment = trace.rung_increment;
  options.rung_levels = trace.given_levels;
  for (TrialId trial = 0; trial < trace.num_threshold; ++trial) options.incumbents.push_back(trial);
  options.brackets = trace.brackets.value_or(1);
  options.own_rungs = trace.own_rungs;
  return options;
}

class HalvingSubject final : public Subject {
 public:
  explicit HalvingSubject(const Trace& trace)
      : trace_(trace),
        options_(async_options_of(trace)),
        halving_(options_, [this] { return *(drawn_ = to_draw_); }),
        rungs_(rungs()) {}

  [[nodiscard]] std::optional<std::string> header_difference() const override {
    if (schedulers::rung_levels(options_) != trace_.rung_levels) return "rung levels differ";
    if (promotion_fractions(options_) != trace_.quantiles) return "quantiles differ";
    const auto shares = bracket_distribution(options_);
    if (shares.size() != trace_.num_brackets) return "the number of brackets differs";
    const auto near = [](double a, double b) { return std::abs(a - b) <= 1e-15; };
    if (!std::ranges::equal(shares, trace_.bracket_distribution, near))
      return "the distribution of brackets differs";
    return std::nullopt;
  }

  std::vector<Decision> on(const Event& event, const Line& expected) override {
    to_draw_ = expected.u.value_or(0);
    drawn_.reset();
    ceiling_before_ = halving_.status().ceiling;
    return halving_.on(event);
  }

  [[nodiscard]] std::optional<std::string> describe(
      Line& line, const std::vector<Decision>& decisions) override {
    std::optional<std::string> wrong;
    if (line.ev == "suggest") describe_suggestion(line, decisions.at(0));
    if (line.ev == "report") wrong = describe_report(line, decisions);
    auto after = rungs();
    for (std::size_t r = 0; r < after.size(); ++r)
      if (after[r].rows != rungs_[r].rows && !add_change(line, rungs_[r], after[r]))
        wrong = "a rung changed without an operation";
    rungs_ = std::move(after);
    line.pasha = pasha(line.ev == "report" && line.epoch < trace_.max_resource);
    if (trace_.type.starts_with("rush")) {
      Thresholds now;
      for (const auto& [level, loss] : halving_.hurdle().losses())
        now[level] = metric_of(options_.mode, loss);
      if (now != thresholds_) line.thresholds = now;
      if (!wrong) wrong = unannounced(now, decisions);
      thresholds_ = now;
    }
    return wrong;
  }

  void describe(End& end) const override {
    halving_.check_invariants();
    for (const EndRung& rung : rungs_) end.rungs.push_back(rung);
    std::ranges::stable_sort(end.rungs, [](const EndRung& a, const EndRung& b) {
      return a.system != b.system ? a.system < b.system : a.level > b.level;
    });
    end.pasha = pasha(false);
  }

 private:
  void describe_suggestion(Line& line, const Decision& decision) {
    line.u = drawn_;
    if (const auto* start = std::get_if<StartTrial>(&decision)) {
      // Under `stopping` the reference runs a trial to R without a line in the trace.
      if (options_.rule == Rule::promotion) line.until = start->until;
      line.bracket = start->bracket;
      first_bracket_.push_back(start->bracket);
    } else if (const auto* resume = std::get_if<ResumeTrial>(&decision)) {
      line.bracket = resume->bracket;
    } else if (drawn_) {
      line.bracket = bracket_of(*drawn_);  // This scheduler waits without a bracket.
    }
    if (trace_.num_brackets == 1) line.bracket.reset();
  }

  /// Number of cumulative probabilities that the draw has reached: the bracket.
  [[nodiscard]] std::uint32_t bracket_of(double drawn) const {
    std::uint32_t bracket = 0;
    double sum = 0;
    for (const double share : trace_.bracket_distribution)
      if ((sum += share) <= drawn) ++bracket;
    return bracket;
  }

  std::optional<std::string> describe_report(Line& line, const std::vector<Decision>& decisions) {
    const std::uint32_t bracket = first_bracket_.at(*line.trial);
    const auto& levels = trace_.rung_levels;
    const Resource lowest = bracket < levels.size() ? levels[bracket] : trace_.max_resource;
    const bool at_rung = *line.epoch >= lowest && std::ranges::count(levels, *line.epoch) > 0;
    line.milestone = at_rung || *line.epoch >= trace_.max_resource;
    const Resource next = std::max(lowest, next_level(*line.epoch));
    if (at_rung)
      line.next = next;
    else if (options_.rule == Rule::stopping && !*line.milestone)
      line.next = lowest;  // The value of the reference between rungs.
    const auto* go_on = std::get_if<ContinueTrial>(&decisions.at(0));
    if (go_on != nullptr && go_on->until != next) return "until is not the next rung";
    return wrong_unlock(*line.trial, decisions);
  }

  /// Checks that an unlock is decided exactly when the ceiling rises, with the state of the trace.
  [[nodiscard]] std::optional<std::string> wrong_unlock(
      TrialId cause, const std::vector<Decision>& decisions) const {
    const SchedulerStatus after = halving_.status();
    const bool risen = after.ceiling != ceiling_before_;
    std::vector<RungUnlocked> told;
    for (const Decision& decision : decisions)
      if (const auto* unlocked = std::get_if<RungUnlocked>(&decision)) told.push_back(*unlocked);
    if (told.size() != (risen ? 1U : 0U)) return "an unlock too many or too few";
    if (risen && told[0] != RungUnlocked{after.ceiling, after.epsilon, cause})
      return "the unlock is another one";
    return std::nullopt;
  }

  /// Checks that a changed hurdle is decided, with the value of the trace.
  [[nodiscard]] std::optional<std::string> unannounced(
      const Thresholds& now, const std::vector<Decision>& decisions) const {
    Thresholds told = thresholds_.value_or(Thresholds());
    for (const Decision& decision : decisions)
      if (const auto* raised = std::get_if<HurdleRaised>(&decision)) {
        if (raised->trial >= trace_.num_threshold) return "a hurdle is not set by an incumbent";
        told[raised->resource] = raised->metric;
      }
    if (told != now) return "a hurdle rose that was not told";
    return std::nullopt;
  }

  [[nodiscard]] Resource next_level(Resource resource) const {
    for (const Resource level : trace_.rung_levels)
      if (level > resource) return level;
    return trace_.max_resource;
  }

  /// The existing rungs: bracket s has none below its first rung.
  [[nodiscard]] std::vector<EndRung> rungs() const {
    std::vector<EndRung> all;
    for (std::size_t s = 0; s < halving_.rung_systems().size(); ++s)
      for (std::size_t k = s; k < halving_.rung_systems()[s].size(); ++k) {
        const Rung& rung = halving_.rung_systems()[s][k];
        EndRung& state = all.emplace_back(EndRung{s, rung.level(), {}});
        rung.entries().for_each([&](const RungEntry& entry) {
          state.rows.push_back({entry.trial, metric_of(options_.mode, entry.loss), entry.promoted});
        });
      }
    return all;
  }

  /// False if the change is not explained by added or promoted entries.
  static bool add_change(Line& line, const EndRung& was, const EndRung& now) {
    std::vector<RungRow> changed = was.rows;
    RungState state{now.system, now.level, {}, {}};
    for (std::size_t at = 0; at < now.rows.size(); ++at) {
      const RungRow& row = now.rows[at];
      state.trials.push_back(row.trial);
      if (row.promoted) state.promoted.push_back(row.trial);
      const auto before = std::ranges::find(was.rows, row.trial, &RungRow::trial);
      const bool added = before == was.rows.end();
      if (!added && before->promoted == row.promoted) continue;
      line.ops.push_back({added ? "add" : "promote", now.system, now.level, row.trial, at});
      if (!added) changed.erase(std::ranges::find(changed, row.trial, &RungRow::trial));
      changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(std::min(at, changed.size())),
                     row);
    }
    if (!line.rungs) line.rungs.emplace();
    line.rungs->push_back(std::move(state));
    return changed == now.rows;
  }

  [[nodiscard]] std::optional<PashaState> pasha(bool compared) const {
    if (!halving_.ceiling()) return std::nullopt;
    const ProgressiveCeiling& ceiling = *halving_.ceiling();
    // The reference records its option if it does not estimate epsilon.
    const bool estimated = trace_.ranking == "soft_ranking_auto";
    PashaState state{ceiling.limit(),
                     ceiling.top(),
                     estimated ? ceiling.epsilon() : trace_.ranking_epsilon,
                     {},
                     {}};
    if (compared) {
      state.inc = ceiling.disagreed();
      state.score = ceiling.score();
    }
    return state;
  }

  const Trace& trace_;
  AsyncSuccessiveHalvingOptions options_;
  double to_draw_ = 0;
  std::optional<double> drawn_;  ///< The draw of the scheduler at the last event.
  AsyncSuccessiveHalving halving_;
  Resource ceiling_before_ = 0;               ///< The ceiling before the last event.
  std::vector<std::uint32_t> first_bracket_;  ///< By trial.
  std::vector<EndRung> rungs_;                ///< After the last line.
  std::optional<Thresholds> thresholds_;      ///< The thresholds that were recorded last.
};

}  // namespace

SubjectOrProblem make_halving_subject(const Trace& trace) {
  if (const auto found = problems(async_options_of(trace)); !found.empty())
    return {nullptr, found.front().what};
  return {std::make_unique<HalvingSubject>(trace), ""};
}

}  // namespace troupe::replay
