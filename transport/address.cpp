#include "transport/address.hpp"

#include <charconv>
#include <optional>

namespace troupe::transport {
namespace {

struct HostPort {
  std::string host;
  std::string port;  ///< A number from 1, or "*".
};

std::optional<unsigned> number(std::string_view text, unsigned max) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > max) return std::nullopt;
  return value;
}

/// Whether `host` is an address in 127.0.0.0/8, in dotted form.
bool is_loopback_v4(std::string_view host) {
  for (int octets_left = 4; octets_left > 0; --octets_left) {
    const std::size_t dot = host.find('.');
    const auto octet = number(host.substr(0, dot), 255);
    if (!octet || (octets_left == 4 && *octet != 127)) return false;
    if (dot == std::string_view::npos) return octets_left == 1;
    host.remove_prefix(dot + 1);
  }
  return false;
}

Result<HostPort> parse(std::string_view address) {
  const Error misshapen{ErrorKind::bad_input, "\"" + std::string(address) +
                                                  "\" is not an address; write HOST:PORT, as in "
                                                  "127.0.0.1:7070"};
  std::string_view rest = address;
  if (const std::size_t scheme = rest.find("://"); scheme != std::string_view::npos) {
    if (rest.substr(0, scheme) != "tcp")
      return Error{ErrorKind::bad_input, "\"" + std::string(address) +
                                             "\": nodes talk over tcp, not " +
                                             std::string(rest.substr(0, scheme))};
    rest.remove_prefix(scheme + 3);
  }
  const std::size_t colon = rest.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return misshapen;
  const std::string_view host = rest.substr(0, colon);
  const std::string_view port = rest.substr(colon + 1);
  if (port == "*" || port == "0") return HostPort{std::string(host), "*"};
  const auto value = number(port, 65535);
  if (!value) return misshapen;
  return HostPort{std::string(host), std::to_string(*value)};
}

bool is_loopback(std::string_view host) {
  return host == "[::1]" || is_loopback_v4(host);
}

}  // namespace

Result<ListenAddress> address_to_listen(std::string_view address) {
  auto parsed = parse(address);
  if (!parsed) return parsed.error();
  if (parsed->host == "localhost") parsed->host = "127.0.0.1";
  return ListenAddress{"tcp://" + parsed->host + ":" + parsed->port, is_loopback(parsed->host)};
}

Result<DialAddress> address_to_dial(std::string_view address) {
  // The key follows the first slash after the scheme.
  const std::size_t scheme = address.find("://");
  const std::size_t slash = address.find('/', scheme == std::string_view::npos ? 0 : scheme + 3);
  auto parsed = parse(address.substr(0, slash));
  if (!parsed) return parsed.error();
  if (parsed->host == "localhost") parsed->host = "127.0.0.1";
  if (parsed->port == "*")
    return Error{ErrorKind::bad_input,
                 "cannot dial " + std::string(address) + ": the port that it listens at is needed"};
  DialAddress dial{"tcp://" + parsed->host + ":" + parsed->port, std::nullopt};
  if (slash != std::string_view::npos) {
    const auto key = key_of(address.substr(slash + 1));
    if (!key) return Error{key.error().kind, std::string(address) + ": " + key.error().what};
    dial.key = *key;
  } else if (!is_loopback(parsed->host)) {
    return missing_key(address);
  }
  return dial;
}

Error missing_key(std::string_view address) {
  return {ErrorKind::refused,
          "cannot dial " + std::string(address) +
              ": the public key of the node that listens there is needed, as in HOST:PORT/KEY; "
              "`troupe keys add` prints the whole address, and the folder of a study on this "
              "machine contains it"};
}

std::string key_in(std::string_view address) {
  const auto dial = address_to_dial(address);
  return dial && dial->key ? to_text(*dial->key) : std::string();
}

}  // namespace troupe::transport
