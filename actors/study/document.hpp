#pragma once

#include <memory>
#include <vector>

#include "actors/study/protocol.hpp"
#include "actors/study_file/study_spec.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors {

/// The study file that a document carries, and the incumbents of its memory. The error says where
/// the file makes no sense.
[[nodiscard]] Result<std::shared_ptr<const StudySpec>> read_document(const StudyDocument& document);

/// What a memory knew when the study began, before the incumbents that the file names.
void add_incumbents(StudySpec& spec, const std::vector<Config>& remembered);

}  // namespace troupe::actors
