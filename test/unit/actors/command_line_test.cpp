#include "actors/trial/command_line.hpp"

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "actors/trial/visible_devices.hpp"

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
                             "--nesterov", "True", "--act", "leaky relu", "--epochs", "9",
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

BOOST_AUTO_TEST_CASE(variables_of_the_head_replace_those_of_the_node) {
  attempt.environment.emplace_back("TOKEN=the node's");
  attempt.variables = {"TOKEN=the=head's", "TROUPE_STUDY=forged"};
  BOOST_TEST(variable("TOKEN") == "the=head's");
  BOOST_TEST(variable("TROUPE_STUDY") == "digits");
}

BOOST_AUTO_TEST_CASE(output_is_not_buffered) {
  attempt.environment.emplace_back("PYTHONUNBUFFERED=");
  BOOST_TEST(variable("PYTHONUNBUFFERED") == "1");
  study.entry.env = {{"PYTHONUNBUFFERED", ""}};
  BOOST_TEST(variable("PYTHONUNBUFFERED") == "");
  BOOST_TEST(argv().front() == "./train");
  study.report.unbuffer = true;
  BOOST_TEST(argv().at(0) == "stdbuf");
  BOOST_TEST(argv().at(1) == "-oL");
  BOOST_TEST(argv().at(2) == "./train");
  study.report.stream = ReportFormat::Stream::stderr_stream;
  BOOST_TEST(argv().at(1) == "-eL");
}

BOOST_AUTO_TEST_CASE(a_program_that_counts_in_fractions_gets_its_own_units) {
  study.report.resource_scale = 10;
  attempt.until = 15;
  BOOST_TEST(argv().at(argv().size() - 3) == "1.5");
  BOOST_TEST(variable("TROUPE_MAX_RESOURCE") == "1.5");
  BOOST_TEST(variable("TROUPE_RESUME_FROM") == "0.3");
  attempt.until = 30;
  BOOST_TEST(argv().at(argv().size() - 3) == "3");
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

BOOST_AUTO_TEST_CASE(passes_booleans_as_the_study_file_says) {
  using Booleans = Entry::Booleans;
  const auto passed = [&](Booleans booleans, bool value) {
    study.entry.booleans = booleans;
    attempt.config = {{"use_amp", value}};
    Argv arguments = argv();
    arguments.erase(arguments.begin(), arguments.begin() + 3);
    arguments.resize(arguments.size() - 2);  // --st_checkpoint_dir FOLDER
    return arguments;
  };
  BOOST_TEST((passed(Booleans::automatic, true) == Argv{"--use_amp", "True"}));
  BOOST_TEST((passed(Booleans::python, false) == Argv{"--use_amp", "False"}));
  BOOST_TEST((passed(Booleans::lower, true) == Argv{"--use_amp", "true"}));
  BOOST_TEST((passed(Booleans::zero_one, true) == Argv{"--use_amp", "1"}));
  BOOST_TEST((passed(Booleans::zero_one, false) == Argv{"--use_amp", "0"}));
  BOOST_TEST((passed(Booleans::flag, true) == Argv{"--use_amp"}));
  BOOST_TEST(passed(Booleans::flag, false).empty());
  study.entry.command = {"sh", "-c", "exec ./train ${use_amp}"};
  BOOST_TEST((passed(Booleans::flag, false).empty() && argv().at(2) == "exec ./train "));
  attempt.config = {{"use_amp", true}};
  BOOST_TEST(argv().at(2) == "exec ./train --use_amp");
  study.entry.command = {"./train", "--use-amp", "${use_amp}"};
  study.entry.st_checkpoint_dir = Entry::CheckpointFlag::never;
  BOOST_TEST((argv() == Argv{"./train", "--use-amp"}));
  attempt.config = {{"use_amp", false}};
  BOOST_TEST((argv() == Argv{"./train"}));
  study.report.format = ReportFormat::Format::name_value;
  study.entry.booleans = Booleans::automatic;
  BOOST_TEST((argv() == Argv{"./train", "--use-amp", "false"}));
  BOOST_TEST(variable("TROUPE_CONFIG_JSON") == R"({"use_amp": false})");
}

BOOST_AUTO_TEST_CASE(null_leaves_the_argument_out) {
  study.entry.st_checkpoint_dir = Entry::CheckpointFlag::never;
  attempt.config = {{"drop_out", std::monostate{}}, {"lr", 0.5}};
  BOOST_TEST((argv() == Argv{"./train", "--data", "d.csv", "--lr", "0.5"}));
  study.entry.command = {"./train", "${drop_out}", "--drop-out", "${drop_out}", "--p=${drop_out}"};
  study.entry.env = {{"DROPOUT", "${drop_out}"}, {"LR", "${lr}"}};
  BOOST_TEST((argv() == Argv{"./train"}));
  BOOST_TEST(variable("DROPOUT") == "unset");
  BOOST_TEST(variable("LR") == "0.5");
  BOOST_TEST(trial_command(study, attempt).config_json == R"({"drop_out": null, "lr": 0.5})");
  study.entry.args = Args::env;
  study.entry.command = {"./train"};
  study.entry.env = {};
  BOOST_TEST(variable("HP_drop_out") == "unset");
  BOOST_TEST(variable("HP_lr") == "0.5");
}

BOOST_AUTO_TEST_CASE(passes_lists_as_the_study_file_says) {
  using Lists = Entry::Lists;
  study.entry.st_checkpoint_dir = Entry::CheckpointFlag::never;
  study.entry.command = {"./train"};
  attempt.config = {{"layers", std::vector<schedulers::Scalar>{std::int64_t{64}, 0.5}}};
  const auto passed = [&](Lists lists) {
    study.entry.lists = lists;
    return argv();
  };
  BOOST_TEST((passed(Lists::json) == Argv{"./train", "--layers", "[64, 0.5]"}));
  BOOST_TEST((passed(Lists::join) == Argv{"./train", "--layers", "64,0.5"}));
  BOOST_TEST((passed(Lists::repeat) == Argv{"./train", "--layers", "64", "--layers", "0.5"}));
  BOOST_TEST((passed(Lists::nargs) == Argv{"./train", "--layers", "64", "0.5"}));
  study.entry.command = {"./train", "-l", "${layers}", "--w=${layers}"};
  BOOST_TEST(
      (passed(Lists::repeat) == Argv{"./train", "-l", "64", "-l", "0.5", "--w=64", "--w=0.5"}));
  study.entry.command = {"./train", "-l", "${layers}"};
  BOOST_TEST((passed(Lists::nargs) == Argv{"./train", "-l", "64", "0.5"}));
  BOOST_TEST(trial_command(study, attempt).config_json == R"({"layers": [64, 0.5]})");
}

BOOST_AUTO_TEST_CASE(templates_name_the_trial_and_its_folders) {
  study.entry.command = {"./train", "--out=${trial_dir}/o", "${checkpoint_dir}", "${trial_id}",
                         "${study}"};
  study.entry.env = {{"LOGS", "${trial_dir}/logs"}};
  attempt.config = {};
  study.entry.st_checkpoint_dir = Entry::CheckpointFlag::never;
  BOOST_TEST((argv() == Argv{"./train", "--out=/s/trials/0007/o",
                             "/s/trials/0007/attempt-2/checkpoint", "7", "digits"}));
  BOOST_TEST(variable("LOGS") == "/s/trials/0007/logs");
  attempt.config = {{"study", std::string("mine")}};  // A parameter comes first.
  BOOST_TEST(argv().back() == "mine");
}

BOOST_AUTO_TEST_CASE(a_program_in_the_trials_own_folder_is_found_from_the_study_files_folder) {
  attempt.work_dir = "/s/trials/0007/work";
  study.entry.cwd = Entry::Cwd::trial;
  BOOST_TEST(trial_command(study, attempt).process.cwd == "/s/trials/0007/work");
  BOOST_TEST(argv().front() == "/home/me/study/./train");
  study.report.unbuffer = true;
  study.entry.command = {"../tools/train"};
  BOOST_TEST(argv().at(2) == "/home/me/study/../tools/train");
  BOOST_TEST(trial_command(study, attempt).program == argv().at(2));
  study.report.unbuffer = false;
  study.entry.command = {"python3", "train.py"};
  BOOST_TEST(argv().front() == "python3");
  BOOST_TEST(trial_command(study, attempt).program == "python3");
}

BOOST_AUTO_TEST_CASE(a_whole_number_has_no_exponent) {
  study.entry.command = {"./train"};
  study.entry.st_checkpoint_dir = Entry::CheckpointFlag::never;
  attempt.config = {{"a", 3e5}, {"b", -1e18}, {"c", 1e-5}, {"d", 1e20}};
  BOOST_TEST((argv() == Argv{"./train", "--a", "300000", "--b", "-1000000000000000000", "--c",
                             "1e-05", "--d", "1e+20"}));
  BOOST_TEST(trial_command(study, attempt).config_json ==
             R"({"a": 300000.0, "b": -1000000000000000000.0, "c": 1e-05, "d": 1e+20})");
}

BOOST_AUTO_TEST_CASE(sets_processors_and_devices) {
  BOOST_TEST(variable("OMP_NUM_THREADS") == "unset");
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

BOOST_AUTO_TEST_CASE(no_gpu_is_visible_behind_minus_one) {
  const auto count = [](std::string_view visible) { return listed_devices(visible).size(); };
  BOOST_TEST(count("") == 0u);
  BOOST_TEST(count("-1") == 0u);
  BOOST_TEST(count("NoDevFiles") == 0u);
  BOOST_TEST(count("0,1,-1,2") == 2u);
  BOOST_TEST(count("GPU-4, MIG-1 ") == 2u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
