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

/// What actors send each other: an aggregate with a name that is unique in the whole program.
template <typename T>
concept Message = Aggregate<T> && requires {
  { T::wire_name } -> std::convertible_to<std::string_view>;
};

/// A message whose handler returns the answer; `ask` gives it to the sender.
template <typename T>
concept Question = Message<T> && requires { typename T::Reply; };

/// How many fields an aggregate lists.
template <Aggregate T>
inline constexpr std::size_t field_count =
    std::tuple_size_v<decltype(T::fields(std::declval<T&>()))>;

/// An aggregate of one field without a name of its own, a strong type: it travels as that field.
template <typename T>
concept Transparent = Aggregate<T> && !Message<T> && field_count<T> == 1;

/// Calls `visit(field)` for each field of `m`, in the declared order.
template <typename M, typename Visit>
constexpr void for_each_field(M& m, Visit&& visit) {
  auto fields = std::remove_const_t<M>::fields(m);
  // Not std::apply, which the compiler works on for long.
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (visit(std::get<I>(fields)), ...);
  }(std::make_index_sequence<std::tuple_size_v<decltype(fields)>>());
}

}  // namespace troupe::runtime
