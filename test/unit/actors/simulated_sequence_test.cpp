#include "actors/sequence/simulated_sequence.hpp"

#include <algorithm>
#include <memory>

#include <boost/test/unit_test.hpp>

#include "actors/sequence/sequence_file.hpp"
#include "actors/simulate/simulated_study.hpp"
#include "actors/tables/table.hpp"
#include "test/kit/temp_folder.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(simulated_sequence)

const std::string halving = R"(scheduler: {name: asha}
n_workers: 2
stop_criterion: {max_num_trials_started: 12}
seed: 3
)";

/// Three tables with the same 20 configurations in different orders of quality.
SequenceSimulation three_tasks(bool remembers) {
  SequenceSimulation sequence{.tasks = {}, .remembers = remembers};
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    auto table = std::make_shared<const Table>(synthetic_table(20, 27, seed));
    sequence.tasks.push_back(
        simulated_study_text(halving, "halving.yaml", table, Lookup::rows).value().plan);
  }
  return sequence;
}

std::string told(const std::vector<std::vector<SequenceRun>>& all) {
  std::string text;
  for (const auto& runs : all)
    for (const auto& run : runs)
      for (std::size_t place = 0; place < run.order.size(); ++place)
        text += std::to_string(run.order[place]) + " " + std::to_string(run.incumbents[place]) +
                " " + std::to_string(run.outcomes[place].chosen->row) + " " +
                std::to_string(run.outcomes[place].evaluations) + "\n";
  return text;
}

BOOST_AUTO_TEST_CASE(the_first_permutation_is_the_order_and_each_holds_every_task_once) {
  BOOST_TEST(permutation(5, 0, 9) == (std::vector<std::size_t>{0, 1, 2, 3, 4}),
             boost::test_tools::per_element());
  std::size_t moved = 0;
  for (std::uint64_t number = 1; number < 10; ++number) {
    auto order = permutation(5, number, 9);
    BOOST_TEST(order == permutation(5, number, 9), boost::test_tools::per_element());
    if (order != permutation(5, 0, 9)) ++moved;
    std::ranges::sort(order);
    BOOST_TEST(order == permutation(5, 0, 9), boost::test_tools::per_element());
  }
  BOOST_TEST(moved >= 7u);
}

BOOST_AUTO_TEST_CASE(each_task_begins_with_the_best_of_those_before_it) {
  const SequenceRun run = simulate_sequence(three_tasks(true), 0).value();
  BOOST_TEST(run.incumbents.at(0) == 0u);
  BOOST_TEST(run.incumbents.at(1) == 1u);
  BOOST_TEST(run.incumbents.at(2) >= 1u);
  const SequenceRun alone = simulate_sequence(three_tasks(false), 0).value();
  BOOST_TEST(alone.incumbents == (std::vector<std::size_t>{0, 0, 0}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_outcome_does_not_depend_on_the_number_of_threads) {
  const std::vector<SequenceSimulation> both{three_tasks(true), three_tasks(false)};
  const auto with = [&](std::size_t jobs) {
    return told(simulate_sequences(both, 4, jobs, [](std::size_t) {}).value());
  };
  BOOST_TEST(with(1) == with(3));
}

BOOST_AUTO_TEST_CASE(a_file_without_tasks_stands_for_any_number_of_tables) {
  const test::TempFolder folder;
  test::write_file(folder.path() / "s.yaml", "sequence: s\n" + halving);
  const auto read = simulated_tasks(read_written(folder.file("s.yaml")).value(), 3).value();
  BOOST_TEST(read.remembers);
  BOOST_TEST(read.tasks.size() == 3u);
  BOOST_TEST(read.tasks[0].text.find("study: \"s\"\n") != std::string::npos);
  test::write_file(folder.path() / "t.yaml", halving);
  BOOST_TEST(!simulated_tasks(read_written(folder.file("t.yaml")).value(), 2)->remembers);
}

BOOST_AUTO_TEST_CASE(a_method_with_a_memory_remembers_from_table_to_table) {
  const auto read =
      simulated_tasks(read_written_text(halving + "memory: {}\n", "rush.yaml").value(), 2);
  BOOST_TEST(read->remembers);
}

BOOST_AUTO_TEST_CASE(a_mistake_in_a_sequence_is_told_where_the_person_wrote_it) {
  const std::string text =
      "sequence: s\n" + halving +
      "tasks:\n- name: a\n- {name: b, n_workers: 0}\n- {name: c, scheduler: {brackets: x}}\n";
  const auto read = simulated_tasks(read_written_text(text, "s.yaml").value(), 3).value();
  const auto table = std::make_shared<const Table>(synthetic_table(20, 27, 1));
  const auto told = [&](std::size_t task) {
    return simulated_study(read.tasks[task], table, {}).error().what;
  };
  BOOST_TEST(simulated_study(read.tasks[0], table, {}).has_value());
  BOOST_TEST_INFO(told(1));
  BOOST_TEST(told(1).find("s.yaml:8:24: error: 'n_workers'") != std::string::npos);
  BOOST_TEST(told(1).find("- {name: b, n_workers: 0}\n") != std::string::npos);
  BOOST_TEST_INFO(told(2));
  BOOST_TEST(told(2).find("s.yaml:9:") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(tasks_and_tables_are_as_many) {
  const test::TempFolder folder;
  test::write_file(folder.path() / "s.yaml",
                   "sequence: s\n" + halving + "tasks: [{name: a}, {name: b, n_workers: 7}]\n");
  const WrittenStudy written = read_written(folder.file("s.yaml")).value();
  BOOST_TEST(simulated_tasks(written, 2)->tasks.at(1).text.find("n_workers: 7") !=
             std::string::npos);
  const auto refused = simulated_tasks(written, 3);
  BOOST_TEST(refused.error().what == folder.file("s.yaml") +
                                         ": the sequence has 2 tasks, and there are 3 tables; give "
                                         "a --table for each task, or leave 'tasks' out: then each "
                                         "table is one");
}

BOOST_AUTO_TEST_CASE(pictures_show_each_method_by_place_in_the_sequence) {
  const std::vector<SequenceSimulation> both{three_tasks(true), three_tasks(false)};
  auto all = simulate_sequences(both, 5, 2, [](std::size_t) {}).value();
  TaskTables tables;
  for (const auto& task : both.front().tasks) tables.push_back(task.table);
  const std::vector<SequenceMethod> methods{{"one", all[0]}, {"other", all[1]}};
  const Chart regret = regret_by_place(tables, methods);
  BOOST_TEST(regret.series.size() == 2u);
  for (const auto& series : regret.series) {
    BOOST_TEST_REQUIRE(series.points.size() == 3u);
    for (std::size_t place = 0; place < 3; ++place) {
      BOOST_TEST(series.points[place].x == static_cast<double>(place + 1));
      BOOST_TEST(series.points[place].low >= 0);
      BOOST_TEST(series.points[place].y <= series.points[place].high);
    }
  }
  BOOST_TEST(to_svg(regret).find(">2</text>") != std::string::npos);
  BOOST_TEST(to_svg(regret).find(">1.5</text>") == std::string::npos);
  const Chart time = time_by_place(tables, methods);
  std::vector<double> first;
  for (const auto& run : all[0]) first.push_back(run.outcomes[0].seconds);
  std::ranges::sort(first);
  BOOST_TEST(time.series[0].points[0].y == first[2]);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
