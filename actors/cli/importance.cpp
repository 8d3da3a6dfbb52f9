// `troupe importance`: how much each parameter matters for being among the best, by rung.

#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "actors/cli/commands.hpp"
#include "actors/cli/output.hpp"
#include "actors/cli/study_folder.hpp"
#include "actors/cli/table.hpp"
#include "actors/counted.hpp"
#include "actors/study/recorded_study.hpp"
#include "schedulers/mode.hpp"
#include "schedulers/searchers/encoding.hpp"
#include "schedulers/surrogates/ped_anova.hpp"

namespace troupe::cli {
namespace {

using actors::Resource;
using actors::StudySpec;
using actors::TrialId;

/// By trial: its first finite loss at or above a resource.
using Losses = std::map<TrialId, double>;

Losses losses_at(const actors::StudyState& state, Resource level, StudySpec::Mode mode) {
  Losses losses;
  for (const auto& report : state.reports())
    if (report.resource >= level && std::isfinite(report.metric))
      losses.emplace(report.trial, schedulers::loss_of(mode, report.metric));
  return losses;
}

/// The levels to look at: the rungs; or, if trials are not compared, what all of them reported.
std::vector<Resource> levels_of(const StudySpec& spec) {
  auto levels = compared_rungs(spec);
  if (levels.empty()) levels.push_back(spec.has_max_resource() ? spec.max_t : 1);
  return levels;
}

/// Names of the parameters that are searched, in the order of Encoding.
std::vector<std::string> searched_names(const schedulers::Space& space) {
  std::map<std::string, bool> names;
  for (const auto& parameter : space.parameters())
    if (!std::holds_alternative<schedulers::Constant>(parameter.domain))
      names.emplace(parameter.name, true);
  std::vector<std::string> sorted;
  for (const auto& [name, searched] : names) sorted.push_back(name);
  return sorted;
}

}  // namespace

int show_importance(const ListOptions& options) {
  const auto study = open_study(options.folder);
  if (!study) return print_error(study.error());
  auto journal = open_journal(options.folder);
  if (!journal) return print_error(journal.error());
  const auto recorded = actors::read_recorded(*journal);
  if (!recorded) return print_error(recorded.error());
  if (!*recorded) return print_error({ErrorKind::gone, options.folder + ": no trial has started"});
  const StudySpec& spec = *(*recorded)->spec;
  const schedulers::Encoding encoding(spec.config_space);
  const auto names = searched_names(spec.config_space);
  Table table{{"parameter"}, {}};
  for (const auto& name : names) table.rows.push_back({name});
  std::size_t most = 0;
  for (const Resource level : levels_of(spec)) {
    std::vector<double> rows;
    std::vector<double> losses;
    for (const auto& [trial, loss] : losses_at(study->state, level, spec.mode)) {
      const auto row = encoding.compact(study->state.trials().at(trial).config);
      rows.insert(rows.end(), row.begin(), row.end());
      losses.push_back(loss);
    }
    most = std::max(most, losses.size());
    if (losses.size() < schedulers::ped_anova_least) continue;
    table.columns.push_back("@" + std::to_string(level));
    const auto importance = schedulers::ped_anova(encoding.choices(), rows, losses);
    for (std::size_t i = 0; i < names.size(); ++i)
      table.rows[i].emplace_back(std::round(importance[i] * 1000) / 1000);
  }
  if (table.columns.size() == 1)
    return print_error({ErrorKind::gone, options.folder + ": " + actors::counted(most, "trial") +
                                             " reached the lowest rung; importance takes " +
                                             std::to_string(schedulers::ped_anova_least)});
  return print(to_text(table, options.format));
}

}  // namespace troupe::cli
