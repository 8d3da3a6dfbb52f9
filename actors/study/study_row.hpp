#pragma once

#include <cstdint>
#include <vector>

#include "actors/events.hpp"
#include "actors/study/inputs.hpp"
#include "schedulers/events.hpp"

namespace troupe::actors {

/// One row of a study's journal, decoded: an input and what came of it.
struct StudyRow {
  std::uint64_t index = 0;
  std::int64_t time_us = 0;  ///< Microseconds since 1970-01-01 UTC; does not decrease.
  Input input;
  std::vector<schedulers::Decision> decisions;  ///< The scheduler's answer; empty if not asked.
  std::vector<StudyEvent> events;
};

/// Receives the rows of a study in order, each once it is durable. After a restart of the head it
/// receives the rows of earlier sessions again, from row 0 on.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void on(const StudyRow& row) = 0;
  /// Writes what is buffered. Called 100 ms after a row at the latest, and when the study ends.
  virtual void flush() = 0;
};

}  // namespace troupe::actors
