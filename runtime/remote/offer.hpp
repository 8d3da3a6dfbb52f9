#pragma once

#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include "runtime/codec.hpp"
#include "runtime/remote/receptionist.hpp"

namespace troupe::runtime {

/// Returns the address in the result of a factory: a ref, or a Result of a ref.
template <typename R>
Result<Address> address_in(const R& ref) {
  return ref.address();
}
template <typename R>
Result<Address> address_in(const Result<R>& ref) {
  if (!ref) return ref.error();
  return ref.value().address();
}

/// Converts a factory `make(Context&, Spec)` to an Offer. The factory is called in handlers of the
/// receptionist, one at a time.
template <Message Spec, typename Make>
Offers::Offer offer_of(Make make) {
  const auto shared = std::make_shared<Make>(std::move(make));
  return {[shared](Context& self, void* spec) {
            return address_in((*shared)(self, std::move(*static_cast<Spec*>(spec))));
          },
          [shared](Context& self, std::string_view packed) -> Result<Address> {
            auto spec = unpack_named<Spec>(packed);
            if (!spec) return spec.error();
            return address_in((*shared)(self, std::move(spec).value()));
          }};
}

}  // namespace troupe::runtime
