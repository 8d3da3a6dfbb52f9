// `troupe keys`: the keys of this machine, and the keys of nodes that it admits.

#include <chrono>
#include <cstdio>
#include <string>

#include "actors/cli/commands.hpp"
#include "actors/cli/output.hpp"
#include "actors/cli/study_folder.hpp"
#include "actors/cli/table.hpp"
#include "actors/results/files.hpp"
#include "runtime/keys/address_keys.hpp"
#include "runtime/keys/key_folder.hpp"

namespace troupe::cli {

namespace {

using runtime::AdmittedKey;
using runtime::KeyFolder;

constexpr std::int64_t invitation_s = std::int64_t{24} * 3600;

std::int64_t now_s() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string join_line(const std::string& address, const std::string& name) {
  return "troupe node --join " + address + " --name " + name;
}

int init(const std::string& path) {
  const auto keys = KeyFolder::create(path);
  if (!keys) return print_error(keys.error());
  return print("this machine's keys are in " + path +
               "\n"
               "its public key is " +
               runtime::to_text(keys->own().public_key) +
               "\n"
               "next, where the study runs: troupe keys add NAME --at HOST:PORT\n");
}

int add(const KeyFolder& keys, const KeysOptions& options) {
  const std::string head = (options.at.starts_with("tcp://") ? options.at : "tcp://" + options.at) +
                           "/" + runtime::to_text(keys.own().public_key);
  if (const auto join = runtime::check_join_address(head); !join) return print_error(join.error());
  AdmittedKey admitted{options.name, options.role, {}, {}};
  if (options.key.empty()) {
    if (options.role == runtime::role_control)
      return print_error(
          {ErrorKind::bad_input,
           "an application makes its own keys: run `troupe keys init` where it runs, "
           "and give its public key here as --key KEY"});
    const runtime::KeyPair invitation = runtime::make_key_pair();
    admitted.key = invitation.public_key;
    admitted.invited_until = now_s() + invitation_s;
    if (const auto added = keys.add(admitted); !added) return print_error(added.error());
    std::fprintf(stderr,
                 "run this line on %s within 24 hours; it makes a key there, and lets in once:\n",
                 options.name.c_str());
    // `echo` is a part of the shell, so that the invitation is in no process list.
    return print("echo " + runtime::to_text(invitation.secret_key) + " | " +
                 join_line(head, options.name) + " --invitation -\n");
  }
  const auto key = runtime::key_of(options.key);
  if (!key) return print_error({key.error().kind, "--key: " + key.error().what});
  admitted.key = *key;
  if (const auto added = keys.add(admitted); !added) return print_error(added.error());
  return print(options.role == runtime::role_node ? join_line(head, options.name) + "\n"
                                                  : head + "\n");
}

Table table_of(const KeyFolder& keys, const std::vector<AdmittedKey>& admitted) {
  Table table{{"name", "role", "state", "key"}, {}};
  table.rows.push_back({std::string("(this machine)"), std::string("own"), std::string("admitted"),
                        runtime::to_text(keys.own().public_key)});
  for (const AdmittedKey& key : admitted) {
    std::string state = "admitted";
    if (key.invited_until)
      state = *key.invited_until > now_s()
                  ? "invited until " + actors::datetime_of(*key.invited_until * 1'000'000)
                  : "invitation is over";
    table.rows.push_back({key.name, key.role, state, runtime::to_text(key.key)});
  }
  return table;
}

int list(const KeyFolder& keys, TableFormat format) {
  const auto admitted = keys.admitted();
  if (!admitted) return print_error(admitted.error());
  return print(to_text(table_of(keys, *admitted), format));
}

int revoke(const KeyFolder& keys, const std::string& name) {
  if (const auto revoked = keys.revoke(name); !revoked) return print_error(revoked.error());
  return print(name + " is not let in any more; a study that runs has cut it off\n");
}

}  // namespace

int use_keys(const KeysOptions& options) {
  const std::string path = options.folder.empty() ? KeyFolder::usual_path() : options.folder;
  if (options.what == KeysOptions::What::init) return init(path);
  const auto keys = KeyFolder::open(path);
  if (!keys) return print_error(keys.error());
  if (options.what == KeysOptions::What::add) return add(*keys, options);
  if (options.what == KeysOptions::What::revoke) return revoke(*keys, options.name);
  return list(*keys, options.format);
}

}  // namespace troupe::cli
