#include "actors/study/study_hosts.hpp"

#include <boost/test/unit_test.hpp>

#include "actors/study/study_rules.hpp"
#include "test/unit/studies/study_fixture.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(study_hosts)

using namespace test_study;
using runtime::Context;

/// The actor in whose handlers the hosts are used, and a history for them.
struct Owner {
  explicit Owner(const HostPlace& scheduler = {}) {
    const StudySpec spec = *read_document(document).value();
    const StudyHosts::Options options{
        .scheduler = scheduler, .searcher = {}, .document = document, .rules = rules_of(spec)};
    hosts = StudyHosts(options);
    second = StudyHosts(options);
    core.emplace(rules_of(spec));
  }

  bool open(StudyHosts& which) {
    bool opened = false;
    actor.run([&](Context& self) { opened = which.open(self, {}, history); });
    return opened;
  }

  /// Asks for the next suggestion and waits for it.
  void suggest() {
    actor.run([&](Context& self) {
      hosts.ask_suggestion(self, *core->next_suggestion(), history.next_index());
    });
    BOOST_REQUIRE(hosts.accept(actor.expect<Suggestion>()));
  }

  /// Takes an input as the study does.
  void take(const Input& input) {
    actor.run([&](Context& self) {
      std::vector<schedulers::Decision> decisions;
      const std::uint64_t index = history.next_index();
      if (const auto event = core->question(input))
        decisions = hosts.ask_scheduler(self, index, *event, history).value();
      Outcome outcome = core->apply(input, index, decisions);
      hosts.tell_facts(self, index, outcome.facts);
      history.add({index, 0, input, decisions, outcome.events});
    });
  }

  /// What the scheduler says to one more free slot.
  std::string next_decision(StudyHosts& which) {
    std::string text;
    actor.run([&](Context& self) {
      text = to_json(
          *which.ask_scheduler(self, history.next_index(), schedulers::SlotOpened{}, history));
    });
    return text;
  }

  TestNode world;
  Probe<Suggestion, StudyHosts::Reopen> actor{world};
  StudyDocument document{pasha_of_four, "study.yaml", "/nowhere", 7};
  MemoryDisk disk;
  StudyHistory history{std::make_unique<MemoryLog>(disk)};
  StudyHosts hosts{StudyHosts::Options{}};
  StudyHosts second{StudyHosts::Options{}};
  std::optional<StudyCore> core;
};

void start_two_trials(Owner& owner) {
  owner.take(StudyOpened{.study = "four", .seed = 7, .version = "1"});
  owner.take(NodeJoined{"n", 2, 0});
  for (int trial = 0; trial < 2; ++trial) {
    owner.suggest();
    owner.take(SlotFreed{"n", owner.hosts.take_suggestion()});
  }
  owner.take(Reported{0, 1, 1, 0.5, {}});
}

BOOST_AUTO_TEST_CASE(hosts_beside_the_study_answer_and_suggest) {
  Owner owner;
  BOOST_TEST(!owner.hosts.is_open());
  BOOST_TEST(owner.open(owner.hosts));
  BOOST_TEST(owner.hosts.wants_suggestion());
  start_two_trials(owner);
  BOOST_TEST(owner.core->counts().started == 2u);
  BOOST_TEST(owner.core->trials().at(0).config.size() == 2u);
}

BOOST_AUTO_TEST_CASE(one_suggestion_is_asked_for_at_a_time_and_another_is_not_accepted) {
  Owner owner;
  BOOST_REQUIRE(owner.open(owner.hosts));
  owner.actor.run([&](Context& self) { owner.hosts.ask_suggestion(self, 0, 0); });
  BOOST_TEST(owner.hosts.suggestion_due());
  BOOST_TEST(!owner.hosts.wants_suggestion());
  BOOST_TEST(!owner.hosts.accept(Suggestion{.trial = 5, .at = 0, .config = {}}));
  BOOST_TEST(owner.hosts.accept(owner.actor.expect<Suggestion>()));
  BOOST_TEST(!owner.hosts.suggestion_due());
  BOOST_TEST(!owner.hosts.wants_suggestion());  // One is at hand.
  BOOST_TEST(owner.hosts.take_suggestion().has_value());
  BOOST_TEST(owner.hosts.wants_suggestion());
}

BOOST_AUTO_TEST_CASE(hosts_that_are_opened_later_know_the_history) {
  Owner owner;
  BOOST_REQUIRE(owner.open(owner.hosts));
  start_two_trials(owner);
  BOOST_REQUIRE(owner.open(owner.second));
  BOOST_TEST(owner.next_decision(owner.second) == owner.next_decision(owner.hosts));
  // The searcher does not suggest a second time what it has suggested.
  owner.actor.run(
      [&](Context& self) { owner.second.ask_suggestion(self, 2, owner.history.next_index()); });
  const Suggestion later = owner.actor.expect<Suggestion>();
  owner.actor.run(
      [&](Context& self) { owner.hosts.ask_suggestion(self, 2, owner.history.next_index()); });
  BOOST_TEST((later.config == owner.actor.expect<Suggestion>().config));
}

BOOST_AUTO_TEST_CASE(a_history_that_the_scheduler_would_decide_otherwise_abandons_the_study) {
  Owner owner;
  BOOST_REQUIRE(owner.open(owner.hosts));
  owner.take(StudyOpened{.study = "four", .seed = 7, .version = "1"});
  owner.take(NodeJoined{"n", 2, 0});
  owner.suggest();
  owner.history.add(
      {2, 0, SlotFreed{"n", owner.hosts.take_suggestion()}, {schedulers::StartTrial{0, 27}}, {}});
  std::string reason;
  owner.actor.run([&](Context& self) {
    try {
      (void)owner.second.open(self, {}, owner.history);
    } catch (const StudyAbandoned& abandoned) {
      reason = abandoned.what();
    }
  });
  BOOST_TEST(reason == "the restarted scheduler decides row 2 otherwise than before");
}

BOOST_AUTO_TEST_CASE(a_host_on_a_node_that_is_not_linked_is_waited_for) {
  Owner owner({.node = "elsewhere", .actor = ""});
  BOOST_TEST(!owner.open(owner.hosts));
  BOOST_TEST(!owner.hosts.is_open());
  BOOST_TEST(!owner.hosts.wants_suggestion());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
