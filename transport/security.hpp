#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/core/clock.hpp"
#include "runtime/core/result.hpp"
#include "transport/key.hpp"

namespace troupe::transport {

/// The owner of an admitted key.
struct Member {
  std::string name;      ///< The only name under which its node may link; empty: any name.
  std::string role;      ///< What its node may do; interpreted by the endpoint's owner.
  bool invited = false;  ///< The key is an invitation: it may only be exchanged for another key.
  friend bool operator==(const Member&, const Member&) = default;
};

/// Finds the owner of a public key, given as text; none if the key is not admitted.
using MemberOf = std::function<std::optional<Member>(std::string_view key)>;

/// Admits `key` in place of an invitation, given as the text of the invitation's public key.
using Enrol = std::function<Result<void>(std::string_view invitation, const Key& key)>;

/// What a wire needs to speak beyond loopback. Every connection is then encrypted and authenticated
/// in both directions with CURVE; frames of a key that is not admitted are not read.
struct Security {
  KeyPair own;
  /// Called on the reactor's thread for each connection to where this node listens.
  MemberOf member_of;
  /// Whether a key, which is not admitted, is an invitation that has expired. May be empty.
  std::function<bool(std::string_view key)> is_expired{};
};

/// A peer that was rejected, or that said what it may not.
struct Refusal {
  std::string who{};   ///< A node's name or the first digits of a key; empty if neither is known.
  std::string from{};  ///< Address of its machine; empty if that is not known.
  std::string why{};   ///< A sentence without a full stop.
  std::uint64_t times = 0;
  Instant last{};
};

/// The latest refusals, newest last. Equal ones are one entry with a count. Bounded, so that any
/// number of strangers costs no memory.
class RefusalLog {
 public:
  static constexpr std::size_t entries_max = 64;

  void note(std::string who, std::string from, std::string why, Instant now);
  [[nodiscard]] const std::vector<Refusal>& entries() const { return entries_; }
  /// Number of all refusals ever noted.
  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  std::vector<Refusal> entries_;
  std::uint64_t count_ = 0;
};

}  // namespace troupe::transport
