// Keys of a study file that say who may read and what is trusted.

#include <cstdlib>
#include <string>
#include <utility>

#include <boost/test/unit_test.hpp>

#include "actors/study_file/study_file.hpp"
#include "actors/study_file/study_spec.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(study_file_access)

StudyFile file_with(const std::string& entry, const std::string& more = "") {
  return read_study_text(R"(study: access
entry: {command: [sh, train.sh])" +
                             entry + R"(}
config_space: {lr: {loguniform: [1e-5, 0.1]}, epochs: 243}
metric: loss
mode: min
resource_attr: epoch
max_resource_attr: epochs
scheduler: {name: asha}
stop_criterion: {max_num_trials_started: 9}
)" + more,
                         "/studies/a/study.yaml");
}

std::string problems_of(const StudyFile& file) {
  std::string text;
  for (const Problem& problem : file.problems) text += to_text(problem);
  return text;
}

bool complains(const StudyFile& file, const std::string& words) {
  const std::string problems = problems_of(file);
  BOOST_TEST(problems.find(words) != std::string::npos, problems);
  return !file.spec.has_value();
}

BOOST_AUTO_TEST_CASE(variables_of_the_head_are_named_without_values) {
  setenv("ACCESS_TOKEN", "t0ken", 1);
  const StudyFile file = file_with(", env_from: [ACCESS_TOKEN, HOME]");
  BOOST_TEST_REQUIRE(file.spec.has_value(), problems_of(file));
  BOOST_TEST(file.problems.empty(), problems_of(file));
  BOOST_TEST((file.spec->entry.env_from == std::vector<std::string>{"ACCESS_TOKEN", "HOME"}));
}

BOOST_AUTO_TEST_CASE(a_variable_that_is_not_set_is_a_warning) {
  unsetenv("ACCESS_TOKEN");
  BOOST_TEST(!complains(file_with(", env_from: [ACCESS_TOKEN]"),
                        "'ACCESS_TOKEN' is not set here; `troupe run` needs it"));
}

BOOST_AUTO_TEST_CASE(wrong_names_of_variables_are_errors) {
  setenv("ACCESS_TOKEN", "t0ken", 1);
  for (const auto& [entry, words] : {
           std::pair{", env_from: ACCESS_TOKEN", "must be a list of names"},
           std::pair{", env_from: {ACCESS_TOKEN: x}", "must be a list of names"},
           std::pair{", env_from: [ACCESS_TOKEN=x]",
                     "expected the name of an environment variable"},
           std::pair{", env_from: [3D]", "expected the name of an environment variable"},
           std::pair{", env_from: [[A]]", "expected the name of an environment variable"},
           std::pair{", env_from: [TROUPE_SEED]", "are set by troupe"},
           std::pair{", env_from: [HOME, HOME]", "twice"},
           std::pair{", env: {HOME: x}, env_from: [HOME]", "'entry.env' sets 'HOME' too"},
       })
    BOOST_TEST(complains(file_with(entry), words), entry);
}

BOOST_AUTO_TEST_CASE(checkpoints_of_other_nodes_need_not_be_trusted) {
  using Trust = CheckpointSpec::Trust;
  BOOST_TEST((file_with("").spec->checkpoints.trust == Trust::all));
  BOOST_TEST((file_with("", "checkpoints: {trust: same-node}").spec->checkpoints.trust ==
              Trust::same_node));
  BOOST_TEST(complains(file_with("", "checkpoints: {trust: nobody}"), "same-node"));
}

BOOST_AUTO_TEST_CASE(a_folder_is_closed_unless_the_file_says_otherwise) {
  BOOST_TEST(!file_with("").spec->group_readable);
  BOOST_TEST(file_with("", "group_readable: true").spec->group_readable);
  BOOST_TEST(complains(file_with("", "group_readable: friends"), "group_readable"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
