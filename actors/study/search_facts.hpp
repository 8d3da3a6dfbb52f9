#pragma once

#include <optional>
#include <string>
#include <vector>

#include "actors/events.hpp"
#include "schedulers/searchers/search_facts.hpp"

namespace troupe::actors {

/// What a searcher learns from the events of a row, in their order. `state`: of the suggestion with
/// which a trial begins in this row.
[[nodiscard]] std::vector<schedulers::SearchFact> search_facts(
    const std::vector<StudyEvent>& events, const std::optional<std::string>& state);

}  // namespace troupe::actors
