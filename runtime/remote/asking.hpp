#pragma once

#include <memory>
#include <string>
#include <utility>

#include "runtime/answer.hpp"
#include "runtime/cell/behaviour.hpp"
#include "runtime/codec.hpp"
#include "runtime/remote/reception.hpp"

// Questions of Context and Node to a receptionist. `asker.ask` is the ask function of either.

namespace troupe::runtime {

template <typename R>
Result<R> as_found(const Result<FoundActor>& found) {
  if (!found) return found.error();
  return R(found->actor);
}

template <typename R, typename Asker>
Result<R> find_through(Asker& asker, NodeId node, const std::string& name, Duration deadline) {
  FindActor question{name, {}};
  for (const MessageType* const type : message_types_of<R>)
    question.accepts.emplace_back(type->wire_name);
  return as_found<R>(asker.ask(reception_of(node), std::move(question), deadline));
}

template <typename R, typename Asker, Message Spec>
Result<R> spawn_through(Asker& asker, NodeId here, NodeId node, Spec spec, Resources need,
                        Duration deadline) {
  std::string kind(Spec::wire_name);
  if (node == here)
    return as_found<R>(asker.ask(
        reception_of(node),
        SpawnHere{std::move(kind), std::make_shared<Spec>(std::move(spec)), need}, deadline));
  return as_found<R>(
      asker.ask(reception_of(node), SpawnActor{std::move(kind), pack_named(spec), need}, deadline));
}

}  // namespace troupe::runtime
