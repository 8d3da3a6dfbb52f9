#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/core/clock.hpp"

namespace troupe::transport {

/// Somebody who was turned away, or said what he may not.
struct Refusal {
  std::string who{};   ///< A node's name, a key's first digits, or nothing: nobody knows.
  std::string from{};  ///< The machine's address, where it is known.
  std::string why{};   ///< A sentence without a full stop.
  std::uint64_t times = 0;
  Instant last{};
};

/// Who was turned away, the latest last. Repetitions are counted; of others only the latest are
/// kept, so that a flood of strangers costs no memory.
class Refusals {
 public:
  static constexpr std::size_t kept_max = 64;

  void note(std::string who, std::string from, std::string why, Instant now);
  [[nodiscard]] const std::vector<Refusal>& kept() const { return kept_; }
  /// All that ever were, kept or not.
  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  std::vector<Refusal> kept_;
  std::uint64_t count_ = 0;
};

}  // namespace troupe::transport
