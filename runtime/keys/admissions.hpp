#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/core/clock.hpp"
#include "runtime/core/reactor.hpp"
#include "runtime/keys/key_folder.hpp"
#include "transport/security.hpp"

namespace troupe::runtime {

/// Whom a key folder lets in, as it is now: follows the folder, and says when the list has changed.
/// Lives on the reactor's thread.
///
/// A list that cannot be read changes nothing: the last one that could be read holds.
class Admissions {
 public:
  /// The role of whoever has this machine's own secret key. Such a node may have any name.
  static constexpr std::string_view role_own = "own";

  Admissions(Reactor& reactor, const Clock& clock, KeyFolder folder,
             std::function<void()> on_change);
  ~Admissions();
  Admissions(const Admissions&) = delete;
  Admissions& operator=(const Admissions&) = delete;

  [[nodiscard]] std::optional<transport::Member> member_of(std::string_view key) const;
  [[nodiscard]] const KeyFolder& folder() const { return folder_; }
  /// See KeyFolder::enrol. Both are public keys.
  Result<void> enrol(const transport::Key& invitation, const transport::Key& own);
  /// Why the list could not be read when it changed last; empty if it could.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }

 private:
  struct Entry {
    transport::Member member;
    std::optional<std::int64_t> invited_until;
  };

  void read();
  void on_event();

  Reactor& reactor_;
  const Clock& clock_;
  const KeyFolder folder_;
  std::function<void()> on_change_;
  std::map<std::string, Entry, std::less<>> entries_;  ///< By the public key's text.
  std::string trouble_;
  int notify_fd_ = -1;
  Reactor::WatchId watch_ = Reactor::WatchId::none;
};

}  // namespace troupe::runtime
