#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct XXH3_state_s;

namespace troupe::actors {

/// XXH3 with 128 bits, of bytes that come in pieces. Detects errors of disks and programs; it is no
/// protection against forgery.
class ContentHash {
 public:
  ContentHash();

  void add(std::string_view bytes);
  /// The hash of all bytes so far, as 32 hexadecimal digits.
  [[nodiscard]] std::string hex() const;
  /// 64 of its 128 bits.
  [[nodiscard]] std::uint64_t word() const;

 private:
  struct Free {
    void operator()(XXH3_state_s* state) const;
  };
  std::unique_ptr<XXH3_state_s, Free> state_;
};

}  // namespace troupe::actors
