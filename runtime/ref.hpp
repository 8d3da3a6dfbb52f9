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

/// Typed address of an actor that accepts each of the messages `Ms`. A value that can be copied,
/// compared and sent; the actor may be gone. Converts to a ref of fewer messages.
///
/// `Ms` may be incomplete types where the ref is named, so that messages can contain refs.
template <typename... Ms>
class Ref {
 public:
  static constexpr std::string_view wire_name = "Ref";

  Ref() = default;
  /// Precondition: the actor accepts `Ms`. An actor that does not counts them as dead letters.
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

/// Whether a ref of type R accepts M.
template <typename R, typename M>
inline constexpr bool accepts = false;
template <typename... Ms, typename M>
inline constexpr bool accepts<Ref<Ms...>, M> = one_of<M, Ms...>;

}  // namespace troupe::runtime
