#pragma once

#include <string_view>

#include "actors/checkpoints/protocol.hpp"
#include "runtime/codec_declarations.hpp"

namespace troupe::actors {

/// What a head says to an OfferAttempt; for its source, which need not wait for it.
struct Offered {
  static constexpr std::string_view wire_name = "Offered";
  TrialId trial = 0;
  std::uint32_t attempt = 0;
  AttemptTaken taken;
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("attempt", m.attempt),
                      field("taken", m.taken)};
  }
};

}  // namespace troupe::actors

namespace troupe::runtime {
extern template struct WireCodec<actors::Offered>;
}  // namespace troupe::runtime
