#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runtime/core/result.hpp"
#include "transport/frame.hpp"
#include "transport/link_options.hpp"
#include "transport/security.hpp"
#include "transport/wire.hpp"

namespace troupe::transport {

/// Decides which nodes may speak and link: by key, name, protocol version and invitation. Keeps no
/// state of its own.
class Admission {
 public:
  /// `self` outlives this. Both functions may be empty: no key has an owner; no key is an
  /// invitation.
  Admission(const Identity& self, MemberOf member_of, Enrol enrol);

  /// Whether frames of the sender are read: it has no key, or an admitted one.
  [[nodiscard]] bool admits(const Sender& sender) const;
  /// Why a hello is rejected, whatever links this node has; nullopt: it is not.
  [[nodiscard]] std::optional<std::string> rejection(const Sender& sender,
                                                     const Frame& hello) const;
  /// Whether the sender's key is an invitation.
  [[nodiscard]] bool is_invited(const Sender& sender) const;
  /// Admits the key in the greeting of an invited node in place of the invitation.
  struct Enrolled {
    bool is_malformed = false;  ///< The greeting is not a key.
    Result<void> result{};
  };
  [[nodiscard]] Enrolled enrol(const Sender& sender, const Frame& hello) const;
  /// Why a peer that linked as `member` with `key` may not stay; nullopt: it may.
  [[nodiscard]] std::optional<std::string> revocation(const std::string& key,
                                                      const Member& member) const;

  /// None if the key is not admitted.
  [[nodiscard]] std::optional<Member> member_with(std::string_view key) const;
  /// What a person may call the sender: its owner's name, else "key " and the first digits.
  [[nodiscard]] std::string name_of(const Sender& sender) const;

 private:
  const Identity& self_;
  MemberOf member_of_;
  Enrol enrol_;
};

}  // namespace troupe::transport
