#include "actors/head/permissions.hpp"

#include <algorithm>
#include <array>

#include "actors/study/protocol.hpp"
#include "runtime/keys/admissions.hpp"
#include "runtime/remote/reception.hpp"

namespace troupe::actors {

namespace {

constexpr std::array of_nodes{
    runtime::FindActor::wire_name, JoinStudy::wire_name,
    Reported::wire_name,           ReportMalformed::wire_name,
    NotifyWhenDurable::wire_name,  AttemptEnded::wire_name,
    Suggestion::wire_name,         AskManifest::wire_name,
    AskChunk::wire_name,           Chunk::wire_name,
    OfferAttempt::wire_name,
};
constexpr std::array of_control{runtime::FindActor::wire_name, Subscribe::wire_name,
                                StopStudy::wire_name, AskStatus::wire_name};

}  // namespace

bool permits(std::string_view role, std::string_view message) {
  const auto among = [&](const auto& messages) {
    return std::ranges::find(messages, message) != messages.end();
  };
  if (role == runtime::Admissions::role_own) return true;
  if (role == runtime::role_node) return among(of_nodes);
  return role == runtime::role_control && among(of_control);
}

}  // namespace troupe::actors
