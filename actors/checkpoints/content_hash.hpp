#pragma once

#include <memory>
#include <string>
#include <string_view>

struct XXH3_state_s;

namespace troupe::actors {

/// XXH3, 128 bits, of bytes that come piece by piece. Finds what a disk or a program got wrong; it
/// is no defence against somebody who wants to deceive.
class ContentHash {
 public:
  ContentHash();

  void add(std::string_view bytes);
  /// Of all that was added: 32 hexadecimal digits.
  [[nodiscard]] std::string hex() const;

 private:
  struct Free {
    void operator()(XXH3_state_s* state) const;
  };
  std::unique_ptr<XXH3_state_s, Free> state_;
};

}  // namespace troupe::actors
