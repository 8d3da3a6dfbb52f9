#pragma once

#include <array>
#include <concepts>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "runtime/message.hpp"

/// Definitions shared by the writer (pack_put.hpp) and the reader (pack_get.hpp) of the codec.
namespace troupe::runtime::coding {

enum class Form { wire, named };

template <typename T>
concept Enum = std::is_enum_v<T> && requires(T value) { enum_names(value).size(); };

template <typename T, template <typename...> class Template>
inline constexpr bool is_a = false;
template <template <typename...> class Template, typename... Ts>
inline constexpr bool is_a<Template<Ts...>, Template> = true;

/// A value that is shared and does not change; packed as an optional value.
template <typename T>
inline constexpr bool is_shared = false;
template <typename T>
inline constexpr bool is_shared<std::shared_ptr<const T>> = true;

template <typename T>
inline constexpr bool is_message_variant = false;
template <typename... Ts>
inline constexpr bool is_message_variant<std::variant<Ts...>> = (Message<Ts> && ...);

template <typename T>
concept Scalar = std::same_as<T, bool> || std::integral<T> || std::same_as<T, double> ||
                 std::same_as<T, std::string>;
template <typename T>
inline constexpr bool is_scalar_variant = false;
/// A list of scalars.
template <typename T>
inline constexpr bool is_scalar_list = false;
template <typename T>
inline constexpr bool is_scalar_list<std::vector<T>> = is_scalar_variant<T>;
template <typename... Ts>
inline constexpr bool is_scalar_variant<std::variant<Ts...>> =
    ((Scalar<Ts> || std::same_as<Ts, std::monostate> || is_scalar_list<Ts>) && ...) &&
    ((std::integral<Ts> && !std::same_as<Ts, bool>)+... + 0) <= 1 &&
    ((is_scalar_list<Ts> ? 1 : 0) + ... + 0) <= 1;

/// Text of doubles that are not finite, in JSON. In the named form a string of a scalar variant
/// that equals one of them is therefore wrapped: {"string": "nan"}.
constexpr std::array<std::pair<std::string_view, double>, 3> not_finite{
    {{"nan", std::numeric_limits<double>::quiet_NaN()},
     {"inf", std::numeric_limits<double>::infinity()},
     {"-inf", -std::numeric_limits<double>::infinity()}}};
constexpr std::string_view wrapped_string = "string";

constexpr const double* find_not_finite(std::string_view text) {
  for (const auto& [name, value] : not_finite)
    if (name == text) return &value;
  return nullptr;
}

}  // namespace troupe::runtime::coding
