// The study files and programs of examples/.

#include <filesystem>
#include <string>

#include <boost/test/unit_test.hpp>

#include "actors/study_file/study_file.hpp"
#include "test/e2e/shell.hpp"
#include "test/kit/temp_folder.hpp"

namespace troupe {
namespace {

BOOST_AUTO_TEST_SUITE(examples)

namespace fs = std::filesystem;

/// Runs a shell command in the folder of an example.
ShellRun in_example(const std::string& example, const std::string& line) {
  return shell("cd " TROUPE_ROOT "/examples/" + example + " && " + line);
}

const std::string boosting =
    "eta=0.2 max_depth=3 min_child_weight=1 subsample=1 colsample_bytree=1 lambda=1 gamma=0 2>&1";

/// The metric of each report line, without times and round numbers.
std::string metrics_of(const std::string& text) {
  std::string metrics;
  for (std::size_t at = text.find("valid-auc:"); at != std::string::npos;
       at = text.find("valid-auc:", at + 1))
    metrics += text.substr(at, text.find('\n', at) - at) + "\n";
  return metrics;
}

BOOST_AUTO_TEST_CASE(every_study_file_is_free_of_errors) {
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(TROUPE_ROOT) / "examples")) {
    const fs::path& path = entry.path();
    if (path.extension() != ".yaml" || !fs::exists(path.parent_path() / "study.yaml")) continue;
    ++files;
    const actors::StudyFile file = actors::read_study_file(path);
    for (const auto& problem : file.problems)
      BOOST_TEST((problem.severity == actors::Problem::Severity::warning), to_text(problem));
    BOOST_TEST(file.spec.has_value());
  }
  BOOST_TEST(files >= 6u);
}

BOOST_AUTO_TEST_CASE(the_python_script_resumes_from_its_checkpoint) {
  const test::TempFolder folder;
  // Times differ between the runs.
  const std::string keep = "--st_checkpoint_dir " + folder.file("new");
  const std::string cut = " | cut -d, -f 1-2";
  const std::string args = "./train.py --lr 0.01 --momentum 0.5 --features 16 --epochs ";
  const ShellRun whole = in_example("python", args + "4" + cut);
  const ShellRun first = in_example("python", args + "2 " + keep + cut);
  const ShellRun second = in_example("python", args + "4 " + keep + cut);
  BOOST_TEST(whole.text.starts_with("[tune-metric]: {\"epoch\": 1, \"val_error\": "));
  BOOST_TEST(first.text + second.text == whole.text);
}

BOOST_AUTO_TEST_CASE(boosting_resumes_after_the_reported_rounds) {
  const test::TempFolder folder;
  const std::string keep = "TROUPE_CHECKPOINT_DIR=" + folder.path().string();
  const ShellRun whole = in_example("xgboost", keep + "-0 ./train.sh 6 " + boosting);
  fs::remove_all(folder.path().string() + "-0");
  const ShellRun first = in_example("xgboost", keep + " ./train.sh 3 " + boosting);
  const ShellRun second =
      in_example("xgboost", keep + " TROUPE_RESUME_FROM=3 ./train.sh 6 " + boosting);
  BOOST_TEST(second.text.find("[0]\tvalid-auc:") != std::string::npos);
  BOOST_TEST(metrics_of(first.text) + metrics_of(second.text) == metrics_of(whole.text));
}

BOOST_AUTO_TEST_CASE(a_damaged_or_missing_model_is_trained_again) {
  const test::TempFolder folder;
  const std::string keep = "TROUPE_CHECKPOINT_DIR=" + folder.path().string();
  const ShellRun whole = in_example("xgboost", keep + " ./train.sh 5 " + boosting);
  fs::remove(folder.path() / "0/0005.model");
  fs::remove(folder.path() / "0/0004.model");
  fs::resize_file(folder.path() / "0/0003.model", 300);
  const ShellRun rest =
      in_example("xgboost", keep + " TROUPE_RESUME_FROM=4 ./train.sh 5 " + boosting);
  BOOST_TEST(!metrics_of(rest.text).empty());
  BOOST_TEST(metrics_of(whole.text).ends_with("\n" + metrics_of(rest.text)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe
