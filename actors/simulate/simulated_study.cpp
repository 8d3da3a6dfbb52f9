#include "actors/simulate/simulated_study.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "actors/simulate/completed_text.hpp"
#include "actors/simulate/row_of.hpp"
#include "actors/study_file/study_file.hpp"

namespace troupe::actors {

namespace fs = std::filesystem;

namespace {

Error refusal(const std::vector<Problem>& problems) {
  std::string what = "the study file makes no sense:";
  for (const Problem& problem : problems) what += "\n" + to_text(problem);
  return {ErrorKind::bad_input, what};
}

Error conflict(const fs::path& file, const std::string& what) {
  return {ErrorKind::bad_input, file.string() + ": " + what};
}

/// Where file and table contradict each other.
Result<void> check_against(const fs::path& file, const StudySpec& spec, const Table& table) {
  if (spec.max_t > table.max_resource())
    return conflict(file, "the maximum resource is " + std::to_string(spec.max_t) +
                              ", but the curves of " + table.name() + " end at " +
                              std::to_string(table.max_resource()) + "; lower it, or leave it out");
  if (spec.mode != table.mode()) {
    const bool max = table.mode() == schedulers::Mode::max;
    return conflict(file, std::string("mode is ") + (max ? "min" : "max") + ", but " +
                              table.metric_name() + " of " + table.name() + " is " +
                              (max ? "max" : "min") + "; correct it, or leave it out");
  }
  if (!spec.scheduler.node.empty() || !spec.searcher.node.empty())
    return conflict(file,
                    "scheduler.node and searcher.node name other processes, and a simulation has "
                    "one; leave them out");
  return {};
}

std::string name_of(const fs::path& file) {
  std::string name = file.stem().string();
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0 && c != '-' && c != '.'; }, '_');
  return name.empty() || std::isalnum(static_cast<unsigned char>(name.front())) == 0
             ? "study" + name
             : name;
}

/// Rows, although the file has a space of its own: what it says of configurations does not count.
void draw_rows(StudySpec& spec, const Table& table) {
  std::vector<schedulers::Parameter> parameters{
      {std::string(row_parameter),
       schedulers::RandInt{0, static_cast<std::int64_t>(table.rows()) - 1}}};
  if (spec.max_resource_attr)
    parameters.push_back({*spec.max_resource_attr, schedulers::Constant{spec.max_t}});
  spec.config_space = schedulers::Space(std::move(parameters));
  spec.points_to_evaluate.clear();
  spec.incumbents.clear();
}

}  // namespace

Result<SimulatedStudy> simulated_study_text(const std::string& text, const fs::path& file,
                                            std::shared_ptr<const Table> table, Lookup lookup) {
  ProblemList syntax(file.string(), text);
  const auto root = parse_document(text, syntax);
  if (!root) return refusal(syntax.sorted());
  const bool own_space =
      root->kind == Element::Kind::mapping &&
      std::ranges::find(root->members, "config_space", &Member::key) != root->members.end();
  if (lookup == Lookup::automatic) lookup = own_space ? Lookup::nearest : Lookup::rows;
  StudyFile read = read_study_text(root->kind == Element::Kind::mapping
                                       ? completed_text(text, *root, *table, name_of(file), lookup)
                                       : text,
                                   file);
  if (!read.spec) return refusal(read.problems);
  SimulatedStudy study;
  // A program that need not be there, and lines that the person did not write.
  const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
  for (const Problem& problem : read.problems)
    if (problem.at.line <= lines &&
        problem.message.find("there is no program") == std::string::npos)
      study.warnings.push_back(problem);
  if (auto checked = check_against(file, *read.spec, *table); !checked) return checked.error();
  if (lookup == Lookup::rows && own_space) draw_rows(*read.spec, *table);
  if (lookup == Lookup::nearest) {
    auto nearest = NearestRow::make(*table, read.spec->config_space);
    if (!nearest) return conflict(file, nearest.error().what);
    study.plan.nearest = std::make_shared<const NearestRow>(std::move(nearest).value());
  }
  study.plan.spec = std::make_shared<const StudySpec>(std::move(*read.spec));
  study.plan.table = std::move(table);
  return study;
}

Result<SimulatedStudy> simulated_study(const fs::path& file, std::shared_ptr<const Table> table,
                                       Lookup lookup) {
  std::ifstream in(file, std::ios::binary);
  std::error_code failed;
  if (!in.is_open() || fs::is_directory(file, failed))
    return refusal(read_study_file(file).problems);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  return simulated_study_text(text, file, std::move(table), lookup);
}

}  // namespace troupe::actors
