#include "actors/study/document.hpp"

#include <utility>

#include "actors/study_file/study_file.hpp"
#include "schedulers/searchers/suggested.hpp"

namespace troupe::actors {

Result<std::shared_ptr<const StudySpec>> read_document(const StudyDocument& document) {
  if (document.spec) return document.spec;
  StudyFile file = read_study_text(document.text, document.path);
  if (file.spec) {
    add_incumbents(*file.spec, document.incumbents);
    return std::make_shared<const StudySpec>(std::move(*file.spec));
  }
  std::string what = "the study file makes no sense";
  for (const auto& problem : file.problems) what += "\n" + to_text(problem);
  return Error{ErrorKind::bad_input, what};
}

void add_incumbents(StudySpec& spec, const std::vector<Config>& remembered) {
  std::vector<Config> all = remembered;
  all.insert(all.end(), spec.incumbents.begin(), spec.incumbents.end());
  spec.incumbents = schedulers::points_in_order(spec.config_space, all);
}

}  // namespace troupe::actors
