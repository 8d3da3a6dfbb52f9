#include "transport/refusals.hpp"

#include <algorithm>
#include <utility>

namespace troupe::transport {

void Refusals::note(std::string who, std::string from, std::string why, Instant now) {
  ++count_;
  Refusal refusal{std::move(who), std::move(from), std::move(why), 1, now};
  const auto same = std::ranges::find_if(kept_, [&](const Refusal& earlier) {
    return earlier.who == refusal.who && earlier.from == refusal.from && earlier.why == refusal.why;
  });
  if (same != kept_.end()) {
    refusal.times += same->times;
    kept_.erase(same);
  } else if (kept_.size() == kept_max) {
    kept_.erase(kept_.begin());
  }
  kept_.push_back(std::move(refusal));
}

}  // namespace troupe::transport
