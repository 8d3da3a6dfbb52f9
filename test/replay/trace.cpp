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
                    maybe<bool>(*found, "inc"), maybe<double>(*found, "score")};
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
  if (json.contains("ranking")) {
    trace.ranking = json.at("ranking").at("criterion");
    trace.ranking_epsilon = json.at("ranking").at("epsilon");
    trace.ranking_scaling = json.at("ranking").at("epsilon_scaling");
  }
  trace.own_rungs = json.value("rung_system_per_bracket", false);
  trace.bracket_distribution = json.value("bracket_distribution", std::vector<double>());
  if (json.contains("bracket_rungs"))
    for (const Json& bracket : json.at("bracket_rungs")) {
      auto& rungs = trace.bracket_rungs.emplace_back();
      for (const Json& rung : bracket) rungs.emplace_back(rung.at(1), rung.at(0));
    }
  const Json& params = json.at("params");
  trace.eta = maybe<double>(params, "eta");
  trace.r_min = maybe<Resource>(params, "r_min");
  trace.rung_increment = maybe<Resource>(params, "rung_increment");
  trace.brackets = maybe<std::uint32_t>(params, "brackets");
  if (params.contains("rung_levels"))
    trace.given_levels = params.at("rung_levels").get<std::vector<Resource>>();
  if (json.contains("fail"))
    for (const auto& [config, epoch] : json.at("fail").items())
      trace.fail[std::stoul(config)] = epoch;
}

std::optional<TrialId> trial_of(const Json& json) {
  if (json.is_null()) return std::nullopt;
  return json.get<TrialId>();
}

/// Reads a place: null means free, "nan" filled with NaN.
SyncPlace place_of(const Json& trial, const Json& y) {
  SyncPlace place{trial_of(trial), !y.is_null(), std::nullopt};
  if (y.is_number()) place.y = y.get<double>();
  return place;
}

void read_sync_op(const Json& json, Line& line) {
  SyncOp op{json.at(0), json.at(1), json.at(2), json.at(3), {}, {}};
  if (op.kind == "set") {
    op.place = place_of(json.at(4), json.at(5));
  } else {
    // The recorder lists the upper rungs of a new bracket as opened by "s", which they are not.
    if (json.at(4) == Json::array({"s"})) return;
    for (const Json& trial : json.at(4)) op.trials.push_back(trial_of(trial));
  }
  line.sync_ops.push_back(std::move(op));
}

Line read_line(const Json& json, bool synchronous) {
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
  line.u = maybe<double>(json, "u");
  line.bracket = maybe<std::uint32_t>(json, "bracket");
  line.decision = json.value("decision", "");
  line.milestone = maybe<bool>(json, "milestone");
  line.next = maybe<Resource>(json, "next");
  if (json.contains("ops"))
    for (const Json& op : json.at("ops")) {
      if (synchronous)
        read_sync_op(op, line);
      else
        line.ops.push_back({op.at(0), op.at(1), op.at(2), op.at(3), op.at(4)});
    }
  if (json.contains("rungs")) {
    line.rungs.emplace();
    for (const Json& rung : json.at("rungs"))
      line.rungs->push_back({rung.at(0), rung.at(1), rung.at(2).get<std::vector<TrialId>>(),
                             rung.at(3).get<std::vector<TrialId>>()});
  }
  line.pasha = pasha_of(json);
  if (json.contains("thresholds")) line.thresholds = thresholds_of(json.at("thresholds"));
  return line;
}

SyncRungState sync_rung_of(const Json& json) {
  SyncRungState state{json.at(0), json.at(1), 0, {}};
  if (json.at(2).is_object()) {
    state.size = json.at(2).at("size");
    return state;
  }
  for (const Json& row : json.at(2)) state.places.push_back(place_of(row.at(0), row.at(1)));
  state.size = state.places.size();
  return state;
}

End read_end(const Json& json, bool synchronous) {
  End end;
  end.t = json.at("t");
  end.n_trials = json.at("n_trials");
  end.epochs = json.at("epochs");
  for (const auto& [trial, epoch] : json.at("last_epoch").items())
    end.last_epoch[static_cast<TrialId>(std::stoul(trial))] = epoch;
  for (const Json& rung : json.at("rungs")) {
    if (synchronous) {
      end.sync_rungs.push_back(sync_rung_of(rung));
      continue;
    }
    EndRung& state = end.rungs.emplace_back(EndRung{rung.at(0), rung.at(1), {}});
    for (const Json& row : rung.at(2)) state.rows.push_back({row.at(0), row.at(1), row.at(2) != 0});
  }
  end.best_y = json.at("best").at("y");
  end.best_trial = json.at("best").at("trial");
  end.pasha = pasha_of(json);
  return end;
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
      } else if (json.at("ev") == "end") {
        trace.end = read_end(json, trace.type == "synchronous");
        ended = true;
      } else {
        trace.lines.push_back(read_line(json, trace.type == "synchronous"));
      }
    }
  } catch (const Json::exception& wrong) {
    return Error{ErrorKind::bad_input, "line " + std::to_string(number) + ": " + wrong.what()};
  }
  if (!ended) return Error{ErrorKind::bad_input, "has no last line \"end\": it was cut off"};
  return trace;
}

}  // namespace troupe::replay
