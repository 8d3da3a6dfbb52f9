#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/study_file/document.hpp"
#include "actors/study_file/problem.hpp"
#include "schedulers/space/space.hpp"

namespace troupe::actors {

/// Reads a condition: what is asked of parameters, all of which must hold.
///
///     {optimizer: sgd}             the value
///     {optimizer: [sgd, adam]}     one of these
///     {layers: "> 2"}              a comparison: <, <=, >, >= with a number, != with any value
///
/// `declared` are the names in config_space: one that `parameters` lack has a problem that is
/// reported already. `noun` names the condition in messages. None: its problems were reported.
[[nodiscard]] std::optional<schedulers::Condition> read_condition(
    const Element& element, const std::string& noun,
    const std::vector<schedulers::Parameter>& parameters,
    const std::vector<std::string_view>& declared, ProblemList& problems);

}  // namespace troupe::actors
