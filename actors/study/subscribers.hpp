#pragma once

#include <map>
#include <string>
#include <vector>

#include "actors/events.hpp"
#include "actors/study/protocol.hpp"
#include "actors/study/study_history.hpp"
#include "runtime/context.hpp"

namespace troupe::actors {

/// The actors that have subscribed to events of a study, by kind of event. Each event is sent as
/// the message that it is.
class Subscribers {
 public:
  /// Sends the past events that `subscribe` asks for, and adds the subscriber for later ones. The
  /// study gets its Down.
  void add(runtime::Context& self, const Subscribe& subscribe, const StudyHistory& history);
  void remove(runtime::Address subscriber);

  void send(runtime::Context& self, const StudyEvent& event) const;
  void send(runtime::Context& self, const StudyStatus& status) const;

 private:
  template <typename E>
  void send_one(runtime::Context& self, const E& event) const;

  std::map<std::string, std::vector<runtime::Address>, std::less<>> by_kind_;  ///< By wire name.
};

}  // namespace troupe::actors
