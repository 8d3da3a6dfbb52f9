#pragma once

#include <cstddef>

namespace troupe::cli {

/// Brings the next `bytes` of the heap into memory at once, and lets the heap keep what is given
/// back. For a command that lives for milliseconds: page by page, as they are first touched, takes
/// several times as long. Does nothing where the system cannot.
void warm_heap(std::size_t bytes);

}  // namespace troupe::cli
