#pragma once

#include <cstddef>
#include <functional>

namespace troupe::runtime {

/// Calls `work(0)` .. `work(count - 1)`, each once, on up to `threads` threads, and returns when
/// all have returned; which thread takes which number is left to chance. `progress(done)` is called
/// on the caller's thread now and then, and last with `done == count`. With one thread everything
/// happens on the caller's. The first exception of `work` is thrown on, once all threads have
/// ended; the numbers that nobody has begun by then are left out.
void for_each_parallel(std::size_t count, std::size_t threads,
                       const std::function<void(std::size_t)>& work,
                       const std::function<void(std::size_t done)>& progress);

}  // namespace troupe::runtime
