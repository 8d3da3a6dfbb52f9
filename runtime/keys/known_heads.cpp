#include "runtime/keys/known_heads.hpp"

#include <map>
#include <sstream>

#include "runtime/keys/private_file.hpp"
#include "transport/address.hpp"

namespace troupe::runtime {

namespace {

constexpr const char* file_name = "/heads";

/// Keys by address. A file that is not there, or may not be used, knows nobody.
std::map<std::string, std::string> heads_in(const std::string& folder) {
  std::map<std::string, std::string> heads;
  const auto text = read_private_file(folder + file_name);
  if (!text) return heads;
  std::istringstream lines(*text);
  std::string address, key;
  while (lines >> address >> key) heads[address] = key;
  return heads;
}

}  // namespace

Result<void> remember_head(const KeyFolder& keys, const std::string& address) {
  const auto head = transport::address_to_dial(address);
  if (!head) return head.error();
  if (!head->key) return Error{ErrorKind::bad_input, address + " has no key in it"};
  const auto where = transport::address_to_listen(head->endpoint);
  if (where && where->loopback) return {};
  const auto lock = FolderLock::take(keys.path());
  if (!lock) return lock.error();
  auto heads = heads_in(keys.path());
  std::string& key = heads[head->endpoint];
  if (key == transport::to_text(*head->key)) return {};
  key = transport::to_text(*head->key);
  std::string text;
  for (const auto& [endpoint, its_key] : heads) text += endpoint + " " + its_key + "\n";
  return write_private_file(keys.path() + file_name, text);
}

std::string with_known_key(const std::string& address, const std::string& folder) {
  const auto where = transport::address_to_listen(address);  // The form without a key.
  if (!where || where->loopback || !check_private_folder(folder)) return address;
  const auto heads = heads_in(folder);
  const auto head = heads.find(where->endpoint);
  return head == heads.end() ? address : where->endpoint + "/" + head->second;
}

}  // namespace troupe::runtime
