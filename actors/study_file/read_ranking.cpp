#include "actors/study_file/read_ranking.hpp"

#include <cmath>
#include <limits>
#include <string>

namespace troupe::actors {
namespace {

using schedulers::EpsilonRule;
using schedulers::RankingCriterion;
using schedulers::RankingForm;
using schedulers::RankingOptions;

bool is_soft(const RankingOptions& ranking) {
  return ranking.criterion == RankingCriterion::soft;
}

/// Whether epsilon is so many times a spread of the metrics.
bool is_scaled(const RankingOptions& ranking) {
  return is_soft(ranking) && ranking.epsilon_rule != EpsilonRule::automatic &&
         ranking.epsilon_rule != EpsilonRule::fixed;
}

void read_epsilon(Section& section, RankingOptions& ranking) {
  const Member* member = section.find("epsilon");
  if (member == nullptr) return;
  if (const auto number = member->value.number()) {
    ranking.epsilon_rule = EpsilonRule::fixed;
    ranking.epsilon = *number;
    if (!(*number >= 0) || !std::isfinite(*number))
      section.error("epsilon",
                    "'ranking.epsilon' must be 0 or more, in the units of the metric; "
                    "found " +
                        member->value.text);
    return;
  }
  ranking.epsilon_rule = section.one_of<EpsilonRule>("epsilon", {{"auto", "automatic"}})
                             .value_or(EpsilonRule::automatic);
}

/// A number in [low, high], or (low, high] if `low_open`.
struct Range {
  double low = 0, high = 0;
  bool low_open = false;
  std::string_view text;
};

void read_number(Section& section, std::string_view key, const Range& range, double& into) {
  const auto number = section.any_number(key);
  if (!number) return;
  into = *number;
  const bool low_enough = range.low_open ? *number > range.low : *number >= range.low;
  if (!low_enough || *number > range.high)
    section.error(key, "'ranking." + std::string(key) + "' must be " + std::string(range.text) +
                           "; found " + section.find(key)->value.text);
}

void refuse_idle(Section& section, std::string_view key, bool used, std::string_view use) {
  if (section.has(key) && !used)
    section.error(key, "'ranking." + std::string(key) + "' is for " + std::string(use) +
                           "; leave it out here");
}

}  // namespace

void read_ranking(Section& scheduler, SchedulerSpec& spec) {
  Section section = scheduler.section("ranking", ranking_keys());
  RankingOptions& ranking = spec.ranking;
  ranking.criterion =
      section.one_of<RankingCriterion>("criterion").value_or(RankingCriterion::soft);
  read_epsilon(section, ranking);
  constexpr double any = std::numeric_limits<double>::max();
  read_number(section, "percentile", {0, 100, false, "from 0 to 100"}, ranking.percentile);
  read_number(section, "scaling", {0, any, false, "0 or more"}, ranking.m);
  read_number(section, "p", {0, 1, true, "above 0, and 1 at most"}, ranking.p);
  const bool overlap = ranking.criterion == RankingCriterion::rbo;
  if (section.has("t")) {
    double t = 0;
    read_number(
        section, "t",
        overlap ? Range{0, 1, false, "from 0 to 1 for rbo"} : Range{0, any, false, "0 or more"}, t);
    ranking.t = t;
  }
  ranking.form = section.one_of<RankingForm>("form").value_or(RankingForm::paper);

  const bool ranked = !is_soft(ranking) && ranking.criterion != RankingCriterion::direct;
  refuse_idle(section, "epsilon", is_soft(ranking), "criterion: soft");
  refuse_idle(section, "percentile",
              is_soft(ranking) && ranking.epsilon_rule == EpsilonRule::automatic,
              "criterion: soft with epsilon: auto");
  refuse_idle(section, "scaling", is_scaled(ranking), "epsilon: sigma, mean or median");
  refuse_idle(section, "p", ranked, "criterion: rbo, rrr or arrr");
  refuse_idle(section, "t", ranked, "criterion: rbo, rrr or arrr");
  refuse_idle(
      section, "form", overlap || is_scaled(ranking),
      "criterion: rbo and for epsilon: sigma, mean or median, where the paper and Syne Tune "
      "differ");
}

}  // namespace troupe::actors
