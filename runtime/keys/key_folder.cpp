#include "runtime/keys/key_folder.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "runtime/keys/key_list.hpp"
#include "runtime/keys/private_file.hpp"

namespace troupe::runtime {

namespace {

constexpr const char* own_name = "own.key";
constexpr std::size_t name_max = 64;

std::string file(const std::string& folder, const char* name) {
  return folder + "/" + name;
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
  return access(file(path, own_name).c_str(), F_OK) == 0;
}

Result<KeyFolder> KeyFolder::create(const std::string& path) {
  if (exists(path))
    return Error{ErrorKind::refused,
                 "there are keys in " + path +
                     " already; remove that folder "
                     "if they are to be replaced: every node needs a new line then"};
  std::error_code failed;
  std::filesystem::create_directories(path, failed);
  if (failed)
    return Error{ErrorKind::io, "cannot make the folder " + path + ": " + failed.message()};
  std::filesystem::permissions(path, std::filesystem::perms::owner_all, failed);
  if (failed) return Error{ErrorKind::io, "cannot protect " + path + ": " + failed.message()};
  const transport::KeyPair pair = transport::make_key_pair();
  const auto written =
      write_private_file(file(path, own_name), transport::to_text(pair.secret_key) + "\n");
  if (!written) return written.error();
  return KeyFolder(path, pair);
}

Result<KeyFolder> KeyFolder::open(const std::string& path) {
  if (!exists(path))
    return Error{ErrorKind::bad_input,
                 "there are no keys in " + path + "; `troupe keys init` makes them"};
  if (auto checked = check_private_folder(path); !checked) return checked.error();
  auto text = read_private_file(file(path, own_name));
  if (!text) return text.error();
  while (!text->empty() && (text->back() == '\n' || text->back() == ' ')) text->pop_back();
  const auto secret = transport::key_of(*text);
  if (!secret)
    return Error{ErrorKind::bad_input, file(path, own_name) + ": " + secret.error().what};
  return KeyFolder(path, {transport::public_key_of(*secret), *secret});
}

Result<std::vector<AdmittedKey>> KeyFolder::admitted() const {
  if (auto checked = check_private_folder(path_); !checked) return checked.error();
  const std::string path = file(path_, list_name);
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
  return write_private_file(file(path_, list_name), to_text(*keys));
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
    const auto invited = std::ranges::find_if(keys, [&](const AdmittedKey& key) {
      return key.key == invitation && key.invited_until && *key.invited_until > now_s;
    });
    if (invited == keys.end())
      return Error{ErrorKind::refused, "the invitation is used up or over"};
    if (own == own_.public_key || std::ranges::find(keys, own, &AdmittedKey::key) != keys.end())
      return Error{ErrorKind::refused, "that key is admitted already, under another name"};
    invited->key = own;
    invited->invited_until.reset();
    return {};
  });
}

}  // namespace troupe::runtime
