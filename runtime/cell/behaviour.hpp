#pragma once

#include <array>
#include <concepts>
#include <span>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "runtime/cell/envelope.hpp"
#include "runtime/core/result.hpp"
#include "runtime/ref.hpp"
#include "runtime/system_messages.hpp"

namespace troupe::runtime {

class Context;

/// An actor: a plain class with a `Ref` type, which lists the messages that others may send to it,
/// and with a handler for each of them.
template <typename A>
concept Actor = requires { typename A::Ref; };

/// The handler of an actor for one type of message.
struct Handler {
  const MessageType* type;
  bool is_public;  ///< Listed in the actor's Ref: other nodes may send it.
  void (*handle)(void* actor, Context& self, void* message);
};

/// Run-time description of an actor's type. There is one constant for each type.
struct Behaviour {
  std::span<const Handler> handlers;
  void (*started)(void* actor, Context& self);   ///< Null if the class has no `started`.
  void (*stopping)(void* actor, Context& self);  ///< Null if the class has no `stopping`.
  void (*destroy)(void* actor);
  const std::type_info* type;

  [[nodiscard]] const Handler* find(const MessageType* message) const {
    for (const Handler& handler : handlers)
      if (handler.type == message) return &handler;
    return nullptr;
  }
  /// Returns the handler of a message that other nodes may send, by its wire name; null if there is
  /// none.
  [[nodiscard]] const Handler* find_public(std::string_view wire_name) const {
    for (const Handler& handler : handlers)
      if (handler.is_public && handler.type->unpack != nullptr &&
          handler.type->wire_name == wire_name)
        return &handler;
    return nullptr;
  }
};

namespace detail {

/// Sends the result of a handler as the answer. Defined in context.hpp.
template <Question Q, typename R>
void answer_with(Context& self, R result);

template <typename A, typename M>
void handle(void* actor, Context& self, void* message) {
  auto& typed = *static_cast<A*>(actor);
  M& received = *static_cast<M*>(message);
  static_assert(
      requires { typed.on(self, std::move(received)); },
      "an actor has a handler `on(Context&, M)` for each message of its refs");
  using Returned = decltype(typed.on(self, std::move(received)));
  if constexpr (std::is_void_v<Returned>) {
    typed.on(self, std::move(received));
  } else {
    static_assert(Question<M>, "a handler of a message that is no question returns nothing");
    answer_with<M>(self, typed.on(self, std::move(received)));
  }
}

template <typename... Ms>
struct Messages {};

template <typename R>
struct MessagesOf;
template <typename... Ms>
struct MessagesOf<Ref<Ms...>> {
  using Type = Messages<Ms...>;
};

template <typename... As, typename... Bs>
Messages<As..., Bs...> joined(Messages<As...>, Messages<Bs...>);

template <typename A>
auto messages_of() {
  using Public = typename MessagesOf<typename A::Ref>::Type;
  if constexpr (requires { typename A::Private; })
    return decltype(joined(Public{}, typename MessagesOf<typename A::Private>::Type{})){};
  else
    return Public{};
}

/// Messages<M> if A has a handler for M and no ref of A lists M.
template <typename A, typename M, typename... Listed>
auto if_handled(Messages<Listed...>) {
  if constexpr (!one_of<M, Listed...> &&
                requires(A& a, Context& self, M& m) { a.on(self, std::move(m)); })
    return Messages<M>{};
  else
    return Messages<>{};
}

template <typename A>
auto handled_by() {
  using Listed = decltype(messages_of<A>());
  using Lifecycle =
      decltype(joined(if_handled<A, Down>(Listed{}), if_handled<A, Restarted>(Listed{})));
  using Nodes =
      decltype(joined(if_handled<A, NodeUp>(Listed{}), if_handled<A, NodeDown>(Listed{})));
  return decltype(joined(Listed{}, joined(Lifecycle{}, Nodes{}))){};
}

template <typename A, typename... Ms>
constexpr std::array<Handler, sizeof...(Ms)> handlers_of(Messages<Ms...>) {
  return {Handler{&message_type<Ms>, accepts<typename A::Ref, Ms>, &handle<A, Ms>}...};
}

template <typename A>
inline constexpr auto handler_table = handlers_of<A>(decltype(handled_by<A>()){});

template <typename A>
constexpr auto started_of() -> void (*)(void*, Context&) {
  if constexpr (requires(A& a, Context& self) { a.started(self); })
    return [](void* actor, Context& self) { static_cast<A*>(actor)->started(self); };
  else
    return nullptr;
}

template <typename A>
constexpr auto stopping_of() -> void (*)(void*, Context&) {
  if constexpr (requires(A& a, Context& self) { a.stopping(self); })
    return [](void* actor, Context& self) { static_cast<A*>(actor)->stopping(self); };
  else
    return nullptr;
}

template <typename... Ms>
constexpr std::array<const MessageType*, sizeof...(Ms)> types_of(Messages<Ms...>) {
  return {&message_type<Ms>...};
}

}  // namespace detail

/// Types of the messages that a ref of type R accepts.
template <typename R>
inline constexpr auto message_types_of = detail::types_of(typename detail::MessagesOf<R>::Type{});

template <Actor A>
inline constexpr Behaviour behaviour{
    detail::handler_table<A>, detail::started_of<A>(), detail::stopping_of<A>(),
    [](void* actor) { delete static_cast<A*>(actor); }, &typeid(A)};

}  // namespace troupe::runtime
