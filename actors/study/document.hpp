#pragma once

#include <memory>

#include "actors/study/protocol.hpp"
#include "actors/study_file/study_spec.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors {

/// The study file that a document carries. The error says where the file makes no sense.
[[nodiscard]] Result<std::shared_ptr<const StudySpec>> read_document(const StudyDocument& document);

}  // namespace troupe::actors
