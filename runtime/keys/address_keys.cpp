#include "runtime/keys/address_keys.hpp"

#include <map>
#include <sstream>
#include <utility>

#include "runtime/keys/private_file.hpp"
#include "transport/address.hpp"
#include "transport/zmq/host_lookup.hpp"

namespace troupe::runtime {

namespace {

constexpr std::string_view tcp_scheme = "tcp://";

Result<Keys> open_keys(const std::string& folder, const std::string& why) {
  const std::string path = folder.empty() ? KeyFolder::usual_path() : folder;
  if (!KeyFolder::exists(path))
    return Error{ErrorKind::refused,
                 why + ", and there are none in " + path + "; `troupe keys init` makes them"};
  auto opened = KeyFolder::open(path);
  if (!opened) return opened.error();
  return Keys(std::make_shared<const KeyFolder>(std::move(opened).value()));
}

/// Position and length of the host in an address that means every interface; else the length is 0.
std::pair<std::size_t, std::size_t> every_interface(const std::string& address) {
  const std::size_t start = address.starts_with(tcp_scheme) ? tcp_scheme.size() : 0;
  for (const std::string_view host : {"0.0.0.0", "[::]", "*"})
    if (address.compare(start, host.size() + 1, std::string(host) + ":") == 0)
      return {start, host.size()};
  return {0, 0};
}

std::string with_host(std::string address, const std::string& host) {
  const auto [start, size] = every_interface(address);
  if (size > 0) address.replace(start, size, host);
  return address;
}

constexpr const char* heads_file = "/heads";

/// The keys of heads by address. Empty if there is no such file, or it may not be used.
std::map<std::string, std::string> heads_in(const std::string& folder) {
  std::map<std::string, std::string> heads;
  const auto text = read_private_file(folder + heads_file);
  if (!text) return heads;
  std::istringstream lines(*text);
  std::string address, key;
  while (lines >> address >> key) heads[address] = key;
  return heads;
}

}  // namespace

Result<Keys> keys_to_listen(const std::string& address, const std::string& folder) {
  const auto where = transport::address_to_listen(address);
  if (!where) return where.error();
  if (where->loopback && folder.empty() &&
      (where->endpoint.ends_with(":*") || !KeyFolder::exists(KeyFolder::usual_path())))
    return Keys();
  return open_keys(folder, "cannot listen at " + address +
                               ": beyond this machine nodes prove with keys who they are");
}

Result<Keys> keys_to_dial(const std::string& address, const std::string& folder) {
  const auto where = transport::address_to_dial(address);
  if (!where) return where.error();
  if (!where->key) return transport::missing_key(address);
  return open_keys(folder, "cannot dial " + where->endpoint + ": it asks for a key");
}

Error explained(const Error& error, const std::string& address) {
  const auto where = transport::address_to_dial(address);
  if (error.kind != ErrorKind::timed_out || !where) return error;
  return {error.kind, error.what + ": " + transport::explain_silence(where->endpoint)};
}

Result<void> check_join_address(std::string_view text) {
  const std::size_t start = text.starts_with(tcp_scheme) ? tcp_scheme.size() : 0;
  const std::size_t key = text.find('/', start);
  const std::size_t more = key == std::string_view::npos ? key : text.find('/', key + 1);
  if (more != std::string_view::npos)
    return Error{ErrorKind::bad_input,
                 "the address ends behind the key, at '" + std::string(text.substr(0, more)) +
                     "'. Arguments are visible to every user of this machine: an invitation is "
                     "given with --invitation FILE, or on standard input with --invitation -"};
  const auto where = transport::address_to_dial(text);
  return where ? Result<void>() : where.error();
}

Result<transport::Key> read_invitation(std::string_view text) {
  constexpr std::string_view space = " \t\r\n";
  const std::size_t first = text.find_first_not_of(space);
  if (first == std::string_view::npos)
    return Error{ErrorKind::bad_input,
                 "there is no invitation; `troupe keys add` on the head's machine prints one"};
  const auto key = transport::key_of(text.substr(first, text.find_last_not_of(space) - first + 1));
  if (!key) return Error{ErrorKind::bad_input, "the invitation: " + key.error().what};
  return *key;
}

std::string seen_from_here(const std::string& address) {
  return with_host(address, address.find("[::]") == std::string::npos ? "127.0.0.1" : "[::1]");
}

std::string seen_from_elsewhere(const std::string& address, const std::string& host) {
  return with_host(address, host);
}

Result<void> remember_head(const KeyFolder& keys, const std::string& address) {
  const auto head = transport::address_to_dial(address);
  if (!head) return head.error();
  if (!head->key) return Error{ErrorKind::bad_input, address + " has no key in it"};
  const auto lock = FolderLock::take(keys.path());
  if (!lock) return lock.error();
  auto heads = heads_in(keys.path());
  std::string& key = heads[head->endpoint];
  if (key == transport::to_text(*head->key)) return {};
  key = transport::to_text(*head->key);
  std::string text;
  for (const auto& [endpoint, its_key] : heads) text += endpoint + " " + its_key + "\n";
  return write_private_file(keys.path() + heads_file, text);
}

std::string with_known_key(const std::string& address, const std::string& folder) {
  const auto where =
      transport::address_to_listen(address);  // An address with a key does not parse here.
  if (!where || !check_private_folder(folder)) return address;
  const auto heads = heads_in(folder);
  const auto head = heads.find(where->endpoint);
  return head == heads.end() ? address : where->endpoint + "/" + head->second;
}

}  // namespace troupe::runtime
