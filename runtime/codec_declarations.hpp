#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/core/result.hpp"
#include "runtime/schema.hpp"

namespace troupe::runtime {

// Declarations of the two encodings that runtime/codec.hpp defines. Each source that sends or
// handles a message instantiates its codec. For a message with many such sources, declare `extern
// template struct WireCodec<M>;` after it, in namespace troupe::runtime, and instantiate it without
// `extern` in one source.

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
