#include "actors/content_hash.hpp"

#include <array>
#include <cstdio>

#include <xxhash.h>

#include "runtime/core/check.hpp"

namespace troupe::actors {

void ContentHash::Free::operator()(XXH3_state_s* state) const {
  XXH3_freeState(state);
}

ContentHash::ContentHash() : state_(XXH3_createState()) {
  check(state_ != nullptr && XXH3_128bits_reset(state_.get()) == XXH_OK,
        "there is memory for the state of a hash");
}

void ContentHash::add(std::string_view bytes) {
  XXH3_128bits_update(state_.get(), bytes.data(), bytes.size());
}

std::string ContentHash::hex() const {
  const XXH128_hash_t hash = XXH3_128bits_digest(state_.get());
  std::array<char, 33> digits{};
  (void)std::snprintf(digits.data(), digits.size(), "%016llx%016llx",
                      static_cast<unsigned long long>(hash.high64),
                      static_cast<unsigned long long>(hash.low64));
  return digits.data();
}

std::uint64_t ContentHash::word() const {
  return XXH3_128bits_digest(state_.get()).low64;
}

}  // namespace troupe::actors
