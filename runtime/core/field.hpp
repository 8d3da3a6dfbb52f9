#pragma once

#include <cstddef>
#include <string_view>
#include <tuple>

#include "runtime/core/check.hpp"

namespace troupe {

/// A named member of an aggregate. Each aggregate that is sent or journaled lists its members:
///
///     struct TrialReported {
///       static constexpr std::string_view wire_name = "TrialReported";
///       TrialId trial = 0;
///       double metric = 0;
///       static auto fields(auto& m) {
///         return std::tuple{field("trial", m.trial), field("metric", m.metric)};
///       }
///     };
///
/// Fields are matched by name, so that two versions can communicate: a field that the sender lacks
/// keeps its default, and a field that the reader lacks is skipped.
template <typename T>
struct Field {
  std::string_view name;
  T& value;
};

template <typename T>
constexpr Field<T> field(std::string_view name, T& value) {
  return {name, value};
}

/// The text of an enumerator, from the `enum_names` of its enumeration.
template <typename E>
[[nodiscard]] constexpr std::string_view enum_text(E value) {
  const auto names = enum_names(value);
  const auto index = static_cast<std::size_t>(value);
  check(index < names.size(), "an enumerator has a name");
  return names[index];
}

/// The fields of an aggregate without members.
constexpr std::tuple<> no_fields() {
  return {};
}

}  // namespace troupe
