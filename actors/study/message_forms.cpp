// The code that packs and unpacks what a study is sent and sends: made once, here.

#include "actors/study/inputs.hpp"
#include "actors/study/protocol.hpp"
#include "runtime/codec.hpp"

namespace troupe::runtime {

template struct WireForm<actors::Suggestion>;
template struct WireForm<actors::Reported>;
template struct WireForm<actors::ReportMalformed>;
template struct WireForm<actors::AttemptEnded>;
template struct NamedForm<actors::Input>;
template struct WireForm<actors::Decided>;
template struct WireForm<actors::Decide>;
template struct WireForm<actors::BeginScheduling>;
template struct WireForm<actors::BeginSearch>;
template struct WireForm<actors::Observe>;
template struct WireForm<actors::Suggest>;
template struct WireForm<actors::Enlisted>;
template struct WireForm<actors::Launch>;
template struct WireForm<actors::EndTrial>;
template struct WireForm<actors::JoinStudy>;
template struct WireForm<actors::Durable>;
template struct WireForm<actors::WhenDurable>;
template struct WireForm<actors::NodeProcessesGone>;
template struct WireForm<actors::Subscribe>;
template struct WireForm<actors::StopStudy>;
template struct WireForm<actors::StudyStatus>;
template struct WireForm<actors::AskStatus>;

}  // namespace troupe::runtime
