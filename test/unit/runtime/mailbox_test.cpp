#include "runtime/cell/mailbox.hpp"

#include <array>
#include <cstdint>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace troupe::runtime {
namespace {

BOOST_AUTO_TEST_SUITE(mailbox)

struct Number {
  std::uint32_t sender;
  std::uint32_t value;
};

Envelope::Ptr numbered(std::uint32_t sender, std::uint32_t value) {
  return Envelope::with(Envelope::Kind::message, Number{sender, value});
}

BOOST_AUTO_TEST_CASE(only_the_first_message_wakes) {
  Mailbox box;
  BOOST_TEST(box.push(numbered(0, 0)));
  BOOST_TEST(!box.push(numbered(0, 1)));
  BOOST_TEST(!box.try_become_idle());
  BOOST_TEST(box.pop()->payload<Number>().value == 0u);
  BOOST_TEST(!box.push(numbered(0, 2)));
  BOOST_TEST(box.pop()->payload<Number>().value == 1u);
  BOOST_TEST(box.pop()->payload<Number>().value == 2u);
  BOOST_TEST((box.pop() == nullptr));
  BOOST_TEST(box.try_become_idle());
  BOOST_TEST(box.push(numbered(0, 3)));
}

BOOST_AUTO_TEST_CASE(keeps_the_order_of_each_sender_and_loses_nothing) {
  constexpr std::uint32_t senders = 3;
  constexpr std::uint32_t each = 20'000;
  Mailbox box;
  std::vector<std::jthread> threads;
  for (std::uint32_t s = 0; s < senders; ++s)
    threads.emplace_back([&box, s] {
      for (std::uint32_t i = 0; i < each; ++i) (void)box.push(numbered(s, i));
    });
  std::array<std::uint32_t, senders> next{};
  for (std::uint32_t received = 0; received < senders * each;) {
    const Envelope::Ptr envelope = box.pop();
    if (envelope == nullptr) {
      std::this_thread::yield();
      continue;
    }
    const Number number = envelope->payload<Number>();
    BOOST_REQUIRE(next.at(number.sender)++ == number.value);
    ++received;
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::runtime
