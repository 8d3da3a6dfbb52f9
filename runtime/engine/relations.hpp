#pragma once

#include <vector>

#include "runtime/address.hpp"
#include "runtime/cell/cell.hpp"
#include "runtime/cell/cell_table.hpp"
#include "runtime/engine/router.hpp"

namespace troupe::runtime {

/// The children of each actor: a doubly linked list through the cells, headed by
/// `Cell::first_child`. To be called on the parent's thread.
class Children {
 public:
  explicit Children(CellTable& cells) : cells_(cells) {}

  /// Adds a child at the front of the list. The child has no parent yet.
  void link(Cell& parent, Cell& child);
  void unlink(Cell& parent, Cell& child);

  [[nodiscard]] static bool has_any(const Cell& parent) { return parent.first_child != 0; }
  /// Calls `visit(Cell&)` for each child, the latest first.
  template <typename Visit>
  void for_each(const Cell& parent, Visit visit) const {
    for (Cell* child = cells_.find(parent.first_child); child != nullptr;
         child = cells_.find(child->next_sibling))
      visit(*child);
  }

 private:
  CellTable& cells_;
};

/// Monitoring of actors: who gets a Down when an actor is gone. Each watcher keeps the actors that
/// it monitors, each actor keeps its watchers. To be called on the thread of the cell.
class Monitors {
 public:
  explicit Monitors(Router& router) : router_(router) {}

  /// Monitors `actor`, here or on another node; no effect if `watcher` already does.
  void add(Cell& watcher, Address actor);
  /// Ends monitoring; a Down that is under way is not delivered.
  void remove(Cell& watcher, Address actor);
  /// Ends monitoring of all actors.
  void remove_all(Cell& watcher);
  /// Whether a Down of `actor` is to be delivered to `watcher`; true once.
  [[nodiscard]] static bool take(Cell& watcher, Address actor);

  /// Adds or removes a watcher of the actor in `cell`.
  static void add_watcher(Cell& cell, const Watch& watch);
  static void remove_watcher(Cell& cell, const Watch& watch);
  /// Delivers `down` to each watcher, in the order in which they were added.
  void notify(const std::vector<Watch>& watchers, const Down& down);

 private:
  Router& router_;
};

}  // namespace troupe::runtime
