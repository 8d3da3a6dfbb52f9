#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/core/result.hpp"
#include "runtime/keys/key_folder.hpp"

namespace troupe::runtime {

/// The text of a list of keys: a comment for people, then a line for each.
[[nodiscard]] std::string to_text(const std::vector<AdmittedKey>& keys);

/// `path` is for the error, which says where and what was expected.
Result<std::vector<AdmittedKey>> read_key_list(std::string_view text, const std::string& path);

}  // namespace troupe::runtime
