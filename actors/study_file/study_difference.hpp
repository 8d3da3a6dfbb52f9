#pragma once

#include <string>
#include <vector>

#include "actors/events.hpp"
#include "actors/study_file/study_spec.hpp"

namespace troupe::actors {

/// How two descriptions of a study differ.
struct StudyDifference {
  /// What a study's decisions depend on: space, metric, mode, resource, scheduler, searcher, seed,
  /// first configurations, and what follows an early exit or an exhausted space. It cannot change.
  std::vector<SettingChange> identity;
  /// Everything else, which may change between two runs.
  std::vector<SettingChange> settings;
};

/// Compares by meaning: comments, layout, the order of keys and defaults that are spelled out make
/// no difference. Keys are those of the study file.
[[nodiscard]] StudyDifference difference(const StudySpec& before, const StudySpec& after);

/// One line for each change: "  KEY: BEFORE -> AFTER".
[[nodiscard]] std::string to_text(const std::vector<SettingChange>& changes);

}  // namespace troupe::actors
