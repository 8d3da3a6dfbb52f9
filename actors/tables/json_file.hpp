#pragma once

#include <filesystem>
#include <string_view>

#include "actors/study_file/document.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors {

/// The JSON object in a small file of a table.
[[nodiscard]] Result<Element> read_json_object(const std::filesystem::path& file);

/// The member's value; null if the mapping has none of that name.
[[nodiscard]] const Element* member(const Element& mapping, std::string_view key);

}  // namespace troupe::actors
