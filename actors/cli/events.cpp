#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/cli/commands.hpp"
#include "actors/cli/study_folder.hpp"
#include "actors/cli/table.hpp"
#include "actors/json.hpp"
#include "actors/results/files.hpp"
#include "actors/terminal/line.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::cli {
namespace {

using actors::StudyEvent;

std::string at(schedulers::Resource resource) {
  return " at " + std::to_string(resource);
}

std::string attempt(std::uint32_t number, schedulers::Resource from, schedulers::Resource until,
                    const std::string& node) {
  return "attempt " + std::to_string(number) + " on " + node + ", from " + std::to_string(from) +
         " to " + std::to_string(until);
}

template <typename E>
std::string name(E value) {
  return std::string(enum_names(value).at(static_cast<std::size_t>(value)));
}

/// What a person wants to know beside the event's name and its trial.
struct Detail {
  std::string operator()(const actors::TrialStarted& e) const {
    std::string text = attempt(e.attempt, e.from, e.until, e.node);
    text += e.incumbent ? ", an incumbent:" : ":";
    for (const auto& setting : e.config)
      text += " " + setting.name + "=" + schedulers::text_of(setting.value);
    return text;
  }
  std::string operator()(const actors::TrialReported& e) const {
    return schedulers::text_of(e.metric) + at(e.resource) + ": " + name(e.decision);
  }
  std::string operator()(const actors::TrialPaused& e) const { return at(e.resource).substr(1); }
  std::string operator()(const actors::TrialPromoted& e) const {
    return attempt(e.attempt, e.from, e.until, e.node);
  }
  std::string operator()(const actors::TrialStopped& e) const {
    return at(e.resource).substr(1) + ": " + e.reason;
  }
  std::string operator()(const actors::TrialFailed& e) const {
    return "attempt " + std::to_string(e.attempt) + ": " + e.cause + " (" + name(e.then) + ")";
  }
  std::string operator()(const actors::TrialCompleted& e) const { return at(e.resource).substr(1); }
  std::string operator()(const actors::TrialWarned& e) const { return e.warning; }
  std::string operator()(const actors::RungUnlocked& e) const {
    return std::to_string(e.resource) + ", epsilon " + schedulers::text_of(e.epsilon) +
           ", by trial " + std::to_string(e.cause);
  }
  std::string operator()(const actors::HurdleRaised& e) const {
    return schedulers::text_of(e.metric) + at(e.resource);
  }
  std::string operator()(const actors::IncumbentChanged& e) const {
    return schedulers::text_of(e.metric) + at(e.resource);
  }
  std::string operator()(const actors::StudyFinished& e) const {
    return name(e.outcome) + ": " + e.reason;
  }
};

std::vector<Cell> line(const StudyEvent& event, const actors::Row& row) {
  return std::visit(
      [&](const auto& e) {
        Cell trial;
        if constexpr (requires { e.trial; }) trial = std::int64_t{e.trial};
        return std::vector<Cell>{static_cast<std::int64_t>(row.index),
                                 actors::datetime_of(row.time_us), std::string(e.wire_name), trial,
                                 actors::harmless(Detail{}(e))};
      },
      event);
}

/// The journal's own JSON, event by event, with the time of its row.
std::string as_json(const StudyEvent& event, const actors::Row& row) {
  const std::string text = actors::to_json(event);  // {"TrialPaused":{...}}
  return "{\"time\":" + actors::json_string(actors::datetime_of(row.time_us)) + "," +
         text.substr(1);
}

}  // namespace

int list_events(const ListOptions& options) {
  auto journal = open_journal(options.folder);
  if (!journal) return complain(journal.error());
  Table table{{"index", "time_utc", "event", "trial", "detail"}, {}};
  std::string json;
  const auto read = journal->each(0, [&](const actors::Row& row) -> Result<void> {
    const auto events = actors::events_of(row);
    if (!events) return events.error();
    for (const auto& event : *events) {
      if (options.format == TableFormat::json)
        json += (json.empty() ? "[\n" : ",\n") + as_json(event, row);
      else
        table.rows.push_back(line(event, row));
    }
    return {};
  });
  if (!read) return complain(read.error());
  if (options.format == TableFormat::json) return print(json.empty() ? "[]\n" : json + "\n]\n");
  return print(to_text(table, options.format));
}

}  // namespace troupe::cli
