#include "runtime/process/reaper_protocol.hpp"

#include <array>
#include <csignal>

#include <boost/test/unit_test.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include "runtime/core/rng.hpp"
#include "runtime/process/packet.hpp"
#include "runtime/process/processes.hpp"

namespace troupe::runtime {
namespace {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(reaper_protocol)

struct Sockets {
  Descriptor left;
  Descriptor right;
  Sockets() {
    std::array<int, 2> ends{};
    BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) == 0);
    left.reset(ends[0]);
    right.reset(ends[1]);
  }
};

StartRequest some_start() {
  return {7, {{"./train", "--lr", "0.1"}, {"A=1", "B="}, "/tmp", std::uint64_t{1} << 30, 3s}};
}

BOOST_AUTO_TEST_CASE(a_decoded_request_equals_the_encoded_one) {
  const auto start = decode_request(encode(ReaperRequest(some_start())));
  BOOST_TEST_REQUIRE(start.has_value());
  const auto& got = std::get<StartRequest>(*start);
  BOOST_TEST(got.process == 7u);
  BOOST_TEST((got.spec.argv == some_start().spec.argv));
  BOOST_TEST((got.spec.env == some_start().spec.env));
  BOOST_TEST(got.spec.cwd == "/tmp");
  BOOST_TEST((got.spec.memory_limit_bytes == std::uint64_t{1} << 30));
  BOOST_TEST((got.spec.leftover_grace == 3s));
  const auto end = decode_request(encode(ReaperRequest(EndRequest{9, 10ms})));
  BOOST_TEST(std::get<EndRequest>(*end).process == 9u);
  BOOST_TEST((std::get<EndRequest>(*end).grace == 10ms));
  const auto lease = decode_request(encode(ReaperRequest(LeaseRequest{Instant{5s}, 2s})));
  BOOST_TEST((std::get<LeaseRequest>(*lease).until == Instant{5s}));
  BOOST_TEST((std::get<LeaseRequest>(*lease).grace == 2s));
}

BOOST_AUTO_TEST_CASE(a_decoded_notice_equals_the_encoded_one) {
  const ProcessEnded ended{3, ProcessEnded::Cause::out_of_memory, 9, true, 4, "limit 1 MiB"};
  BOOST_TEST((std::get<ProcessEnded>(*decode_notice(encode(ReaperNotice(ended)))) == ended));
  const ProcessStarted started{3, 1234};
  BOOST_TEST((std::get<ProcessStarted>(*decode_notice(encode(ReaperNotice(started)))) == started));
  const auto hello = decode_notice(encode(ReaperNotice(ReaperHello{"m", "/sys/fs/cgroup/x"})));
  BOOST_TEST(std::get<ReaperHello>(*hello).name == "m");
  BOOST_TEST(std::get<ReaperHello>(*hello).cgroup == "/sys/fs/cgroup/x");
}

BOOST_AUTO_TEST_CASE(a_packet_of_the_wrong_length_is_refused) {
  const std::string packet_bytes = encode(ReaperRequest(some_start()));
  for (std::size_t size = 0; size < packet_bytes.size(); ++size)
    BOOST_TEST(!decode_request(packet_bytes.substr(0, size)).has_value());
  BOOST_TEST(!decode_request(packet_bytes + "x").has_value());
}

BOOST_AUTO_TEST_CASE(damaged_packets_are_refused_or_decoded_without_a_crash) {
  Rng rng(5);
  const std::string packet_bytes = encode(ReaperRequest(some_start()));
  int refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = packet_bytes;
    for (auto flips = 1 + rng.below(4); flips > 0; --flips)
      bytes[rng.below(bytes.size())] = static_cast<char>(rng.below(256));
    refused += decode_request(bytes).has_value() ? 0 : 1;
    (void)decode_notice(bytes);
  }
  BOOST_TEST(refused > 1000);
}

BOOST_AUTO_TEST_CASE(packets_keep_their_boundaries_and_carry_descriptors) {
  const Sockets sockets;
  std::array<int, 2> pipe{};
  BOOST_REQUIRE(::pipe(pipe.data()) == 0);
  const Descriptor read_end(pipe[0]);
  Descriptor write_end(pipe[1]);
  const std::array<int, 1> sent{write_end.get()};
  BOOST_TEST((send_packet(sockets.left.get(), "first", sent) == Sent::all));
  BOOST_TEST((send_packet(sockets.left.get(), "", {}) == Sent::all));
  write_end.reset();
  Packet packet;
  BOOST_TEST((receive_packet(sockets.right.get(), packet) == Received::packet));
  BOOST_TEST(packet.bytes == "first");
  BOOST_TEST_REQUIRE(packet.descriptors.size() == 1u);
  BOOST_TEST(::write(packet.descriptors.front().get(), "x", 1) == 1);
  char byte = 0;
  BOOST_TEST(::read(read_end.get(), &byte, 1) == 1);
  BOOST_TEST((receive_packet(sockets.right.get(), packet) == Received::packet));
  BOOST_TEST(packet.bytes.empty());
  BOOST_TEST(packet.descriptors.empty());
  BOOST_TEST((receive_packet(sockets.right.get(), packet) == Received::nothing_yet));
}

BOOST_AUTO_TEST_CASE(packets_longer_than_a_socket_buffer_arrive) {
  const Sockets sockets;
  const std::string bytes(3'000'000, 'q');
  const std::array<int, 2> sent{0, 1};
  BOOST_TEST((send_packet(sockets.left.get(), bytes, sent) == Sent::all));
  Packet packet;
  BOOST_TEST((receive_packet(sockets.right.get(), packet) == Received::packet));
  BOOST_TEST((packet.bytes == bytes));
  BOOST_TEST(packet.descriptors.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_full_and_a_closed_socket_are_reported) {
  Sockets sockets;
  Sent sent = Sent::all;
  for (int i = 0; i < 10'000 && sent == Sent::all; ++i)
    sent = send_packet(sockets.left.get(), std::string(10'000, 'x'), {});
  BOOST_TEST((sent == Sent::would_block));
  sockets.right.reset();
  BOOST_TEST((send_packet(sockets.left.get(), "x", {}) == Sent::broken));
  Packet packet;
  BOOST_TEST((receive_packet(sockets.left.get(), packet) == Received::closed));
}

BOOST_AUTO_TEST_CASE(a_queue_sends_its_packets_in_order_once_the_socket_takes_them) {
  const Sockets sockets;
  PacketQueue queue;
  const std::string filling(10'000, 'x');
  for (int i = 0; i < 1'000; ++i) queue.push({std::to_string(i) + filling, {}});
  BOOST_TEST((queue.flush(sockets.left.get()) == Sent::would_block));
  BOOST_TEST(!queue.empty());
  int received = 0;
  for (Packet packet; received < 1'000; ++received) {
    if (receive_packet(sockets.right.get(), packet) == Received::nothing_yet) {
      (void)queue.flush(sockets.left.get());
      BOOST_TEST_REQUIRE((receive_packet(sockets.right.get(), packet) == Received::packet));
    }
    BOOST_TEST_REQUIRE(packet.bytes == std::to_string(received) + filling);
  }
  BOOST_TEST((queue.flush(sockets.left.get()) == Sent::all));
  BOOST_TEST(queue.empty());
}

BOOST_AUTO_TEST_CASE(a_queue_keeps_its_packets_when_the_socket_is_broken) {
  Sockets sockets;
  PacketQueue queue;
  queue.push({"x", {}});
  sockets.right.reset();
  BOOST_TEST((queue.flush(sockets.left.get()) == Sent::broken));
  BOOST_TEST(queue.size() == 1u);
}

BOOST_AUTO_TEST_CASE(signals_have_names) {
  BOOST_TEST(signal_name(SIGSEGV) == "SIGSEGV");
  BOOST_TEST(signal_name(SIGKILL) == "SIGKILL");
  BOOST_TEST(signal_name(SIGRTMIN + 3) == "SIGRTMIN+3");
  BOOST_TEST(signal_name(999) == "999");
}

BOOST_AUTO_TEST_CASE(describes_the_end_of_a_program) {
  using Cause = ProcessEnded::Cause;
  BOOST_TEST(describe({1, Cause::exited, 3, false, 0, {}}) == "exit code 3");
  BOOST_TEST(describe({1, Cause::signaled, SIGABRT, false, 0, {}}) == "signal SIGABRT");
  BOOST_TEST(describe({1, Cause::out_of_memory, SIGKILL, false, 1, "limit 64 MiB"}) ==
             "out of memory (limit 64 MiB)");
  BOOST_TEST(describe({1, Cause::lost, 0, false, 0, "the warden died"}) == "lost: the warden died");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::runtime
