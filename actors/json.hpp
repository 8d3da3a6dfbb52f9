#pragma once

#include <string>
#include <string_view>

#include "runtime/codec.hpp"
#include "runtime/pack_writer.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::actors {

/// compact: no spaces. spaced: on one line, ", " and ": ". indented: a line for each value.
enum class JsonLayout { compact, spaced, indented };

/// Converts msgpack (named form) to JSON. Doubles have the shortest digits that read back to the
/// same value, and a point or an exponent: 1.0 and 1 differ. NaN and the infinities become the
/// strings "nan", "inf" and "-inf". Invalid UTF-8 becomes U+FFFD.
[[nodiscard]] std::string packed_to_json(std::string_view packed,
                                         JsonLayout layout = JsonLayout::compact);

/// Converts JSON to msgpack. The error names the position of a syntax error.
[[nodiscard]] Result<std::string> json_to_packed(std::string_view json);

/// `text` as a quoted JSON string.
[[nodiscard]] std::string json_string(std::string_view text);
/// `value` as packed_to_json prints it.
[[nodiscard]] std::string json_number(double value);

/// JSON of a message, or of any other type that runtime/codec packs.
template <typename M>
[[nodiscard]] std::string to_json(const M& value, JsonLayout layout = JsonLayout::compact) {
  return packed_to_json(runtime::pack_named(value), layout);
}

/// Packs a configuration as a map from name to value.
void pack_config(runtime::PackWriter& out, const schedulers::Config& config);

/// A configuration as one JSON object, spaced, in the order of the space. Programs read it.
[[nodiscard]] std::string config_json(const schedulers::Config& config);

template <typename M>
[[nodiscard]] Result<M> from_json(std::string_view json) {
  const Result<std::string> packed = json_to_packed(json);
  if (!packed) return packed.error();
  return runtime::unpack_named<M>(*packed);
}

}  // namespace troupe::actors
