#pragma once

#include <optional>
#include <string>

#include "actors/study_file/document.hpp"
#include "actors/study_file/problem.hpp"
#include "schedulers/space/space.hpp"

namespace troupe::actors {

/// Reads what a parameter may be: `{uniform: [0, 1]}`, or a plain value, which is a constant. A
/// `when` beside the domain is left to others. None: its problems were reported.
[[nodiscard]] std::optional<schedulers::Domain> read_domain(const std::string& parameter,
                                                            const Element& element,
                                                            ProblemList& problems);

/// As one writes it in a study file: `randint: [1, 8]`.
[[nodiscard]] std::string to_text(const schedulers::Domain& domain);

/// A scalar as a parameter's value. None: it is no scalar, nothing, or not finite.
[[nodiscard]] std::optional<schedulers::Value> value_of(const Element& element);

/// The value as one of the domain: `1` is also a real number. None: it is not in the domain.
[[nodiscard]] std::optional<schedulers::Value> fitted(const schedulers::Domain& domain,
                                                      const schedulers::Value& value);

}  // namespace troupe::actors
