#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::runtime {

/// Appends msgpack to a string. Whoever opens an array or a map writes as many items after it.
class PackWriter {
 public:
  /// `out` outlives the writer; what it holds stays in front.
  explicit PackWriter(std::string& out) : out_(&out) {}

  void nil();
  void boolean(bool value);
  void integer(std::int64_t value);
  void natural(std::uint64_t value);
  void real(
      double value);  ///< Always eight bytes: NaN, infinities and -0.0 come back as they were.
  void text(std::string_view value);  ///< Any bytes; at most 4 GiB.
  void array(std::size_t items);
  void map(std::size_t pairs);

 private:
  std::string* out_;
};

}  // namespace troupe::runtime
