#pragma once

#include <string>
#include <string_view>

namespace troupe::schedulers {

/// What is wrong with one option, for a person.
struct OptionProblem {
  std::string_view option;  ///< The member's name.
  std::string what;         ///< A sentence with what was found and what was expected.
};

}  // namespace troupe::schedulers
