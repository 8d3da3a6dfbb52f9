// Instantiates the codecs of the runtime's messages.

#include "runtime/codec.hpp"
#include "runtime/process/processes.hpp"
#include "runtime/remote/reception.hpp"
#include "runtime/system_messages.hpp"

namespace troupe::runtime {

template struct WireCodec<Down>;
template struct WireCodec<Restarted>;
template struct WireCodec<NodeUp>;
template struct WireCodec<NodeDown>;
template struct WireCodec<Done>;
template struct WireCodec<FoundActor>;
template struct WireCodec<FindActor>;
template struct WireCodec<SpawnActor>;
template struct WireCodec<ProcessStarted>;
template struct WireCodec<ProcessOutput>;
template struct WireCodec<ProcessEnded>;

}  // namespace troupe::runtime
