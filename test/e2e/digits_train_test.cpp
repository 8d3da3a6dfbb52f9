// The training program of examples/digits.

#include <string>

#include <boost/test/unit_test.hpp>

#include "test/e2e/shell.hpp"
#include "test/kit/temp_folder.hpp"

namespace troupe {
namespace {

BOOST_AUTO_TEST_SUITE(digits_train)

const std::string train =
    TROUPE_BIN "/digits_train --data " TROUPE_ROOT "/examples/digits/digits.csv ";

const std::string config =
    "--lr 0.05 --momentum 0.8 --units 24 --layers 2 --batch_size 16 --dropout 0.2 "
    "--weight_decay 1e-4 --activation tanh --seed 5 ";

BOOST_AUTO_TEST_CASE(a_resumed_run_prints_the_same_bytes_as_an_uninterrupted_one) {
  const test::TempFolder folder;
  const std::string keep = "--st_checkpoint_dir " + folder.file("checkpoint");
  const ShellRun whole = shell(train + "--epochs 9 " + config);
  const ShellRun first = shell(train + "--epochs 3 " + config + keep);
  const ShellRun second = shell(train + "--epochs 9 " + config + keep);
  BOOST_TEST(whole.code == 0);
  BOOST_TEST(first.text + second.text == whole.text);
  BOOST_TEST(shell(train + "--epochs 9 " + config + keep).text == "");
}

BOOST_AUTO_TEST_CASE(a_killed_run_resumes_from_its_last_complete_checkpoint) {
  const test::TempFolder folder;
  const std::string keep = "--checkpoint_dir " + folder.path().string();
  const ShellRun whole = shell(train + "--epochs 40 " + config);
  // SIGPIPE ends the program some time after its third line.
  const ShellRun killed = shell(train + "--epochs 40 " + config + keep + " | head -n 3");
  const ShellRun rest = shell(train + "--epochs 40 " + config + keep);
  BOOST_TEST(whole.text.starts_with(killed.text));
  BOOST_TEST(!rest.text.empty());
  BOOST_TEST(whole.text.ends_with(rest.text));
}

BOOST_AUTO_TEST_CASE(improves_over_the_epochs) {
  const ShellRun run = shell(train + "--epochs 30 --lr 0.1 --units 64 | tail -n 1");
  const double error = std::stod(run.text.substr(run.text.find("val_error") + 12));
  BOOST_TEST(error < 0.05);
}

BOOST_AUTO_TEST_CASE(a_diverged_run_reports_that_every_digit_is_wrong) {
  const ShellRun run = shell(train + "--epochs 2 --lr 1000 --momentum 0.99 --layers 3");
  BOOST_TEST(run.code == 0);
  BOOST_TEST(run.text.ends_with("{\"epoch\": 2, \"val_error\": 1.000000}\n"));
}

BOOST_AUTO_TEST_CASE(refuses_unknown_options) {
  const test::TempFolder folder;
  const std::string keep = " --checkpoint_dir " + folder.path().string();
  BOOST_TEST(shell(train + "--epochs 1 --units 8" + keep).code == 0);
  const ShellRun other = shell(train + "--epochs 2 --units 9" + keep + " 2>&1");
  BOOST_TEST(other.code == 1);
  BOOST_TEST(other.text.find("was saved by another configuration") != std::string::npos);
  BOOST_TEST(shell(train + "--lr fast 2>&1").code == 1);
  BOOST_TEST(shell(train + "--learning_rate 1 2>&1").code == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe
