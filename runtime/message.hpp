#pragma once

#include <concepts>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "runtime/core/field.hpp"

namespace troupe::runtime {

/// An aggregate that lists its members: see runtime/core/field.hpp.
template <typename T>
concept Aggregate = std::default_initializable<T> && std::movable<T> && requires(T& m, const T& c) {
  T::fields(m);
  T::fields(c);
};

/// A message of actors: an aggregate with a `wire_name` that is unique in the program.
template <typename T>
concept Message = Aggregate<T> && requires {
  { T::wire_name } -> std::convertible_to<std::string_view>;
};

/// Whether a variant of messages may call T `name`: its wire name or, in what an earlier version
/// wrote, its `former_wire_name`, if it has one.
template <Message T>
[[nodiscard]] constexpr bool is_called(std::string_view name) {
  if constexpr (requires { T::former_wire_name; })
    if (name == T::former_wire_name) return true;
  return name == T::wire_name;
}

/// A message that is answered with its `Reply`.
template <typename T>
concept Question = Message<T> && requires { typename T::Reply; };

/// Number of fields that an aggregate lists.
template <Aggregate T>
inline constexpr std::size_t field_count =
    std::tuple_size_v<decltype(T::fields(std::declval<T&>()))>;

/// A strong type: an aggregate of one field without a wire name. It is packed as that field.
template <typename T>
concept Transparent = Aggregate<T> && !Message<T> && field_count<T> == 1;

/// A class that is packed as its parts, a message from which it can be made again: `parts()` and a
/// constructor from `T::Parts`.
template <typename T>
concept MadeOfParts = Message<typename T::Parts> && requires(const T& value) {
  { value.parts() } -> std::convertible_to<typename T::Parts>;
  T(value.parts());
};

/// Calls `visit(field)` for each field of `m`, in the declared order.
template <typename M, typename Visit>
constexpr void for_each_field(M& m, Visit&& visit) {
  auto fields = std::remove_const_t<M>::fields(m);
  // std::apply takes longer to compile.
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (visit(std::get<I>(fields)), ...);
  }(std::make_index_sequence<std::tuple_size_v<decltype(fields)>>());
}

}  // namespace troupe::runtime
