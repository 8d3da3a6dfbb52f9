#include "runtime/keys/key_list.hpp"

#include <charconv>
#include <sstream>

namespace troupe::runtime {

namespace {

constexpr const char* explanation =
    "# NAME ROLE KEY: who may link with this machine's studies. `troupe keys` writes this file.\n";

Result<AdmittedKey> read_line(const std::string& line) {
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

}  // namespace

std::string to_text(const std::vector<AdmittedKey>& keys) {
  std::string text = explanation;
  for (const AdmittedKey& key : keys) {
    text += key.name + " " + key.role + " " + transport::to_text(key.key);
    if (key.invited_until) text += " until " + std::to_string(*key.invited_until);
    text += "\n";
  }
  return text;
}

Result<std::vector<AdmittedKey>> read_key_list(std::string_view text, const std::string& path) {
  std::vector<AdmittedKey> keys;
  std::istringstream lines{std::string(text)};
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (line.empty() || line.front() == '#') continue;
    const auto key = read_line(line);
    if (!key)
      return Error{ErrorKind::bad_input,
                   path + ":" + std::to_string(number) + ": " + key.error().what};
    keys.push_back(*key);
  }
  return keys;
}

}  // namespace troupe::runtime
