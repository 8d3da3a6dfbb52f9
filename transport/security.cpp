#include "transport/security.hpp"

#include <algorithm>
#include <utility>

#include "runtime/core/check.hpp"

namespace troupe::transport {

void RefusalLog::note(std::string who, std::string from, std::string why, Instant now) {
  ++count_;
  Refusal refusal{std::move(who), std::move(from), std::move(why), 1, now};
  const auto same = std::ranges::find_if(entries_, [&](const Refusal& earlier) {
    return earlier.who == refusal.who && earlier.from == refusal.from && earlier.why == refusal.why;
  });
  if (same != entries_.end()) {
    refusal.times += same->times;
    entries_.erase(same);
  } else if (entries_.size() == entries_max) {
    entries_.erase(entries_.begin());
  }
  entries_.push_back(std::move(refusal));
  check(entries_.size() <= entries_max, "the refusal log is bounded");
}

}  // namespace troupe::transport
