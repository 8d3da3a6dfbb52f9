#pragma once

#include <cstdint>
#include <vector>

#include "actors/study/study_log.hpp"

namespace troupe::actors {

/// Rows as values, for a simulation: nothing is packed or written, and nothing outlives it.
class MemoryLog final : public StudyLog {
 public:
  [[nodiscard]] std::uint64_t size() const override { return committed_; }
  void add(std::uint64_t index, std::int64_t time_us, const Input& input,
           const std::vector<schedulers::Decision>& decisions,
           const std::vector<StudyEvent>& events) override;
  Result<void> commit() override;
  Result<void> each(std::uint64_t first,
                    const std::function<Result<void>(const Row&)>& take) override;

 private:
  struct Entry {
    std::int64_t time_us = 0;
    Input input;
    std::vector<schedulers::Decision> decisions;
    std::vector<StudyEvent> events;
  };
  std::vector<Entry> rows_;
  std::uint64_t committed_ = 0;
};

}  // namespace troupe::actors
