#include "runtime/engine/timers.hpp"

#include <mutex>
#include <unordered_map>
#include <utility>

#include "runtime/engine/engine.hpp"

namespace troupe::runtime {

struct Timers::Armed {
  struct Alarm {
    Reactor::TimerId timer;
    Address to;
    Envelope::Ptr message;
  };

  std::mutex mutex;
  Engine* engine;
  std::unordered_map<std::uint64_t, Alarm> alarms;

  void ring(std::uint64_t id) {
    auto alarm = alarms.extract(id);
    if (alarm.empty()) return;
    const std::lock_guard lock(mutex);
    if (engine != nullptr) engine->send(alarm.mapped().to, std::move(alarm.mapped().message));
  }
};

Timers::Timers(Reactor& reactor, Engine& engine)
    : reactor_(reactor), armed_(std::make_shared<Armed>()) {
  armed_->engine = &engine;
}

Timers::~Timers() {
  const std::lock_guard lock(armed_->mutex);
  armed_->engine = nullptr;
}

std::uint64_t Timers::start(Instant when, Address to, Envelope::Ptr message) {
  const std::uint64_t id = last_.fetch_add(1, std::memory_order_relaxed) + 1;
  message->ask = CorrelationId{id};
  // A std::function is copyable, an envelope is not.
  auto carried = std::make_shared<Envelope::Ptr>(std::move(message));
  reactor_.post([reactor = &reactor_, armed = armed_, id, when, to, carried] {
    const auto timer = reactor->at(when, [armed, id] { armed->ring(id); });
    armed->alarms.emplace(id, Armed::Alarm{timer, to, std::move(*carried)});
  });
  return id;
}

void Timers::cancel(std::uint64_t timer) {
  reactor_.post([reactor = &reactor_, armed = armed_, timer] {
    const auto alarm = armed->alarms.extract(timer);
    if (!alarm.empty()) reactor->cancel(alarm.mapped().timer);
  });
}

}  // namespace troupe::runtime
