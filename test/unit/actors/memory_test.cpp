#include "actors/memory/memory.hpp"

#include <filesystem>
#include <fstream>
#include <thread>

#include <boost/test/unit_test.hpp>
#include <sqlite3.h>

#include "actors/journal/journal.hpp"
#include "runtime/core/rng.hpp"
#include "test/kit/temp_folder.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(memory)

using schedulers::Config;
using schedulers::Constant;
using schedulers::LogUniform;
using schedulers::RandInt;
using schedulers::Space;
using schedulers::Uniform;
using schedulers::Value;

Space space_of(std::int64_t epochs = 27) {
  return Space(
      {{"lr", LogUniform{1e-4, 1}}, {"units", RandInt{1, 64}}, {"epochs", Constant{epochs}}});
}

Config config(double lr, std::int64_t units, std::int64_t epochs = 27) {
  return {{"lr", lr}, {"units", units}, {"epochs", epochs}};
}

FinishedTask task(const std::string& study, std::optional<Config> best) {
  return {.study = study,
          .name = "task-" + study,
          .folder = "/studies/" + study,
          .metric = "loss",
          .mode = schedulers::Mode::min,
          .finished_us = 1'000'000,
          .best = std::move(best),
          .value = 0.25,
          .resource = 27};
}

const Objective loss{"loss", schedulers::Mode::min};

struct Fixture {
  test::TempFolder folder;
  std::string path = folder.file("team.db");
  Memory memory = Memory::open_or_create(path).value();
  MemorySpec as_is;

  std::string refusal(const Space& space, const MemorySpec& spec) {
    const auto recalled = memory.recall(space, spec, loss);
    return recalled ? "" : recalled.error().what;
  }
};

void sql(const std::string& path, const std::string& text) {
  sqlite3* connection = nullptr;
  BOOST_REQUIRE(sqlite3_open(path.c_str(), &connection) == SQLITE_OK);
  BOOST_REQUIRE(sqlite3_exec(connection, text.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(connection);
}

BOOST_FIXTURE_TEST_CASE(knows_nothing_at_first_and_fits_every_space, Fixture) {
  BOOST_TEST(memory.recall(space_of(), as_is, loss)->incumbents.empty());
  BOOST_TEST(memory.tasks()->empty());
  BOOST_TEST(memory.parameters()->empty());
}

BOOST_FIXTURE_TEST_CASE(gives_the_best_of_each_task_in_the_order_of_joining, Fixture) {
  BOOST_TEST(memory.remember(task("a", config(0.1, 3)), space_of(), as_is).value());
  BOOST_TEST(memory.remember(task("b", config(0.01, 5)), space_of(), as_is).value());
  const auto recalled = memory.recall(space_of(), as_is, loss).value();
  BOOST_TEST((recalled.incumbents == std::vector<Config>{config(0.1, 3), config(0.01, 5)}));
  BOOST_TEST(recalled.incumbents_left_out == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_configuration_joins_once_by_identity, Fixture) {
  BOOST_TEST(memory.remember(task("a", config(0.1, 3)), space_of(), as_is).value());
  BOOST_TEST(!memory.remember(task("b", config(0.1 + 1e-12, 3)), space_of(), as_is).value());
  BOOST_TEST(memory.incumbents()->size() == 1u);
  BOOST_TEST(memory.tasks()->size() == 2u);
  BOOST_TEST(!memory.tasks()->at(1).joined);
}

BOOST_FIXTURE_TEST_CASE(a_study_that_is_told_twice_is_remembered_once, Fixture) {
  BOOST_TEST(memory.remember(task("a", config(0.1, 3)), space_of(), as_is).value());
  BOOST_TEST(memory.remember(task("a", config(0.2, 9)), space_of(), as_is).value());
  BOOST_TEST(memory.tasks()->size() == 1u);
  BOOST_TEST(
      (memory.recall(space_of(), as_is, loss)->incumbents == std::vector<Config>{config(0.1, 3)}));
}

BOOST_FIXTURE_TEST_CASE(the_constants_of_a_space_are_each_task_s_own, Fixture) {
  (void)memory.remember(task("a", config(0.1, 3, 27)), space_of(27), as_is).value();
  const auto recalled = memory.recall(space_of(81), as_is, loss).value();
  BOOST_TEST((recalled.incumbents == std::vector<Config>{config(0.1, 3, 81)}));
}

BOOST_FIXTURE_TEST_CASE(a_task_without_a_best_is_listed_and_adds_nothing, Fixture) {
  BOOST_TEST(!memory.remember(task("a", std::nullopt), space_of(), as_is).value());
  BOOST_TEST(memory.tasks()->size() == 1u);
  BOOST_TEST(memory.incumbents()->empty());
}

BOOST_FIXTURE_TEST_CASE(values_of_another_kind_are_refused_by_the_name_of_the_parameter, Fixture) {
  (void)memory.remember(task("a", config(0.1, 3)), space_of(), as_is).value();
  const Space other({{"lr", RandInt{1, 9}}, {"units", RandInt{1, 64}}});
  BOOST_TEST(
      refusal(other, as_is) ==
      path +
          ": 'lr' is randint: [1, 9] in config_space, and loguniform: [1e-04, 1.0] in the "
          "memory: values of another kind; give it another name here, and say `memory: {drop: "
          "[lr]}`");
  const Space fixed({{"lr", Constant{0.1}}, {"units", RandInt{1, 64}}});
  BOOST_TEST(
      refusal(fixed, as_is).starts_with(path + ": 'lr' is the constant 0.1 in config_space"));
}

BOOST_FIXTURE_TEST_CASE(entries_outside_of_a_changed_range_are_left_out_and_counted, Fixture) {
  (void)memory.remember(task("a", config(0.1, 3)), space_of(), as_is).value();
  (void)memory.remember(task("b", config(0.001, 60)), space_of(), as_is).value();
  const Space narrow({{"lr", Uniform{0.01, 1}}, {"units", RandInt{1, 64}}});
  const auto recalled = memory.recall(narrow, as_is, loss).value();
  BOOST_TEST(
      (recalled.incumbents == std::vector<Config>{{{"lr", 0.1}, {"units", std::int64_t{3}}}}));
  BOOST_TEST(recalled.incumbents_left_out == 1u);
  // A task with the new range joins, and the memory notes the range.
  const Config best{{"lr", 0.5}, {"units", std::int64_t{7}}};
  BOOST_TEST(memory.remember(task("c", best), narrow, as_is).value());
  BOOST_TEST(memory.parameters()->at(0).domain == "uniform: [0.01, 1.0]");
  BOOST_TEST(memory.recall(space_of(), as_is, loss)->incumbents.size() == 3u);
}

BOOST_FIXTURE_TEST_CASE(a_parameter_that_is_not_searched_any_more_is_dropped, Fixture) {
  (void)memory.remember(task("a", config(0.1, 3)), space_of(), as_is).value();
  const Space fewer({{"lr", LogUniform{1e-4, 1}}});
  BOOST_TEST(
      refusal(fewer, as_is).find("if it is not searched any more: `memory: {drop: [units]}`") !=
      std::string::npos);
  MemorySpec spec;
  spec.drop = {"units"};
  BOOST_TEST((memory.recall(fewer, spec, loss)->incumbents == std::vector<Config>{{{"lr", 0.1}}}));
  BOOST_TEST(memory.remember(task("b", Config{{"lr", 0.2}}), fewer, spec).value());
  // What has no value for `units` does not fit a task that searches it.
  const auto recalled = memory.recall(space_of(), as_is, loss).value();
  BOOST_TEST((recalled.incumbents == std::vector<Config>{config(0.1, 3)}));
  BOOST_TEST(recalled.incumbents_left_out == 1u);
  spec.drop = {"unit"};
  BOOST_TEST(refusal(fewer, spec).find("no parameter 'unit'; did you mean 'units'?") !=
             std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_study_that_went_on_after_its_end_is_remembered_with_its_new_result,
                        Fixture) {
  (void)memory.remember(task("a", config(0.1, 3)), space_of(), as_is).value();
  (void)memory.remember(task("b", config(0.1, 3)), space_of(), as_is).value();
  FinishedTask longer = task("a", config(0.2, 9));
  longer.finished_us += 1;
  BOOST_TEST(memory.remember(longer, space_of(), as_is).value());
  BOOST_TEST(memory.tasks()->size() == 2u);
  BOOST_TEST((memory.recall(space_of(), as_is, loss)->incumbents ==
              std::vector<Config>{config(0.1, 3), config(0.2, 9)}));
}

BOOST_FIXTURE_TEST_CASE(a_memory_of_another_objective_is_refused, Fixture) {
  (void)memory.remember(task("a", config(0.1, 3)), space_of(), as_is).value();
  for (const Objective& other :
       {Objective{"loss", schedulers::Mode::max}, Objective{"accuracy", schedulers::Mode::min}}) {
    const auto refused = memory.recall(space_of(), as_is, other).error();
    BOOST_TEST((refused.kind == ErrorKind::refused));
    BOOST_TEST(
        refused.what.starts_with(path + ": its task 'task-a' tuned 'loss' (mode: min), and"));
    FinishedTask finished = task("b", config(0.2, 4));
    finished.metric = other.metric;
    finished.mode = other.mode;
    BOOST_TEST(memory.remember(finished, space_of(), as_is).error().what == refused.what);
  }
}

BOOST_FIXTURE_TEST_CASE(a_missing_parameter_is_refused_with_the_way_out, Fixture) {
  (void)memory.remember(task("a", config(0.1, 3)), space_of(), as_is).value();
  const Space renamed({{"learning_rate", LogUniform{1e-4, 1}}, {"units", RandInt{1, 64}}});
  BOOST_TEST(refusal(renamed, as_is) ==
             path +
                 ": the memory's tasks search 'lr' (loguniform: [1e-04, 1.0]), and "
                 "config_space has no 'lr'; if it is called otherwise here, say so: "
                 "`memory: {rename: {lr: NAME}}`; if it is not searched any more: `memory: "
                 "{drop: [lr]}`");
  MemorySpec spec;
  spec.renames = {{"lr", "learning_rate"}};
  const auto recalled = memory.recall(renamed, spec, loss).value();
  BOOST_TEST((recalled.incumbents ==
              std::vector<Config>{{{"learning_rate", 0.1}, {"units", std::int64_t{3}}}}));
  spec.renames = {{"rl", "learning_rate"}};
  BOOST_TEST(refusal(renamed, spec)
                 .find("the memory's tasks have no parameter 'rl'; did you mean "
                       "'lr'?") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(what_is_renamed_joins_under_the_memory_s_name, Fixture) {
  (void)memory.remember(task("a", config(0.1, 3)), space_of(), as_is).value();
  const Space renamed({{"learning_rate", LogUniform{1e-4, 1}}, {"units", RandInt{1, 64}}});
  MemorySpec spec;
  spec.renames = {{"lr", "learning_rate"}};
  const Config same{{"learning_rate", 0.1}, {"units", std::int64_t{3}}};
  const Config other{{"learning_rate", 0.2}, {"units", std::int64_t{3}}};
  BOOST_TEST(!memory.remember(task("b", same), renamed, spec).value());
  BOOST_TEST(memory.remember(task("c", other), renamed, spec).value());
  BOOST_TEST((memory.recall(space_of(), as_is, loss)->incumbents ==
              std::vector<Config>{config(0.1, 3), config(0.2, 3)}));
}

const Space with_dropout({{"lr", LogUniform{1e-4, 1}},
                          {"units", RandInt{1, 64}},
                          {"dropout", Uniform{0, 0.5}}});

Config dropped(double lr, double dropout) {
  return {{"lr", lr}, {"units", std::int64_t{3}}, {"dropout", dropout}};
}

BOOST_FIXTURE_TEST_CASE(a_new_parameter_needs_what_it_was_before, Fixture) {
  (void)memory.remember(task("a", config(0.1, 3)), space_of(), as_is).value();
  BOOST_TEST(refusal(with_dropout, as_is) ==
             path +
                 ": 'dropout' (uniform: [0.0, 0.5]) is searched here, and not by the memory's "
                 "tasks (they search: lr, units); say what it was for them, `memory: {defaults: "
                 "{dropout: VALUE}}`, or how they call it, `memory: {rename: {NAME: dropout}}`");
  MemorySpec spec;
  spec.defaults = {{"dropout", 0.0}};
  BOOST_TEST((memory.recall(with_dropout, spec, loss)->incumbents ==
              std::vector<Config>{dropped(0.1, 0.0)}));
}

BOOST_FIXTURE_TEST_CASE(a_memory_grows_by_a_new_parameter_and_still_serves_the_old_space, Fixture) {
  (void)memory.remember(task("a", config(0.1, 3)), space_of(), as_is).value();
  MemorySpec spec;
  spec.defaults = {{"dropout", 0.0}};
  BOOST_TEST(!memory.remember(task("b", dropped(0.1, 0.0)), with_dropout, spec).value());
  BOOST_TEST(memory.remember(task("c", dropped(0.1, 0.25)), with_dropout, spec).value());
  // The new space needs no defaults now; the old space cannot express the second configuration.
  BOOST_TEST((memory.recall(with_dropout, as_is, loss)->incumbents ==
              std::vector<Config>{dropped(0.1, 0.0), dropped(0.1, 0.25)}));
  const auto old = memory.recall(space_of(), as_is, loss).value();
  BOOST_TEST((old.incumbents == std::vector<Config>{config(0.1, 3)}));
  BOOST_TEST(old.incumbents_left_out == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_forgotten_task_takes_along_what_only_it_has_found, Fixture) {
  (void)memory.remember(task("a", config(0.1, 3)), space_of(), as_is).value();
  (void)memory.remember(task("b", config(0.1, 3)), space_of(), as_is).value();
  (void)memory.remember(task("c", config(0.2, 3)), space_of(), as_is).value();
  BOOST_TEST(memory.forget(1).has_value());
  BOOST_TEST(memory.forget(3).has_value());
  BOOST_TEST(
      (memory.recall(space_of(), as_is, loss)->incumbents == std::vector<Config>{config(0.1, 3)}));
  BOOST_TEST(memory.incumbents()->at(0).task == 2u);
  (void)memory.remember(task("c", config(0.2, 3)), space_of(), as_is)
      .value();  // The head of the study asks again.
  BOOST_TEST(memory.tasks()->size() == 1u);
  BOOST_TEST(memory.incumbents()->size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(connections_that_write_at_once_lose_nothing, Fixture) {
  constexpr int each = 10;
  const auto write = [&](const std::string& who) {
    for (int i = 0; i < each; ++i) {
      auto own = Memory::open_or_create(path);
      (void)own
          ->remember(task(who + std::to_string(i), config(0.1, who == "x" ? i + 1 : i + 31)),
                     space_of(), MemorySpec{})
          .value();
    }
  };
  std::thread one(write, "x");
  std::thread two(write, "y");
  one.join();
  two.join();
  BOOST_TEST(memory.tasks()->size() == 2u * each);
  BOOST_TEST(memory.recall(space_of(), as_is, loss)->incumbents.size() == 2u * each);
}

BOOST_FIXTURE_TEST_CASE(what_is_no_memory_is_refused_by_what_it_is, Fixture) {
  const auto refused = [](const std::string& file) {
    const auto opened = Memory::open(file);
    return opened ? "" : opened.error().what;
  };
  const std::string absent = folder.file("none.db");
  BOOST_TEST(refused(absent) == "there is no memory at " + absent);
  BOOST_TEST(!std::filesystem::exists(absent));
  BOOST_TEST(refused(folder.path().string()) ==
             folder.path().string() + " is no memory: it is not a file");
  const std::string text = folder.file("text.db");
  test::write_file(text, std::string(4096, 'x'));
  BOOST_TEST(refused(text) == text + " is no memory: it is not an SQLite database");
  const std::string journal = folder.file("journal.db");
  (void)Journal::create(journal, {}).value();
  BOOST_TEST(refused(journal) == journal + " is no memory: it is the journal of a study");
  const std::string foreign = folder.file("foreign.db");
  sql(foreign, "CREATE TABLE t (x)");
  BOOST_TEST(refused(foreign) ==
             foreign + " is no memory: it is an SQLite database of another kind, or empty");
  BOOST_TEST(!Memory::open_or_create(foreign).has_value());
  sql(path, "PRAGMA user_version = 7");
  BOOST_TEST(refused(path) == path + " has memory format 7; this troupe knows the formats 1 to 3");
}

BOOST_FIXTURE_TEST_CASE(a_task_has_the_metrics_of_the_retrained_and_of_the_best_model, Fixture) {
  FinishedTask one = task("a", config(0.1, 3));
  one.model_value = 0.125;
  one.model_resource = 81;
  (void)memory.remember(one, space_of(), as_is).value();
  (void)memory.remember(task("b", config(0.2, 3)), space_of(), as_is).value();
  const auto tasks = memory.tasks().value();
  BOOST_TEST(tasks[0].task.value == 0.25);
  BOOST_TEST(tasks[0].task.model_value.value() == 0.125);
  BOOST_TEST(tasks[0].task.model_resource == 81);
  BOOST_TEST(!tasks[1].task.model_value.has_value());
}

BOOST_FIXTURE_TEST_CASE(a_memory_that_was_changed_is_refused, Fixture) {
  (void)memory.remember(task("a", config(0.1, 3)), space_of(), as_is).value();
  (void)memory.remember(task("b", config(0.2, 3)), space_of(), as_is).value();
  const std::string whole = test::read_file(path);
  for (const char* change :
       {"UPDATE incumbents SET config = replace(config, '0.1', '0.3')",
        "UPDATE tasks SET value = 0.5 WHERE number = 1", "DELETE FROM incumbents",
        "UPDATE parameters SET position = 9 WHERE position = 0"}) {
    sql(path, change);
    const auto refused = Memory::open(path);
    BOOST_TEST_REQUIRE(!refused.has_value(), change);
    BOOST_TEST(
        refused.error().what.starts_with(path + " is damaged: its tasks and configurations"));
    test::write_file(path, whole);
  }
  BOOST_TEST(Memory::open(path)->tasks()->size() == 2u);
}

BOOST_FIXTURE_TEST_CASE(a_memory_of_any_bytes_is_refused_or_has_the_same_rows, Fixture) {
  (void)memory.remember(task("a", config(0.1, 3)), space_of(), as_is).value();
  (void)memory.remember(task("b", config(0.2, 3)), space_of(), as_is).value();
  const std::string whole = test::read_file(path);
  const auto incumbents = memory.recall(space_of(), as_is, loss)->incumbents;
  int refused = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng = Rng::stream(seed, "damage", 2);
    std::string bytes = whole;
    for (std::uint64_t count = 1 + rng.below(seed % 2 == 0 ? 1 : 60); count > 0; --count)
      bytes[rng.below(bytes.size())] = static_cast<char>(rng.below(256));
    if (seed % 5 == 4) bytes.resize(rng.below(bytes.size()));
    const std::string copy = folder.file("damaged.db");
    test::write_file(copy, bytes);
    auto opened = Memory::open(copy);
    const auto recalled = opened ? opened->recall(space_of(), as_is, loss) : opened.error();
    if (recalled)
      BOOST_TEST((recalled->incumbents == incumbents), "seed " << seed);
    else
      ++refused;
  }
  BOOST_TEST(refused > 10);
}

BOOST_FIXTURE_TEST_CASE(a_memory_of_format_1_is_converted, Fixture) {
  (void)memory.remember(task("a", config(0.1, 3)), space_of(), as_is).value();
  sql(path,
      "ALTER TABLE tasks DROP COLUMN model_value; ALTER TABLE tasks DROP COLUMN model_resource;"
      "DROP TABLE content;"
      "PRAGMA user_version = 1");
  Memory again = Memory::open(path).value();
  BOOST_TEST(again.tasks().value().at(0).task.value == 0.25);
  BOOST_TEST(!again.tasks().value().at(0).task.model_value.has_value());
  BOOST_TEST(again.remember(task("b", config(0.2, 3)), space_of(), as_is).value());
  BOOST_TEST(Memory::open(path).value().incumbents().value().size() == 2u);
}

BOOST_FIXTURE_TEST_CASE(a_damaged_file_is_told_so, Fixture) {
  for (int i = 0; i < 200; ++i)
    (void)memory.remember(task(std::to_string(i), config(0.1 + 0.001 * i, 3)), space_of(), as_is)
        .value();
  std::filesystem::resize_file(path, 8192);
  const auto opened = Memory::open(path);
  BOOST_TEST(!opened.has_value());
  BOOST_TEST(opened.error().what.starts_with(path + " is damaged (cut short, or overwritten)"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
