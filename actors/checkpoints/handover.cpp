#include "actors/checkpoints/handover.hpp"

#include <chrono>
#include <utility>

namespace troupe::actors {

namespace {

/// A large checkpoint takes its time; the head gives up by itself what stands still.
constexpr Duration offer_deadline = std::chrono::hours(24);

}  // namespace

void Handover::started(runtime::Context& self) {
  auto answer = self.ask(store_, offer_, offer_deadline);
  AttemptTaken taken{AttemptTaken::Result::later, ""};
  if (answer)
    taken = std::move(*answer);
  else
    taken.why = answer.error().what;
  self.tell(to_, Offered{offer_.trial, std::move(taken)});
  self.stop();
}

}  // namespace troupe::actors
