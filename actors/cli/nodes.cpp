// `troupe nodes DIR`: connections of the nodes of a running study, and refused connections.

#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <map>
#include <string>

#include "actors/cli/commands.hpp"
#include "actors/cli/output.hpp"
#include "actors/cli/study_folder.hpp"
#include "actors/cli/table.hpp"
#include "actors/head/head_folder.hpp"
#include "actors/head/nodes_file.hpp"
#include "actors/json.hpp"
#include "actors/results/files.hpp"

namespace troupe::cli {

namespace {

using actors::NodesSnapshot;

/// Seconds; the head writes nodes.json once a second, so an older file means that no head runs.
constexpr double age_max_s = 5;

/// Reads nodes.json, which a head writes as soon as it listens.
Result<NodesSnapshot> snapshot_in(const std::string& folder) {
  const auto path = std::filesystem::path(folder) / actors::NodesFile::name;
  std::error_code failed;
  if (!std::filesystem::exists(path, failed))
    return Error{ErrorKind::bad_input, folder +
                                           " is not the folder of a study that runs or ran: "
                                           "there is no nodes.json in it"};
  const auto text = actors::read_file(path.string());
  if (!text) return text.error();
  auto snapshot = actors::from_json<NodesSnapshot>(*text);
  if (!snapshot) return Error{ErrorKind::io, path.string() + ": " + snapshot.error().what};
  return snapshot;
}

double age_s(const NodesSnapshot& snapshot) {
  const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  return static_cast<double>(now.count() - snapshot.written_us) / 1e6;
}

/// What the journal says of the nodes; nothing without a journal, as for a sequence.
struct JournalNodes {
  std::map<std::string, std::int64_t> running;   ///< Number of running trials.
  std::map<std::string, std::string> set_aside;  ///< Reasons.
};

/// Prints why it cannot be known.
JournalNodes nodes_in_journal(const std::string& folder) {
  JournalNodes nodes;
  std::error_code ignored;
  if (!std::filesystem::exists(std::filesystem::path(folder) / "journal.db", ignored)) return nodes;
  const auto study = open_study(folder);
  if (!study) {
    std::fprintf(stderr, "troupe: the numbers of running trials are not known: %s\n",
                 study.error().what.c_str());
    return nodes;
  }
  for (const actors::StudyState::Trial& trial : study->state.trials())
    if (trial.state == actors::TrialState::running) ++nodes.running[trial.attempts.back().node];
  nodes.set_aside = study->state.set_aside();
  return nodes;
}

Cell tenths(double seconds) {
  return std::floor(seconds * 10 + 0.5) / 10;
}

Table nodes_table(const NodesSnapshot& snapshot, const std::string& folder, bool current) {
  Table table{{"name", "state", "running", "cpus", "gpus", "memory_mib", "lag_s", "silent_s",
               "role", "address", "incarnation", "reason"},
              {}};
  auto journal = nodes_in_journal(folder);
  for (const auto& node : snapshot.nodes) {
    const bool dead = node.state == "dead";
    const auto set_aside = journal.set_aside.find(node.name);
    const bool is_set_aside = current && !dead && set_aside != journal.set_aside.end();
    const std::string state = is_set_aside ? "set aside" : current || dead ? node.state : "unknown";
    const auto amount = [&](std::uint64_t count) {
      return dead ? Cell() : Cell(static_cast<std::int64_t>(count));
    };
    table.rows.push_back({node.name, state, dead ? Cell() : Cell(journal.running[node.name]),
                          amount(node.resources.cpus), amount(node.resources.gpus),
                          amount(node.resources.memory >> 20), dead ? Cell() : tenths(node.lag_s),
                          dead ? Cell() : tenths(node.silent_s), node.role, node.address,
                          node.incarnation, is_set_aside ? set_aside->second : node.reason});
  }
  return table;
}

Table refused_table(const NodesSnapshot& snapshot) {
  Table table{{"refused", "from", "why", "times", "last_utc"}, {}};
  for (const auto& refused : snapshot.refused)
    table.rows.push_back({refused.who.empty() ? std::string("nobody knows") : refused.who,
                          refused.from, refused.why, static_cast<std::int64_t>(refused.times),
                          actors::datetime_of(refused.last_us)});
  return table;
}

}  // namespace

int list_nodes(const NodesOptions& options) {
  const auto snapshot = snapshot_in(options.folder);
  if (!snapshot) return print_error(snapshot.error());
  const double age = age_s(*snapshot);
  const bool current = age <= age_max_s;
  if (!current)
    std::fprintf(stderr, "troupe: the head has written nothing for %.0f s: no study runs in %s\n",
                 age, options.folder.c_str());
  if (!snapshot->trouble.empty())
    std::fprintf(stderr, "troupe: the list of keys stays as it was: %s\n",
                 snapshot->trouble.c_str());
  if (options.refused) return print(to_text(refused_table(*snapshot), options.format));
  std::string text = to_text(nodes_table(*snapshot, options.folder, current), options.format);
  if (options.format == TableFormat::table && !snapshot->refused.empty())
    text += "\n" + to_text(refused_table(*snapshot), options.format);
  return print(text);
}

}  // namespace troupe::cli
