#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "runtime/cell/cell_table.hpp"
#include "runtime/dispatch/step_dispatcher.hpp"
#include "runtime/engine/router.hpp"
#include "runtime/simulation/sim_reactor.hpp"
#include "runtime/simulation/virtual_clock.hpp"

namespace troupe::runtime {

/// A router with one step dispatcher, for tests of the engine's parts without an engine. Cells
/// stand for actors; nothing runs.
struct EngineParts {
  struct Sent {
    Address to;
    Envelope::Kind kind;
    Instant expires;
  };

  static constexpr NodeId here{1};
  simulation::VirtualClock clock;
  simulation::SimReactor reactor{clock};
  Router::Dispatchers dispatchers = one_dispatcher(reactor);
  CellTable cells{1};
  std::vector<Sent> remote;  ///< Envelopes for other nodes.
  std::vector<Envelope::Ptr> answers;
  Router router{here, cells, dispatchers,
                [this](Address to, Envelope::Ptr envelope, Instant expires) {
                  remote.push_back({to, envelope->kind(), expires});
                }};

  ~EngineParts() {
    cells.for_each([](Cell& cell) { cell.mailbox.clear(); });
  }

  /// A cell that counts as an actor's.
  Cell& occupied_cell() {
    Cell& cell = *cells.take(0);
    cell.phase = Cell::Phase::alive;
    return cell;
  }
  /// A correlation id whose answer is appended to `answers`.
  CorrelationId open_ask() {
    return router.external_asks().open(
        [this](Envelope::Ptr answer) { answers.push_back(std::move(answer)); });
  }

 private:
  static Router::Dispatchers one_dispatcher(Reactor& reactor) {
    Router::Dispatchers made;
    made.push_back(std::make_unique<StepDispatcher>(reactor));
    made[0]->start(0, [](Cell&, std::size_t) { return false; });
    return made;
  }
};

}  // namespace troupe::runtime
