#include "runtime/remote/receptionist.hpp"

#include <utility>

#include "runtime/core/check.hpp"
#include "runtime/engine/engine.hpp"

namespace troupe::runtime {
namespace {

std::string to_string(const Resources& resources) {
  return std::to_string(resources.cpus) + " cpus, " + std::to_string(resources.gpus) + " gpus, " +
         std::to_string(resources.memory) + " bytes of memory";
}

}  // namespace

void Offers::add(const std::string& kind, Offer offer) {
  const std::lock_guard lock(mutex_);
  offers_.insert_or_assign(kind, std::move(offer));
}

Result<Offers::Offer> Offers::find(const std::string& kind) const {
  const std::lock_guard lock(mutex_);
  const auto found = offers_.find(kind);
  if (found != offers_.end()) return found->second;
  return Error{ErrorKind::refused, "the node does not offer " + kind};
}

Result<FoundActor> Receptionist::on(Context& self, const FindActor& question) {
  auto found = self.engine().registry().find(question.name, question.accepts);
  if (!found) return found.error();
  return FoundActor{*found};
}

Result<FoundActor> Receptionist::on(Context& self, const SpawnActor& question) {
  const auto offer = offers_->find(question.kind);
  if (!offer) return offer.error();
  if (auto admitted = admit(question.need); !admitted) return admitted.error();
  return take_resources(offer->spawn_packed(self, question.spec), question.need);
}

Result<FoundActor> Receptionist::on(Context& self, const SpawnHere& question) {
  const auto offer = offers_->find(question.kind);
  if (!offer) return offer.error();
  if (auto admitted = admit(question.need); !admitted) return admitted.error();
  return take_resources(offer->spawn_here(self, question.spec.get()), question.need);
}

void Receptionist::on(Context&, const Down& down) {
  const auto taken = taken_.extract(down.who);
  if (!taken.empty()) free_ += taken.mapped();
}

Result<void> Receptionist::admit(const Resources& need) const {
  if (!total_.covers(need))
    return Error{ErrorKind::infeasible,
                 "the node has " + to_string(total_) + " in all, not " + to_string(need)};
  if (!free_.covers(need))
    return Error{ErrorKind::exhausted,
                 "the node has " + to_string(free_) + " free now, not " + to_string(need)};
  return {};
}

Result<FoundActor> Receptionist::take_resources(Result<Address> spawned, const Resources& need) {
  if (!spawned) return spawned.error();
  check(free_.covers(need), "an admitted actor takes free resources only");
  free_ -= need;
  taken_.emplace(*spawned, need);
  return FoundActor{*spawned};
}

}  // namespace troupe::runtime
