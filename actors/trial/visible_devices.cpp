#include "actors/trial/visible_devices.hpp"

#include <algorithm>
#include <cstddef>

namespace troupe::actors {

std::vector<std::string> listed_devices(std::string_view visible) {
  std::vector<std::string> devices;
  while (!visible.empty()) {
    std::string_view device = visible.substr(0, visible.find(','));
    visible.remove_prefix(std::min(visible.size(), device.size() + 1));
    device.remove_prefix(std::min(device.find_first_not_of(' '), device.size()));
    device = device.substr(0, device.find(' '));
    if (device.empty() || device.starts_with('-') || device == "NoDevFiles") break;
    devices.emplace_back(device);
  }
  return devices;
}

std::string visible_devices(const std::vector<std::int64_t>& gpus,
                            const std::vector<std::string>& of_node) {
  std::string list;
  for (const auto gpu : gpus) {
    const auto index = static_cast<std::size_t>(gpu);
    if (!list.empty()) list += ',';
    list += index < of_node.size() ? of_node[index] : std::to_string(gpu);
  }
  return list;
}

}  // namespace troupe::actors
