// What another user of the machine can do with a study that `troupe run` started without options.
// The tests run as root, which starts programs as another user; otherwise they are skipped.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "actors/head/study_access.hpp"
#include "actors/study/protocol.hpp"
#include "runtime/make_node.hpp"
#include "test/e2e/study_kit.hpp"

namespace troupe::test {
namespace {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(other_user)

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

boost::test_tools::assertion_result is_root(boost::unit_test::test_unit_id) {
  boost::test_tools::assertion_result result(geteuid() == 0);
  if (!result) result.message() << "SKIPPED: only root can start programs as another user";
  return result;
}

/// A study that runs until it is interrupted, and a folder of another user.
struct ForeignStudy {
  TempFolder other;  ///< The home of the other user.
  E2eStudy study{"entry: {command: [" + program("e2e_curve") +
                 ", --period_ms, '40'], env: {SECRET: s3cret}, env_from: [E2E_TOKEN]}\n" + R"(
config_space: {x: {uniform: [0, 1]}, epochs: 9}
max_resource_attr: epochs
scheduler: {name: asha}
n_workers: 2
grace_kill_s: 1
stop_criterion: {max_num_trials_started: 100000}
)"};
  std::unique_ptr<Command> head;

  ForeignStudy() {
    // The folder above the study's is open, as a home folder may be.
    std::filesystem::permissions(std::filesystem::path(study.file()).parent_path(),
                                 std::filesystem::perms(0755));
    std::filesystem::permissions(other.path(), std::filesystem::perms(0777));
    setenv("E2E_TOKEN", "t0ken-of-the-head", 1);
    head = study.start();
    BOOST_REQUIRE(eventually([&] { return !study.results_without_times().empty(); }, 60s));
  }
  ~ForeignStudy() {
    head->signal(SIGINT);
    BOOST_TEST(head->wait(60s).value_or(-1) == 130, head->err());
    BOOST_TEST(study.troupe("replay").code == 0);
  }
  ForeignStudy(const ForeignStudy&) = delete;
  ForeignStudy& operator=(const ForeignStudy&) = delete;

  [[nodiscard]] Finished as_other(std::vector<std::string> argv) const {
    std::vector<std::string> words{"setpriv",       "--reuid=65534",
                                   "--regid=65534", "--clear-groups",
                                   "env",           "HOME=" + other.path().string(),
                                   "LC_ALL=C"};
    words.insert(words.end(), argv.begin(), argv.end());
    return run(std::move(words));
  }
  /// "tcp://127.0.0.1:PORT/KEY": port and public key are visible in process lists.
  [[nodiscard]] std::string address() const {
    return actors::study_access(study.folder())->address;
  }
  [[nodiscard]] std::string port() const {
    const std::string text = address().substr(6);
    return text.substr(text.find(':') + 1, text.find('/') - text.find(':') - 1);
  }
  [[nodiscard]] bool refused(const std::string& why) const {
    return eventually(
        [&] { return has(study.troupe("nodes", {"--refused", "-f", "csv"}).out, why); }, 20s);
  }
};

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(is_root))
BOOST_FIXTURE_TEST_CASE(another_user_reads_nothing_of_a_study, ForeignStudy) {
  for (const char* const file :
       {"", "address", "journal.db", "nodes.json", "study.yaml", ".keys/own.key", "trials"}) {
    const auto seen = as_other({"ls", "-l", study.folder() + "/" + file});
    BOOST_TEST(has(seen.err, "Permission denied"), file << seen.out << seen.err);
  }
  for (const char* const command : {"trials", "best", "events", "nodes", "logs"}) {
    std::vector<std::string> argv{program("troupe"), command, study.folder()};
    if (command == std::string("logs")) argv.emplace_back("0");
    const auto seen = as_other(argv);
    BOOST_TEST(seen.code != 0, command);
    BOOST_TEST(seen.out.empty(), seen.out);
  }
  // Neither the secret of the study file nor a secret key is visible in process lists.
  const std::string secret = read_file(study.folder() + "/.keys/own.key").substr(0, 64);
  const auto processes = as_other({"ps", "-eo", "args"});
  BOOST_TEST(has(processes.out, "--join " + address()), processes.out);
  BOOST_TEST(!has(processes.out, secret));
  BOOST_TEST(!has(processes.out, "s3cret"));
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(is_root))
BOOST_FIXTURE_TEST_CASE(another_user_does_not_join_a_study, ForeignStudy) {
  BOOST_TEST(as_other({program("troupe"), "keys", "init"}).code == 0);
  const auto with_key = as_other({program("troupe"), "node", "--join", address()});
  BOOST_TEST(with_key.code == 1);
  BOOST_TEST(has(with_key.err, "not admitted"), with_key.err);
  BOOST_TEST(refused("its key is not admitted"));
  const auto without =
      as_other({program("troupe"), "node", "--join", address().substr(0, address().rfind('/'))});
  BOOST_TEST(without.code == 1);
  BOOST_TEST(has(without.err, "the public key of the node that listens there is needed"),
             without.err);
  const auto folder = as_other({program("troupe"), "node", "--join", study.folder()});
  BOOST_TEST(folder.code == 1);
  // Bytes of another protocol.
  const auto raw = as_other({"bash", "-c",
                             "exec 3<>/dev/tcp/127.0.0.1/" + port() +
                                 "; echo 'GET / HTTP/1.0' >&3; timeout 6 cat <&3 | wc -c"});
  BOOST_TEST(refused("does not speak this protocol"), raw.out << raw.err);
  BOOST_TEST(!head->ended());
}

BOOST_FIXTURE_TEST_CASE(a_variable_of_the_head_reaches_programs_and_no_file, ForeignStudy) {
  const auto programs = study.processes("e2e_curve");
  BOOST_TEST_REQUIRE(!programs.empty());
  const auto environment = read_file("/proc/" + std::to_string(programs[0]) + "/environ");
  BOOST_TEST((environment.empty() || has(environment, "E2E_TOKEN=t0ken-of-the-head")));
  const auto found = run({"grep", "-rl", "t0ken-of-the-head", study.folder()});
  BOOST_TEST(found.code == 1, found.out);
}

BOOST_AUTO_TEST_CASE(a_variable_of_the_head_that_is_not_set_is_an_error) {
  unsetenv("E2E_MISSING");
  const E2eStudy study("entry: {command: [" + program("e2e_curve") +
                       "], env_from: [E2E_MISSING]}\n" + R"(
config_space: {x: {uniform: [0, 1]}, epochs: 9}
max_resource_attr: epochs
scheduler: {name: asha}
stop_criterion: {max_num_trials_started: 1}
)");
  const auto ran = study.run();
  BOOST_TEST(ran.code == 2);
  BOOST_TEST(has(ran.err, "'entry.env_from' names E2E_MISSING, which is not set here"), ran.err);
}

BOOST_FIXTURE_TEST_CASE(a_node_that_the_study_refuses_exits_with_1, ForeignStudy) {
  const std::vector<std::string> join{program("troupe"), "node", "--join",  study.folder(),
                                      "--name",          "twin", "--slots", "0"};
  Command first(join);
  BOOST_TEST_REQUIRE(
      eventually([&] { return has(study.troupe("nodes", {"-f", "csv"}).out, "twin,up"); }, 30s));
  // It is linked first, and joins a moment later.
  std::string said;
  BOOST_TEST(eventually(
      [&] {
        Command second(join);
        const auto code = second.wait(10s);
        if (!code) second.signal(SIGTERM);
        (void)second.wait(20s);
        said = second.err();
        return code == 1;
      },
      60s));
  BOOST_TEST(has(said, "a node named 'twin' is already there"), said);
  first.signal(SIGTERM);
  BOOST_TEST(first.wait(20s).value_or(-1) == 0, first.err());
}

/// A node of the protocol without a key: what `troupe node` was before studies had keys.
BOOST_FIXTURE_TEST_CASE(a_node_without_a_key_does_not_join_a_study, ForeignStudy) {
  const auto naked = runtime::make_node({.name = "naked", .insecure_loopback = true});
  const auto joined = naked->join("tcp://127.0.0.1:" + port(), 3s);
  BOOST_TEST(!joined.has_value());
  // Both sides see that the mechanisms differ, so the node may hang up before the head rejects it.
  BOOST_TEST((refused("it has no key") || refused("hung up")));
}

BOOST_FIXTURE_TEST_CASE(a_program_with_the_folder_of_a_study_controls_it, ForeignStudy) {
  const auto access = actors::study_access(study.folder());
  BOOST_TEST_REQUIRE(access.has_value());
  const auto mine = runtime::make_node({.name = "mine", .keys = access->keys});
  const auto joined = mine->join(access->address, 30s);
  BOOST_TEST_REQUIRE(joined.has_value());
  const auto found = mine->find<actors::StudyRef>(*joined, std::string(actors::study_name), 30s);
  BOOST_TEST_REQUIRE(found.has_value());
  BOOST_TEST(mine->ask(*found, actors::AskStatus{}, 30s).value().study == "e2e");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::test
