#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::actors {

/// The names in the `${name}` templates of a text. `$${` stands for a literal `${`.
[[nodiscard]] std::vector<std::string> template_names(std::string_view text);

/// Replaces each `${name}` by the result of `lookup`; a template without a result is kept as
/// written.
[[nodiscard]] std::string expand_templates(
    std::string_view text,
    const std::function<std::optional<std::string>(std::string_view name)>& lookup);

}  // namespace troupe::actors
