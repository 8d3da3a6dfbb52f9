#include "actors/study/inputs.hpp"

namespace troupe::actors {

std::shared_ptr<const StudySpec> settings_in(const Input& input) {
  if (const auto* opened = std::get_if<StudyOpened>(&input)) return opened->spec;
  if (const auto* changed = std::get_if<StudyChanged>(&input)) return changed->spec;
  const auto* resumed = std::get_if<StudyResumed>(&input);
  return resumed != nullptr && resumed->change ? resumed->change->spec : nullptr;
}

}  // namespace troupe::actors
