#include "runtime/engine/registry.hpp"

#include "runtime/core/check.hpp"

namespace troupe::runtime {
namespace {

Error does_not_handle(const std::string& name, std::string_view message) {
  return {ErrorKind::refused,
          "the actor named " + name + " does not handle " + std::string(message)};
}

}  // namespace

Result<Address> Registry::get_or_make(const std::string& name, const Behaviour& behaviour,
                                      const std::function<Address()>& make) {
  const std::lock_guard lock(mutex_);
  if (const auto found = actors_.find(name);
      found != actors_.end() && is_alive_(found->second.actor)) {
    if (found->second.behaviour == &behaviour) return found->second.actor;
    return Error{ErrorKind::refused, "the name " + name + " belongs to an actor of another type"};
  }
  const Entry made{make(), &behaviour};
  check(static_cast<bool>(made.actor), "a registered actor has an address");
  actors_.insert_or_assign(name, made);
  return made.actor;
}

Result<Registry::Entry> Registry::find_alive(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = actors_.find(name);
  if (found == actors_.end() || !is_alive_(found->second.actor))
    return Error{ErrorKind::gone, "no actor is named " + name};
  return found->second;
}

Result<Address> Registry::find(const std::string& name,
                               std::span<const MessageType* const> accepted) const {
  const auto entry = find_alive(name);
  if (!entry) return entry.error();
  for (const MessageType* const message : accepted)
    if (entry->behaviour->find(message) == nullptr)
      return does_not_handle(name, message->wire_name);
  return entry->actor;
}

Result<Address> Registry::find(const std::string& name,
                               const std::vector<std::string>& accepted) const {
  const auto entry = find_alive(name);
  if (!entry) return entry.error();
  for (const std::string& message : accepted)
    if (entry->behaviour->find_public(message) == nullptr) return does_not_handle(name, message);
  return entry->actor;
}

void Registry::forget(const std::string& name, Address actor) {
  const std::lock_guard lock(mutex_);
  const auto found = actors_.find(name);
  if (found != actors_.end() && found->second.actor == actor) actors_.erase(found);
}

}  // namespace troupe::runtime
