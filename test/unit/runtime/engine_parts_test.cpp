#include "test/unit/runtime/engine_parts.hpp"

#include <memory>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "runtime/engine/relations.hpp"
#include "runtime/engine/router.hpp"
#include "test/unit/runtime/counter.hpp"

namespace troupe::runtime {
namespace {

BOOST_FIXTURE_TEST_SUITE(router, EngineParts)

BOOST_AUTO_TEST_CASE(puts_a_message_into_the_mailbox_of_its_actor) {
  Cell& cell = occupied_cell();
  router.send(router.address(cell), Envelope::with(Envelope::Kind::message, Add{3}));
  BOOST_REQUIRE(cell.mailbox.size() == 1u);
  BOOST_TEST(cell.mailbox.pop()->payload<Add>().amount == 3);
  BOOST_TEST(router.dead_letters() == 0u);
}

BOOST_AUTO_TEST_CASE(passes_a_message_for_another_node_on) {
  const Address there{NodeId{9}, 77};
  router.send(there, Envelope::with(Envelope::Kind::message, Add{3}), Instant{Duration(5)});
  BOOST_REQUIRE(remote.size() == 1u);
  BOOST_TEST((remote[0].to == there));
  BOOST_TEST((remote[0].expires == Instant{Duration(5)}));
}

BOOST_AUTO_TEST_CASE(answers_a_question_to_an_actor_that_is_gone) {
  Cell& cell = occupied_cell();
  const Address gone = router.address(cell);
  cell.generation.store(gone.generation() + 1);
  auto question = Envelope::with(Envelope::Kind::message, Total{});
  question->ask = open_ask();
  router.send(gone, std::move(question));
  BOOST_TEST(cell.mailbox.size() == 0u);
  BOOST_TEST(router.dead_letters() == 1u);
  BOOST_REQUIRE(answers.size() == 1u);
  BOOST_TEST((answers[0]->payload<Error>().kind == ErrorKind::gone));
}

BOOST_AUTO_TEST_CASE(tells_who_monitors_an_actor_that_is_gone) {
  const Address nobody{here, std::uint64_t{123} << 32 | 1};
  router.send(nobody, Envelope::with(Envelope::Kind::watch, Watch{Address{}, open_ask()}));
  BOOST_REQUIRE(answers.size() == 1u);
  const Down down = answers[0]->payload<Down>();
  BOOST_TEST((down.who == nobody));
  BOOST_TEST((down.cause == Cause::unknown));
  BOOST_TEST(router.dead_letters() == 0u);
}

BOOST_AUTO_TEST_CASE(a_question_is_answered_once) {
  const CorrelationId ask = open_ask();
  router.answer_error(ask, ErrorKind::refused, "no");
  router.answer_error(ask, ErrorKind::refused, "no");
  BOOST_TEST(answers.size() == 1u);
  const CorrelationId closed = open_ask();
  BOOST_TEST(router.external_asks().close(closed));
  BOOST_TEST(!router.external_asks().close(closed));
  router.answer_error(closed, ErrorKind::refused, "no");
  BOOST_TEST(answers.size() == 1u);
}

BOOST_AUTO_TEST_CASE(only_the_present_generation_is_alive) {
  Cell& cell = occupied_cell();
  const Address actor = router.address(cell);
  BOOST_TEST(router.is_alive(actor));
  BOOST_TEST(!router.is_alive(Address{NodeId{9}, actor.actor}));
  BOOST_TEST(!router.is_alive(Address{here, actor.actor + 1}));
  cell.generation.store(actor.generation() + 1);
  BOOST_TEST(!router.is_alive(actor));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(monitors, EngineParts)

BOOST_AUTO_TEST_CASE(an_actor_is_monitored_once_however_often_it_is_asked_for) {
  Cell& watcher = occupied_cell();
  Cell& watched = occupied_cell();
  Monitors monitors(router);
  monitors.add(watcher, router.address(watched));
  monitors.add(watcher, router.address(watched));
  BOOST_TEST(watched.mailbox.size() == 1u);
  BOOST_TEST(Monitors::take(watcher, router.address(watched)));
  BOOST_TEST(!Monitors::take(watcher, router.address(watched)));
}

BOOST_AUTO_TEST_CASE(watchers_are_told_in_the_order_in_which_they_were_added) {
  Cell& watched = occupied_cell();
  Cell& first = occupied_cell();
  Monitors monitors(router);
  const Watch by_actor{router.address(first), CorrelationId{}};
  const Watch by_ask{Address{}, open_ask()};
  const Watch removed{Address{here, 77}, CorrelationId{}};
  for (const Watch& watch : {by_actor, removed, by_ask}) Monitors::add_watcher(watched, watch);
  Monitors::remove_watcher(watched, removed);
  monitors.notify(watched.cold->watchers, Down{router.address(watched), Cause::failed, "why"});
  BOOST_REQUIRE(answers.size() == 1u);
  BOOST_TEST(answers[0]->payload<Down>().reason == "why");
  BOOST_REQUIRE(first.mailbox.size() == 1u);
  BOOST_TEST((first.mailbox.pop()->kind() == Envelope::Kind::down));
}

BOOST_AUTO_TEST_CASE(an_actor_that_ends_withdraws_its_monitors) {
  Cell& watcher = occupied_cell();
  Monitors monitors(router);
  monitors.add(watcher, Address{NodeId{9}, 1});
  monitors.add(watcher, Address{NodeId{9}, 2});
  monitors.remove_all(watcher);
  BOOST_REQUIRE(remote.size() == 4u);
  BOOST_TEST((remote[2].kind == Envelope::Kind::unwatch));
  BOOST_TEST((remote[3].kind == Envelope::Kind::unwatch));
  BOOST_TEST(!Monitors::take(watcher, Address{NodeId{9}, 1}));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(children, EngineParts)

BOOST_AUTO_TEST_CASE(children_are_linked_and_unlinked_in_any_order) {
  Cell& parent = occupied_cell();
  Cell& a = occupied_cell();
  Cell& b = occupied_cell();
  Cell& c = occupied_cell();
  Children children(cells);
  const auto listed = [&] {
    std::vector<std::uint32_t> indices;
    children.for_each(parent, [&](Cell& child) { indices.push_back(child.index); });
    return indices;
  };
  for (Cell* child : {&a, &b, &c}) children.link(parent, *child);
  BOOST_TEST(listed() == (std::vector{c.index, b.index, a.index}));
  children.unlink(parent, b);
  BOOST_TEST(listed() == (std::vector{c.index, a.index}));
  BOOST_TEST(b.parent == 0u);
  children.unlink(parent, c);
  children.unlink(parent, a);
  BOOST_TEST(!Children::has_any(parent));
  children.link(parent, b);
  BOOST_TEST(listed() == (std::vector{b.index}));
}

BOOST_AUTO_TEST_CASE(a_child_has_one_parent) {
  Cell& parent = occupied_cell();
  Cell& other = occupied_cell();
  Cell& child = occupied_cell();
  Children children(cells);
  children.link(parent, child);
  BOOST_CHECK_THROW(children.link(other, child), CheckFailure);
  BOOST_CHECK_THROW(children.unlink(other, child), CheckFailure);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::runtime
