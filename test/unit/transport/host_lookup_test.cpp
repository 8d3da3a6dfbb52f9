#include "transport/zmq/host_lookup.hpp"

#include <array>
#include <cerrno>
#include <string>
#include <thread>
#include <utility>

#include <boost/test/unit_test.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runtime/core/check.hpp"
#include "test/unit/transport/gated.hpp"
#include "transport/address.hpp"

namespace troupe::transport::test {
namespace {

BOOST_AUTO_TEST_SUITE(host_lookup)

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// A TCP server that sends `greeting` to one client, and hangs up.
class Server {
 public:
  explicit Server(std::string greeting) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    check(bind(fd_, reinterpret_cast<sockaddr*>(&at), size) == 0 && ::listen(fd_, 1) == 0 &&
              getsockname(fd_, reinterpret_cast<sockaddr*>(&at), &size) == 0,
          "a server listens");
    endpoint_ = "tcp://127.0.0.1:" + std::to_string(ntohs(at.sin_port));
    thread_ = std::thread([this, greeting = std::move(greeting)] {
      const int client = accept(fd_, nullptr, nullptr);
      (void)send(client, greeting.data(), greeting.size(), MSG_NOSIGNAL);
      shutdown(client, SHUT_WR);
      char byte = 0;
      while (recv(client, &byte, 1, 0) > 0) continue;
      close(client);
    });
  }
  ~Server() {
    thread_.join();
    close(fd_);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  [[nodiscard]] const std::string& endpoint() const { return endpoint_; }

 private:
  int fd_;
  std::string endpoint_;
  std::thread thread_;
};

BOOST_AUTO_TEST_CASE(names_are_told_from_numbers_and_interfaces) {
  for (const char* const name : {"tcp://head:7070", "tcp://a.b.c:*", "tcp://1.2.3:7070"})
    BOOST_TEST(names_host(name), name);
  for (const char* const other :
       {"tcp://10.0.0.4:7070", "tcp://[::1]:7070", "tcp://*:7070", "tcp://lo:7070"})
    BOOST_TEST(!names_host(other), other);
}

BOOST_AUTO_TEST_CASE(a_name_is_looked_up) {
  const auto found = look_up_host("tcp://localhost:7070");
  BOOST_TEST_REQUIRE(found.has_value());
  BOOST_TEST(found->front().loopback);
  BOOST_TEST(with_host("tcp://localhost:7070", "[::1]") == "tcp://[::1]:7070");
}

BOOST_AUTO_TEST_CASE(a_port_without_a_listener_refuses_the_connection) {
  BOOST_TEST(has(explain_silence("tcp://127.0.0.1:1"), "connection refused"));
}

BOOST_AUTO_TEST_CASE(causes_of_a_failed_connection_differ) {
  BOOST_TEST(has(explain_connect_error(ECONNREFUSED), "connection refused"));
  BOOST_TEST(has(explain_connect_error(ENETUNREACH), "no route"));
  BOOST_TEST(has(explain_connect_error(EHOSTUNREACH), "no route"));
  BOOST_TEST(has(explain_connect_error(ETIMEDOUT), "firewall"));
}

BOOST_AUTO_TEST_CASE(another_protocol_is_named_so) {
  const Server server("SSH-2.0-OpenSSH_9.2\r\n");
  BOOST_TEST(has(explain_silence(server.endpoint()), "speaks another protocol"));
}

BOOST_AUTO_TEST_CASE(a_listener_that_says_nothing_is_named_so) {
  const Server server("");
  BOOST_TEST(has(explain_silence(server.endpoint()), "says nothing"));
}

BOOST_AUTO_TEST_CASE(a_node_without_keys_is_named_so) {
  const Server server("\xff" + std::string(8, '\0') + "\x7f\x03\x01NULL" + std::string(48, '\0'));
  BOOST_TEST(has(explain_silence(server.endpoint()), "has no key"));
}

BOOST_FIXTURE_TEST_CASE(a_node_with_another_key_is_named_so, Gated) {
  const std::string endpoint = address_to_dial(address)->endpoint;
  std::string why;
  std::thread probe([&] { why = explain_silence(endpoint); });
  probe.join();  // ZeroMQ greets on its own thread.
  BOOST_TEST(has(why, "has another key than the address"), why);
}

BOOST_FIXTURE_TEST_CASE(a_name_that_nobody_has_is_an_error_at_once, Gated) {
  const auto gpu1 = wire(2, gpu1_keys);
  gpu1->receive_with([](Route, const Sender&, Bytes) {});
  const auto dialed = gpu1->dial("no-such-host.invalid:7070/" + key_in(address));
  BOOST_TEST_REQUIRE(!dialed.has_value());
  BOOST_TEST(has(dialed.error().what, "no-such-host.invalid"), dialed.error().what);
}

BOOST_FIXTURE_TEST_CASE(the_name_of_this_machine_is_listened_at_and_dialed, Gated) {
  std::array<char, 256> name{};
  BOOST_TEST_REQUIRE(gethostname(name.data(), name.size() - 1) == 0);
  const std::string host = name.data();
  if (!look_up_host("tcp://" + host + ":7070")) {
    BOOST_TEST_MESSAGE("SKIPPED: this machine does not know its own name, " << host);
    return;
  }
  const auto other = node(9, "head", head_keys);
  const auto bound = other->endpoint.listen(host + ":*");
  BOOST_TEST_REQUIRE(bound.has_value());
  const auto gpu1 = node(2, "gpu1", gpu1_keys);
  gpu1->dial(host + bound->substr(bound->rfind(':')));
  BOOST_TEST(run_until([&] { return gpu1->ups.contains(9); }));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::transport::test
