// Reads any text as a study file and as a sequence file.

#include "actors/study_file/study_file.hpp"

#include <string>

#include "actors/sequence/sequence_file.hpp"
#include "runtime/core/check.hpp"
#include "test/fuzz/input.hpp"

using namespace troupe;

namespace {

bool has_error(const std::vector<actors::Problem>& problems) {
  for (const auto& problem : problems)
    if (problem.severity == actors::Problem::Severity::error) return true;
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(fuzz::Input(data, size).rest());
  const auto study = actors::read_study_text(text, "/nowhere/study.yaml");
  check(study.spec.has_value() != has_error(study.problems),
        "a file is good, or an error says why");
  const auto sequence = actors::read_sequence_text(text, "/nowhere/sequence.yaml");
  check(sequence.spec.has_value() != has_error(sequence.problems),
        "a file is good, or an error says why");
  return 0;
}
