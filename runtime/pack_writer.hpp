#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::runtime {

/// Appends msgpack to a string. After `array` or `map` the caller writes that many items.
class PackWriter {
 public:
  /// `out` outlives the writer. Its present content is kept.
  explicit PackWriter(std::string& out) : out_(&out) {}

  void nil();
  void boolean(bool value);
  void int64(std::int64_t value);
  void uint64(std::uint64_t value);
  void float64(double value);         ///< In eight bytes: NaN, infinities and -0.0 are preserved.
  void text(std::string_view value);  ///< Any bytes; at most 4 GiB.
  void array(std::size_t items);
  void map(std::size_t pairs);

 private:
  std::string* out_;
};

}  // namespace troupe::runtime
