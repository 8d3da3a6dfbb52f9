#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "runtime/core/check.hpp"
#include "runtime/message.hpp"
#include "runtime/pack_types.hpp"
#include "runtime/pack_writer.hpp"

/// The writing half of the codec.
namespace troupe::runtime::coding {

template <Form form, typename T>
void put(PackWriter& out, const T& value);

template <Form form, Message M>
void put_message(PackWriter& out, const M& message) {
  if constexpr (form == Form::wire)
    out.array(field_count<M>);
  else
    out.map(field_count<M>);
  for_each_field(message, [&](const auto& field) {
    if constexpr (form == Form::named) out.text(field.name);
    put<form>(out, field.value);
  });
}

template <Form form, typename... Ts>
void put_variant(PackWriter& out, const std::variant<Ts...>& value) {
  using Variant = std::variant<Ts...>;
  static_assert(is_message_variant<Variant> || is_scalar_variant<Variant>,
                "a variant is of messages, or of scalars with one integer type, null and one list");
  std::visit(
      [&]<typename T>(const T& held) {
        if constexpr (is_message_variant<Variant>) {
          form == Form::wire ? out.array(2) : out.map(1);
          out.text(T::wire_name);
        } else if constexpr (form == Form::named && std::same_as<T, std::string>) {
          if (find_not_finite(held)) {
            out.map(1);
            out.text(wrapped_string);
          }
        }
        put<form>(out, held);
      },
      value);
}

template <Form form, typename T>
void put(PackWriter& out, const T& value) {
  if constexpr (std::same_as<T, bool>) {
    out.boolean(value);
  } else if constexpr (std::unsigned_integral<T>) {
    out.uint64(value);
  } else if constexpr (std::integral<T>) {
    out.int64(value);
  } else if constexpr (std::same_as<T, double>) {
    out.float64(value);
  } else if constexpr (std::same_as<T, std::string>) {
    out.text(value);
  } else if constexpr (std::same_as<T, std::monostate>) {
    out.nil();
  } else if constexpr (Enum<T>) {
    out.text(enum_text(value));
  } else if constexpr (is_a<T, std::chrono::duration>) {
    out.int64(std::chrono::duration_cast<std::chrono::nanoseconds>(value).count());
  } else if constexpr (is_a<T, std::optional> || is_shared<T>) {
    value ? put<form>(out, *value) : out.nil();
  } else if constexpr (is_a<T, std::vector>) {
    out.array(value.size());
    for (const auto& item : value) put<form, typename T::value_type>(out, item);
  } else if constexpr (is_a<T, std::map>) {
    static_assert(std::same_as<typename T::key_type, std::string>);
    out.map(value.size());
    for (const auto& [key, item] : value) {
      out.text(key);
      put<form>(out, item);
    }
  } else if constexpr (is_a<T, std::variant>) {
    put_variant<form>(out, value);
  } else if constexpr (MadeOfParts<T>) {
    put<form, typename T::Parts>(out, value.parts());
  } else if constexpr (Transparent<T>) {
    for_each_field(value, [&](const auto& field) { put<form>(out, field.value); });
  } else {
    static_assert(Message<T>, "this type cannot travel: see the list in runtime/codec.hpp");
    put_message<form>(out, value);
  }
}

}  // namespace troupe::runtime::coding
