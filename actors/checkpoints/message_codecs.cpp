// The code that packs and unpacks the messages about checkpoints: made once, here.

#include "actors/checkpoints/manifest.hpp"
#include "actors/checkpoints/offered.hpp"
#include "actors/checkpoints/protocol.hpp"
#include "runtime/codec.hpp"

namespace troupe::runtime {

template struct WireCodec<actors::AskManifest>;
template struct WireCodec<actors::AskChunk>;
template struct WireCodec<actors::Chunk>;
template struct WireCodec<actors::ForgetTrials>;
template struct WireCodec<actors::AttemptTaken>;
template struct WireCodec<actors::OfferAttempt>;
template struct WireCodec<actors::Manifest>;
template struct WireCodec<actors::Offered>;

}  // namespace troupe::runtime
