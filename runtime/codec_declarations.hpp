#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/core/result.hpp"
#include "runtime/schema.hpp"

namespace troupe::runtime {

// The two encodings, defined in runtime/codec.hpp. Their code is made in each source that sends or
// handles the type. For a type with many such sources, declare `extern template struct
// WireCodec<M>;` behind it, in namespace troupe::runtime, and the same without `extern` in one
// source.

template <typename M>
struct WireCodec {
  static void pack_into(std::string& out, const M& message);
  [[nodiscard]] static Result<M> unpack(std::string_view bytes, const PeerSchemas& peer);
  [[nodiscard]] static std::vector<TypeSchema> schema();
};

template <typename T>
struct NamedCodec {
  [[nodiscard]] static std::string pack(const T& value);
  [[nodiscard]] static Result<T> unpack(std::string_view bytes);
};

}  // namespace troupe::runtime
