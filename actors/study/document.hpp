#pragma once

#include <memory>
#include <vector>

#include "actors/study/protocol.hpp"
#include "actors/study_file/study_spec.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors {

/// The content of a document's study file, with the incumbents of its memory. Parses the text if
/// the document has no `spec`; the error then lists the problems of the file with their lines.
[[nodiscard]] Result<std::shared_ptr<const StudySpec>> read_document(const StudyDocument& document);

/// Puts the incumbents of a memory before those that the study file names, without duplicates.
void add_incumbents(StudySpec& spec, const std::vector<Config>& remembered);

}  // namespace troupe::actors
