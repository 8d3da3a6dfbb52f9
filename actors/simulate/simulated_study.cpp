#include "actors/simulate/simulated_study.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "actors/simulate/complete.hpp"
#include "actors/study_file/read_study.hpp"

namespace troupe::actors {

namespace fs = std::filesystem;

namespace {

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

/// Configurations of the study's own space mean nothing where rows are drawn.
void refuse_configurations(const Element& root, const Table& table, ProblemList& problems) {
  constexpr std::array keys{std::string_view("points_to_evaluate"), std::string_view("incumbents"),
                            std::string_view("forbid")};
  for (const Member& member : root.members)
    if (std::ranges::find(keys, member.key) != keys.end() && !member.value.items.empty())
      problems.error(member.at,
                     "'" + member.key +
                         "' speaks of config_space, but with --lookup rows the searcher draws rows "
                         "of " +
                         table.name() +
                         "; leave it out, or take --lookup nearest, which keeps config_space");
}

bool has_any(const Table& table, Rows rows) {
  for (std::size_t row = 0; row < table.rows(); ++row)
    if (table.counts(row, rows)) return true;
  return false;
}

bool has_space(const Element& root) {
  return std::ranges::find(root.members, "config_space", &Member::key) != root.members.end();
}

}  // namespace

Result<SimulatedStudy> simulated_study(WrittenStudy study, std::shared_ptr<const Table> table,
                                       const LookupOptions& asked) {
  if (!has_any(*table, asked.rows))
    return Error{ErrorKind::bad_input, "--trained-only leaves no configuration of " +
                                           table->name() + ": nothing was observed of any"};
  LookupOptions options = asked;
  const bool own_space = has_space(study.root);
  if (options.lookup == Lookup::automatic)
    options.lookup = own_space ? Lookup::nearest : Lookup::rows;
  const bool replaces = own_space && options.lookup == Lookup::rows;

  ProblemList problems(study.file.string(), study.source);
  if (replaces) refuse_configurations(study.root, *table, problems);
  complete(study, *table, options);
  auto spec = read_study(study.root, study.file, problems);
  if (!spec) return refusal(problems);
  SimulatedStudy simulated;
  // A program that need not be there, and lines that the person did not write.
  const auto lines = static_cast<std::size_t>(std::ranges::count(study.source, '\n')) + 1;
  for (const Problem& problem : problems.sorted())
    if (problem.at.line <= lines &&
        problem.message.find("there is no program") == std::string::npos)
      simulated.warnings.push_back(problem);
  if (auto checked = check_against(study.file, *spec, *table); !checked) return checked.error();
  if (replaces) {
    replace_space(study, *table, options.rows);
    spec = read_study(study.root, study.file, problems);
    if (!spec) return refusal(problems);
  }
  spec->text = std::move(study.text);
  if (options.lookup == Lookup::nearest) {
    auto nearest = NearestRow::make(*table, spec->config_space, options.rows);
    if (!nearest) return conflict(study.file, nearest.error().what);
    simulated.plan.nearest = std::make_shared<const NearestRow>(std::move(nearest).value());
  }
  simulated.plan.spec = std::make_shared<const StudySpec>(std::move(*spec));
  simulated.plan.table = std::move(table);
  return simulated;
}

Result<SimulatedStudy> simulated_study_text(const std::string& text, const fs::path& file,
                                            std::shared_ptr<const Table> table, Lookup lookup) {
  auto written = read_written_text(text, file);
  if (!written) return written.error();
  return simulated_study(std::move(written).value(), std::move(table), {.lookup = lookup});
}

}  // namespace troupe::actors
