#include "runtime/engine/timers.hpp"

#include <mutex>
#include <unordered_map>
#include <utility>

#include "runtime/core/check.hpp"

namespace troupe::runtime {

struct Timers::Pending {
  struct Entry {
    Reactor::TimerId timer;
    Address to;
    Envelope::Ptr message;
  };

  std::mutex mutex;
  Router* router;
  std::unordered_map<std::uint64_t, Entry> entries;

  void fire(std::uint64_t id) {
    auto entry = entries.extract(id);
    if (entry.empty()) return;
    const std::lock_guard lock(mutex);
    if (router != nullptr) router->send(entry.mapped().to, std::move(entry.mapped().message));
  }
};

Timers::Timers(Reactor& reactor, Router& router)
    : reactor_(reactor), pending_(std::make_shared<Pending>()) {
  pending_->router = &router;
}

Timers::~Timers() {
  const std::lock_guard lock(pending_->mutex);
  pending_->router = nullptr;
}

std::uint64_t Timers::start(Instant when, Address to, Envelope::Ptr message) {
  check(message->kind() == Envelope::Kind::timer, "a timer delivers an envelope of its kind");
  const std::uint64_t id = last_.fetch_add(1, std::memory_order_relaxed) + 1;
  message->ask = CorrelationId{id};
  // std::function requires a copyable closure; an envelope cannot be copied.
  auto shared = std::make_shared<Envelope::Ptr>(std::move(message));
  reactor_.post([reactor = &reactor_, pending = pending_, id, when, to, shared] {
    const auto timer = reactor->at(when, [pending, id] { pending->fire(id); });
    pending->entries.emplace(id, Pending::Entry{timer, to, std::move(*shared)});
  });
  return id;
}

void Timers::cancel(std::uint64_t timer) {
  reactor_.post([reactor = &reactor_, pending = pending_, timer] {
    const auto entry = pending->entries.extract(timer);
    if (!entry.empty()) reactor->cancel(entry.mapped().timer);
  });
}

}  // namespace troupe::runtime
