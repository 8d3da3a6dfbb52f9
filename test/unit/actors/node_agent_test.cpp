#include "actors/trial/node_agent.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "actors/trial/unacked_reports.hpp"
#include "test/kit/probe.hpp"
#include "test/kit/test_node.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(node_agent)

using namespace std::chrono_literals;

using StudyProbe =
    test::Probe<JoinStudy, NodeProcessesGone, Suggestion, Reported, ReportMalformed,
                NotifyWhenDurable, AttemptEnded, Subscribe, StopStudy, StopTrial, AskStatus>;

constexpr const char* study_text = R"(
study: one
entry: {command: [./train]}
config_space: {lr: {loguniform: [1e-4, 1]}}
metric: loss
mode: min
resource_attr: epoch
max_t: 9
scheduler: {name: asha}
stop_criterion: {max_num_trials_started: 4}
lease: 4
grace_kill_s: 2
)";

/// A program of which the test plays the output and the end.
struct Stub {
  runtime::Address trial;
  std::optional<Duration> end_grace;
  std::vector<std::int64_t> gpus;
  std::vector<std::string> variables;
  std::size_t read = 0;  ///< Number of outputs after which the next one was let in.
};

class StubProgram final : public Program {
 public:
  explicit StubProgram(Stub& stub) : stub_(stub) {}
  Result<std::vector<ReportLine>> start(runtime::Address trial) override {
    stub_.trial = trial;
    return std::vector<ReportLine>();
  }
  /// Parses "3" as a report at resource 3, and any other text as malformed.
  std::vector<ReportLine> read(const runtime::ProcessOutput& output) override {
    if (output.bytes.find_first_not_of("0123456789") != std::string::npos)
      return {Malformed{output.bytes, "no report"}};
    const Resource resource = std::stol(output.bytes);
    return {Report{resource, 1.0 / static_cast<double>(resource), {}}};
  }
  void more(runtime::Stream) override { ++stub_.read; }
  void end(Duration grace) override { stub_.end_grace = grace; }
  std::vector<ReportLine> conclude(const runtime::ProcessEnded&, Resource, bool) override {
    return {};
  }
  [[nodiscard]] std::string tail(runtime::Stream) const override { return {}; }

 private:
  Stub& stub_;
};

/// An agent; the test plays its study, its programs and the search for the head.
struct Agent {
  /// `refused_for`: seconds after which the study accepts the node.
  explicit Agent(std::chrono::seconds refused_for = 0s, std::size_t told_ahead_max = 1000,
                 const std::string& more_text = "", std::uint32_t gpus = 0) {
    document.text += more_text;
    TrialEnvironment environment;
    environment.told_ahead_max = told_ahead_max;
    environment.log_warning = [](const std::string&) {};
    environment.make_program = [this](const TrialPlan& plan) {
      programs[plan.launch.trial].gpus = plan.gpus;
      programs[plan.launch.trial].variables = *plan.variables;
      return std::make_unique<StubProgram>(programs[plan.launch.trial]);
    };
    AgentOptions options{
        .node = "n1", .resources = {.cpus = 4, .gpus = gpus}, .study = study.ref()};
    options.lease = 4s;
    options.look_again = [this](runtime::Ref<StudyFound, StudyGone> answer, Instant until) {
      looks.emplace_back(answer, until);
    };
    ref = world.spawn<NodeAgent>(std::move(options), std::move(environment));
    if (refused_for > 0s) {
      (void)study.expect<JoinStudy>();
      JoinReply refusal{{}, "not yet"};
      refusal.again_in_s = static_cast<double>(refused_for.count());
      study.answer<JoinStudy>(refusal);
      world.advance(refused_for);
      BOOST_TEST(study.is_silent());
      world.advance(1s);
    }
    const auto join = study.expect<JoinStudy>();
    BOOST_TEST(!join.returns);
    study.answer<JoinStudy>(
        JoinReply{.study = document, .refusal = "", .variables = {"TOKEN=t0ken"}});
    world.run();
  }

  void launch(TrialId trial, std::vector<RetainedAttempt> durable_ends = {}) {
    world.tell(ref, Launch{trial, 1, 0, 9, {}, std::move(durable_ends)});
    world.run();
  }
  void print(TrialId trial, const std::string& text) {
    world.tell(runtime::Ref<runtime::ProcessOutput>(programs.at(trial).trial),
               runtime::ProcessOutput{1, runtime::Stream::out, text});
    world.run();
  }
  void exit(TrialId trial) {
    world.tell(runtime::Ref<runtime::ProcessEnded>(programs.at(trial).trial),
               runtime::ProcessEnded{});
    world.run();
  }
  void lose(const StudyProbe& head, Duration heard_ago) {
    world.tell(runtime::Ref<runtime::Down>(ref.address()),
               runtime::Down{head.address(), runtime::Cause::node_lost, "silence",
                             world.now() - heard_ago});
    world.run();
  }
  /// Tells the agent that a head was found. Returns what the agent sends to that head.
  JoinStudy find(StudyProbe& head) {
    world.tell(looks.back().first, StudyFound{head.ref()});
    return head.expect<JoinStudy>();
  }
  bool lives() { return world.actors_left(ref); }

  struct World : test::TestNode {
    bool actors_left(const AgentRef& of) { return !node().wait(of, Duration(1)).has_value(); }
  } world;
  StudyDocument document{study_text, "/s/study.yaml", "/s", 7};
  StudyProbe study =
      world.probe<JoinStudy, NodeProcessesGone, Suggestion, Reported, ReportMalformed,
                  NotifyWhenDurable, AttemptEnded, Subscribe, StopStudy, StopTrial, AskStatus>();
  std::map<TrialId, Stub> programs;
  std::vector<std::pair<runtime::Ref<StudyFound, StudyGone>, Instant>> looks;
  AgentRef ref;
};

StudyProbe another_head(Agent& agent) {
  return agent.world
      .probe<JoinStudy, NodeProcessesGone, Suggestion, Reported, ReportMalformed, NotifyWhenDurable,
             AttemptEnded, Subscribe, StopStudy, StopTrial, AskStatus>();
}

BOOST_AUTO_TEST_CASE(programs_get_the_variables_of_the_head) {
  Agent agent;
  agent.launch(0);
  BOOST_TEST((agent.programs.at(0).variables == std::vector<std::string>{"TOKEN=t0ken"}));
}

BOOST_AUTO_TEST_CASE(a_study_that_refuses_for_a_while_is_asked_again) {
  Agent agent(12s);
  agent.launch(0);
  agent.print(0, "1");
  BOOST_TEST(agent.study.expect<Reported>().resource == 1);
}

BOOST_AUTO_TEST_CASE(a_head_that_is_lost_is_looked_for_until_the_lease_is_over) {
  Agent agent;
  agent.launch(0);
  agent.world.advance(10s);
  agent.lose(agent.study, 1s);
  BOOST_REQUIRE(agent.looks.size() == 1u);
  BOOST_TEST((agent.looks[0].second == agent.world.now() + 3s));
  agent.world.advance(3s - 1ms);
  BOOST_TEST(!agent.programs[0].end_grace.has_value());
  agent.world.advance(1ms);
  BOOST_TEST((agent.programs[0].end_grace == Duration(2s)));  // The kill grace, once.
  BOOST_TEST(agent.lives());
  agent.exit(0);
  BOOST_TEST(!agent.lives());
}

BOOST_AUTO_TEST_CASE(a_repeated_order_is_carried_out_once) {
  Agent agent;
  agent.launch(0);
  const runtime::Address first = agent.programs[0].trial;
  agent.launch(0);
  BOOST_TEST((agent.programs[0].trial == first));
  agent.exit(0);
  BOOST_TEST(agent.study.expect<AttemptEnded>().trial == 0u);
  agent.launch(0);
  BOOST_TEST((agent.programs[0].trial == first));
  BOOST_TEST(agent.study.is_silent());
}

BOOST_AUTO_TEST_CASE(no_head_is_looked_for_after_the_lease) {
  Agent agent;
  agent.launch(0);
  agent.world.advance(10s);
  agent.lose(agent.study, 4s);
  BOOST_TEST(agent.looks.empty());
  BOOST_TEST(agent.programs[0].end_grace.has_value());
}

BOOST_AUTO_TEST_CASE(a_restarted_head_gets_the_reports_that_it_lacks) {
  Agent agent;
  agent.launch(0);
  agent.launch(1);
  agent.print(0, "1");
  agent.print(0, "??");
  agent.print(0, "2");
  agent.world.advance(10s);
  agent.lose(agent.study, 1s);
  agent.print(0, "3");
  agent.print(1, "1");
  agent.exit(1);
  auto head = another_head(agent);
  const JoinStudy join = agent.find(head);
  BOOST_TEST(join.returns);
  BOOST_TEST((join.attempts == std::vector<RetainedAttempt>{{0, 1}, {1, 1}}));
  head.answer<JoinStudy>(
      JoinReply{agent.document, "", {}, {{0, 1, true, 1, 1}, {1, 1, true, 0, 0}}});
  agent.world.run();
  // The agent sends those of the ended attempt; the Trial actor sends those of the other.
  std::vector<Resource> of_0, of_1;
  std::size_t ends = 0;
  while (!head.is_silent()) {
    if (const auto report = head.take<Reported>())
      (report->trial == 0 ? of_0 : of_1).push_back(report->resource);
    else
      ends += head.expect<AttemptEnded>().trial == 1 ? 1U : 0U;
  }
  BOOST_TEST((of_0 == std::vector<Resource>{2, 3}));
  BOOST_TEST((of_1 == std::vector<Resource>{1}));
  BOOST_TEST(ends == 1u);
  agent.print(0, "4");
  BOOST_TEST(head.expect<Reported>().resource == 4);
  BOOST_TEST(!agent.programs[0].end_grace.has_value());
}

BOOST_AUTO_TEST_CASE(an_unwanted_attempt_is_ended_and_not_reported) {
  Agent agent;
  agent.launch(0);
  agent.lose(agent.study, 0s);
  auto head = another_head(agent);
  (void)agent.find(head);
  head.answer<JoinStudy>(JoinReply{agent.document, "", {}, {{0, 1, false, 0, 0}}});
  agent.world.run();
  BOOST_TEST((agent.programs[0].end_grace == Duration(2s)));
  agent.print(0, "1");
  agent.exit(0);
  BOOST_TEST(head.is_silent());
  BOOST_TEST(agent.lives());
}

BOOST_AUTO_TEST_CASE(the_end_of_an_attempt_is_kept_until_it_is_durable) {
  Agent agent;
  agent.launch(0);
  agent.launch(1);
  agent.exit(0);
  agent.exit(1);
  agent.launch(2, {{0, 1}});
  agent.lose(agent.study, 0s);
  auto head = another_head(agent);
  BOOST_TEST((agent.find(head).attempts == std::vector<RetainedAttempt>{{2, 1}, {1, 1}}));
}

BOOST_AUTO_TEST_CASE(an_attempt_that_ends_while_the_head_is_asked_is_reported_to_it) {
  Agent agent;
  agent.launch(0);
  agent.print(0, "1");
  agent.lose(agent.study, 0s);
  auto head = another_head(agent);
  (void)agent.find(head);
  agent.print(0, "2");
  agent.exit(0);  // The agent is waiting for the head's answer.
  head.answer<JoinStudy>(JoinReply{agent.document, "", {}, {{0, 1, true, 1, 0}}});
  agent.world.run();
  BOOST_TEST(head.expect<Reported>().resource == 2);
  BOOST_TEST(head.expect<AttemptEnded>().trial == 0u);
  BOOST_TEST(head.is_silent());
}

BOOST_AUTO_TEST_CASE(a_head_that_does_not_answer_is_looked_for_again) {
  Agent agent;
  agent.launch(0);
  agent.lose(agent.study, 0s);
  auto head = another_head(agent);
  (void)agent.find(head);
  agent.world.advance(1s);
  BOOST_TEST(agent.looks.size() == 2u);
  BOOST_TEST((agent.looks[1].second == agent.looks[0].second));
  BOOST_TEST(!agent.programs[0].end_grace.has_value());
}

BOOST_AUTO_TEST_CASE(another_study_at_the_same_address_is_left) {
  Agent agent;
  agent.launch(0);
  agent.lose(agent.study, 0s);
  auto head = another_head(agent);
  (void)agent.find(head);
  StudyDocument other = agent.document;
  other.seed = 8;
  head.answer<JoinStudy>(JoinReply{other, "", {}, {{0, 1, true, 0, 0}}});
  agent.world.run();
  BOOST_TEST(agent.programs[0].end_grace.has_value());
}

/// A program that has printed four reports. The fourth stays in its pipe until the study has made
/// the others durable.
struct Ahead : Agent {
  Ahead() : Agent(0s, 4) {
    launch(0);
    for (const char* report : {"1", "2", "3", "4"}) print(0, report);
    for (int i = 0; i < 2; ++i) (void)study.expect<Reported>();
    asked = study.expect<NotifyWhenDurable>();
    for (int i = 0; i < 2; ++i) (void)study.expect<Reported>();
    BOOST_TEST(study.is_silent());
    BOOST_TEST(programs[0].read == 3u);
  }
  NotifyWhenDurable asked;
};

BOOST_AUTO_TEST_CASE(a_program_blocks_while_its_study_is_behind) {
  Ahead agent;
  BOOST_TEST(agent.asked.all.reports == 2u);
  agent.world.tell(agent.asked.reply_to, agent.asked.all);
  const auto next = agent.study.expect<NotifyWhenDurable>();
  BOOST_TEST(next.all.reports == 4u);
  BOOST_TEST(agent.programs[0].read == 4u);
  agent.world.tell(next.reply_to, next.all);
  agent.world.run();
  agent.print(0, "5");
  BOOST_TEST(agent.study.expect<Reported>().resource == 5);
  BOOST_TEST(agent.study.is_silent());
  BOOST_TEST(agent.programs[0].read == 5u);
}

BOOST_AUTO_TEST_CASE(a_blocked_program_continues_when_the_next_head_has_committed) {
  Ahead agent;
  agent.lose(agent.study, 0s);
  auto head = another_head(agent);
  (void)agent.find(head);
  head.answer<JoinStudy>(JoinReply{agent.document, "", {}, {{0, 1, true, 1, 0}}});
  for (Resource resource = 2; resource <= 4; ++resource)
    BOOST_TEST(head.expect<Reported>().resource == resource);
  BOOST_TEST(agent.programs[0].read == 3u);
  const auto asked = head.expect<NotifyWhenDurable>();
  BOOST_TEST(asked.all.reports == 4u);
  agent.world.tell(asked.reply_to, asked.all);
  agent.world.run();
  BOOST_TEST(agent.programs[0].read == 4u);
}

BOOST_AUTO_TEST_CASE(a_program_does_not_block_for_a_study_that_has_ended) {
  Ahead agent;
  agent.world.tell(runtime::Ref<runtime::Down>(agent.ref.address()),
                   runtime::Down{agent.study.address(), runtime::Cause::stopped, "", {}});
  agent.world.run();
  BOOST_TEST((agent.programs[0].end_grace == Duration(2s)));
  BOOST_TEST(agent.programs[0].read == 4u);
  agent.print(0, "5");
  BOOST_TEST(agent.programs[0].read == 5u);
  agent.exit(0);
  BOOST_TEST(!agent.lives());
}

BOOST_AUTO_TEST_CASE(a_program_does_not_block_when_its_attempt_is_unwanted) {
  Ahead agent;
  agent.lose(agent.study, 0s);
  auto head = another_head(agent);
  (void)agent.find(head);
  head.answer<JoinStudy>(JoinReply{agent.document, "", {}, {{0, 1, false, 0, 0}}});
  agent.world.run();
  BOOST_TEST(agent.programs[0].read == 4u);
}

BOOST_AUTO_TEST_CASE(acknowledged_reports_are_forgotten) {
  UnackedReports unacked;
  for (Resource i = 1; i <= 3; ++i) unacked.add(Reported{0, 1, i, 0.5, {}});
  unacked.add(ReportMalformed{0, 1, "??"});
  for (Resource i = 4; i <= 6; ++i) unacked.add(Reported{0, 1, i, 0.5, {}});
  BOOST_TEST(unacked.counts().reports == 6u);
  BOOST_TEST(unacked.counts().warnings == 1u);
  unacked.acknowledge({2, 0});
  BOOST_TEST(!unacked.has_after(1, 0));
  BOOST_TEST(unacked.has_after(2, 0));
  unacked.acknowledge({4, 1});
  unacked.acknowledge({2, 0});  // An old acknowledgement.
  BOOST_TEST(unacked.size() == 2u);
  BOOST_TEST(unacked.counts().reports == 6u);
  std::vector<Resource> told;
  unacked.each_after(5, 1, [&]<typename M>(const M& one) {
    if constexpr (std::same_as<M, Reported>) told.push_back(one.resource);
  });
  BOOST_TEST((told == std::vector<Resource>{6}));
}

BOOST_AUTO_TEST_CASE(trials_are_spread_over_the_gpus_of_a_node) {
  Agent agent(0s, 1000, "n_workers: 4\n", 2);
  for (TrialId trial = 0; trial < 3; ++trial) agent.launch(trial);
  using Gpus = std::vector<std::int64_t>;
  BOOST_TEST((agent.programs[0].gpus == Gpus{0}));
  BOOST_TEST((agent.programs[1].gpus == Gpus{1}));
  BOOST_TEST((agent.programs[2].gpus == Gpus{0}));
  agent.exit(0);
  agent.exit(2);
  agent.launch(3);
  BOOST_TEST((agent.programs[3].gpus == Gpus{0}));
  Agent counted(0s, 1000, "n_workers: 4\nresources: {gpus: 1}\n", 4);
  for (TrialId trial = 0; trial < 4; ++trial) counted.launch(trial);
  for (TrialId trial = 0; trial < 4; ++trial)
    BOOST_TEST((counted.programs[trial].gpus == Gpus{trial}), trial);
  counted.exit(2);
  counted.launch(4);
  BOOST_TEST((counted.programs[4].gpus == Gpus{2}));
  Agent one_at_a_time(0s, 1000, "", 2);  // Its program may use both.
  one_at_a_time.launch(0);
  BOOST_TEST(one_at_a_time.programs[0].gpus.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
