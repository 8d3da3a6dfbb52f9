#pragma once

#include <sstream>
#include <string>

namespace troupe::schedulers {

/// A number as a message to a person shows it: to six digits, without trailing zeros.
inline std::string number_text(double value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

}  // namespace troupe::schedulers
