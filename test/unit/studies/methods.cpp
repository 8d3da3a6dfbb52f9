#include "test/unit/studies/methods.hpp"

namespace troupe::actors {
namespace {

using namespace schedulers;

/// Adds every rule with every ceiling, with and without a hurdle.
void add_policies(std::vector<Method>& methods, Resource max_resource) {
  for (const Rule rule : {Rule::stopping, Rule::promotion})
    for (const Ceiling ceiling : {Ceiling::fixed, Ceiling::progressive})
      for (const bool hurdle : {false, true}) {
        AsyncSuccessiveHalvingOptions options{
            .rule = rule, .ceiling = ceiling, .max_resource = max_resource};
        options.mode = hurdle ? Mode::max : Mode::min;
        options.on_early_exit = hurdle ? EarlyExit::drop : EarlyExit::hold;
        if (hurdle) options.incumbents = {0, 2, 3};
        methods.push_back({std::string(enum_text(rule)) + " " + std::string(enum_text(ceiling)) +
                               (hurdle ? " hurdle" : ""),
                           options});
      }
}

/// Adds PASHA with each ranking criterion and each rule for epsilon, in both forms.
void add_rankings(std::vector<Method>& methods, Resource max_resource) {
  const auto add = [&](const std::string& name, const RankingOptions& ranking) {
    methods.push_back(
        {"pasha " + name, AsyncSuccessiveHalvingOptions{.rule = Rule::promotion,
                                                        .ceiling = Ceiling::progressive,
                                                        .max_resource = max_resource,
                                                        .ranking = ranking}});
  };
  add("fixed", {.epsilon_rule = EpsilonRule::fixed, .epsilon = 0.05});
  for (const RankingForm form : {RankingForm::paper, RankingForm::reference}) {
    for (const EpsilonRule rule : {EpsilonRule::sigma, EpsilonRule::mean, EpsilonRule::median})
      add(std::string(enum_text(rule)) + " " + std::string(enum_text(form)),
          {.epsilon_rule = rule, .form = form});
    for (const RankingCriterion criterion : {RankingCriterion::direct, RankingCriterion::rbo,
                                             RankingCriterion::rrr, RankingCriterion::arrr})
      add(std::string(enum_text(criterion)) + " " + std::string(enum_text(form)),
          {.criterion = criterion, .p = 0.5, .form = form});
  }
}

/// Adds what the schedulers have beyond the reference.
void add_additions(std::vector<Method>& methods, Resource max_resource) {
  AsyncSuccessiveHalvingOptions spending{
      .rule = Rule::promotion, .ceiling = Ceiling::progressive, .max_resource = max_resource};
  spending.spend = 2;
  methods.push_back({"pasha spend", spending});
  AsyncSuccessiveHalvingOptions champions{.max_resource = max_resource};
  champions.incumbents = {0, 1, 2};
  champions.champions = 1;
  champions.tolerance = 0.01;
  methods.push_back({"rush champions", champions});
}

void add_brackets(std::vector<Method>& methods, Resource max_resource) {
  for (const Rule rule : {Rule::stopping, Rule::promotion})
    for (const bool own : {false, true})
      methods.push_back(
          {std::string(enum_text(rule)) + (own ? " own brackets" : " shared brackets"),
           AsyncSuccessiveHalvingOptions{.rule = rule,
                                         .max_resource = max_resource,
                                         .brackets = 9,
                                         .own_rungs = own,
                                         .seed = 11}});
  methods.push_back(
      {"sh", SyncSuccessiveHalvingOptions{.max_resource = max_resource, .brackets = 1}});
  methods.push_back({"hyperband", SyncSuccessiveHalvingOptions{.mode = Mode::max,
                                                               .max_resource = max_resource,
                                                               .on_early_exit = EarlyExit::drop}});
}

void add_finite(std::vector<Method>& methods, Resource max_resource) {
  for (const RushBudget rule : {RushBudget::kept, RushBudget::as_printed, RushBudget::planned})
    for (const bool incumbents : {false, true}) {
      SyncRushOptions options{.budget = 100, .arms = 10, .max_resource = max_resource};
      options.budget_rule = rule;
      if (incumbents) options.incumbents = {0, 1};
      methods.push_back(
          {"sync rush " + std::string(enum_text(rule)) + (incumbents ? " incumbents" : ""),
           options});
    }
  for (const Resource epochs : {1, 2, 3, 5})
    methods.push_back({std::to_string(epochs) + " epochs", FifoOptions{.length = epochs}});
  methods.push_back({"full", FifoOptions{.length = max_resource}});
  methods.push_back({"random choice", FifoOptions{.length = max_resource, .trials_max = 1}});
}

}  // namespace

std::vector<Method> every_method(Resource max_resource) {
  std::vector<Method> methods;
  add_policies(methods, max_resource);
  add_rankings(methods, max_resource);
  add_additions(methods, max_resource);
  add_brackets(methods, max_resource);
  add_finite(methods, max_resource);
  return methods;
}

}  // namespace troupe::actors
