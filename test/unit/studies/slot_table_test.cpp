#include "actors/study/slot_table.hpp"

#include <boost/test/unit_test.hpp>

#include "runtime/core/check.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(slot_table)

constexpr std::uint32_t no_bound = 100;

BOOST_AUTO_TEST_CASE(offers_the_node_with_the_most_free_slots_and_the_first_of_equals) {
  SlotTable slots;
  BOOST_TEST(!slots.freest(no_bound).has_value());
  slots.add("b", 2, 1);
  slots.add("a", 2, 2);
  BOOST_TEST(slots.freest(no_bound).value() == "a");
  slots.take("a");
  BOOST_TEST(slots.freest(no_bound).value() == "b");
  slots.release("a");
  BOOST_TEST(slots.freest(no_bound).value() == "a");
}

BOOST_AUTO_TEST_CASE(offers_nothing_when_all_workers_are_busy_or_all_slots_are_taken) {
  SlotTable slots;
  slots.add("a", 2, 1);
  slots.take("a");
  BOOST_TEST(slots.freest(2).has_value());
  BOOST_TEST(!slots.freest(1).has_value());
  slots.take("a");
  BOOST_TEST(!slots.freest(no_bound).has_value());
}

BOOST_AUTO_TEST_CASE(a_lost_node_keeps_its_taken_slots_and_offers_none) {
  SlotTable slots;
  slots.add("a", 2, 1);
  slots.take("a");
  slots.mark_lost("a");
  BOOST_TEST(slots.is_lost("a"));
  BOOST_TEST(!slots.freest(no_bound).has_value());
  BOOST_TEST(slots.taken("a") == 1u);
  slots.add("b", 1, 2);
  BOOST_TEST(!slots.freest(1).has_value());  // The slot on the lost node counts.
  slots.mark_rejoined("a", 4);
  BOOST_TEST(slots.freest(no_bound).value() == "a");
}

BOOST_AUTO_TEST_CASE(a_node_that_rejoins_with_fewer_slots_than_are_taken_offers_none) {
  SlotTable slots;
  slots.add("a", 3, 1);
  for (int i = 0; i < 3; ++i) slots.take("a");
  slots.mark_lost("a");
  slots.mark_rejoined("a", 1);
  BOOST_TEST(!slots.freest(no_bound).has_value());
  slots.release("a");
  slots.release("a");
  BOOST_TEST(!slots.freest(no_bound).has_value());
  slots.release("a");
  BOOST_TEST(slots.freest(no_bound).value() == "a");
}

BOOST_AUTO_TEST_CASE(a_removed_node_takes_its_slots_with_it) {
  SlotTable slots;
  slots.add("a", 1, 7);
  slots.take("a");
  BOOST_TEST(slots.joined_row("a") == 7u);
  slots.remove("a");
  BOOST_TEST(!slots.contains("a"));
  BOOST_TEST(slots.joined_row("a") == 0u);
  slots.release("a");  // The attempt that ran there ends: nothing happens.
  slots.add("a", 1, 9);
  BOOST_TEST(slots.taken("a") == 0u);
}

BOOST_AUTO_TEST_CASE(refuses_what_contradicts_its_state) {
  SlotTable slots;
  slots.add("a", 1, 1);
  BOOST_CHECK_THROW(slots.add("a", 1, 2), CheckFailure);
  BOOST_CHECK_THROW(slots.release("a"), CheckFailure);
  BOOST_CHECK_THROW(slots.mark_rejoined("a", 1), CheckFailure);
  BOOST_CHECK_THROW(slots.remove("b"), CheckFailure);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
