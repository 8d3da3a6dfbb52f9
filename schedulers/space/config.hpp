#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "runtime/core/field.hpp"

namespace troupe::schedulers {

/// What a hyperparameter is set to.
using Value = std::variant<std::int64_t, double, bool, std::string>;

/// One hyperparameter of a configuration.
struct Setting {
  static constexpr std::string_view wire_name = "setting";
  std::string name;
  Value value;
  static auto fields(auto& m) { return std::tuple{field("name", m.name), field("value", m.value)}; }
  friend bool operator==(const Setting&, const Setting&) = default;
};

/// A configuration: every hyperparameter and constant of the space, in the order of the study file.
using Config = std::vector<Setting>;

}  // namespace troupe::schedulers
