#pragma once

#include <memory>
#include <utility>

#include "runtime/cell/behaviour.hpp"
#include "runtime/cell/cold_state.hpp"

namespace troupe::runtime {

/// An actor that was made and has no cell yet, on its way there in the first message. Destroyed if
/// it never arrives.
class ActorInit {
 public:
  ActorInit(const Behaviour& behaviour, void* actor) : behaviour_(&behaviour), actor_(actor) {}
  ActorInit(ActorInit&& other) noexcept
      : cold(std::move(other.cold)),
        behaviour_(other.behaviour_),
        actor_(std::exchange(other.actor_, nullptr)) {}
  ActorInit& operator=(ActorInit&&) = delete;
  ~ActorInit() {
    if (actor_ != nullptr) behaviour_->destroy(actor_);
  }

  [[nodiscard]] const Behaviour& behaviour() const { return *behaviour_; }
  /// The actor, which is the caller's from now on.
  [[nodiscard]] void* take() { return std::exchange(actor_, nullptr); }
  [[nodiscard]] ColdState& make_cold() {
    if (!cold) cold = std::make_unique<ColdState>();
    return *cold;
  }

  std::unique_ptr<ColdState> cold;

 private:
  const Behaviour* behaviour_;
  void* actor_;
};

}  // namespace troupe::runtime
