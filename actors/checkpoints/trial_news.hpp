#pragma once

#include <cstdint>
#include <vector>

#include "actors/events.hpp"

namespace troupe::actors {

/// What happened to a trial, as far as its checkpoint is concerned.
struct TrialNews {
  enum class What {
    runs,        ///< `attempt` was started.
    reported,    ///< `metric` at `resource`, and goes on.
    ending,      ///< The same, and it is to be stopped, or at the end.
    paused,      ///< Its process is gone; it may go on.
    done,        ///< Its process is gone, for good.
    study_over,  ///< No trial goes on any more.
  };
  What what = What::runs;
  TrialId trial = 0;
  std::uint32_t attempt = 0;
  Resource resource = 0;
  double metric = 0;
  friend bool operator==(const TrialNews&, const TrialNews&) = default;
};

/// Appends what these events say. True if anything is more than a report of a trial that goes on.
bool add_news(const std::vector<StudyEvent>& events, std::vector<TrialNews>& news);

}  // namespace troupe::actors
