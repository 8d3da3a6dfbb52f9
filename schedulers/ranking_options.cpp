#include "schedulers/ranking_options.hpp"

#include <array>
#include <cmath>
#include <string>

namespace troupe::schedulers {
namespace {

constexpr RealRange from_0_to_1_for_rbo{.least = 0, .most = 1, .expected = "from 0 to 1 for rbo"};
constexpr RealRange not_negative{.least = 0, .expected = "0 or more"};

RealRange threshold_range(const RankingOptions& options) {
  return options.criterion == RankingCriterion::rbo ? from_0_to_1_for_rbo : not_negative;
}

/// A number is a fixed epsilon; a word says how epsilon is computed.
void set_epsilon(void* options, const OptionValue& value) {
  auto& ranking = *static_cast<RankingOptions*>(options);
  if (const auto* number = std::get_if<double>(&value)) {
    ranking.epsilon_rule = EpsilonRule::fixed;
    ranking.epsilon = *number;
  } else {
    ranking.epsilon_rule = static_cast<EpsilonRule>(std::get<std::int64_t>(value));
  }
}

std::optional<OptionValue> get_epsilon(const void* options) {
  const auto& ranking = *static_cast<const RankingOptions*>(options);
  if (ranking.epsilon_rule == EpsilonRule::fixed) return ranking.epsilon;
  return static_cast<std::int64_t>(ranking.epsilon_rule);
}

constexpr std::array ranking_option_list{
    option<&RankingOptions::criterion>({
        .key = "criterion",
        .example = "soft",
        .doc = "how the top two rungs are compared. Default {default}",
    }),
    Option{
        .key = "epsilon",
        .range = {.least = 0, .expected = "0 or more, in the units of the metric"},
        .synonyms = {Synonym{"auto", "automatic"}},
        .example = "auto",
        .doc = "soft: a number; or sigma, mean or median, times `scaling`. Default auto",
        .type = OptionType::choice_or_real,
        .names = enum_names_of<EpsilonRule>,
        .owner = &option_owner<RankingOptions>,
        .get = get_epsilon,
        .set = set_epsilon,
    },
    option<&RankingOptions::percentile>({
        .key = "percentile",
        .range = {.least = 0, .most = 100, .expected = "from 0 to 100"},
        .example = "90",
        .doc = "soft with epsilon auto: of the differences of criss-crossing pairs. Default "
               "{default}",
    }),
    option<&RankingOptions::m>({
        .key = "scaling",
        .alias = "m",
        .range = not_negative,
        .example = "2",
        .doc = "factor of sigma, mean and median. Default {default}",
    }),
    option<&RankingOptions::p>({
        .key = "p",
        .range = {.least = 0, .most = 1, .above_least = true, .expected = "above 0, and 1 at most"},
        .example = "1",
        .doc = "rbo, rrr, arrr: weight of each next rank. Default {default}",
    }),
    option<&RankingOptions::t>({
        .key = "t",
        .range_of =
            [](const void* options) {
              return threshold_range(*static_cast<const RankingOptions*>(options));
            },
        .example = "0.5",
        .doc = "rbo, rrr, arrr: threshold. Default: 0.5 for rbo, otherwise 0.05",
    }),
    option<&RankingOptions::form>({
        .key = "form",
        .example = "paper",
        .doc = "whose formula is used where the paper and Syne Tune differ. Default: paper for "
               "rbo, reference for sigma, mean and median",
    }),
};

}  // namespace

constexpr OptionSection ranking_section{
    .name = "ranking", .bare_key = "criterion", .options = ranking_option_list};

RankingForm form_of(const RankingOptions& options) {
  if (options.form) return *options.form;
  const bool scaled = options.criterion == RankingCriterion::soft &&
                      options.epsilon_rule != EpsilonRule::automatic &&
                      options.epsilon_rule != EpsilonRule::fixed;
  return scaled ? RankingForm::reference : RankingForm::paper;
}

double threshold(const RankingOptions& options) {
  if (options.t) return *options.t;
  return options.criterion == RankingCriterion::rbo ? 0.5 : 0.05;
}

std::vector<OptionProblem> problems(const RankingOptions& options) {
  std::vector<OptionProblem> found;
  const auto examine = [&](std::string_view name, double value, const RealRange& range) {
    if (std::isfinite(value) && range.contains(value)) return;
    found.push_back({name, std::string(name) + " is " + number_text(value) + "; it must be " +
                               std::string(range.expected)});
  };
  const auto range_of = [](std::string_view key) {
    return option_named(ranking_option_list, key).range;
  };
  examine("ranking.percentile", options.percentile, range_of("percentile"));
  examine("ranking.epsilon", options.epsilon, range_of("epsilon"));
  examine("ranking.m", options.m, range_of("scaling"));
  examine("ranking.p", options.p, range_of("p"));
  examine("ranking.t", threshold(options), threshold_range(options));
  return found;
}

std::vector<OptionProblem> resolve(const RankingOptions& options, const GivenOptions& given) {
  const bool soft = options.criterion == RankingCriterion::soft;
  const bool automatic = options.epsilon_rule == EpsilonRule::automatic;
  const bool scaled = soft && !automatic && options.epsilon_rule != EpsilonRule::fixed;
  const bool ranked = !soft && options.criterion != RankingCriterion::direct;
  const bool overlap = options.criterion == RankingCriterion::rbo;
  struct Use {
    std::string_view key;
    bool used;
    std::string_view use;
  };
  const std::array uses{
      Use{"ranking.epsilon", soft, "criterion: soft"},
      Use{"ranking.percentile", soft && automatic, "criterion: soft with epsilon: auto"},
      Use{"ranking.scaling", scaled, "epsilon: sigma, mean or median"},
      Use{"ranking.p", ranked, "criterion: rbo, rrr or arrr"},
      Use{"ranking.t", ranked, "criterion: rbo, rrr or arrr"},
      Use{"ranking.form", overlap || scaled,
          "criterion: rbo and for epsilon: sigma, mean or median, where the paper and Syne Tune "
          "differ"},
  };
  std::vector<OptionProblem> found;
  for (const auto& [key, used, use] : uses)
    if (given.has(key) && !used)
      found.push_back(
          {key, "'" + std::string(key) + "' is for " + std::string(use) + "; leave it out here"});
  return found;
}

}  // namespace troupe::schedulers
