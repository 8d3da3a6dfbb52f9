#include "runtime/cell/envelope.hpp"

#include "runtime/cell/block_pool.hpp"

namespace troupe::runtime {

Envelope::Ptr Envelope::allocate(Kind kind) {
  return Ptr(new (BlockPool::take()) Envelope(kind));
}

void Envelope::Recycle::operator()(Envelope* envelope) const noexcept {
  envelope->~Envelope();
  BlockPool::give_back(envelope);
}

}  // namespace troupe::runtime
