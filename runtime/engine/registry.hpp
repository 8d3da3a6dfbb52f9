#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "runtime/address.hpp"
#include "runtime/cell/behaviour.hpp"

namespace troupe::runtime {

/// The names of a node's actors. Everything under one mutex.
class Registry {
 public:
  struct Entry {
    Address actor;
    const Behaviour* behaviour;
  };

  /// The actor of that name, or the one that `make` returns, which then has it. `is_alive` tells
  /// whether one that has the name still lives. Both are called under the mutex.
  Entry get_or_make(const std::string& name, const Behaviour& behaviour,
                    const std::function<bool(Address)>& is_alive,
                    const std::function<Address()>& make);
  [[nodiscard]] std::optional<Entry> find(const std::string& name) const;
  /// Nothing happens if another actor has the name by now.
  void forget(const std::string& name, Address actor);

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Entry> actors_;
};

}  // namespace troupe::runtime
