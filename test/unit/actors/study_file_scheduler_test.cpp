// The scheduler section of a study file, and the options of the core that it becomes.

#include <boost/test/unit_test.hpp>

#include "actors/study_file/study_file.hpp"
#include "actors/study_file/study_spec.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(study_file_scheduler)

using namespace schedulers;

const std::string head = R"(study: schedulers
entry: {command: [sh, train.sh]}
config_space: {lr: {loguniform: [1e-5, 0.1]}}
metric: loss
mode: max
resource_attr: epoch
max_t: 243
seed: 5
)";
const std::string stop = "stop_criterion: {max_num_trials_started: 99}\n";
const std::string incumbents = "incumbents: [{lr: 0.01}, {lr: 0.02}]\n";

StudyFile read(const std::string& rest) {
  return read_study_text(head + rest, "/studies/a/study.yaml");
}

std::string printed(const StudyFile& file) {
  std::string text;
  for (const Problem& problem : file.problems) text += to_text(problem);
  return text;
}

StudySpec good(const std::string& scheduler, const std::string& rest = stop) {
  StudyFile file = read("scheduler: " + scheduler + "\n" + rest);
  BOOST_TEST_REQUIRE(file.spec.has_value(), printed(file));
  BOOST_TEST(file.problems.empty(), printed(file));
  return std::move(*file.spec);
}

template <typename Options>
Options options(const std::string& scheduler, const std::string& rest = stop) {
  return std::get<Options>(scheduler_options(good(scheduler, rest)));
}

/// Expects exactly one problem, whose message contains `words`.
void expect(const std::string& scheduler, const std::string& rest, const std::string& words) {
  const StudyFile file = read("scheduler: " + scheduler + "\n" + rest);
  BOOST_TEST_REQUIRE(file.problems.size() == 1u, scheduler << "\n" << printed(file));
  BOOST_TEST(file.problems[0].message.find(words) != std::string::npos, printed(file));
}

BOOST_AUTO_TEST_CASE(an_actor_of_the_user_needs_the_node_that_hosts_it) {
  expect("{name: asha, actor: mine}", stop, "there is no 'scheduler.node'");
  expect("asha", stop + "searcher: {name: random, actor: mine}\n",
         "there is no 'searcher.node': name the node process that hosts it");
  BOOST_TEST(good("{name: asha, actor: mine, node: tuner}").scheduler.actor == "mine");
}

BOOST_AUTO_TEST_CASE(asynchronous_methods_are_three_choices) {
  const auto asha = options<AsyncSuccessiveHalvingOptions>("asha");
  BOOST_TEST((asha.rule == Rule::stopping && asha.ceiling == Ceiling::fixed));
  BOOST_TEST((asha.mode == Mode::max));
  BOOST_TEST(asha.max_resource == 243);
  BOOST_TEST(asha.brackets == 1u);
  BOOST_TEST(asha.incumbents.empty());
  BOOST_TEST(asha.seed == 5u);
  const auto pasha = options<AsyncSuccessiveHalvingOptions>("pasha");
  BOOST_TEST((pasha.rule == Rule::promotion && pasha.ceiling == Ceiling::progressive));
  const auto rush = options<AsyncSuccessiveHalvingOptions>("rush", stop + incumbents);
  BOOST_TEST((rush.rule == Rule::stopping && rush.ceiling == Ceiling::fixed));
  BOOST_TEST((rush.incumbents == std::vector<TrialId>{0, 1}));
  const auto rising = options<AsyncSuccessiveHalvingOptions>("{name: rush, ceiling: progressive}",
                                                             stop + incumbents);
  BOOST_TEST((rising.rule == Rule::promotion && rising.ceiling == Ceiling::progressive));
  BOOST_TEST(rising.incumbents.size() == 2u);
  const auto both = options<AsyncSuccessiveHalvingOptions>(
      "{name: pasha, hurdle: incumbents, type: stopping}", stop + incumbents);
  BOOST_TEST((both.rule == Rule::stopping && both.ceiling == Ceiling::progressive));
  BOOST_TEST(both.incumbents.size() == 2u);
}

BOOST_AUTO_TEST_CASE(syne_tunes_names_of_rush_are_rush_and_a_type) {
  const auto stopping = options<AsyncSuccessiveHalvingOptions>("rush_stopping", stop + incumbents);
  BOOST_TEST((stopping.rule == Rule::stopping));
  const auto promotion =
      options<AsyncSuccessiveHalvingOptions>("{name: rush_promotion}", stop + incumbents);
  BOOST_TEST((promotion.rule == Rule::promotion && promotion.ceiling == Ceiling::fixed));
  expect("{name: rush_promotion, type: stopping}", stop + incumbents,
         "'rush_promotion' says promotion");
}

BOOST_AUTO_TEST_CASE(rungs_lie_where_they_are_put) {
  const auto spaced =
      options<AsyncSuccessiveHalvingOptions>("{name: asha, rung_increment: 40, grace_period: 2}");
  BOOST_TEST((rung_levels(spaced) == std::vector<Resource>{2, 42, 82, 122, 162, 202, 242}));
  const auto given =
      options<AsyncSuccessiveHalvingOptions>("{name: asha, rung_levels: [1, 2, 4, 8, 16, 32]}");
  BOOST_TEST(rung_levels(given).size() == 6u);
}

BOOST_AUTO_TEST_CASE(hyperband_has_all_brackets_unless_told_otherwise) {
  const auto all = options<AsyncSuccessiveHalvingOptions>("hyperband");
  BOOST_TEST(bracket_distribution(all).size() == 6u);
  BOOST_TEST(!all.own_rungs);
  const auto two =
      options<AsyncSuccessiveHalvingOptions>("{name: hyperband, brackets: 2, own_rungs: true}");
  BOOST_TEST(bracket_distribution(two).size() == 2u);
  BOOST_TEST(two.own_rungs);
  expect("{name: hyperband, hurdle: incumbents}", stop + incumbents,
         "'scheduler.hurdle' means nothing to hyperband; it is for asha, pasha, rush");
  expect("{name: rush, brackets: 2}", stop + incumbents,
         "RUSH's hurdle works with one bracket only");
}

BOOST_AUTO_TEST_CASE(synchronous_methods_go_on_promoting_when_no_trial_may_start) {
  const StudySpec halving = good("successive_halving");
  BOOST_TEST((halving.when_exhausted == StudySpec::WhenExhausted::promote));
  BOOST_TEST(std::get<SyncSuccessiveHalvingOptions>(scheduler_options(halving)).brackets.value() ==
             1u);
  BOOST_TEST(!options<SyncSuccessiveHalvingOptions>("synchronous_hyperband").brackets.has_value());
  BOOST_TEST(options<SyncSuccessiveHalvingOptions>("{name: sync_hyperband, brackets: 3}")
                 .brackets.value() == 3u);
  BOOST_TEST((good("successive_halving", stop + "when_exhausted: finish\n").when_exhausted ==
              StudySpec::WhenExhausted::finish));
  BOOST_TEST(traits(halving.scheduler.options).pauses);  // Programs are told how far to go.
  BOOST_TEST((good("asha").when_exhausted == StudySpec::WhenExhausted::finish));
}

BOOST_AUTO_TEST_CASE(the_posters_rush_ends_with_its_budget) {
  const auto rush = options<SyncRushOptions>(
      "{name: synchronous_rush, budget: 4000, arms: 27, budget_rule: as_printed}", incumbents);
  BOOST_TEST(rush.budget == 4000);
  BOOST_TEST(rush.arms == 27u);
  BOOST_TEST((rush.budget_rule == RushBudget::as_printed));
  BOOST_TEST((rush.incumbents == std::vector<TrialId>{0, 1}));
  expect("{name: synchronous_rush, budget: 4000, arms: 2}", incumbents, "no new trial would run");
}

BOOST_AUTO_TEST_CASE(baselines_run_every_trial_equally_long) {
  BOOST_TEST(options<FifoOptions>("{name: k_epoch, k: 3}").length == 3);
  BOOST_TEST(options<FifoOptions>("random_search").length == 243);
  const StudySpec choice = good("random_choice", "");
  BOOST_TEST(std::get<FifoOptions>(scheduler_options(choice)).trials_max.value() == 1u);
  BOOST_TEST(choice.points_to_evaluate.empty());  // It is drawn, not the middle of everything.
  expect("random_search", "", "fifo never ends by itself");
  expect("{name: k_epoch, k: 3}", "", "k_epoch never ends by itself");
}

BOOST_AUTO_TEST_CASE(a_progressive_ceiling_takes_any_ranking) {
  const auto ranking = [](const std::string& text) {
    return options<AsyncSuccessiveHalvingOptions>("{name: pasha, ranking: " + text + "}").ranking;
  };
  BOOST_TEST((ranking("direct").criterion == RankingCriterion::direct));
  const auto automatic = ranking("{epsilon: auto, percentile: 95}");
  BOOST_TEST((automatic.epsilon_rule == EpsilonRule::automatic));
  BOOST_TEST(automatic.percentile == 95.0);
  const auto fixed = ranking("{criterion: soft, epsilon: 0.025}");
  BOOST_TEST((fixed.epsilon_rule == EpsilonRule::fixed));
  BOOST_TEST(fixed.epsilon == 0.025);
  const auto sigma = ranking("{epsilon: sigma, scaling: 2, form: reference}");
  BOOST_TEST((sigma.epsilon_rule == EpsilonRule::sigma && sigma.form == RankingForm::reference));
  BOOST_TEST(sigma.m == 2.0);
  BOOST_TEST((ranking("{epsilon: mean}").epsilon_rule == EpsilonRule::mean));
  BOOST_TEST((ranking("{epsilon: median}").epsilon_rule == EpsilonRule::median));
  const auto rbo = ranking("{criterion: rbo, p: 0.5, t: 0.8}");
  BOOST_TEST((rbo.criterion == RankingCriterion::rbo));
  BOOST_TEST(rbo.p == 0.5);
  BOOST_TEST(rbo.t.value() == 0.8);
  BOOST_TEST(!ranking("rrr").t.has_value());
  BOOST_TEST((ranking("{criterion: arrr, t: 1.5}").criterion == RankingCriterion::arrr));
  BOOST_TEST((options<AsyncSuccessiveHalvingOptions>(
                  "{name: rush, ceiling: progressive, ranking: direct}", stop + incumbents)
                  .ranking.criterion == RankingCriterion::direct));
}

BOOST_AUTO_TEST_CASE(a_ranking_key_that_would_be_idle_is_refused) {
  const auto refused = [](const std::string& ranking, const std::string& words) {
    expect("{name: pasha, ranking: " + ranking + "}", stop, words);
  };
  refused("{criterion: direct, epsilon: 0.1}", "'ranking.epsilon' is for criterion: soft");
  refused("{epsilon: 0.1, percentile: 5}",
          "'ranking.percentile' is for criterion: soft with epsilon");
  refused("{scaling: 2}", "'ranking.scaling' is for epsilon: sigma, mean or median");
  refused("{criterion: rrr, form: reference}", "'ranking.form' is for criterion: rbo");
  refused("{t: 0.5}", "'ranking.t' is for criterion: rbo, rrr or arrr");
  refused("{criterion: rbo, t: 2}", "'ranking.t' must be from 0 to 1 for rbo; found 2");
  refused("{criterion: rbo, p: 0}", "'ranking.p' must be above 0");
  refused("{epsilon: sigmma}", "did you mean 'sigma'?");
}

BOOST_AUTO_TEST_CASE(a_hurdle_without_incumbents_is_a_warning) {
  const std::string words = "there are no incumbents and so no hurdle: this is plain ";
  expect("rush", stop, words + "ASHA");
  expect("{name: rush, ceiling: progressive}", stop, words + "PASHA");
  expect("{name: pasha, hurdle: incumbents}", stop, words + "PASHA");
  expect("{name: synchronous_rush, budget: 4000, arms: 27}", "",
         "this is successive halving with a budget");
  BOOST_TEST(options<AsyncSuccessiveHalvingOptions>("asha", stop + incumbents).incumbents.size() ==
             2u);
  BOOST_TEST(options<AsyncSuccessiveHalvingOptions>("{name: asha, hurdle: none}", stop + incumbents)
                 .incumbents.empty());
  BOOST_TEST(
      options<AsyncSuccessiveHalvingOptions>("hyperband", stop + incumbents).incumbents.empty());
  BOOST_TEST(good("rush", stop + "memory: team.db\n").memory.has_value());
  BOOST_TEST(good("successive_halving", stop + incumbents).incumbents.size() == 2u);
}

BOOST_AUTO_TEST_CASE(fifo_needs_to_know_no_resource) {
  const std::string text =
      "study: s\nentry: {command: [sh]}\nconfig_space: {lr: {loguniform: [1e-5, 0.1]}}\n"
      "metric: loss\nmode: min\nscheduler: fifo\nsearcher: bo\n"
      "stop_criterion: {max_num_trials_started: 9}\n";
  const auto read = [](const std::string& file) {
    return read_study_text(file, "/studies/a/study.yaml");
  };
  const StudySpec spec = read(text).spec.value();
  BOOST_TEST(!spec.has_max_resource());
  BOOST_TEST(spec.resource_attr == "report");
  BOOST_TEST((spec.report.resource == ReportFormat::ResourceSource::count));
  BOOST_TEST(search_terms(spec, 0).max_resource == 0);
  const StudySpec bounded = read(text + "resource_attr: epoch\nmax_t: 9\n").spec.value();
  BOOST_TEST(bounded.max_t == 9);
  BOOST_TEST(bounded.resource_attr == "epoch");
  BOOST_TEST(!read(text + "report: {resource: reported}\n").spec.has_value());
  std::string halving = text;
  halving.replace(halving.find("fifo"), 4, "asha");
  BOOST_TEST(!read(halving).spec.has_value());
}

BOOST_AUTO_TEST_CASE(a_scheduler_of_another_tool_is_refused_with_the_names_of_ours) {
  expect("dehb", stop,
         "the scheduler 'dehb' is not in this release; today there are asha, pasha, hyperband, "
         "rush, successive_halving, synchronous_hyperband, synchronous_rush, k_epoch, "
         "fifo, random_choice");
  expect("mobster", stop, "'mobster' is `scheduler: asha` with `searcher: mobster` here");
  expect("{name: median_stopping, grace_period: 3}", stop, "'median_stopping' is not in this");
  expect("ashaa", stop, "did you mean 'asha'?");
}

BOOST_AUTO_TEST_CASE(the_template_shows_every_key_of_the_scheduler) {
  const std::string text(study_template());
  for (const Option& described : scheduler_option_list())
    BOOST_TEST(text.find(std::string(described.key) + ": ") != text.npos, described.key);
  for (const SchedulerMethod& method : scheduler_methods())
    BOOST_TEST(text.find(method.doc) != text.npos, method.name);
}

BOOST_AUTO_TEST_CASE(a_study_over_a_finite_space_ends_by_itself) {
  const auto file = read_study_text(
      "study: s\nentry: {command: [sh, t]}\nconfig_space: {a: {randint: [1, 9]}}\nmetric: l\n"
      "mode: min\nresource_attr: e\nmax_t: 243\nscheduler: successive_halving\n",
      "/studies/a/study.yaml");
  BOOST_TEST(file.spec.has_value(), printed(file));
  BOOST_TEST(file.problems.empty(), printed(file));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
