#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "transport/frame.hpp"
#include "transport/link_options.hpp"

namespace troupe::transport {

// The handshake of a link:
//
//     dialer                                  listener
//     hello to nobody           ----------->  keeps no state
//                               <-----------  welcome: names the listener
//     hello to the listener     ----------->  makes its link; it is up
//     its link is up            <-----------  beat
//
// A refusal may answer each frame of the dialer, and ends its link.

/// "node 'NAME' (ID in hexadecimal)".
std::string describe_node(std::string_view name, PeerId id);

/// Why `self` rejects this hello, whatever links it has; nullopt: it does not.
std::optional<std::string> handshake_rejection(const Identity& self, const FrameHeader& hello);

/// The answer to a hello to nobody.
std::vector<std::byte> encode_welcome(const Identity& self, const FrameHeader& hello);

/// Ends the link of `to`; `reason` is a sentence for a person.
std::vector<std::byte> encode_refusal(const Identity& self, PeerId to, std::string_view reason);

}  // namespace troupe::transport
