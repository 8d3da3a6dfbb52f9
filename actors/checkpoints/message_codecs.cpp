// The one place where the codecs of the messages about checkpoints are instantiated.

#include "actors/checkpoints/manifest.hpp"
#include "actors/checkpoints/protocol.hpp"
#include "runtime/codec.hpp"

namespace troupe::runtime {

template struct WireCodec<actors::AskManifest>;
template struct WireCodec<actors::AskChunk>;
template struct WireCodec<actors::Chunk>;
template struct WireCodec<actors::ForgetTrials>;
template struct WireCodec<actors::UploadReply>;
template struct WireCodec<actors::OfferAttempt>;
template struct WireCodec<actors::Manifest>;
template struct WireCodec<actors::OfferAnswered>;

}  // namespace troupe::runtime
