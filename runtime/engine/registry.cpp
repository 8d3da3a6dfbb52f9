#include "runtime/engine/registry.hpp"

namespace troupe::runtime {

Registry::Entry Registry::get_or_make(const std::string& name, const Behaviour& behaviour,
                                      const std::function<bool(Address)>& is_alive,
                                      const std::function<Address()>& make) {
  const std::lock_guard lock(mutex_);
  const auto found = actors_.find(name);
  if (found != actors_.end() && is_alive(found->second.actor)) return found->second;
  const Entry made{make(), &behaviour};
  actors_.insert_or_assign(name, made);
  return made;
}

std::optional<Registry::Entry> Registry::find(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = actors_.find(name);
  if (found == actors_.end()) return std::nullopt;
  return found->second;
}

void Registry::forget(const std::string& name, Address actor) {
  const std::lock_guard lock(mutex_);
  const auto found = actors_.find(name);
  if (found != actors_.end() && found->second.actor == actor) actors_.erase(found);
}

}  // namespace troupe::runtime
