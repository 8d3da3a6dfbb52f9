#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::actors {

/// The names in the `${name}` templates of a text. `$${` stands for a literal `${`.
[[nodiscard]] std::vector<std::string> template_names(std::string_view text);

/// The name, if the text is one `${name}` template and nothing else.
[[nodiscard]] std::optional<std::string> sole_template(std::string_view text);

/// What `${name}` stands for beside parameters: facts of the trial. A parameter of the same name
/// comes first.
constexpr std::array<std::string_view, 4> trial_templates{"trial_dir", "checkpoint_dir", "trial_id",
                                                          "study"};

/// Whether `option` is the option before a value of the parameter `name`: --learning-rate or
/// --learning_rate for learning_rate.
[[nodiscard]] bool is_option_of(std::string_view option, std::string_view name);

/// Replaces each `${name}` by the result of `lookup`; a template without a result is kept as
/// written.
[[nodiscard]] std::string expand_templates(
    std::string_view text,
    const std::function<std::optional<std::string>(std::string_view name)>& lookup);

}  // namespace troupe::actors
