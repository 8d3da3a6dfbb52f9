#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/core/clock.hpp"
#include "runtime/core/reactor.hpp"
#include "runtime/core/result.hpp"
#include "runtime/keys/key_folder.hpp"
#include "transport/key.hpp"
#include "transport/security.hpp"

namespace troupe::runtime {

/// The keys that a key folder admits. Follows changes of the folder by inotify, and reports them.
/// Lives on the reactor's thread. If the list cannot be read, the last readable one stays in force.
class Admissions {
 public:
  /// The role of nodes with the secret key of this machine. They may have any name.
  static constexpr std::string_view role_own = "own";

  Admissions(Reactor& reactor, const Clock& clock, KeyFolder folder,
             std::function<void()> on_change);
  ~Admissions();
  Admissions(const Admissions&) = delete;
  Admissions& operator=(const Admissions&) = delete;

  /// The member with a public key in text form; none if the key is not admitted, or its invitation
  /// has expired.
  [[nodiscard]] std::optional<transport::Member> member_of(std::string_view key) const;
  /// Whether a public key in text form is an invitation that has expired.
  [[nodiscard]] bool is_expired(std::string_view key) const;
  [[nodiscard]] const KeyFolder& folder() const { return folder_; }
  /// As KeyFolder::enrol, at the present time. Both keys are public.
  Result<void> enrol(const transport::Key& invitation, const transport::Key& own);
  /// Why the list could not be read after its latest change; empty if it could be read.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }

 private:
  struct Entry {
    transport::Member member;
    std::optional<std::int64_t> invited_until;  ///< Seconds since 1970.
  };

  void read();
  void on_event();

  Reactor& reactor_;
  const Clock& clock_;
  const KeyFolder folder_;
  std::function<void()> on_change_;
  std::map<std::string, Entry, std::less<>> entries_;  ///< By public key in text form.
  std::string trouble_;
  int notify_fd_ = -1;
  Reactor::WatchId watch_ = Reactor::WatchId::none;
};

/// Has the public key `own` admitted under `name` by the head at `address`, with the secret key of
/// an invitation. For plain threads; blocks for at most `patience`.
Result<void> enrol(const std::string& address, const std::string& name,
                   const transport::Key& invitation, const transport::Key& own, Duration patience);

}  // namespace troupe::runtime
