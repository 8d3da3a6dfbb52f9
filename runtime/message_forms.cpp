// The code that packs and unpacks the messages of the runtime: made once, here.

#include "runtime/codec.hpp"
#include "runtime/process/processes.hpp"
#include "runtime/remote/reception.hpp"
#include "runtime/system_messages.hpp"

namespace troupe::runtime {

template struct WireForm<Down>;
template struct WireForm<Restarted>;
template struct WireForm<NodeUp>;
template struct WireForm<NodeDown>;
template struct WireForm<Done>;
template struct WireForm<FoundActor>;
template struct WireForm<FindActor>;
template struct WireForm<SpawnActor>;
template struct WireForm<ProcessStarted>;
template struct WireForm<ProcessOutput>;
template struct WireForm<ProcessEnded>;

}  // namespace troupe::runtime
