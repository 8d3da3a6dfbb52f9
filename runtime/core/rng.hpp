#pragma once

#include <cstdint>
#include <string_view>

#include "runtime/core/check.hpp"

namespace troupe {

/// The only source of randomness: xoshiro256** seeded by splitmix64 (Blackman and Vigna 2018,
/// "Scrambled linear pseudorandom number generators"). Its sequence is the same on each platform;
/// the distributions of the standard library are not used, because their algorithms are
/// unspecified.
class Rng {
 public:
  explicit Rng(std::uint64_t seed) {
    for (auto& word : state_) word = splitmix(seed);
  }

  /// The generator for one purpose and one subject (such as a trial) of a study. Streams are
  /// independent of each other and of the order in which they are made.
  static Rng stream(std::uint64_t seed, std::string_view purpose, std::uint64_t subject = 0) {
    std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a
    for (const char c : purpose) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    std::uint64_t mixed = seed;
    mixed = splitmix(mixed) ^ hash;
    mixed = splitmix(mixed) ^ subject;
    return Rng(splitmix(mixed));
  }

  /// 64 uniform bits.
  std::uint64_t bits() {
    const std::uint64_t result = rotate(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = rotate(state_[3], 45);
    return result;
  }

  /// Uniform in [0, 1), from the top 53 bits.
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1.0p-53; }

  /// Uniform in [low, high).
  double uniform(double low, double high) {
    check(low < high, "the interval of a draw is not empty");
    return low + (high - low) * uniform();
  }

  /// Uniform in 0 .. n-1, without bias.
  std::uint64_t below(std::uint64_t n) {
    check(n > 0, "a draw has at least one possible result");
    const std::uint64_t refused =
        (0 - n) % n;  // Without it 2^64 mod n results would be too frequent.
    for (;;)
      if (const std::uint64_t drawn = bits(); drawn >= refused) return drawn % n;
  }

 private:
  static std::uint64_t rotate(std::uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

  static std::uint64_t splitmix(std::uint64_t& x) {
    std::uint64_t z = (x += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }

  std::uint64_t state_[4]{};
};

}  // namespace troupe
