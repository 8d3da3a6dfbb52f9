#include "schedulers/searchers/sobol_sequence.hpp"

#include <boost/random/sobol.hpp>

#include "runtime/core/check.hpp"
#include "runtime/core/rng.hpp"

namespace troupe::schedulers {
namespace {

std::uint32_t reversed(std::uint32_t x) {
  x = (x >> 16) | (x << 16);
  x = ((x & 0xff00ff00U) >> 8) | ((x & 0x00ff00ffU) << 8);
  x = ((x & 0xf0f0f0f0U) >> 4) | ((x & 0x0f0f0f0fU) << 4);
  x = ((x & 0xccccccccU) >> 2) | ((x & 0x33333333U) << 2);
  return ((x & 0xaaaaaaaaU) >> 1) | ((x & 0x55555555U) << 1);
}

/// Flips each bit or not, by a hash of the bits above it (Burley 2020, listings 1 and 3).
std::uint32_t scrambled(std::uint32_t x, std::uint32_t seed) {
  x = reversed(x);
  x += seed;
  for (const std::uint32_t factor : {0x6c50b47cU, 0xb82f1e52U, 0xc7afe638U, 0x8d22f6e6U})
    x ^= x * factor;
  return reversed(x);
}

}  // namespace

struct SobolSequence::Engine {
  boost::random::sobol_engine<std::uint32_t, 32> sobol;
};

SobolSequence::SobolSequence(std::size_t dimensions, std::uint64_t seed) {
  check(dimensions >= 1 && dimensions <= dimensions_max, "each dimension has direction numbers");
  engine_ =
      std::make_unique<Engine>(Engine{boost::random::sobol_engine<std::uint32_t, 32>(dimensions)});
  for (std::size_t i = 0; i < dimensions; ++i)
    seeds_.push_back(static_cast<std::uint32_t>(Rng::stream(seed, "sobol", i).bits() >> 32));
}

SobolSequence::SobolSequence(SobolSequence&&) noexcept = default;
SobolSequence::~SobolSequence() = default;

std::vector<double> SobolSequence::next() {
  std::vector<double> point;
  for (const std::uint32_t seed : seeds_) {
    const std::uint32_t plain = begun_ ? engine_->sobol() : 0;  // Boost omits the origin.
    point.push_back(static_cast<double>(scrambled(plain, seed)) * 0x1.0p-32);
  }
  begun_ = true;
  return point;
}

}  // namespace troupe::schedulers
