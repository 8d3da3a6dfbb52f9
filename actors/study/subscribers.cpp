#include "actors/study/subscribers.hpp"

#include <algorithm>
#include <variant>

#include "actors/results/study_state.hpp"

namespace troupe::actors {

using runtime::Context;

namespace {

/// Sends the events of committed rows from `subscribe.from` on. Rows that are not committed are
/// sent later, with all others.
void send_past(Context& self, const Subscribe& subscribe, const StudyHistory& history) {
  const auto send = [&]<typename E>(const E& event) {
    if (std::ranges::find(subscribe.kinds, E::wire_name) != subscribe.kinds.end())
      self.tell(runtime::Ref<E>(subscribe.subscriber), event);
  };
  history.for_each_committed(subscribe.from, [&](const Row& row) {
    for (const auto& event : value_or_abandon(events_of(row))) std::visit(send, event);
  });
}

}  // namespace

void Subscribers::add(Context& self, const Subscribe& subscribe, const StudyHistory& history) {
  self.monitor(subscribe.subscriber);
  send_past(self, subscribe, history);
  for (const auto& kind : subscribe.kinds) {
    auto& subscribers = by_kind_[kind];
    if (std::ranges::find(subscribers, subscribe.subscriber) == subscribers.end())
      subscribers.push_back(subscribe.subscriber);
  }
}

void Subscribers::remove(runtime::Address subscriber) {
  for (auto& [kind, subscribers] : by_kind_) std::erase(subscribers, subscriber);
}

template <typename E>
void Subscribers::send_one(Context& self, const E& event) const {
  const auto subscribers = by_kind_.find(E::wire_name);
  if (subscribers == by_kind_.end()) return;
  for (const auto& address : subscribers->second) self.tell(runtime::Ref<E>(address), event);
}

void Subscribers::send(Context& self, const StudyEvent& event) const {
  std::visit([&](const auto& one) { send_one(self, one); }, event);
}

void Subscribers::send(Context& self, const StudyStatus& status) const {
  send_one(self, status);
}

}  // namespace troupe::actors
