#include "actors/cli/endings.hpp"

#include "actors/cli/commands.hpp"

namespace troupe::cli {

using namespace actors;

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
