#pragma once

#include <string_view>

#include "actors/checkpoints/protocol.hpp"
#include "runtime/context.hpp"

namespace troupe::actors {

/// What a head said to an offer. For the actor that had it made.
struct Offered {
  static constexpr std::string_view wire_name = "Offered";
  static constexpr bool local_only = true;
  TrialId trial = 0;
  AttemptTaken taken;
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("taken", m.taken)};
  }
};

/// Waits for the head to take what an attempt left, so that nobody else has to. Tells `to` what
/// came of it, and stops.
class Handover {
 public:
  using Ref = runtime::Ref<>;

  Handover(StoreRef store, OfferAttempt offer, runtime::Ref<Offered> to)
      : store_(store), offer_(offer), to_(to) {}

  void started(runtime::Context& self);

 private:
  StoreRef store_;
  OfferAttempt offer_;
  runtime::Ref<Offered> to_;
};

}  // namespace troupe::actors
