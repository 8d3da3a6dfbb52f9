#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::actors {

/// The names in the templates of a text: {"lr"} for "--lr=${lr}". `$${` stands for a literal `${`.
[[nodiscard]] std::vector<std::string> template_names(std::string_view text);

/// Replaces each `${name}` by what `lookup` knows of it; a name that it does not know stays as it
/// is.
[[nodiscard]] std::string expand_templates(
    std::string_view text,
    const std::function<std::optional<std::string>(std::string_view name)>& lookup);

}  // namespace troupe::actors
