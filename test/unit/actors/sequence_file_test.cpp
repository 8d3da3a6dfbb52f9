#include "actors/sequence/sequence_file.hpp"

#include <algorithm>

#include <boost/test/unit_test.hpp>

#include "actors/study_file/study_file.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(sequence_file)

const std::string shared_part = R"(sequence: nightly
entry: {command: [./train, --data, "${data}"], env: {A: "1", B: "2"}}
config_space: {lr: {loguniform: [1e-4, 1]}, epochs: 81, data: "a b.csv"}
metric: loss
mode: min
resource_attr: epoch
max_resource_attr: epochs
scheduler: {name: asha, eta: 3}
stop_criterion: {max_num_trials_started: 9, max_cost: 5}
seed: 40
)";

SequenceSpec read(const std::string& tasks) {
  const auto file = read_sequence_text(shared_part + tasks, "/there/sequence.yaml");
  for (const auto& problem : file.problems)
    BOOST_TEST((problem.severity != Problem::Severity::error), to_text(problem));
  BOOST_REQUIRE(file.spec.has_value());
  return *file.spec;
}

std::vector<std::string> errors(const std::string& text) {
  std::vector<std::string> lines;
  for (const auto& problem : read_sequence_text(text, "s.yaml").problems)
    if (problem.severity == Problem::Severity::error)
      lines.push_back(std::to_string(problem.at.line) + ":" + std::to_string(problem.at.column) +
                      ": " + problem.message);
  return lines;
}

BOOST_AUTO_TEST_CASE(a_task_is_the_shared_study_with_what_it_has_otherwise) {
  const auto spec = read(R"(tasks:
  - name: first
  - name: second
    config_space: {epochs: 27, data: b.csv}
    scheduler: {reduction_factor: 4}
    stop_criterion: {max_num_trials_started: 12}
    entry: {env: {B: "3"}}
    metric: error
)");
  BOOST_REQUIRE(spec.tasks.size() == 2u);
  const StudySpec& first = spec.tasks[0].spec;
  const StudySpec& second = spec.tasks[1].spec;
  BOOST_TEST(first.name == "nightly.first");
  BOOST_TEST(second.name == "nightly.second");
  BOOST_TEST(first.max_t == 81);
  BOOST_TEST(second.max_t == 27);
  BOOST_TEST(std::get<schedulers::AsyncSuccessiveHalvingOptions>(second.scheduler.options)
                 .reduction_factor == 4.0);
  BOOST_TEST(second.stop_criterion.max_num_trials_started.value() == 12u);
  BOOST_TEST(second.stop_criterion.max_cost.value() == 5.0);
  BOOST_TEST(second.metric == "error");
  BOOST_REQUIRE(second.entry.env.size() == 2u);
  BOOST_TEST(second.entry.env[0].value == "1");
  BOOST_TEST(second.entry.env[1].value == "3");
  BOOST_TEST(first.entry.folder == "/there");
}

BOOST_AUTO_TEST_CASE(seeds_count_on_from_the_sequence_s) {
  const auto spec = read("tasks: [{name: a}, {name: b}, {name: c, seed: 7}, {name: d}]\n");
  BOOST_TEST(spec.tasks[0].spec.seed == 40u);
  BOOST_TEST(spec.tasks[1].spec.seed == 41u);
  BOOST_TEST(spec.tasks[2].spec.seed == 7u);
  BOOST_TEST(spec.tasks[3].spec.seed == 43u);
}

BOOST_AUTO_TEST_CASE(the_text_of_a_task_reads_back_as_the_same_study) {
  for (const auto& task : read("tasks: [{name: a}, {name: b, mode: max, n_workers: 3}]\n").tasks) {
    const auto again = read_study_text(task.spec.text, "/there/sequence.yaml");
    BOOST_REQUIRE(again.spec.has_value());
    BOOST_TEST((*again.spec == task.spec));
  }
}

BOOST_AUTO_TEST_CASE(a_mistake_in_the_shared_part_is_told_once) {
  auto many = errors("sequence: s\ntasks: [{name: a}, {name: b}]\nmode: mini\n");
  BOOST_TEST(many.size() >= 5u);
  std::ranges::sort(many);
  BOOST_TEST((std::ranges::adjacent_find(many) == many.end()));
  const auto found = errors(shared_part + "n_worker: 2\ntasks: [{name: a}, {name: b}]\n");
  BOOST_REQUIRE(found.size() == 1u);
  BOOST_TEST(found[0].starts_with("11:1: unknown key 'n_worker'; did you mean 'n_workers'?"));
}

BOOST_AUTO_TEST_CASE(a_mistake_in_a_task_is_told_where_it_stands) {
  const auto found = errors(shared_part + R"(tasks:
  - name: a
    n_workers: none
  - name: a
    memory: team.db
    config_space: {lr: 0.1}
)");
  BOOST_REQUIRE(found.size() == 4u);
  BOOST_TEST(found[0] == "13:16: 'n_workers' must be a whole number; found the text 'none'");
  BOOST_TEST(found[1] == "14:11: two tasks are called 'a'; the first in line 12");
  BOOST_TEST(
      found[2].starts_with("15:5: unknown key 'memory' in task; it belongs at the top level"));
  BOOST_TEST(found[3] ==
             "16:20: 'lr' is no constant of the sequence's config_space; a task may change its "
             "constants only (constants: epochs, data)");
}

BOOST_AUTO_TEST_CASE(a_study_is_no_sequence) {
  const auto found = errors("study: s\n" + shared_part + "tasks: [{name: a}]\n");
  BOOST_REQUIRE(found.size() == 1u);
  BOOST_TEST(found[0].starts_with("1:1: a sequence is named by `sequence: NAME`"));
}

BOOST_AUTO_TEST_CASE(tasks_are_a_list_with_names) {
  BOOST_TEST(errors(shared_part).at(0).starts_with("1:1: 'tasks' is missing"));
  BOOST_TEST(errors(shared_part + "tasks: []\n").at(0).find("found an empty list") !=
             std::string::npos);
  BOOST_TEST(errors(shared_part + "tasks: {a: 1}\n").at(0).find("found a mapping") !=
             std::string::npos);
  BOOST_TEST(
      errors(shared_part + "tasks: [{mode: max}]\n").at(0).find("'name' in task is missing") !=
      std::string::npos);
  BOOST_TEST(
      errors(shared_part + "tasks: [{name: a/b}]\n").at(0).find("'task.name' must be a name") !=
      std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
