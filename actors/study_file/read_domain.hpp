#pragma once

#include <optional>
#include <string>

#include "actors/study_file/document.hpp"
#include "actors/study_file/problem.hpp"
#include "schedulers/space/space.hpp"

namespace troupe::actors {

/// Reads the domain of a parameter: `{uniform: [0, 1]}`, or a plain value, which is a constant.
/// `{uniform: [0, 1], step: 0.1}`. Ignores a `when` beside the domain. None: an error was reported.
[[nodiscard]] std::optional<schedulers::Domain> read_domain(const std::string& parameter,
                                                            const Element& element,
                                                            ProblemList& problems);

/// The domain in the syntax of study files: `randint: [1, 8]`.
[[nodiscard]] std::string to_text(const schedulers::Domain& domain);

/// The value of a scalar or of a list of scalars; null is std::monostate. None: the element is or
/// has something else, or a number that is not finite.
[[nodiscard]] std::optional<schedulers::Value> value_of(const Element& element);

/// The value with the type of the domain: an integer becomes a real number where the domain has
/// real numbers. None: the value is not in the domain.
[[nodiscard]] std::optional<schedulers::Value> fitted(const schedulers::Domain& domain,
                                                      const schedulers::Value& value);

}  // namespace troupe::actors
