#include "actors/study_file/written_study.hpp"

#include <utility>

#include "actors/study_file/read_study.hpp"

namespace troupe::actors {

Error refusal(const ProblemList& problems) {
  std::string what = "the study file makes no sense:";
  for (const Problem& problem : problems.sorted()) what += "\n" + to_text(problem);
  return {ErrorKind::bad_input, what};
}

Result<WrittenStudy> read_written(const std::filesystem::path& file) {
  ProblemList problems(file.string(), "");
  auto text = read_text(file, problems);
  if (!text) return refusal(problems);
  return read_written_text(std::move(*text), file);
}

Result<WrittenStudy> read_written_text(std::string text, const std::filesystem::path& file) {
  ProblemList problems(file.string(), text);
  auto root = parse_document(text, problems);
  if (root && root->is_nothing())
    problems.error({}, "the file is empty; `troupe validate --template` prints a study file");
  if (!root || problems.has_errors()) return refusal(problems);
  WrittenStudy written{.file = file, .source = text, .root = std::move(*root), .text = {}};
  written.text = std::move(text);
  return written;
}

}  // namespace troupe::actors
