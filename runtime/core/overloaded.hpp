#pragma once

namespace troupe {

/// One visitor made of several lambdas, for std::visit.
template <typename... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};

}  // namespace troupe
