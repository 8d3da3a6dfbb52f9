#include "actors/head/head_address.hpp"

#include <string_view>

namespace troupe::actors {

namespace {

/// "40123" of "tcp://127.0.0.1:40123/KEY"; empty if there is none.
std::string_view port_in(std::string_view address) {
  const auto host = address.find("//");
  const auto end = address.find('/', host == address.npos ? 0 : host + 2);
  address = address.substr(0, end);
  const auto colon = address.rfind(':');
  return colon == address.npos ? std::string_view() : address.substr(colon + 1);
}

}  // namespace

Result<std::string> address_in(const std::filesystem::path& folder) {
  auto text = read_file((folder / "address").string());
  while (text && !text->empty() && text->back() == '\n') text->pop_back();
  return text;
}

Result<std::string> listen_again(runtime::Node& node, const std::string& listen,
                                 const HeadFolder& folder) {
  const std::string_view wanted = port_in(listen);
  if (wanted != "*" && wanted != "0") return node.listen(listen);
  const auto before = address_in(folder.path());
  if (!before) return node.listen(listen);
  const std::string_view port = port_in(*before);
  if (port.empty()) return node.listen(listen);
  auto again = node.listen(listen.substr(0, listen.size() - wanted.size()) + std::string(port));
  return again ? again : node.listen(listen);
}

}  // namespace troupe::actors
