#pragma once

#include <utility>

#include <cxxabi.h>

namespace troupe::runtime {

/// The exceptions that a stack is handling. The C++ runtime keeps them for each thread, and
/// Boost.Context does not switch them: after an await in a catch block, `throw;` would rethrow the
/// exception of another handler. So each fiber keeps its own state and swaps it in.
class ExceptionState {
 public:
  /// Copies the thread's state into this object.
  void save() { globals_ = current(); }
  /// Copies this object into the thread's state.
  void load() const { current() = globals_; }
  /// Exchanges this object and the thread's state.
  void swap() { std::swap(current(), globals_); }

 private:
  struct Globals {  ///< Layout of __cxa_eh_globals in the Itanium C++ ABI.
    void* caught = nullptr;
    unsigned int uncaught = 0;
  };
  static Globals& current() { return *reinterpret_cast<Globals*>(abi::__cxa_get_globals()); }

  Globals globals_;
};

}  // namespace troupe::runtime
