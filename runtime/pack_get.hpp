#pragma once

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "runtime/message.hpp"
#include "runtime/pack_reader.hpp"
#include "runtime/pack_types.hpp"
#include "runtime/schema.hpp"

/// The reading half of the codec.
namespace troupe::runtime::coding {

template <Form form, typename T>
void get(PackReader& in, const PeerSchemas* peer, T& value);

/// Reads the field called `name`, or skips it if M has no such field.
template <Form form, Message M>
void get_field(PackReader& in, const PeerSchemas* peer, std::string_view name, M& message) {
  bool known = false;
  for_each_field(message, [&](const auto& field) {
    if (known || field.name != name) return;
    known = true;
    get<form>(in, peer, field.value);
    if (!in.ok()) in.failed_in(M::wire_name, field.name);
  });
  if (!known) in.skip();
}

template <Message M>
void get_wire_message(PackReader& in, const PeerSchemas& peer, M& message) {
  const TypeSchema* schema = peer.find(M::wire_name);
  if (!schema) return in.fail("the peer has not declared " + std::string(M::wire_name));
  const std::size_t count = in.array();
  if (!in.ok()) return;
  if (count != schema->names.size())
    return in.fail(std::string(M::wire_name) + " has " + std::to_string(count) +
                   " fields, declared with " + std::to_string(schema->names.size()));
  // Fast path while both sides list the same fields in the same order.
  std::size_t next = 0;
  for_each_field(message, [&](const auto& field) {
    if (!in.ok() || next >= count || schema->names[next] != field.name) return;
    ++next;
    get<Form::wire>(in, &peer, field.value);
    if (!in.ok()) in.failed_in(M::wire_name, field.name);
  });
  for (; in.ok() && next < count; ++next)
    get_field<Form::wire>(in, &peer, schema->names[next], message);
}

template <Message M>
void get_named_message(PackReader& in, M& message) {
  const std::size_t count = in.map();
  for (std::size_t i = 0; in.ok() && i < count; ++i) {
    const std::string_view name = in.text();
    if (in.ok()) get_field<Form::named>(in, nullptr, name, message);
  }
}

template <Form form, typename... Ts>
void get_message_variant(PackReader& in, const PeerSchemas* peer, std::variant<Ts...>& value) {
  if constexpr (form == Form::wire) {
    if (in.array() != 2) return in.fail("expected a name and a message");
  } else {
    if (in.map() != 1) return in.fail("expected a map of one message by its name");
  }
  const std::string_view name = in.text();
  if (!in.ok()) return;
  bool known = false;
  const auto attempt = [&]<typename T>(std::type_identity<T>) {
    if (known || !is_called<T>(name)) return;
    known = true;
    get<form>(in, peer, value.template emplace<T>());
  };
  (attempt(std::type_identity<Ts>{}), ...);
  if (!known) in.fail("no message called '" + std::string(name.substr(0, 64)) + "' belongs here");
}

/// Reads into the alternative T. False if the variant has none.
template <Form form, typename T, typename... Ts>
bool get_alternative(PackReader& in, std::variant<Ts...>& value) {
  if constexpr ((std::same_as<T, Ts> || ...)) {
    get<form>(in, nullptr, value.template emplace<T>());
    return true;
  }
  return false;
}

/// Reads into the alternative T, if that is a list. False if it is none.
template <Form form, typename T, typename... Ts>
bool get_list(PackReader& in, std::variant<Ts...>& value, std::type_identity<T>) {
  if constexpr (is_scalar_list<T>) {
    get<form>(in, nullptr, value.template emplace<T>());
    return true;
  }
  return false;
}

template <Form form, typename... Ts>
void get_scalar_variant(PackReader& in, std::variant<Ts...>& value) {
  const auto integer = [&]<typename T>(std::type_identity<T>) {
    if constexpr (std::integral<T> && !std::same_as<T, bool>)
      return get_alternative<form, T>(in, value);
    return false;
  };
  bool known = false;
  switch (in.kind()) {
    case PackKind::boolean:
      known = get_alternative<form, bool>(in, value);
      break;
    case PackKind::integer:
      known =
          (integer(std::type_identity<Ts>{}) || ...) || get_alternative<form, double>(in, value);
      break;
    case PackKind::float64:
      known = get_alternative<form, double>(in, value);
      break;
    case PackKind::text: {
      known = get_alternative<form, std::string>(in, value);
      if constexpr (form == Form::named && (std::same_as<double, Ts> || ...) &&
                    (std::same_as<std::string, Ts> || ...))
        if (const auto* number = find_not_finite(std::get<std::string>(value))) value = *number;
      break;
    }
    case PackKind::nil:
      if constexpr ((std::same_as<std::monostate, Ts> || ...)) {
        in.nil();
        value = std::monostate{};
        known = true;
      }
      break;
    case PackKind::array:
      known = (get_list<form>(in, value, std::type_identity<Ts>{}) || ...);
      break;
    case PackKind::map:
      if (form == Form::named && in.map() == 1 && in.text() == wrapped_string)
        known = get_alternative<form, std::string>(in, value);
      break;
    default:
      break;
  }
  if (!known) in.fail("expected a boolean, a number or a string");
}

template <Form form, typename T>
void get_vector(PackReader& in, const PeerSchemas* peer, std::vector<T>& value) {
  const std::size_t count = in.array();
  value.clear();
  if (!in.charge(count * sizeof(T))) return;
  value.reserve(count);
  for (std::size_t i = 0; in.ok() && i < count; ++i) {
    T item{};
    get<form>(in, peer, item);
    value.push_back(std::move(item));
  }
}

template <Form form, typename T>
void get_map(PackReader& in, const PeerSchemas* peer, std::map<std::string, T>& value) {
  constexpr std::size_t node_bytes = 64 + sizeof(std::string) + sizeof(T);
  const std::size_t count = in.map();
  value.clear();
  for (std::size_t i = 0; i < count && in.charge(node_bytes); ++i) {
    std::string key;
    get<form>(in, peer, key);
    if (in.ok()) get<form>(in, peer, value[std::move(key)]);
  }
}

template <Enum T>
void get_enum(PackReader& in, T& value) {
  const std::string_view name = in.text();
  if (!in.ok()) return;
  const auto names = enum_names(T{});
  const auto found = std::ranges::find(names, name);
  if (found == names.end())
    return in.fail("'" + std::string(name.substr(0, 64)) + "' is none of its names");
  value = static_cast<T>(found - names.begin());
}

template <Form form, typename T>
void get(PackReader& in, const PeerSchemas* peer, T& value) {
  if constexpr (std::same_as<T, bool>) {
    value = in.boolean();
  } else if constexpr (std::integral<T>) {
    value = in.integer<T>();
  } else if constexpr (std::same_as<T, double>) {
    if (form == Form::named && in.kind() == PackKind::text) {
      const auto* number = find_not_finite(in.text());
      number ? void(value = *number) : in.fail("expected a number, found a string");
    } else {
      value = in.float64();
    }
  } else if constexpr (std::same_as<T, std::string>) {
    const std::string_view text = in.text();
    if (in.charge(text.size())) value = text;
  } else if constexpr (Enum<T>) {
    get_enum(in, value);
  } else if constexpr (is_a<T, std::chrono::duration>) {
    value = std::chrono::duration_cast<T>(std::chrono::nanoseconds(in.integer<std::int64_t>()));
  } else if constexpr (is_a<T, std::optional>) {
    if (in.kind() == PackKind::nil) {
      value.reset();
      in.nil();
    } else {
      get<form>(in, peer, value.emplace());
    }
  } else if constexpr (is_shared<T>) {
    if (in.kind() == PackKind::nil) {
      value.reset();
      in.nil();
    } else {
      auto made = std::make_shared<std::remove_const_t<typename T::element_type>>();
      get<form>(in, peer, *made);
      value = std::move(made);
    }
  } else if constexpr (is_a<T, std::vector>) {
    get_vector<form>(in, peer, value);
  } else if constexpr (is_a<T, std::map>) {
    get_map<form>(in, peer, value);
  } else if constexpr (is_message_variant<T>) {
    get_message_variant<form>(in, peer, value);
  } else if constexpr (is_scalar_variant<T>) {
    get_scalar_variant<form>(in, value);
  } else if constexpr (MadeOfParts<T>) {
    typename T::Parts parts;
    get<form>(in, peer, parts);
    if (in.ok()) value = T(std::move(parts));
  } else if constexpr (Transparent<T>) {
    for_each_field(value, [&](const auto& field) { get<form>(in, peer, field.value); });
  } else {
    static_assert(Message<T>, "this type cannot travel: see the list in runtime/codec.hpp");
    if (in.enter()) {
      if constexpr (form == Form::wire)
        get_wire_message(in, *peer, value);
      else
        get_named_message(in, value);
    }
    in.leave();
  }
}

}  // namespace troupe::runtime::coding
