#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/core/result.hpp"
#include "transport/key.hpp"

namespace troupe::runtime {

// Keys and their text form, for programs, which use the runtime and not the transport.
using transport::Key;
using transport::key_of;
using transport::KeyPair;
using transport::make_key_pair;
using transport::to_text;

/// A key that a key folder admits: one line of its list.
struct AdmittedKey {
  std::string name;  ///< The only name that the node with this key may use.
  std::string role;  ///< `node` or `control`: what the node may do.
  transport::Key key;
  /// Present for an invitation, which is valid for one enrolment until then; seconds since 1970.
  std::optional<std::int64_t> invited_until{};
};

inline constexpr std::string_view role_node = "node";  ///< May run trials.
inline constexpr std::string_view role_control =
    "control";  ///< May also follow and stop the study.

/// The key folder of a user: the key pair of this machine, and the keys that it admits. The folder
/// has mode 0700 and its files have mode 0600; wider modes are refused.
///
///     own.key     the secret key, 64 hexadecimal digits
///     admitted    a line NAME ROLE KEY for each key; an invitation has `until SECONDS` after it
///
/// Each change is one rename, under a lock on the folder.
class KeyFolder {
 public:
  /// $TROUPE_KEYS, else $XDG_CONFIG_HOME/troupe/keys, else ~/.config/troupe/keys.
  static std::string usual_path();
  [[nodiscard]] static bool exists(const std::string& path);

  /// Makes the folder with a new key pair. Refused if it exists.
  static Result<KeyFolder> create(const std::string& path);
  /// Makes the folder, or replaces its key pair.
  static Result<KeyFolder> store(const std::string& path, const transport::KeyPair& own);
  /// Opens the folder at `path` after a check of its modes.
  static Result<KeyFolder> open(const std::string& path);
  /// A key pair without a folder; it admits nobody else. Its path is empty.
  static KeyFolder in_memory(const transport::KeyPair& own) { return {std::string(), own}; }

  /// The same keys, whose nodes also treat the owner of the public key `key` as this machine: it
  /// has the role own.
  [[nodiscard]] KeyFolder trusting(const transport::Key& key) const;
  /// The public keys with the role own: that of this machine, and those given to `trusting`.
  [[nodiscard]] std::vector<transport::Key> own_keys() const;

  /// Empty for a pair in memory.
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const transport::KeyPair& own() const { return own_; }

  /// The list of admitted keys; empty if there is no list yet.
  [[nodiscard]] Result<std::vector<AdmittedKey>> admitted() const;
  /// Adds a key. Refused if its name or key is admitted already, or the name is not valid.
  Result<void> add(const AdmittedKey& key) const;
  /// Removes the key of `name`.
  Result<void> revoke(std::string_view name) const;
  /// Replaces an invitation by the key `own`. Refused if the invitation is unknown, used or
  /// expired.
  Result<void> enrol(const transport::Key& invitation, const transport::Key& own,
                     std::int64_t now_s) const;

  static constexpr const char* list_name = "admitted";

 private:
  KeyFolder(std::string path, const transport::KeyPair& own) : path_(std::move(path)), own_(own) {}

  Result<void> edit(const std::function<Result<void>(std::vector<AdmittedKey>&)>& change) const;

  std::string path_;
  transport::KeyPair own_;
  std::vector<transport::Key> trusted_;
};

/// Checks a name of a node: 1 to 64 letters, digits, '.', '_' and '-', without the prefix 'own-' of
/// local nodes.
Result<void> check_key_name(std::string_view name);

}  // namespace troupe::runtime
