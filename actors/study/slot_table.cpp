#include "actors/study/slot_table.hpp"

#include "runtime/core/check.hpp"

namespace troupe::actors {

void SlotTable::add(const std::string& node, std::uint32_t slots, std::uint64_t joined_row) {
  const bool is_new = nodes_.try_emplace(node, Node{slots, 0, false, joined_row}).second;
  check(is_new, "a node joins once before it leaves");
}

void SlotTable::remove(const std::string& node) {
  check(nodes_.erase(node) == 1, "only a known node is removed");
}

void SlotTable::mark_lost(const std::string& node) {
  nodes_.at(node).lost = true;
}

void SlotTable::mark_rejoined(const std::string& node, std::uint32_t slots) {
  Node& known = nodes_.at(node);
  check(known.lost, "only a lost node rejoins");
  known.slots = slots;
  known.lost = false;
}

void SlotTable::take(const std::string& node) {
  ++nodes_.at(node).taken;
}

void SlotTable::release(const std::string& node) {
  const auto known = nodes_.find(node);
  if (known == nodes_.end()) return;
  check(known->second.taken > 0, "only a taken slot is released");
  --known->second.taken;
}

bool SlotTable::is_lost(const std::string& node) const {
  const auto known = nodes_.find(node);
  return known != nodes_.end() && known->second.lost;
}

std::uint64_t SlotTable::joined_row(const std::string& node) const {
  const auto known = nodes_.find(node);
  return known == nodes_.end() ? 0 : known->second.joined_row;
}

std::uint32_t SlotTable::taken(const std::string& node) const {
  const auto known = nodes_.find(node);
  return known == nodes_.end() ? 0 : known->second.taken;
}

std::vector<std::string> SlotTable::nodes() const {
  std::vector<std::string> names;
  names.reserve(nodes_.size());
  for (const auto& [name, node] : nodes_) names.push_back(name);
  return names;
}

std::optional<std::string> SlotTable::freest(std::uint32_t workers_max,
                                             const std::set<std::string>& closed) const {
  std::uint32_t taken = 0;
  std::uint32_t most_free = 0;
  std::optional<std::string> freest;
  for (const auto& [name, node] : nodes_) {
    taken += node.taken;
    const std::uint32_t free = node.slots > node.taken ? node.slots - node.taken : 0;
    if (node.lost || free <= most_free || closed.contains(name)) continue;
    most_free = free;
    freest = name;
  }
  if (taken >= workers_max) return std::nullopt;
  return freest;
}

}  // namespace troupe::actors
