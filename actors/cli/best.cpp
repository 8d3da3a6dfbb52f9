#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "actors/cli/commands.hpp"
#include "actors/cli/sequence_lists.hpp"
#include "actors/cli/study_folder.hpp"
#include "actors/results/csv.hpp"
#include "actors/results/files.hpp"
#include "actors/sequence/sequence_folder.hpp"
#include "actors/terminal/line.hpp"
#include "actors/utf8.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::cli {
namespace {

using actors::IncumbentChanged;

std::string as_csv(const IncumbentChanged& best) {
  std::vector<std::string> names{"trial", "resource", "metric"};
  std::vector<std::string> values{std::to_string(best.trial), std::to_string(best.resource),
                                  schedulers::text_of(best.metric)};
  for (const auto& setting : best.config) {
    names.push_back("config_" + setting.name);
    values.push_back(schedulers::text_of(setting.value));
  }
  return actors::csv_line(names) + actors::csv_line(values);
}

std::string for_people(const OpenedStudy& study, const IncumbentChanged& best,
                       const std::string& folder) {
  std::vector<std::pair<std::string, std::string>> lines{
      {"trial", std::to_string(best.trial)},
      {study.metric(),
       schedulers::text_of(best.metric) + " at resource " + std::to_string(best.resource)}};
  for (const auto& setting : best.config)
    lines.emplace_back(setting.name, actors::exact_value(setting.value));
  const std::size_t attempt = study.state.trials().at(best.trial).attempts.size();
  lines.emplace_back("folder",
                     attempt_folder(folder, best.trial, static_cast<std::uint32_t>(attempt)));
  std::size_t width = 0;
  for (const auto& [name, value] : lines) width = std::max(width, actors::utf8_columns(name));
  std::string text;
  for (const auto& [name, value] : lines)
    text += name + std::string(width - actors::utf8_columns(name) + 2, ' ') + value + "\n";
  if (!study.state.finished()) text += "(so far: the study has not finished)\n";
  return text;
}

}  // namespace

int show_best(const ListOptions& options) {
  if (actors::holds_sequence(options.folder)) return list_tasks(options.folder, options.format);
  const auto study = open_study(options.folder);
  if (!study) return complain(study.error());
  const auto& best = study->state.best();
  if (!best)
    return complain({ErrorKind::gone, "no trial of " + options.folder +
                                          " has reported a finite metric yet; `troupe trials` "
                                          "lists what there is"});
  switch (options.format) {
    case TableFormat::json:
      return print(actors::best_json(study->state, study->meta));
    case TableFormat::csv:
      return print(as_csv(*best));
    case TableFormat::table:
      break;
  }
  return print(for_people(*study, *best, options.folder));
}

}  // namespace troupe::cli
