#include "runtime/address.hpp"

#include <array>
#include <charconv>

namespace troupe::runtime {

std::string to_string(NodeId node) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), node.value, 16).ptr;
  const auto count = static_cast<std::size_t>(end - digits.data());
  return std::string(digits.size() - count, '0') + std::string(digits.data(), count);
}

std::string to_string(const Address& address) {
  return to_string(address.node) + "/" + std::to_string(address.slot()) + "." +
         std::to_string(address.generation());
}

}  // namespace troupe::runtime
