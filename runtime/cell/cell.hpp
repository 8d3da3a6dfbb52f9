#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "runtime/cell/behaviour.hpp"
#include "runtime/cell/cold_state.hpp"
#include "runtime/cell/mailbox.hpp"

namespace troupe::runtime {

/// The place of one actor, and of the next one when that is gone: cells are never freed, so a
/// pointer to one stays good and a late message finds another generation, not freed memory.
///
/// Protocol: `mailbox` and `generation` are for every thread; `generation` is only a hint to
/// senders, the runner compares it again. `index` and `home` never change once the cell is in use.
/// The links of the family belong to the thread of the parent, and stay as they are until the
/// parent has taken note that this actor ended. All else belongs to the home dispatcher's thread;
/// a spawner sends what belongs here in the first message.
struct Cell {
  enum class Phase : std::uint8_t {
    vacant,  ///< No actor: messages are dropped.
    alive,
    ending,      ///< Waits for its children; messages are dropped.
    restarting,  ///< The same, but messages are kept.
  };

  Mailbox mailbox;
  Cell* ready_next = nullptr;  ///< In its dispatcher's queue.
  void* actor = nullptr;
  const Behaviour* behaviour = nullptr;
  std::unique_ptr<ColdState> cold;  ///< What most actors never have.
  std::atomic<std::uint32_t> generation{0};
  std::uint32_t index = 0;

  std::uint32_t parent = 0;  ///< Index of its cell; none if 0. It cannot end before this one does.
  std::uint32_t first_child = 0;
  std::uint32_t next_sibling = 0;
  std::uint32_t previous_sibling = 0;

  std::uint8_t home = 0;  ///< Which dispatcher.
  Phase phase = Phase::vacant;

  [[nodiscard]] ColdState& make_cold() {
    if (!cold) cold = std::make_unique<ColdState>();
    return *cold;
  }
};
static_assert(sizeof(Cell) <= 128, "an idle actor costs at most 128 bytes beyond its own state");

}  // namespace troupe::runtime
