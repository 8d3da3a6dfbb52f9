#include "test/replay/trace.hpp"

#include <fstream>

#include <nlohmann/json.hpp>

namespace troupe::replay {
namespace {

using Json = nlohmann::json;

template <typename T>
std::optional<T> maybe(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || found->is_null()) return std::nullopt;
  return found->get<T>();
}

std::optional<PashaState> pasha_of(const Json& json) {
  const auto found = json.find("pasha");
  if (found == json.end()) return std::nullopt;
  return PashaState{found->at("max_t"), found->at("idx"), found->at("eps"),
                    maybe<bool>(*found, "inc")};
}

Thresholds thresholds_of(const Json& json) {
  Thresholds thresholds;
  for (const auto& [level, y] : json.items()) thresholds[std::stoll(level)] = y;
  return thresholds;
}

void read_header(const Json& json, Trace& trace) {
  trace.dataset = json.at("dataset");
  trace.mode = json.at("mode");
  trace.type = json.contains("bracket_rungs") ? "synchronous" : json.at("type");
  trace.drain = json.at("drain");
  trace.n_workers = json.at("n_workers");
  trace.order = json.at("order").get<std::vector<std::size_t>>();
  trace.max_resource = json.at("R");
  trace.num_brackets = json.value("num_brackets", 1);
  trace.num_threshold = json.value("num_threshold", 0);
  if (json.contains("rung_levels")) {
    trace.rung_levels = json.at("rung_levels").get<std::vector<Resource>>();
    trace.quantiles = json.at("quantiles").get<std::vector<double>>();
  }
  if (json.contains("ranking")) trace.ranking = json.at("ranking").at("criterion");
  const Json& params = json.at("params");
  trace.eta = maybe<double>(params, "eta");
  trace.r_min = maybe<Resource>(params, "r_min");
  trace.rung_increment = maybe<Resource>(params, "rung_increment");
  if (params.contains("rung_levels"))
    trace.given_levels = params.at("rung_levels").get<std::vector<Resource>>();
  if (json.contains("fail"))
    for (const auto& [config, epoch] : json.at("fail").items())
      trace.fail[std::stoul(config)] = epoch;
}

Line read_line(const Json& json) {
  Line line;
  line.i = json.at("i");
  line.ev = json.at("ev");
  line.t = json.at("t");
  line.w = json.at("w");
  line.action = json.value("action", "");
  line.trial = maybe<TrialId>(json, "trial");
  line.config = maybe<std::size_t>(json, "config");
  line.from = maybe<Resource>(json, "from");
  line.until = maybe<Resource>(json, "until");
  line.epoch = maybe<Resource>(json, "epoch");
  line.y = maybe<double>(json, "y");
  line.decision = json.value("decision", "");
  line.milestone = maybe<bool>(json, "milestone");
  line.next = maybe<Resource>(json, "next");
  if (json.contains("ops"))
    for (const Json& op : json.at("ops"))
      line.ops.push_back({op.at(0), op.at(2), op.at(3), op.at(4)});
  if (json.contains("rungs")) {
    line.rungs.emplace();
    for (const Json& rung : json.at("rungs"))
      line.rungs->push_back({rung.at(1), rung.at(2).get<std::vector<TrialId>>(),
                             rung.at(3).get<std::vector<TrialId>>()});
  }
  line.pasha = pasha_of(json);
  if (json.contains("thresholds")) line.thresholds = thresholds_of(json.at("thresholds"));
  return line;
}

End read_end(const Json& json) {
  End end;
  end.t = json.at("t");
  end.n_trials = json.at("n_trials");
  end.epochs = json.at("epochs");
  for (const auto& [trial, epoch] : json.at("last_epoch").items())
    end.last_epoch[static_cast<TrialId>(std::stoul(trial))] = epoch;
  for (const Json& rung : json.at("rungs")) {
    auto& [level, rows] = end.rungs.emplace_back();
    level = rung.at(1);
    for (const Json& row : rung.at(2)) rows.push_back({row.at(0), row.at(1), row.at(2) != 0});
  }
  end.best_y = json.at("best").at("y");
  end.best_trial = json.at("best").at("trial");
  end.pasha = pasha_of(json);
  return end;
}

/// Synchronous schedulers and asynchronous brackets record other fields: their headers suffice.
bool header_only(const Trace& trace) {
  return trace.type == "synchronous" || trace.num_brackets > 1;
}

}  // namespace

Result<Trace> read_trace(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) return Error{ErrorKind::io, "cannot be opened"};
  Trace trace;
  bool ended = false;
  std::size_t number = 0;
  try {
    for (std::string text; std::getline(in, text);) {
      ++number;
      const Json json = Json::parse(text);
      if (json.at("ev") == "header") {
        read_header(json, trace);
        if (header_only(trace)) return trace;
      } else if (json.at("ev") == "end") {
        trace.end = read_end(json);
        ended = true;
      } else {
        trace.lines.push_back(read_line(json));
      }
    }
  } catch (const Json::exception& wrong) {
    return Error{ErrorKind::bad_input, "line " + std::to_string(number) + ": " + wrong.what()};
  }
  if (!ended) return Error{ErrorKind::bad_input, "has no last line \"end\": it was cut off"};
  return trace;
}

}  // namespace troupe::replay
