#pragma once

namespace troupe::schedulers {

/// One visitor of several lambdas.
template <typename... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};

}  // namespace troupe::schedulers
