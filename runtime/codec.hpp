#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "runtime/codec_declarations.hpp"
#include "runtime/core/result.hpp"
#include "runtime/message.hpp"
#include "runtime/pack_get.hpp"
#include "runtime/pack_put.hpp"
#include "runtime/schema.hpp"

// The two encodings of messages, both in msgpack and generated from `fields`.
//
//   wire    A message is an array of its fields in the declared order; a variant of messages is
//           [wire name, message]. The reader needs the writer's declarations (PeerSchemas).
//   named   A message is a map from field names to values; a variant of messages is {wire name:
//           message}. It needs no declaration; actors/json converts it to JSON.
//
// Both match fields by name: a field that the reader does not know is skipped, and one that the
// writer did not send keeps its default. Types: bool, integers (with range checks), double,
// std::string (any bytes), enums with `enum_names(E)` (by name), durations (int64 nanoseconds),
// std::optional, std::shared_ptr<const T> (as optional), std::vector, std::map<std::string, T>,
// messages, classes made of parts (MadeOfParts), strong types, variants of messages, variants of
// scalars (integers and doubles are distinguished), which may also hold std::monostate (nil) and a
// list of scalars (an array).

namespace troupe::runtime {

/// Packs a message in the wire form, for the other side of a link.
template <Message M>
[[nodiscard]] std::string pack(const M& message) {
  std::string out;
  WireCodec<M>::pack_into(out, message);
  return out;
}
/// Unpacks the wire form. `bad_input` names message and field. `peer`: the writer's declarations.
template <Message M>
[[nodiscard]] Result<M> unpack(std::string_view bytes, const PeerSchemas& peer) {
  return WireCodec<M>::unpack(bytes, peer);
}

/// Packs a value in the named form.
template <typename M>
[[nodiscard]] std::string pack_named(const M& value) {
  return NamedCodec<M>::pack(value);
}
/// Unpacks the named form. M may be any of the types listed above, not only a message.
template <typename M>
[[nodiscard]] Result<M> unpack_named(std::string_view bytes) {
  return NamedCodec<M>::unpack(bytes);
}

/// Returns the schemas of M and of every message that it contains, each once, M first.
template <Message M>
[[nodiscard]] std::vector<TypeSchema> schema_of() {
  return WireCodec<M>::schema();
}

namespace coding {

/// Adds the schemas of T, if it is a message, and of the messages in it that are not in `known`.
template <typename T>
void describe(std::vector<TypeSchema>& known);

template <typename... Ts>
void describe_each(std::type_identity<std::variant<Ts...>>, std::vector<TypeSchema>& known) {
  (describe<Ts>(known), ...);
}

template <typename T>
void describe(std::vector<TypeSchema>& known) {
  if constexpr (is_a<T, std::optional> || is_a<T, std::vector>) {
    describe<typename T::value_type>(known);
  } else if constexpr (is_shared<T>) {
    describe<std::remove_const_t<typename T::element_type>>(known);
  } else if constexpr (MadeOfParts<T>) {
    describe<typename T::Parts>(known);
  } else if constexpr (is_a<T, std::map>) {
    describe<typename T::mapped_type>(known);
  } else if constexpr (is_a<T, std::variant>) {
    describe_each(std::type_identity<T>{}, known);
  } else if constexpr (Aggregate<T>) {
    T example{};
    if constexpr (Message<T>) {
      if (std::ranges::find(known, T::wire_name, &TypeSchema::type) != known.end()) return;
      TypeSchema schema{std::string(T::wire_name), {}};
      for_each_field(example, [&](const auto& field) { schema.names.emplace_back(field.name); });
      known.push_back(std::move(schema));
    }
    for_each_field(example, [&]<typename F>(const Field<F>&) { describe<F>(known); });
  }
}

}  // namespace coding

template <typename M>
void WireCodec<M>::pack_into(std::string& out, const M& message) {
  PackWriter writer(out);
  coding::put<coding::Form::wire>(writer, message);
}

template <typename M>
Result<M> WireCodec<M>::unpack(std::string_view bytes, const PeerSchemas& peer) {
  PackReader reader(bytes);
  M message{};
  coding::get<coding::Form::wire>(reader, &peer, message);
  reader.end();
  if (!reader.ok()) return reader.error();
  return message;
}

template <typename M>
std::vector<TypeSchema> WireCodec<M>::schema() {
  std::vector<TypeSchema> known;
  coding::describe<M>(known);
  return known;
}

template <typename T>
std::string NamedCodec<T>::pack(const T& value) {
  std::string out;
  PackWriter writer(out);
  coding::put<coding::Form::named>(writer, value);
  return out;
}

template <typename T>
Result<T> NamedCodec<T>::unpack(std::string_view bytes) {
  PackReader reader(bytes);
  T value{};
  coding::get<coding::Form::named>(reader, nullptr, value);
  reader.end();
  if (!reader.ok()) return reader.error();
  return value;
}

}  // namespace troupe::runtime
