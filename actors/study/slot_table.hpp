#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace troupe::actors {

/// The slots of a study's nodes. A slot is taken by the process of an attempt, or kept for a trial
/// that was promoted while its process was still ending.
class SlotTable {
 public:
  /// Adds a node of `slots` free slots. `joined_row`: the journal's row with which it joined.
  void add(const std::string& node, std::uint32_t slots, std::uint64_t joined_row);
  /// Forgets a node and what its slots are taken by. `node` must be known.
  void remove(const std::string& node);
  /// Marks a node as out of reach: nothing starts there, and its slots stay taken.
  void mark_lost(const std::string& node);
  /// Ends `mark_lost`; the node now has `slots` slots.
  void mark_rejoined(const std::string& node, std::uint32_t slots);

  /// Takes one slot of `node`, which must be known.
  void take(const std::string& node);
  /// Frees one slot of `node`. Does nothing if the node was removed.
  void release(const std::string& node);

  [[nodiscard]] bool contains(const std::string& node) const { return nodes_.contains(node); }
  [[nodiscard]] bool is_lost(const std::string& node) const;
  /// The row with which the node joined; 0 if it is not known.
  [[nodiscard]] std::uint64_t joined_row(const std::string& node) const;
  /// Slots of `node` that are taken; 0 if it is not known.
  [[nodiscard]] std::uint32_t taken(const std::string& node) const;
  /// All nodes, by name.
  [[nodiscard]] std::vector<std::string> nodes() const;

  /// The reachable node with the most free slots that is not among `closed`, the first by name
  /// among equals. None if there is no free slot, or `workers_max` slots of all nodes together are
  /// taken.
  [[nodiscard]] std::optional<std::string> freest(std::uint32_t workers_max,
                                                  const std::set<std::string>& closed = {}) const;

 private:
  struct Node {
    std::uint32_t slots = 0;
    std::uint32_t taken = 0;  ///< May exceed `slots` after the node has rejoined with fewer.
    bool lost = false;
    std::uint64_t joined_row = 0;
  };
  std::map<std::string, Node> nodes_;
};

}  // namespace troupe::actors
