#include "runtime/keys/enrol.hpp"

#include <future>
#include <memory>

#include "runtime/io_thread.hpp"
#include "transport/enrolment.hpp"
#include "transport/little_endian.hpp"
#include "transport/zmq_wire.hpp"

namespace troupe::runtime {

namespace {

/// A key pair is random enough for an id.
transport::PeerId drawn_id() {
  return transport::load<std::uint64_t>(transport::make_key_pair().public_key.bytes) | 1;
}

}  // namespace

Result<void> enrol(const std::string& address, const std::string& name,
                   const transport::Key& invitation, const transport::Key& own, Duration patience) {
  IoThread io("troupe-enrol");
  std::unique_ptr<transport::Enrolment> enrolment;
  std::promise<Result<void>> answer;
  const transport::KeyPair pair{transport::public_key_of(invitation), invitation};
  const auto nobody = [](std::string_view) { return std::optional<transport::Member>(); };
  io.post([&] {
    const auto self = drawn_id();
    enrolment = std::make_unique<transport::Enrolment>(
        io,
        std::make_unique<transport::ZmqWire>(
            io, self, transport::ZmqWire::Options{.security = transport::Security{pair, nobody}}),
        self, name, own, address, patience,
        [&](Result<void> result) { answer.set_value(std::move(result)); });
  });
  Result<void> result = answer.get_future().get();
  std::promise<void> gone;
  io.post([&] {
    enrolment.reset();
    gone.set_value();
  });
  gone.get_future().wait();
  return result;
}

}  // namespace troupe::runtime
