// The code that packs and unpacks the events of a study: made once, here.

#include "actors/events.hpp"
#include "runtime/codec.hpp"

namespace troupe::runtime {

template struct WireForm<actors::TrialStarted>;
template struct WireForm<actors::TrialReported>;
template struct WireForm<actors::TrialPaused>;
template struct WireForm<actors::TrialPromoted>;
template struct WireForm<actors::TrialStopped>;
template struct WireForm<actors::TrialFailed>;
template struct WireForm<actors::TrialCompleted>;
template struct WireForm<actors::TrialWarned>;
template struct WireForm<actors::RungUnlocked>;
template struct WireForm<actors::HurdleRaised>;
template struct WireForm<actors::IncumbentChanged>;
template struct WireForm<actors::StudyFinished>;
template struct NamedForm<std::vector<actors::StudyEvent>>;

}  // namespace troupe::runtime
