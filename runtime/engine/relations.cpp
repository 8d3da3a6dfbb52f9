#include "runtime/engine/relations.hpp"

#include <utility>

#include "runtime/core/check.hpp"

namespace troupe::runtime {

namespace {

Envelope::Ptr watch_envelope(Envelope::Kind kind, Address watcher) {
  return Envelope::with(kind, Watch{watcher, CorrelationId{}});
}

}  // namespace

// --- Children.

void Children::link(Cell& parent, Cell& child) {
  check(child.parent == 0 && child.index != parent.index,
        "a child has one parent, which is another actor");
  child.parent = parent.index;
  child.previous_sibling = 0;
  child.next_sibling = parent.first_child;
  if (Cell* const next = cells_.find(child.next_sibling)) next->previous_sibling = child.index;
  parent.first_child = child.index;
}

void Children::unlink(Cell& parent, Cell& child) {
  check(child.parent == parent.index, "an actor is removed from the children of its own parent");
  Cell* const previous = cells_.find(child.previous_sibling);
  Cell* const next = cells_.find(child.next_sibling);
  (previous != nullptr ? previous->next_sibling : parent.first_child) = child.next_sibling;
  if (next != nullptr) next->previous_sibling = child.previous_sibling;
  child.parent = child.next_sibling = child.previous_sibling = 0;
}

// --- Monitors.

void Monitors::add(Cell& watcher, Address actor) {
  if (!watcher.make_cold().watching.insert(actor).second) return;
  router_.send(actor, watch_envelope(Envelope::Kind::watch, router_.address(watcher)));
}

void Monitors::remove(Cell& watcher, Address actor) {
  if (!take(watcher, actor)) return;
  router_.send(actor, watch_envelope(Envelope::Kind::unwatch, router_.address(watcher)));
}

void Monitors::remove_all(Cell& watcher) {
  if (!watcher.cold) return;
  for (const Address& actor : std::exchange(watcher.cold->watching, {}))
    router_.send(actor, watch_envelope(Envelope::Kind::unwatch, router_.address(watcher)));
}

bool Monitors::take(Cell& watcher, Address actor) {
  return watcher.cold && watcher.cold->watching.erase(actor) > 0;
}

void Monitors::add_watcher(Cell& cell, const Watch& watch) {
  check(cell.phase != Cell::Phase::vacant, "a watcher is added to an actor that exists");
  cell.make_cold().watchers.push_back(watch);
}

void Monitors::remove_watcher(Cell& cell, const Watch& watch) {
  if (cell.cold) std::erase(cell.cold->watchers, watch);
}

void Monitors::notify(const std::vector<Watch>& watchers, const Down& down) {
  for (const Watch& watch : watchers) router_.notify_watcher(watch, down);
}

}  // namespace troupe::runtime
