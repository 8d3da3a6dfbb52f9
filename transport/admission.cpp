#include "transport/admission.hpp"

#include <algorithm>
#include <utility>

#include "runtime/core/printable.hpp"
#include "transport/handshake.hpp"

namespace troupe::transport {

Admission::Admission(const Identity& self, MemberOf member_of, Enrol enrol)
    : self_(self), member_of_(std::move(member_of)), enrol_(std::move(enrol)) {}

std::optional<Member> Admission::member_with(std::string_view key) const {
  return member_of_ ? member_of_(key) : std::nullopt;
}

bool Admission::admits(const Sender& sender) const {
  return sender.key.empty() || member_with(sender.key).has_value();
}

std::optional<std::string> Admission::rejection(const Sender& sender, const Frame& hello) const {
  if (auto rejected = handshake_rejection(self_, hello.header)) return rejected;
  if (sender.key.empty()) return std::nullopt;
  const auto member = member_with(sender.key);
  if (!member) return "its key is not admitted";
  const auto greeting = decode_greeting(hello.body);
  if (greeting && !member->name.empty() && greeting->name != member->name)
    return "the key belongs to node '" + member->name + "', not to '" + printable(greeting->name) +
           "'";
  return std::nullopt;
}

bool Admission::is_invited(const Sender& sender) const {
  const auto member = member_with(sender.key);
  return member && member->invited;
}

Admission::Enrolled Admission::enrol(const Sender& sender, const Frame& hello) const {
  const auto greeting = decode_greeting(hello.body);
  Key key;
  if (!greeting || greeting->payload.size() != key.bytes.size()) {
    return {.is_malformed = true,
            .result = Error{ErrorKind::refused,
                            "an invitation is good for bringing a key, and nothing else"}};
  }
  std::ranges::copy(greeting->payload, key.bytes.begin());
  if (!enrol_) return {.result = Error{ErrorKind::refused, "nobody is invited"}};
  return {.result = enrol_(sender.key, key)};
}

std::optional<std::string> Admission::revocation(const std::string& key,
                                                 const Member& member) const {
  const auto now = member_with(key);
  if (now == member) return std::nullopt;
  return now ? "its key belongs to another name or role now" : "its key was revoked";
}

std::string Admission::name_of(const Sender& sender) const {
  if (sender.key.empty()) return {};
  const auto member = member_with(sender.key);
  return member ? member->name : "key " + short_text(sender.key);
}

}  // namespace troupe::transport
