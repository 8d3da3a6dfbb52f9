#pragma once

#include <string_view>
#include <tuple>

namespace troupe {

/// One named member of an aggregate. An aggregate that travels or is journaled lists its members:
///
///     struct TrialReported {
///       static constexpr std::string_view wire_name = "trial_reported";
///       TrialId trial = 0;
///       double metric = 0;
///       static auto fields(auto& m) {
///         return std::tuple{field("trial", m.trial), field("metric", m.metric)};
///       }
///     };
///
/// Names, not positions, are what lets two versions talk: the reader takes the fields that both
/// know; one that the sender lacks keeps its default, one that the reader lacks is skipped.
template <typename T>
struct Field {
  std::string_view name;
  T& value;
};

template <typename T>
constexpr Field<T> field(std::string_view name, T& value) {
  return {name, value};
}

/// An aggregate without members to list.
constexpr std::tuple<> no_fields() {
  return {};
}

}  // namespace troupe
