#include "actors/sequence/simulated_sequence.hpp"

#include <algorithm>
#include <memory>

#include <boost/test/unit_test.hpp>

#include "actors/sequence/sequence_file.hpp"
#include "actors/simulate/simulated_study.hpp"
#include "actors/tables/synthetic.hpp"
#include "test/kit/temp_folder.hpp"

namespace troupe::actors {
namespace {

const std::string halving = R"(scheduler: {name: asha}
n_workers: 2
stop_criterion: {max_num_trials_started: 12}
seed: 3
)";

/// Three tables of the same 20 configurations, in whose order of merit they differ.
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

BOOST_AUTO_TEST_SUITE(simulated_sequence)

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
  const auto texts = task_texts(folder.file("s.yaml"), 3).value();
  BOOST_TEST(texts.is_sequence);
  BOOST_TEST(texts.texts.size() == 3u);
  BOOST_TEST(texts.texts[0].starts_with("study   : s\n"));
  test::write_file(folder.path() / "t.yaml", halving);
  BOOST_TEST(!task_texts(folder.file("t.yaml"), 2)->is_sequence);
}

BOOST_AUTO_TEST_CASE(tasks_and_tables_are_as_many) {
  const test::TempFolder folder;
  test::write_file(folder.path() / "s.yaml",
                   "sequence: s\n" + halving + "tasks: [{name: a}, {name: b, n_workers: 7}]\n");
  BOOST_TEST(task_texts(folder.file("s.yaml"), 2)->texts.at(1).find("n_workers: 7") !=
             std::string::npos);
  const auto refused = task_texts(folder.file("s.yaml"), 3);
  BOOST_TEST(refused.error().what == folder.file("s.yaml") +
                                         ": the sequence has 2 tasks, and there are 3 tables; give "
                                         "a --table for each task, or leave 'tasks' out: then each "
                                         "table is one");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
