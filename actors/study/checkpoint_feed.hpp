#pragma once

#include <vector>

#include "actors/checkpoints/store.hpp"
#include "actors/study/commit_batch.hpp"
#include "actors/study/study_core.hpp"
#include "actors/study/study_history.hpp"
#include "runtime/context.hpp"

namespace troupe::actors {

/// Tells a checkpoint store what happens to the trials of its study. Reports alone are collected
/// until something else happens, so that the store is not woken for each.
class CheckpointFeed {
 public:
  /// Starts to feed `store`; before that, nobody is told.
  void connect(CheckpointStore::Ref store) { store_ = store; }
  [[nodiscard]] const CheckpointStore::Ref& store() const { return store_; }

  /// Tells of committed rows. Called before anything is launched, so that the store knows each
  /// attempt before a node offers its files.
  void tell(runtime::Context& self, const std::vector<PendingRow>& rows, const StudyCore& core);
  /// Tells of all rows so far, for a store that has just been started.
  void tell_all(runtime::Context& self, const StudyHistory& history, const StudyCore& core);

 private:
  CheckpointStore::Ref store_;  ///< Nobody, if every node shares the study's folder.
  StudyAdvanced collected_;
};

}  // namespace troupe::actors
