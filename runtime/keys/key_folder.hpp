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

// Keys and their text form, for programs: those use the runtime and not the transport.
using transport::Key;
using transport::key_of;
using transport::KeyPair;
using transport::make_key_pair;
using transport::to_text;

/// A line of the list of keys that are let in.
struct AdmittedKey {
  std::string name;  ///< The only one that the node with this key may have.
  std::string role;  ///< What it may do: `node` or `control`.
  transport::Key key;
  /// Of an invitation, which is good for one enrolment until then: seconds since 1970.
  std::optional<std::int64_t> invited_until{};
};

inline constexpr std::string_view role_node = "node";        ///< Runs trials.
inline constexpr std::string_view role_control = "control";  ///< Follows and stops the study too.

/// Who this machine is to nodes on others, and whom it lets in: a folder of one person's, mode
/// 0700, with files of mode 0600.
///
///     own.key     the secret key, 64 hexadecimal digits
///     admitted    NAME ROLE KEY a line; an invitation has `until SECONDS` behind it
///
/// Wider modes are refused. Each change is one rename, under a lock on the folder.
class KeyFolder {
 public:
  /// $TROUPE_KEYS, else $XDG_CONFIG_HOME/troupe/keys, else ~/.config/troupe/keys.
  static std::string usual_path();
  [[nodiscard]] static bool exists(const std::string& path);

  /// Makes the folder and a new pair. Refused where there is one.
  static Result<KeyFolder> create(const std::string& path);
  static Result<KeyFolder> open(const std::string& path);

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const transport::KeyPair& own() const { return own_; }

  [[nodiscard]] Result<std::vector<AdmittedKey>> admitted() const;
  /// Refused if the name or the key is there already, or the name is none.
  Result<void> add(const AdmittedKey& key) const;
  Result<void> revoke(std::string_view name) const;
  /// Puts `own` in the place of an invitation, which is used up by that.
  Result<void> enrol(const transport::Key& invitation, const transport::Key& own,
                     std::int64_t now_s) const;

  static constexpr const char* list_name = "admitted";

 private:
  KeyFolder(std::string path, const transport::KeyPair& own) : path_(std::move(path)), own_(own) {}

  Result<void> edit(const std::function<Result<void>(std::vector<AdmittedKey>&)>& change) const;

  std::string path_;
  transport::KeyPair own_;
};

/// Letters, digits, '.', '_' and '-', at most 64 of them; not what nodes of the head itself have.
Result<void> check_key_name(std::string_view name);

}  // namespace troupe::runtime
