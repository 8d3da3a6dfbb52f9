// `troupe simulate` and `troupe compare` as commands.

#include <filesystem>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "test/e2e/shell.hpp"
#include "test/kit/temp_folder.hpp"
#include "test/unit/actors/table_kit.hpp"

namespace troupe {
namespace {

BOOST_AUTO_TEST_SUITE(simulate_command)

constexpr const char* pasha =
    "scheduler: {name: pasha}\n"
    "n_workers: 4\n"
    "stop_criterion: {max_num_trials_started: 50}\n";
constexpr const char* asha =
    "scheduler: {name: asha, type: promotion}\n"
    "n_workers: 4\n"
    "stop_criterion: {max_num_trials_started: 50}\n";

struct Desk {
  test::TempFolder temp;
  Desk() {
    test::write_file(temp.path() / "pasha.yaml", pasha);
    test::write_file(temp.path() / "asha.yaml", asha);
  }
  /// Writes small tables into these folders.
  void put_tables(const std::vector<std::string>& folders) const {
    const test::SmallTable small;
    for (const std::string& folder : folders) {
      std::filesystem::create_directories((temp.path() / folder).parent_path());
      std::filesystem::copy(small.folder, temp.path() / folder);
    }
  }
  [[nodiscard]] ShellRun troupe(const std::string& arguments) const {
    return shell("cd " + temp.path().string() + " && " TROUPE_BIN "/troupe " + arguments);
  }
};

BOOST_AUTO_TEST_CASE(prints_a_line_for_each_seed_and_a_summary) {
  const Desk desk;
  const ShellRun run = desk.troupe("simulate pasha.yaml --synthetic 80x27 --seeds 0..2");
  BOOST_TEST(run.code == 0);
  BOOST_TEST(run.text.starts_with("pasha over synthetic-80x27: 80 configurations, 27 units"));
  BOOST_TEST(run.text.find("\nmean") != std::string::npos);
  BOOST_TEST(run.text.find("\nstd") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_bytes_for_any_number_of_jobs) {
  const Desk desk;
  for (const char* format : {"table", "json", "csv"}) {
    const std::string command =
        std::string("simulate pasha.yaml --synthetic 80x27 --seeds 0..9 -f ") + format;
    const ShellRun one = desk.troupe(command + " --jobs 1");
    const ShellRun two = desk.troupe(command + " --jobs 2");
    BOOST_TEST(one.code == 0);
    BOOST_TEST(one.text == two.text);
    BOOST_TEST(one.text.size() > 300u);
  }
}

BOOST_AUTO_TEST_CASE(a_kept_folder_replays_without_a_difference) {
  const Desk desk;
  BOOST_TEST(desk.troupe("simulate pasha.yaml --synthetic 80x27 --seeds 3 --dir kept").code == 0);
  const ShellRun replay = desk.troupe("replay kept");
  BOOST_TEST(replay.code == 0);
  BOOST_TEST(replay.text.find(" 0 differences") != std::string::npos);
  BOOST_TEST(desk.troupe("best kept -f csv").code == 0);
  BOOST_TEST(
      desk.troupe("simulate pasha.yaml --synthetic 80x27 --dir kept 2>&1").text.find("not empty") !=
      std::string::npos);
}

BOOST_AUTO_TEST_CASE(mistakes_are_explained_with_exit_code_2) {
  const Desk desk;
  const auto refused = [&](const std::string& arguments, const std::string& words) {
    const ShellRun run = desk.troupe(arguments + " 2>&1");
    BOOST_TEST_CONTEXT(arguments) {
      BOOST_TEST(run.code == 2);
      BOOST_TEST_INFO(run.text);
      BOOST_TEST(run.text.find(words) != std::string::npos);
    }
  };
  refused("simulate pasha.yaml", "--table DIR");
  refused("simulate pasha.yaml --table nowhere", "nowhere: found nothing");
  refused("simulate pasha.yaml --synthetic 80", "CONFIGURATIONSxUNITS");
  refused("simulate pasha.yaml --synthetic 80x27 --seeds 4..1", "0..24");
  refused("simulate pasha.yaml --synthetic 80x27 --lookup far", "far");
  refused("simulate no.yaml --synthetic 80x27", "no such file");
  refused("compare pasha.yaml --synthetic 80x27 --table t", "--table");
}

BOOST_AUTO_TEST_CASE(compare_prints_the_table_of_the_paper_and_writes_csv_and_a_chart) {
  const Desk desk;
  const std::string command = "compare asha.yaml pasha.yaml --synthetic 80x27 --seeds 0..4";
  const ShellRun run = desk.troupe(command + " --out one --jobs 1");
  BOOST_TEST(run.code == 0);
  BOOST_TEST(run.text.find("speed-up") != std::string::npos);
  BOOST_TEST(run.text.find("\nasha ") != std::string::npos);
  BOOST_TEST(run.text.find("\npasha ") != std::string::npos);
  BOOST_TEST(desk.troupe(command + " --out two --jobs 2 -f csv").text ==
             test::read_file(desk.temp.path() / "one/summary.csv"));
  for (const char* file : {"runs.csv", "summary.csv", "synthetic-80x27.svg"})
    BOOST_TEST(test::read_file(desk.temp.path() / "one" / file) ==
               test::read_file(desk.temp.path() / "two" / file));
  const std::string svg = test::read_file(desk.temp.path() / "one/synthetic-80x27.svg");
  BOOST_TEST(svg.starts_with("<?xml"));
  BOOST_TEST(svg.ends_with("</svg>\n"));
}

BOOST_AUTO_TEST_CASE(compare_prints_a_warning_once_and_separates_tables_of_one_name) {
  const Desk desk;
  desk.put_tables({"a/t", "b/t"});
  test::write_file(desk.temp.path() / "one.yaml",
                   "scheduler: {name: rush}\nstop_criterion: {max_num_trials_started: 3}\n");
  const ShellRun run =
      desk.troupe("compare one.yaml --table a/t --table b/t --seeds 0..1 --out out 2>&1");
  BOOST_TEST_INFO(run.text);
  BOOST_TEST(run.code == 0);
  const std::string warning = "there are no incumbents and so no hurdle";
  const std::size_t first = run.text.find(warning);
  BOOST_TEST_REQUIRE(first != std::string::npos);
  BOOST_TEST(run.text.find(warning, first + 1) == std::string::npos);
  for (const char* picture : {"t.svg", "t-2.svg"})
    BOOST_TEST(test::read_file(desk.temp.path() / "out" / picture).ends_with("</svg>\n"));
}

BOOST_AUTO_TEST_CASE(advice_about_rungs_is_for_validate_and_run) {
  const Desk desk;
  const std::string advice = "less than 100 times the lowest rung";
  for (const char* command : {"simulate asha.yaml --synthetic 80x27",
                              "compare asha.yaml pasha.yaml --synthetic 80x27 --out out"})
    BOOST_TEST(desk.troupe(std::string(command) + " 2>&1").text.find(advice) == std::string::npos,
               command);
}

BOOST_AUTO_TEST_CASE(compare_skips_a_table_that_cannot_be_read) {
  const Desk desk;
  desk.put_tables({"good", "bad"});
  test::write_file(desk.temp.path() / "bad/meta.json",
                   R"({"metric": "curves_loss", "mode": "min", "max_resource": 3})");
  ShellRun run = desk.troupe("compare asha.yaml --table bad --table good --out out 2>&1");
  BOOST_TEST_INFO(run.text);
  BOOST_TEST(run.code == 0);
  BOOST_TEST(run.text.find("table bad is skipped: ") != std::string::npos);
  BOOST_TEST(run.text.find("expected 3, the max_resource of meta.json") != std::string::npos);
  BOOST_TEST(std::filesystem::exists(desk.temp.path() / "out/good.svg"));
  BOOST_TEST(desk.troupe("compare asha.yaml --table bad --out out 2>&1").code == 2);
  BOOST_TEST(desk.troupe("compare asha.yaml --table none --table good --out out 2>&1").code == 2);
}

BOOST_AUTO_TEST_CASE(sequences_are_compared_with_numbers_and_pictures) {
  const Desk desk;
  desk.put_tables({"a", "b", "c"});
  test::write_file(
      desk.temp.path() / "one_epoch.yaml",
      "scheduler: {name: k_epoch, k: 1}\nstop_criterion: {max_num_trials_started: 3}\n");
  test::write_file(desk.temp.path() / "rush.yaml",
                   "scheduler: {name: rush}\nstop_criterion: {max_num_trials_started: 3}\n"
                   "memory: {}\n");
  const ShellRun run = desk.troupe(
      "compare rush.yaml one_epoch.yaml --table a --table b --table c --permutations 3 --out out "
      "2>&1");
  BOOST_TEST_INFO(run.text);
  BOOST_TEST(run.code == 0);
  BOOST_TEST(run.text.find("there are no incumbents") == std::string::npos);
  for (const char* file : {"runs.csv", "summary.csv"})
    BOOST_TEST(test::read_file(desk.temp.path() / "out" / file).find("rush,") != std::string::npos);
  for (const char* picture : {"metric.svg", "time.svg"})
    BOOST_TEST(test::read_file(desk.temp.path() / "out" / picture).find(">one_epoch</text>") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(every_method_of_the_examples_runs) {
  const Desk desk;
  const std::filesystem::path methods = std::filesystem::path(TROUPE_ROOT) / "examples/methods";
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(methods)) {
    if (entry.path().extension() != ".yaml") continue;
    ++count;
    const ShellRun run = desk.troupe("simulate " + entry.path().string() +
                                     " --synthetic 120x81 --seeds 0..1 -f csv 2>&1");
    BOOST_TEST_CONTEXT(entry.path()) {
      BOOST_TEST_INFO(run.text);
      BOOST_TEST(run.code == 0);
    }
  }
  BOOST_TEST(count >= 2u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe
