// Nodes of other machines: which of them a running study admits and refuses, and what it shows.

#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <boost/test/unit_test.hpp>
#include <ifaddrs.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "actors/study/protocol.hpp"
#include "runtime/context.hpp"
#include "runtime/keys/key_folder.hpp"
#include "runtime/make_node.hpp"
#include "test/e2e/study_kit.hpp"

namespace troupe::test {
namespace {

using namespace std::chrono_literals;
using actors::StudyRef;

BOOST_AUTO_TEST_SUITE(security)

/// A non-loopback address of this machine; empty if there is none.
std::string outer_address() {
  ifaddrs* all = nullptr;
  if (getifaddrs(&all) != 0) return {};
  std::string found;
  for (const ifaddrs* one = all; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != AF_INET) continue;
    char text[INET_ADDRSTRLEN] = {};
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(one->ifa_addr)->sin_addr, text,
              sizeof text);
    if (!std::string(text).starts_with("127.")) found = text;
  }
  freeifaddrs(all);
  return found;
}

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string lines(int trials) {
  return "entry: {command: [" + program("e2e_curve") + ", --period_ms, '40']}\n" + R"(
config_space: {x: {uniform: [0, 1]}, epochs: 9}
max_resource_attr: epochs
scheduler: {name: asha}
resources: {cpus: 1}
n_workers: 4
grace_kill_s: 1
stop_criterion: {max_num_trials_started: )" +
         std::to_string(trials) + "}\n";
}

/// A study that listens on every interface, with its key folder and those of other machines.
struct Cluster {
  TempFolder scratch;
  E2eStudy study;
  std::unique_ptr<Command> head;

  explicit Cluster(int trials = 100, const std::vector<std::string>& options = {})
      : study(lines(trials)) {
    BOOST_REQUIRE_MESSAGE(!outer_address().empty(),
                          "this machine has no address but loopback: the test cannot be run");
    BOOST_REQUIRE(run({program("troupe"), "keys", "init", "--keys", keys("head")}).code == 0);
    std::vector<std::string> words{"--quiet", "--listen", "tcp://0.0.0.0:*", "--keys",
                                   keys("head")};
    words.insert(words.end(), options.begin(), options.end());
    head = study.start(std::move(words));
    BOOST_REQUIRE(
        eventually([&] { return std::filesystem::exists(study.folder() + "/nodes.json"); }, 30s));
  }
  [[nodiscard]] std::string keys(const std::string& machine) const { return scratch.file(machine); }
  /// The address for nodes of other machines: "tcp://OUTER:PORT/KEY".
  [[nodiscard]] std::string address() const {
    std::string text = read_file(study.folder() + "/address");
    const auto host = text.find("127.0.0.1");
    text.replace(host, 9, outer_address());
    return text.substr(0, text.size() - 1);
  }
  [[nodiscard]] std::string place() const {
    const std::string text = address().substr(6);
    return text.substr(0, text.find('/'));
  }
  Finished keys_command(std::vector<std::string> words) const {
    words.insert(words.begin(), {program("troupe"), "keys"});
    words.insert(words.end(), {"--keys", keys("head")});
    return run(std::move(words));
  }
  /// Runs the command that `troupe keys add` prints, as on another machine: `troupe node ...`, or
  /// `echo INVITATION | troupe node ... --invitation -`.
  std::unique_ptr<Command> node(const std::string& line, const std::string& machine) const {
    auto words = words_of(line);
    if (words[0] == "echo") {
      write_file(scratch.file("invitation"), words[1] + "\n");
      BOOST_TEST_REQUIRE(words.back() == "-");
      words.back() = scratch.file("invitation");
      words.erase(words.begin(), words.begin() + 3);
    }
    words[0] = program("troupe");
    for (const char* word : {"--cpus", "2", "--keys"}) words.emplace_back(word);
    words.push_back(keys(machine));
    return std::make_unique<Command>(std::move(words));
  }
  std::unique_ptr<Command> invited(const std::string& name) const {
    const auto added = keys_command({"add", name, "--at", place()});
    BOOST_REQUIRE_MESSAGE(added.code == 0, added.err);
    return node(added.out, name);
  }
  /// A node in this process whose key was admitted.
  std::unique_ptr<runtime::Node> application(const std::string& name,
                                             const std::string& role) const {
    const auto own = runtime::KeyFolder::create(keys(name)).value();
    const auto added = keys_command({"add", name, "--at", place(), "--role", role, "--key",
                                     transport::to_text(own.own().public_key)});
    BOOST_REQUIRE_MESSAGE(added.code == 0, added.err);
    return runtime::make_node(
        {.name = name, .keys = std::make_shared<const runtime::KeyFolder>(own)});
  }
  [[nodiscard]] bool shows(const std::vector<std::string>& parts,
                           std::vector<std::string> options = {"-f", "csv"}) const {
    std::istringstream rows(study.troupe("nodes", std::move(options)).out);
    for (std::string row; std::getline(rows, row);) {
      bool all = true;
      for (const auto& part : parts) all = all && contains(row, part);
      if (all) return true;
    }
    return false;
  }
  [[nodiscard]] bool refuses(const std::string& who, const std::string& why) const {
    return eventually([&] { return shows({who, why}, {"--refused", "-f", "csv"}); }, 20s);
  }
  [[nodiscard]] std::string refusals() const {
    return study.troupe("nodes", {"--refused", "-f", "csv"}).out;
  }
  [[nodiscard]] std::size_t attempts_on(const std::string& node) const {
    std::size_t there = 0;
    for (const auto& row : study.journal())
      there += contains(row, "\"node\":\"" + node + "\"") ? 1 : 0;
    return there;
  }
};

BOOST_AUTO_TEST_CASE(without_keys_a_study_listens_on_loopback_only) {
  const TempFolder scratch;
  const E2eStudy study(lines(4));
  const auto ran = study.run({"--listen", "tcp://0.0.0.0:*", "--keys", scratch.file("none")});
  BOOST_TEST(ran.code == 2);
  BOOST_TEST(contains(ran.err, "cannot listen at tcp://0.0.0.0:*"), ran.err);
  BOOST_TEST(contains(ran.err, "`troupe keys init` makes them"), ran.err);
  const auto joined = run({program("troupe"), "node", "--join", "192.0.2.1:7070"});
  BOOST_TEST(joined.code == 1);
  BOOST_TEST(contains(joined.err, "HOST:PORT/KEY"), joined.err);
}

BOOST_AUTO_TEST_CASE(other_nodes_may_not_use_names_of_local_nodes) {
  const auto joined =
      run({program("troupe"), "node", "--join", "127.0.0.1:7070", "--name", "own-1"});
  BOOST_TEST(joined.code == 1);
  BOOST_TEST(contains(joined.err, "names that begin with 'own-'"), joined.err);
}

BOOST_AUTO_TEST_CASE(one_copied_command_admits_a_node) {
  Cluster cluster;
  const auto gpu1 = cluster.invited("gpu1");
  BOOST_TEST(
      eventually([&] { return cluster.shows({"gpu1", "up", "node", outer_address()}); }, 30s),
      gpu1->err());
  BOOST_TEST(cluster.shows({"own-1", "up", "own", "127.0.0.1"}));
  BOOST_TEST(cluster.head->wait(120s).value_or(-1) == 0, cluster.head->err());
  BOOST_TEST(gpu1->wait(20s).value_or(-1) == 0, gpu1->err());
  BOOST_TEST(contains(gpu1->err(), "gpu1 is let in from now on with its own key"));
  BOOST_TEST(cluster.attempts_on("gpu1") > 2U);
  BOOST_TEST(cluster.study.troupe("replay").code == 0);
  // From now on its key folder knows the head.
  const auto again = cluster.node("troupe node --join " + cluster.place() + " --name gpu1", "gpu1");
  BOOST_TEST(again->wait(20s).value_or(-1) == 1);
  BOOST_TEST(
      contains(again->err(), "/" + cluster.address().substr(cluster.address().rfind('/') + 1)),
      again->err());
  // The invitation is used up, and the name is taken.
  const auto added = cluster.keys_command({"add", "gpu1", "--at", cluster.place()});
  BOOST_TEST(added.code == 1);
  BOOST_TEST(contains(added.err, "'gpu1' has a key already"), added.err);
}

BOOST_AUTO_TEST_CASE(a_study_without_slots_of_its_own_leaves_trials_to_other_nodes) {
  Cluster cluster(12, {"--local-slots", "0"});
  const auto gpu1 = cluster.invited("gpu1");
  BOOST_TEST(cluster.head->wait(120s).value_or(-1) == 0, cluster.head->err());
  BOOST_TEST(gpu1->wait(20s).value_or(-1) == 0, gpu1->err());
  BOOST_TEST(cluster.attempts_on("gpu1") > 0U);
  BOOST_TEST(cluster.attempts_on("own-1") == 0U);
  BOOST_TEST(cluster.study.troupe("replay").code == 0);
}

BOOST_AUTO_TEST_CASE(a_study_that_no_node_can_run_names_the_remedy) {
  const E2eStudy gpus(lines(4) + "\n");
  const auto closed = gpus.run({"--local-slots", "0"});
  BOOST_TEST(closed.code == 2);
  BOOST_TEST(contains(closed.err, "Nodes of other machines can join with --listen"), closed.err);
  std::string text = lines(4);
  text.replace(text.find("{cpus: 1}"), 9, "{gpus: 64}");
  const E2eStudy large(text);
  const auto alone = large.run();
  BOOST_TEST(alone.code == 2);
  BOOST_TEST(contains(alone.err, "resources.gpus: a trial needs 64, and this machine has"),
             alone.err);
  // With an address for nodes it waits, and says for what.
  const TempFolder keys;
  BOOST_REQUIRE(run({program("troupe"), "keys", "init", "--keys", keys.file("head")}).code == 0);
  const auto waits = large.start({"--listen", "tcp://0.0.0.0:*", "--keys", keys.file("head")});
  BOOST_TEST(eventually(
      [&] { return contains(waits->err(), "trials wait for a node that has it"); }, 30s));
  waits->signal(SIGINT);
  BOOST_TEST(waits->wait(60s).value_or(-1) == 130, waits->err());
}

BOOST_AUTO_TEST_CASE(a_head_behind_a_tunnel_is_remembered) {
  const TempFolder machines;
  const std::string head = machines.file("head"), gpu1 = machines.file("gpu1");
  BOOST_REQUIRE(run({program("troupe"), "keys", "init", "--keys", head}).code == 0);
  const E2eStudy study(lines(100'000));
  const auto running = study.start({"--quiet", "--listen", "tcp://127.0.0.1:*", "--keys", head});
  BOOST_REQUIRE(
      eventually([&] { return std::filesystem::exists(study.folder() + "/nodes.json"); }, 30s));
  const std::string address = read_file(study.folder() + "/address");
  const std::string place = address.substr(6, address.rfind('/') - 6);
  const auto added =
      words_of(run({program("troupe"), "keys", "add", "gpu1", "--at", place, "--keys", head}).out);
  write_file(machines.file("invitation"), added[1]);
  const std::vector<std::string> join{program("troupe"), "node", "--name", "gpu1", "--keys", gpu1};
  for (const std::string& invitation : {machines.file("invitation"), std::string()}) {
    auto words = join;
    words.insert(words.end(), {"--join", invitation.empty() ? place : added[6]});
    if (!invitation.empty()) words.insert(words.end(), {"--invitation", invitation});
    Command node(words);
    BOOST_TEST(
        eventually([&] { return contains(study.troupe("nodes", {"-f", "csv"}).out, "gpu1,up"); },
                   30s),
        node.err());
    node.signal(SIGTERM);
    BOOST_TEST(node.wait(20s).has_value());
    BOOST_TEST(eventually(
        [&] { return !contains(study.troupe("nodes", {"-f", "csv"}).out, "gpu1,up"); }, 30s));
  }
  running->signal(SIGINT);
  BOOST_TEST(running->wait(60s).value_or(-1) == 130, running->err());
}

BOOST_AUTO_TEST_CASE(a_node_may_run_trials_and_nothing_else) {
  const Cluster cluster;
  const auto gpu1 = cluster.application("gpu1", "node");
  const auto head = gpu1->join(cluster.address(), 30s);
  BOOST_REQUIRE_MESSAGE(head.has_value(), (head ? std::string() : head.error().what));
  const auto study = gpu1->find<StudyRef>(*head, std::string(actors::study_name), 30s).value();
  // A node that uses the name of another one is refused.
  const actors::AgentRef nobody(runtime::Address{gpu1->id(), 99});
  const auto enlisted = gpu1->ask(study, actors::JoinStudy{"gpu2", {}, nobody}, 30s);
  BOOST_TEST(enlisted.value().refusal == "this node is 'gpu1', not 'gpu2'");
  // A node may not end the study in any way.
  gpu1->tell(study, actors::StopStudy{actors::StopRequested::How::stop, "no more"});
  gpu1->tell(study, actors::NodeProcessesGone{"own-1", "they are not"});
  gpu1->stop(study);
  // A node may neither start an actor at the head nor ask for the status of the study.
  const auto spawned =
      gpu1->spawn_on<actors::SchedulerRef>(*head, actors::SpawnScheduler{}, {}, 30s);
  BOOST_TEST(contains(spawned.error().what, "may not send troupe.SpawnActor"));
  const auto status = gpu1->ask(study, actors::AskStatus{}, 30s);
  BOOST_TEST(contains(status.error().what, "a key of role 'node' may not send AskStatus"));
  for (const char* what : {"StopStudy", "NodeProcessesGone", "troupe.Stop", "troupe.SpawnActor"})
    BOOST_TEST(cluster.refuses("gpu1", "a key of role 'node' may not send " + std::string(what)));
  BOOST_TEST(cluster.head->wait(120s).value_or(-1) == 0, cluster.head->err());
  BOOST_TEST(contains(cluster.study.troupe("trials", {"-f", "csv"}).out, "\n99,"));
}

BOOST_AUTO_TEST_CASE(an_application_with_a_control_key_may_end_the_study_and_not_take_part) {
  const Cluster cluster(5000);
  const auto watcher = cluster.application("watcher", "control");
  const auto head = watcher->join(cluster.address(), 30s);
  BOOST_REQUIRE_MESSAGE(head.has_value(), (head ? std::string() : head.error().what));
  const auto study = watcher->find<StudyRef>(*head, std::string(actors::study_name), 30s).value();
  const actors::AgentRef nobody(runtime::Address{watcher->id(), 99});
  const auto enlisted = watcher->ask(study, actors::JoinStudy{"watcher", {}, nobody}, 30s);
  BOOST_TEST(contains(enlisted.error().what, "a key of role 'control' may not send JoinStudy"));
  BOOST_TEST(watcher->ask(study, actors::AskStatus{}, 30s).value().study == "e2e");
  watcher->tell(study, actors::StopStudy{actors::StopRequested::How::stop, "seen enough"});
  BOOST_TEST(cluster.head->wait(60s).value_or(-1) == 0, cluster.head->err());
}

BOOST_AUTO_TEST_CASE(a_revoked_node_loses_its_link_and_the_study_continues) {
  Cluster cluster;
  const auto gpu1 = cluster.invited("gpu1");
  BOOST_REQUIRE_MESSAGE(eventually([&] { return cluster.attempts_on("gpu1") > 0; }, 30s),
                        gpu1->err());
  BOOST_TEST(cluster.keys_command({"revoke", "gpu1"}).code == 0);
  BOOST_TEST(gpu1->wait(20s).has_value());
  BOOST_TEST(contains(gpu1->err(), "the link to the head ended: its key was revoked"), gpu1->err());
  BOOST_TEST(
      eventually([&] { return cluster.shows({"gpu1", "dead", "its key was revoked"}); }, 20s));
  BOOST_TEST(cluster.refuses("gpu1", "its key was revoked"));
  const auto again =
      cluster.node("troupe node --join " + cluster.address() + " --name gpu1", "gpu1");
  BOOST_TEST(again->wait(20s).value_or(-1) == 1);
  BOOST_TEST(contains(again->err(), "the key of this node is not admitted there"), again->err());
  BOOST_TEST(cluster.head->wait(120s).value_or(-1) == 0, cluster.head->err());
  BOOST_TEST(cluster.study.troupe("replay").code == 0);
}

BOOST_AUTO_TEST_CASE(refused_nodes_are_shown_and_harm_no_study) {
  const Cluster cluster(100'000);  // The study runs until it is interrupted.
  const auto gpu1 = cluster.invited("gpu1");
  BOOST_REQUIRE_MESSAGE(eventually([&] { return cluster.attempts_on("gpu1") > 0; }, 30s),
                        gpu1->err());
  // A node whose key was not admitted.
  BOOST_TEST(run({program("troupe"), "keys", "init", "--keys", cluster.keys("thief")}).code == 0);
  const auto thief =
      cluster.node("troupe node --join " + cluster.address() + " --name gpu2", "thief");
  BOOST_TEST(thief->wait(20s).value_or(-1) == 1);
  BOOST_TEST(contains(thief->err(), "the key of this node is not admitted there"), thief->err());
  BOOST_TEST(cluster.refuses("key ", "its key is not admitted"));
  // An admitted key with another name.
  const auto other =
      cluster.node("troupe node --join " + cluster.address() + " --name gpu2", "gpu1");
  BOOST_TEST(other->wait(20s).value_or(-1) == 1);
  BOOST_TEST(contains(other->err(), "the key belongs to node 'gpu1', not to 'gpu2'"), other->err());
  BOOST_TEST(cluster.refuses("gpu1", "the key belongs to node 'gpu1'"));
  // A node without a key, over loopback.
  const std::string port = cluster.place().substr(cluster.place().find(':'));
  Command naked({program("troupe"), "node", "--join", "127.0.0.1" + port, "--name", "naked"});
  // A hundred connections without a handshake.
  std::vector<int> silent;
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(port.substr(1))));
  inet_pton(AF_INET, outer_address().c_str(), &to.sin_addr);
  for (int i = 0; i < 100; ++i) {
    silent.push_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    BOOST_REQUIRE(connect(silent.back(), reinterpret_cast<sockaddr*>(&to), sizeof to) == 0);
  }
  BOOST_TEST(::send(silent[0], "GET / HTTP/1.0\r\n\r\n", 18, MSG_NOSIGNAL) == 18);
  // The address is unknown if the connection has ended before the head looks.
  BOOST_TEST(cluster.refuses("", "does not speak this protocol"), cluster.refusals());
  BOOST_TEST(cluster.refuses(outer_address(), "said nothing for 5 s\",99"), cluster.refusals());
  BOOST_TEST(naked.wait(20s).value_or(-1) == 1);
  BOOST_TEST(contains(naked.err(), "the public key of the node that listens there is needed"),
             naked.err());
  BOOST_TEST(cluster.shows({"gpu1", "up"}));
  const auto before = cluster.attempts_on("gpu1");
  BOOST_TEST(eventually([&] { return cluster.attempts_on("gpu1") > before + 2; }, 30s));
  for (const int fd : silent) close(fd);
  cluster.head->signal(SIGINT);
  BOOST_TEST(cluster.head->wait(60s).value_or(-1) == 130, cluster.head->err());
  BOOST_TEST(gpu1->wait(20s).has_value(), gpu1->err());
  BOOST_TEST(cluster.study.troupe("replay").code == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::test
