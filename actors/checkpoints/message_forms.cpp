// The code that packs and unpacks the messages about checkpoints: made once, here.

#include "actors/checkpoints/manifest.hpp"
#include "actors/checkpoints/offered.hpp"
#include "actors/checkpoints/protocol.hpp"
#include "runtime/codec.hpp"

namespace troupe::runtime {

template struct WireForm<actors::AskManifest>;
template struct WireForm<actors::AskChunk>;
template struct WireForm<actors::Chunk>;
template struct WireForm<actors::ForgetTrials>;
template struct WireForm<actors::AttemptTaken>;
template struct WireForm<actors::OfferAttempt>;
template struct WireForm<actors::Manifest>;
template struct WireForm<actors::Offered>;

}  // namespace troupe::runtime
