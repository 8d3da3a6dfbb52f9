#pragma once

#include <utility>

#include <cxxabi.h>

namespace troupe::runtime {

/// The exceptions that a stack is handling. The C++ runtime keeps them per thread, and
/// Boost.Context does not switch them: after an await inside a catch block, `throw;` would rethrow
/// what another handler caught. So each fiber carries its own and swaps it in.
class ExceptionState {
 public:
  /// Keeps the thread's state.
  void save() { globals_ = current(); }
  /// Makes what was kept the thread's state.
  void load() const { current() = globals_; }
  /// Exchanges the two.
  void swap() { std::swap(current(), globals_); }

 private:
  struct Globals {  ///< As the Itanium C++ ABI lays __cxa_eh_globals out.
    void* caught = nullptr;
    unsigned int uncaught = 0;
  };
  static Globals& current() { return *reinterpret_cast<Globals*>(abi::__cxa_get_globals()); }

  Globals globals_;
};

}  // namespace troupe::runtime
