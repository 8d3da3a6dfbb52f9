#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace troupe::schedulers {

/// A scrambled Sobol sequence. The direction numbers are those of Joe and Kuo 2008, from
/// Boost.Random; the sequence includes the point at the origin.
///
/// The scrambling is Owen's (1995) nested uniform scrambling in base 2, computed by hashing: Burley
/// 2020, "Practical hash-based Owen scrambling", Journal of Computer Graphics Techniques 9(4), with
/// the permutation of Laine and Karras. It preserves stratification: in every dimension each
/// interval [i 2^-m, (i + 1) 2^-m) contains exactly one of the first 2^m points.
class SobolSequence {
 public:
  /// The number of dimensions for which Boost.Random has direction numbers.
  static constexpr std::size_t dimensions_max = 3667;

  /// `dimensions`: 1 to dimensions_max. `seed`: of the scrambling.
  SobolSequence(std::size_t dimensions, std::uint64_t seed);
  SobolSequence(SobolSequence&&) noexcept;
  ~SobolSequence();

  /// Returns the next point, in [0, 1)^dimensions, as multiples of 2^-32. The sequence has 2^32 - 1
  /// points.
  [[nodiscard]] std::vector<double> next();

 private:
  struct Engine;
  std::unique_ptr<Engine> engine_;
  std::vector<std::uint32_t> seeds_;  ///< By dimension.
  bool begun_ = false;
};

}  // namespace troupe::schedulers
