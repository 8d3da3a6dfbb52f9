#include "transport/handshake.hpp"

#include <array>
#include <cstdio>

namespace troupe::transport {

std::string describe_node(std::string_view name, PeerId id) {
  std::array<char, 17> hex{};
  std::snprintf(hex.data(), hex.size(), "%016llx", static_cast<unsigned long long>(id));
  return "node '" + std::string(name) + "' (" + hex.data() + ")";
}

std::optional<std::string> handshake_rejection(const Identity& self, const FrameHeader& hello) {
  const std::string here = describe_node(self.name, self.id);
  if (hello.version != self.protocol)
    return here + " speaks protocol version " + std::to_string(self.protocol) +
           ", the node that dials it speaks " + std::to_string(hello.version) +
           "; run the same release on both";
  if (hello.from == self.id) return here + " dialed itself";
  if (hello.from == 0) return std::string("a node's id is not 0");
  if (hello.to != 0 && hello.to != self.id)
    return here + " answers here, not the node that is looked for";
  return std::nullopt;
}

std::vector<std::byte> encode_welcome(const Identity& self, const FrameHeader& hello) {
  return encode_frame({.version = self.protocol,
                       .kind = FrameKind::welcome,
                       .from = self.id,
                       .to = hello.from,
                       .attempt = hello.attempt},
                      encode_greeting({self.name, self.greeting}));
}

std::vector<std::byte> encode_refusal(const Identity& self, PeerId to, std::string_view reason) {
  return encode_frame(
      {.version = self.protocol, .kind = FrameKind::refusal, .from = self.id, .to = to},
      encode_reason(reason));
}

}  // namespace troupe::transport
