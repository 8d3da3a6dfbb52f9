// The one place where the codecs of the study's messages are instantiated.

#include "actors/study/inputs.hpp"
#include "actors/study/protocol.hpp"
#include "actors/study_file/study_spec.hpp"
#include "runtime/codec.hpp"

namespace troupe::runtime {

template struct WireCodec<actors::Suggestion>;
template struct WireCodec<actors::Reported>;
template struct WireCodec<actors::ReportMalformed>;
template struct WireCodec<actors::AttemptEnded>;
template struct NamedCodec<actors::Input>;
template struct WireCodec<actors::Decided>;
template struct WireCodec<actors::Decide>;
template struct WireCodec<actors::BeginScheduling>;
template struct WireCodec<actors::BeginSearch>;
template struct WireCodec<actors::Learn>;
template struct WireCodec<actors::Suggest>;
template struct WireCodec<actors::JoinReply>;
template struct WireCodec<actors::Launch>;
template struct WireCodec<actors::EndTrial>;
template struct WireCodec<actors::JoinStudy>;
template struct WireCodec<actors::DurableUpTo>;
template struct WireCodec<actors::NotifyWhenDurable>;
template struct WireCodec<actors::NodeProcessesGone>;
template struct WireCodec<actors::Subscribe>;
template struct WireCodec<actors::StopStudy>;
template struct WireCodec<actors::StopTrial>;
template struct WireCodec<actors::StudyStatus>;
template struct WireCodec<actors::AskStatus>;

}  // namespace troupe::runtime
