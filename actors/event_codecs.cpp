// Codec instantiations for the events of a study.

#include "actors/events.hpp"
#include "runtime/codec.hpp"

namespace troupe::runtime {

template struct WireCodec<actors::TrialStarted>;
template struct WireCodec<actors::TrialReported>;
template struct WireCodec<actors::TrialPaused>;
template struct WireCodec<actors::TrialPromoted>;
template struct WireCodec<actors::TrialStopped>;
template struct WireCodec<actors::TrialFailed>;
template struct WireCodec<actors::TrialCompleted>;
template struct WireCodec<actors::TrialWarned>;
template struct WireCodec<actors::StudyWarned>;
template struct WireCodec<actors::NodeSetAside>;
template struct WireCodec<actors::RungUnlocked>;
template struct WireCodec<actors::HurdleRaised>;
template struct WireCodec<actors::BestModelChanged>;
template struct WireCodec<actors::RetrainConfigChanged>;
template struct WireCodec<actors::IncumbentChanged>;
template struct WireCodec<actors::SettingsChanged>;
template struct WireCodec<actors::StudyFinished>;
template struct NamedCodec<std::vector<actors::StudyEvent>>;

}  // namespace troupe::runtime
