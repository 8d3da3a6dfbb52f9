#include "actors/trial/command_line.hpp"

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace troupe::actors {
namespace {

namespace command_line {

using Args = Entry::Args;

struct Fixture {
  StudySpec study;
  AttemptPlan attempt;

  Fixture() {
    study.name = "digits";
    study.entry.command = {"./train", "--data", "d.csv"};
    study.entry.folder = "/home/me/study";
    study.max_resource_attr = "epochs";
    study.max_t = 81;
    study.scheduler.options =
        schedulers::AsyncSuccessiveHalvingOptions{.rule = schedulers::Rule::promotion};
    attempt.trial = 7;
    attempt.attempt = 2;
    attempt.from = 3;
    attempt.until = 9;
    attempt.config = {{"lr", 0.1},
                      {"units", std::int64_t{32}},
                      {"nesterov", true},
                      {"act", std::string("leaky relu")},
                      {"epochs", std::int64_t{81}}};
    attempt.trial_dir = "/s/trials/0007";
    attempt.checkpoint_dir = "/s/trials/0007/attempt-2/checkpoint";
    attempt.config_file = "/s/trials/0007/config.json";
    attempt.environment = {"PATH=/bin", "TROUPE_TRIAL_ID=99"};
  }

  using Argv = std::vector<std::string>;
  [[nodiscard]] Argv argv() const { return trial_command(study, attempt).process.argv; }
  [[nodiscard]] std::string variable(const std::string& name) const {
    std::string found = "unset";
    for (const auto& entry : trial_command(study, attempt).process.env)
      if (entry.starts_with(name + "=")) {
        BOOST_TEST(found == "unset");
        found = entry.substr(name.size() + 1);
      }
    return found;
  }
};

}  // namespace command_line

BOOST_FIXTURE_TEST_SUITE(command_line, command_line::Fixture)

BOOST_AUTO_TEST_CASE(passes_flags_and_the_checkpoint_folder_as_syne_tune_does) {
  BOOST_TEST((argv() == Argv{"./train", "--data", "d.csv", "--lr", "0.1", "--units", "32",
                             "--nesterov", "true", "--act", "leaky relu", "--epochs", "9",
                             "--st_checkpoint_dir", "/s/trials/0007/attempt-2/checkpoint"}));
}

BOOST_AUTO_TEST_CASE(
    a_program_with_another_way_of_reporting_gets_no_argument_that_it_does_not_know) {
  study.report.format = ReportFormat::Format::regex;
  BOOST_TEST(argv().back() == "9");
  study.entry.st_checkpoint_dir = Entry::CheckpointFlag::always;
  BOOST_TEST(argv().back() == attempt.checkpoint_dir);
  study.report.format = ReportFormat::Format::syne_tune;
  study.entry.st_checkpoint_dir = Entry::CheckpointFlag::never;
  BOOST_TEST(argv().back() == "9");
}

BOOST_AUTO_TEST_CASE(passes_name_equals_value) {
  study.entry.args = Args::equals;
  attempt.config = {{"lr", 1e-05}};
  BOOST_TEST((argv() == Argv{"./train", "--data", "d.csv", "--lr=1e-05",
                             "--st_checkpoint_dir=/s/trials/0007/attempt-2/checkpoint"}));
}

BOOST_AUTO_TEST_CASE(passes_the_name_of_a_file) {
  study.entry.args = Args::json_file;
  BOOST_TEST((argv() == Argv{"./train", "--data", "d.csv", "--config", "/s/trials/0007/config.json",
                             "--st_checkpoint_dir", "/s/trials/0007/attempt-2/checkpoint"}));
  BOOST_TEST(trial_command(study, attempt).config_json ==
             R"({"lr": 0.1, "units": 32, "nesterov": true, "act": "leaky relu", "epochs": 9})");
}

BOOST_AUTO_TEST_CASE(passes_variables_or_nothing) {
  study.entry.args = Args::env;
  BOOST_TEST((argv() == study.entry.command));
  BOOST_TEST(variable("HP_lr") == "0.1");
  BOOST_TEST(variable("HP_act") == "leaky relu");
  BOOST_TEST(variable("HP_epochs") == "9");
  study.entry.args = Args::none;
  BOOST_TEST((argv() == study.entry.command));
  BOOST_TEST(variable("HP_lr") == "unset");
}

BOOST_AUTO_TEST_CASE(a_parameter_in_a_template_is_not_passed_again) {
  study.report.format = ReportFormat::Format::name_value;
  study.entry.command = {"sh", "run.sh", "eta=${lr}", "${epochs}", "$${act}"};
  study.entry.env = {{"WIDTH", "${units}x${units}"}};
  BOOST_TEST((argv() == Argv{"sh", "run.sh", "eta=0.1", "9", "${act}", "--nesterov", "true",
                             "--act", "leaky relu"}));
  BOOST_TEST(variable("WIDTH") == "32x32");
}

BOOST_AUTO_TEST_CASE(a_trial_that_may_be_stopped_anywhere_is_told_the_maximum) {
  study.scheduler.options =
      schedulers::AsyncSuccessiveHalvingOptions{.rule = schedulers::Rule::stopping};
  BOOST_TEST(argv().at(argv().size() - 3) == "81");
  BOOST_TEST(variable("TROUPE_MAX_RESOURCE") == "81");
}

BOOST_AUTO_TEST_CASE(passes_identity_and_paths_in_the_environment) {
  BOOST_TEST(variable("PATH") == "/bin");
  BOOST_TEST(variable("TROUPE_STUDY") == "digits");
  BOOST_TEST(variable("TROUPE_TRIAL_ID") == "7");
  BOOST_TEST(variable("TROUPE_ATTEMPT") == "2");
  BOOST_TEST(variable("TROUPE_INCARNATION") == "2");
  BOOST_TEST(variable("TROUPE_TRIAL_DIR") == "/s/trials/0007");
  BOOST_TEST(variable("TROUPE_CHECKPOINT_DIR") == "/s/trials/0007/attempt-2/checkpoint");
  BOOST_TEST(variable("TROUPE_RESUME_FROM") == "3");
  BOOST_TEST(variable("TROUPE_MAX_RESOURCE") == "9");
  BOOST_TEST(variable("TROUPE_CONFIG_JSON").starts_with("{\"lr\": 0.1, "));
  BOOST_TEST(trial_command(study, attempt).process.cwd == "/home/me/study");
}

BOOST_AUTO_TEST_CASE(the_seed_depends_on_the_trial_only) {
  const auto seed = variable("TROUPE_SEED");
  BOOST_TEST(std::stoull(seed) < (1ULL << 31));
  attempt.attempt = 3;
  BOOST_TEST(variable("TROUPE_SEED") == seed);
  attempt.trial = 8;
  BOOST_TEST(variable("TROUPE_SEED") != seed);
  attempt.trial = 7;
  attempt.seed = 1;
  BOOST_TEST(variable("TROUPE_SEED") != seed);
}

BOOST_AUTO_TEST_CASE(sets_processors_and_devices) {
  BOOST_TEST(variable("OMP_NUM_THREADS") == "1");
  study.resources.cpus = 2.5;
  BOOST_TEST(variable("OMP_NUM_THREADS") == "3");
  attempt.environment.push_back("OMP_NUM_THREADS=7");
  BOOST_TEST(variable("OMP_NUM_THREADS") == "7");
  BOOST_TEST(variable("CUDA_VISIBLE_DEVICES") == "unset");
  attempt.gpus = {0, 2};
  BOOST_TEST(variable("CUDA_VISIBLE_DEVICES") == "0,2");
  attempt.environment.push_back("CUDA_VISIBLE_DEVICES=4,5,GPU-7");
  BOOST_TEST(variable("CUDA_VISIBLE_DEVICES") == "4,GPU-7");
}

BOOST_AUTO_TEST_CASE(numbers_read_back_to_themselves) {
  attempt.config = {{"a", 0.1 + 0.2}, {"b", 1e300}, {"c", 1.0}, {"d", -3e-9}};
  const auto got = argv();
  BOOST_TEST(std::stod(got.at(4)) == 0.1 + 0.2);
  BOOST_TEST(got.at(6) == "1e+300");
  BOOST_TEST(got.at(8) == "1");
  BOOST_TEST(got.at(10) == "-3e-09");
}

BOOST_AUTO_TEST_CASE(passes_the_memory_limit) {
  BOOST_TEST(!trial_command(study, attempt).process.memory_limit_bytes.has_value());
  study.resources.memory_bytes = 1 << 20;
  BOOST_TEST(trial_command(study, attempt).process.memory_limit_bytes.value() == 1u << 20);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
