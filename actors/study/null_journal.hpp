#pragma once

#include <cstdint>

#include "actors/study/study_log.hpp"

namespace troupe::actors {

/// Rows of a simulation: counted, not kept. What they cause is all that it is about; nobody resumes
/// it, and a scheduler of it that fails ends it, for its rows cannot be fed again.
class NullJournal final : public StudyLog {
 public:
  [[nodiscard]] std::uint64_t size() const override { return committed_; }

  void add(std::uint64_t index, std::int64_t /*time_us*/, const Input& /*input*/,
           const std::vector<schedulers::Decision>& /*decisions*/,
           const std::vector<StudyEvent>& /*events*/) override {
    added_ = index + 1;
  }

  Result<void> commit() override {
    committed_ = added_;
    return {};
  }

  Result<void> each(std::uint64_t first,
                    const std::function<Result<void>(const Row&)>& /*take*/) override {
    if (first >= added_) return {};
    return Error{ErrorKind::refused, "the rows of a simulation are not kept"};
  }

 private:
  std::uint64_t added_ = 0;
  std::uint64_t committed_ = 0;
};

}  // namespace troupe::actors
