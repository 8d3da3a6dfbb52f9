#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace troupe::schedulers {

/// The Sobol sequence (direction numbers of Joe and Kuo 2008, from Boost.Random; its point at the
/// origin included), scrambled by the seed.
///
/// The scrambling is Owen's (1995), nested and uniform in base 2, computed by hashing: Burley 2020,
/// "Practical hash-based Owen scrambling", Journal of Computer Graphics Techniques 9(4), with the
/// permutation of Laine and Karras. It keeps what makes the sequence even: of the first 2^m points
/// each interval of length 2^-m holds one, in every dimension.
class SobolSequence {
 public:
  /// As many as Boost.Random has direction numbers for.
  static constexpr std::size_t dimensions_max = 3667;

  /// At least one dimension.
  SobolSequence(std::size_t dimensions, std::uint64_t seed);
  SobolSequence(SobolSequence&&) noexcept;
  ~SobolSequence();

  /// The next point in [0, 1)^dimensions, in steps of 2^-32. There are 2^32 - 1.
  [[nodiscard]] std::vector<double> next();

 private:
  struct Engine;
  std::unique_ptr<Engine> engine_;
  std::vector<std::uint32_t> seeds_;  ///< By dimension.
  bool begun_ = false;
};

}  // namespace troupe::schedulers
