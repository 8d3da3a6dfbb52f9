#include "actors/cli/endings.hpp"

#include <algorithm>
#include <filesystem>

#include "actors/cli/commands.hpp"
#include "actors/journal/journal.hpp"
#include "actors/json.hpp"

namespace troupe::cli {

using namespace actors;

std::optional<StudyFinished> ending_of(const std::string& journal) {
  if (!std::filesystem::exists(journal)) return std::nullopt;
  auto reader = JournalReader::open(journal);
  if (!reader) return std::nullopt;
  const auto rows = reader->size();
  if (!rows || *rows == 0) return std::nullopt;
  const auto last = reader->read(*rows - 1, 1);
  if (!last || last->empty()) return std::nullopt;
  const auto events = from_json<std::vector<StudyEvent>>(last->front().events);
  if (!events || events->empty()) return std::nullopt;
  const auto* finished = std::get_if<StudyFinished>(&events->back());
  return finished == nullptr ? std::nullopt : std::optional(*finished);
}

int exit_code_of(const StudyFinished& ending) {
  switch (ending.outcome) {
    case StudyFinished::Outcome::finished:
    case StudyFinished::Outcome::stopped:
      return exit_ok;
    case StudyFinished::Outcome::failed:
      return exit_study_failed;
    case StudyFinished::Outcome::interrupted:
      return exit_interrupted;
  }
  return exit_failure;
}

}  // namespace troupe::cli
