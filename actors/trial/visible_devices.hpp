#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::actors {

/// The GPUs in a value of CUDA_VISIBLE_DEVICES. As in CUDA, the list ends at -1 and at NoDevFiles.
[[nodiscard]] std::vector<std::string> listed_devices(std::string_view visible);

/// Value of CUDA_VISIBLE_DEVICES for a program: the devices at the indices `gpus` of the list
/// `of_node`, which is empty where the node's GPUs are numbered.
[[nodiscard]] std::string visible_devices(const std::vector<std::int64_t>& gpus,
                                          const std::vector<std::string>& of_node);

}  // namespace troupe::actors
