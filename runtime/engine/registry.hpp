#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/address.hpp"
#include "runtime/cell/behaviour.hpp"
#include "runtime/core/result.hpp"

namespace troupe::runtime {

/// The named actors of a node. All state is guarded by one mutex; all functions are for any thread.
class Registry {
 public:
  /// `is_alive` tells whether an actor still lives; it is called under the mutex.
  explicit Registry(std::function<bool(Address)> is_alive) : is_alive_(std::move(is_alive)) {}

  /// Returns the living actor of that name, or registers the one that `make` returns. `make` is
  /// called under the mutex. `refused`: the actor of that name has another behaviour.
  [[nodiscard]] Result<Address> get_or_make(const std::string& name, const Behaviour& behaviour,
                                            const std::function<Address()>& make);
  /// Returns the living actor of that name, if it handles all of these messages. `gone`: there is
  /// none; `refused`: it does not handle one of them.
  [[nodiscard]] Result<Address> find(const std::string& name,
                                     std::span<const MessageType* const> accepted) const;
  /// The same for messages that other nodes may send, by their wire names.
  [[nodiscard]] Result<Address> find(const std::string& name,
                                     const std::vector<std::string>& accepted) const;
  /// Removes a name, unless another actor has it by now.
  void forget(const std::string& name, Address actor);

 private:
  struct Entry {
    Address actor;
    const Behaviour* behaviour;
  };

  [[nodiscard]] Result<Entry> find_alive(const std::string& name) const;

  const std::function<bool(Address)> is_alive_;
  mutable std::mutex mutex_;
  std::map<std::string, Entry> actors_;
};

}  // namespace troupe::runtime
