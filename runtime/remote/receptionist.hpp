#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "runtime/context.hpp"
#include "runtime/core/result.hpp"
#include "runtime/remote/reception.hpp"
#include "runtime/resources.hpp"
#include "runtime/system_messages.hpp"

namespace troupe::runtime {

/// The kinds of actors that a node spawns on request, by the wire name of the spec. Guarded by a
/// mutex.
class Offers {
 public:
  struct Offer {
    /// Spawns an actor; `spec` is moved from.
    std::function<Result<Address>(Context&, void* spec)> spawn_here;
    std::function<Result<Address>(Context&, std::string_view spec)> spawn_packed;
  };

  /// Adds an offer. It replaces an earlier offer of the same kind.
  void add(const std::string& kind, Offer offer);
  [[nodiscard]] Result<Offer> find(const std::string& kind) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Offer> offers_;
};

/// The actor that answers FindActor and SpawnActor. The actors that it spawns are its children;
/// their resources are free again when they are gone.
class Receptionist {
 public:
  using Ref = ReceptionRef;

  Receptionist(std::shared_ptr<const Offers> offers, Resources total)
      : offers_(std::move(offers)), total_(total), free_(total) {}

  Result<FoundActor> on(Context& self, const FindActor& question);
  Result<FoundActor> on(Context& self, const SpawnActor& question);
  Result<FoundActor> on(Context& self, const SpawnHere& question);
  void on(Context& self, const Down& down);

 private:
  Result<void> admit(const Resources& need) const;
  Result<FoundActor> take_resources(Result<Address> spawned, const Resources& need);

  std::shared_ptr<const Offers> offers_;
  Resources total_;
  Resources free_;
  std::map<Address, Resources> taken_;
};

}  // namespace troupe::runtime
