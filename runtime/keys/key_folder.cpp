#include "runtime/keys/key_folder.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <utility>

#include <unistd.h>

#include "runtime/keys/private_file.hpp"

namespace troupe::runtime {

namespace {

constexpr const char* own_name = "own.key";
constexpr std::size_t name_max = 64;

std::string file_in(const std::string& folder, const char* name) {
  return folder + "/" + name;
}

constexpr const char* key_list_heading =
    "# NAME ROLE KEY: who may link with this machine's studies. `troupe keys` writes this file.\n";

/// One line of the list.
Result<AdmittedKey> read_admitted_key(const std::string& line) {
  std::istringstream words(line);
  std::string name, role, key, until, seconds, more;
  words >> name >> role >> key >> until >> seconds >> more;
  const auto refuse = [](const std::string& why) { return Error{ErrorKind::bad_input, why}; };
  if (key.empty()) return refuse("expected NAME ROLE KEY, found '" + line + "'");
  if (auto checked = check_key_name(name); !checked) return checked.error();
  if (role != role_node && role != role_control)
    return refuse("'" + role + "' is no role; expected node or control");
  const auto read = transport::key_of(key);
  if (!read) return read.error();
  AdmittedKey admitted{name, role, *read, {}};
  if (until.empty()) return admitted;
  std::int64_t limit = 0;
  const auto [end, error] = std::from_chars(seconds.data(), seconds.data() + seconds.size(), limit);
  if (until != "until" || error != std::errc() || end != seconds.data() + seconds.size() ||
      !more.empty())
    return refuse("expected 'until SECONDS' or nothing behind the key, found '" + until + "'");
  admitted.invited_until = limit;
  return admitted;
}

/// The text of the file `admitted`: a comment for people, and a line for each key.
std::string to_text(const std::vector<AdmittedKey>& keys) {
  std::string text = key_list_heading;
  for (const AdmittedKey& key : keys) {
    text += key.name + " " + key.role + " " + transport::to_text(key.key);
    if (key.invited_until) text += " until " + std::to_string(*key.invited_until);
    text += "\n";
  }
  return text;
}

/// Reads the file `admitted`. `path` is its path, for the error.
Result<std::vector<AdmittedKey>> read_key_list(std::string_view text, const std::string& path) {
  std::vector<AdmittedKey> keys;
  std::istringstream lines{std::string(text)};
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (line.empty() || line.front() == '#') continue;
    const auto key = read_admitted_key(line);
    if (!key)
      return Error{ErrorKind::bad_input,
                   path + ":" + std::to_string(number) + ": " + key.error().what};
    keys.push_back(*key);
  }
  return keys;
}

}  // namespace

Result<void> check_key_name(std::string_view name) {
  const auto refuse = [&](const std::string& why) {
    return Error{ErrorKind::bad_input,
                 "'" + std::string(name) + "' cannot be a node's name: " + why};
  };
  const bool plain = std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
  if (name.empty() || name.size() > name_max || !plain)
    return refuse("expected 1 to 64 letters, digits, '.', '_' or '-'");
  if (name.starts_with("own-"))
    return refuse("'own-' is how a head calls the nodes that it starts");
  return {};
}

std::string KeyFolder::usual_path() {
  if (const char* const keys = std::getenv("TROUPE_KEYS"); keys != nullptr && *keys != 0)
    return keys;
  if (const char* const config = std::getenv("XDG_CONFIG_HOME"); config != nullptr && *config != 0)
    return std::string(config) + "/troupe/keys";
  const char* const home = std::getenv("HOME");
  return std::string(home == nullptr ? "" : home) + "/.config/troupe/keys";
}

bool KeyFolder::exists(const std::string& path) {
  return access(file_in(path, own_name).c_str(), F_OK) == 0;
}

Result<KeyFolder> KeyFolder::create(const std::string& path) {
  if (exists(path))
    return Error{ErrorKind::refused,
                 "there are keys in " + path +
                     " already; remove that folder "
                     "if they are to be replaced: every node needs a new line then"};
  return store(path, transport::make_key_pair());
}

Result<KeyFolder> KeyFolder::store(const std::string& path, const transport::KeyPair& own) {
  std::error_code failed;
  std::filesystem::create_directories(path, failed);
  if (failed)
    return Error{ErrorKind::io, "cannot make the folder " + path + ": " + failed.message()};
  std::filesystem::permissions(path, std::filesystem::perms::owner_all, failed);
  if (failed) return Error{ErrorKind::io, "cannot protect " + path + ": " + failed.message()};
  const auto written =
      write_private_file(file_in(path, own_name), transport::to_text(own.secret_key) + "\n");
  if (!written) return written.error();
  return KeyFolder(path, own);
}

Result<KeyFolder> KeyFolder::open(const std::string& path) {
  if (!exists(path))
    return Error{ErrorKind::bad_input,
                 "there are no keys in " + path + "; `troupe keys init` makes them"};
  if (auto checked = check_private_folder(path); !checked) return checked.error();
  auto text = read_private_file(file_in(path, own_name));
  if (!text) return text.error();
  while (!text->empty() && (text->back() == '\n' || text->back() == ' ')) text->pop_back();
  const auto secret = transport::key_of(*text);
  if (!secret)
    return Error{ErrorKind::bad_input, file_in(path, own_name) + ": " + secret.error().what};
  return KeyFolder(path, {transport::public_key_of(*secret), *secret});
}

KeyFolder KeyFolder::trusting(const transport::Key& key) const {
  KeyFolder keys = *this;
  keys.trusted_.push_back(key);
  return keys;
}

std::vector<transport::Key> KeyFolder::own_keys() const {
  std::vector<transport::Key> keys = trusted_;
  keys.push_back(own_.public_key);
  return keys;
}

Result<std::vector<AdmittedKey>> KeyFolder::admitted() const {
  if (path_.empty()) return std::vector<AdmittedKey>{};
  if (auto checked = check_private_folder(path_); !checked) return checked.error();
  const std::string path = file_in(path_, list_name);
  if (access(path.c_str(), F_OK) != 0 && errno == ENOENT) return std::vector<AdmittedKey>{};
  const auto text = read_private_file(path);
  if (!text) return text.error();
  return read_key_list(*text, path);
}

Result<void> KeyFolder::edit(
    const std::function<Result<void>(std::vector<AdmittedKey>&)>& change) const {
  const auto lock = FolderLock::take(path_);
  if (!lock) return lock.error();
  auto keys = admitted();
  if (!keys) return keys.error();
  if (auto changed = change(*keys); !changed) return changed;
  return write_private_file(file_in(path_, list_name), to_text(*keys));
}

Result<void> KeyFolder::add(const AdmittedKey& key) const {
  if (auto checked = check_key_name(key.name); !checked) return checked;
  if (key.key == own_.public_key)
    return Error{ErrorKind::refused, "that is this machine's own key"};
  return edit([&](std::vector<AdmittedKey>& keys) -> Result<void> {
    for (const AdmittedKey& other : keys) {
      if (other.name == key.name)
        return Error{ErrorKind::refused, "'" + key.name +
                                             "' has a key already; `troupe keys "
                                             "revoke " +
                                             key.name + "` takes it away"};
      if (other.key == key.key)
        return Error{ErrorKind::refused, "that key is '" + other.name + "'s already"};
    }
    keys.push_back(key);
    return {};
  });
}

Result<void> KeyFolder::revoke(std::string_view name) const {
  return edit([&](std::vector<AdmittedKey>& keys) -> Result<void> {
    if (std::erase_if(keys, [&](const AdmittedKey& key) { return key.name == name; }) > 0)
      return {};
    std::string names;
    for (const AdmittedKey& key : keys) names += (names.empty() ? "" : ", ") + key.name;
    return Error{ErrorKind::bad_input,
                 "nobody named '" + std::string(name) + "' has a key; " +
                     (names.empty() ? "there is none" : "there are: " + names)};
  });
}

Result<void> KeyFolder::enrol(const transport::Key& invitation, const transport::Key& own,
                              std::int64_t now_s) const {
  return edit([&](std::vector<AdmittedKey>& keys) -> Result<void> {
    const auto invited = std::ranges::find_if(
        keys, [&](const AdmittedKey& key) { return key.key == invitation && key.invited_until; });
    if (invited == keys.end())
      return Error{ErrorKind::refused, "the invitation is not known here: it was used, or revoked"};
    if (*invited->invited_until <= now_s)
      return Error{ErrorKind::refused, "the invitation has expired"};
    if (own == own_.public_key || std::ranges::find(keys, own, &AdmittedKey::key) != keys.end())
      return Error{ErrorKind::refused, "that key is admitted already, under another name"};
    invited->key = own;
    invited->invited_until.reset();
    return {};
  });
}

}  // namespace troupe::runtime
