#pragma once

#include "actors/simulate/lookup.hpp"
#include "actors/study_file/written_study.hpp"
#include "actors/tables/table.hpp"

namespace troupe::actors {

/// Adds what the study lacks of what `table` knows: its name (the file's), metric, mode,
/// resource_attr, max_t, config_space, and a program, which a simulation does not run. To the text
/// at its end; to the document with places behind the last line of the file.
void complete(WrittenStudy& study, const Table& table, const LookupOptions& options);

/// Puts the rows of the table, as a space, in the place of the study's own space.
void replace_space(WrittenStudy& study, const Table& table, Rows rows);

}  // namespace troupe::actors
