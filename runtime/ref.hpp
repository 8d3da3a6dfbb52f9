#pragma once

#include <compare>
#include <concepts>
#include <string_view>
#include <tuple>

#include "runtime/address.hpp"
#include "runtime/core/field.hpp"

namespace troupe::runtime {

template <typename M, typename... Ms>
inline constexpr bool one_of = (std::same_as<M, Ms> || ...);

/// Names an actor that accepts each of the messages `Ms`. A value: copied, stored, compared and
/// sent freely, whether or not the actor still lives. Converts to a ref that accepts fewer.
///
/// The messages may be incomplete where the ref is named, so that they can hold refs themselves.
template <typename... Ms>
class Ref {
 public:
  static constexpr std::string_view wire_name = "Ref";

  Ref() = default;
  /// It is for the caller to know that the actor accepts `Ms`; one that does not ignores them.
  explicit Ref(Address address) : address_(address) {}

  template <typename... More>
    requires(!std::same_as<Ref, Ref<More...>> && (one_of<Ms, More...> && ...))
  Ref(const Ref<More...>& wider)  // NOLINT(google-explicit-constructor): narrowing is safe.
      : address_(wider.address()) {}

  [[nodiscard]] Address address() const { return address_; }
  explicit operator bool() const { return static_cast<bool>(address_); }

  static auto fields(auto& ref) { return std::tuple{field("address", ref.address_)}; }
  friend auto operator<=>(const Ref&, const Ref&) = default;

 private:
  Address address_;
};

/// Whether M can be sent to an R.
template <typename R, typename M>
inline constexpr bool accepts = false;
template <typename... Ms, typename M>
inline constexpr bool accepts<Ref<Ms...>, M> = one_of<M, Ms...>;

}  // namespace troupe::runtime
