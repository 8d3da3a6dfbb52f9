#pragma once

#include <cstddef>
#include <functional>

namespace troupe::runtime {

/// Calls `work(0)` .. `work(count - 1)`, each once, on up to `threads` threads, and returns when
/// all calls have returned. `progress(done)` is called on the caller's thread every 100 ms, and
/// last with `done == count`. With one thread `work` runs on the caller's thread. If `work` throws,
/// no further calls are started, and the first exception is rethrown when all threads have ended.
void for_each_parallel(std::size_t count, std::size_t threads,
                       const std::function<void(std::size_t)>& work,
                       const std::function<void(std::size_t done)>& progress);

}  // namespace troupe::runtime
