#include <cmath>

#include "schedulers/sync_successive_halving.hpp"
#include "test/replay/subject.hpp"

namespace troupe::replay {
namespace {

using namespace schedulers;

SyncSuccessiveHalvingOptions sync_options_of(const Trace& trace) {
  SyncSuccessiveHalvingOptions options;
  options.mode = trace.mode == "max" ? Mode::max : Mode::min;
  options.max_resource = trace.max_resource;
  if (trace.r_min) options.grace_period = *trace.r_min;
  if (trace.eta) options.reduction_factor = *trace.eta;
  options.brackets = trace.brackets;
  return options;
}

class SyncSubject final : public Subject {
 public:
  explicit SyncSubject(const Trace& trace)
      : trace_(trace), options_(sync_options_of(trace)), halving_(options_), before_(states()) {}

  [[nodiscard]] std::optional<std::string> header_difference() const override {
    const auto& kinds = halving_.kinds();
    if (kinds.size() != trace_.bracket_rungs.size()) return "the number of brackets differs";
    for (std::size_t b = 0; b < kinds.size(); ++b) {
      std::vector<std::pair<Resource, std::size_t>> rungs;
      for (const RungSize& rung : kinds[b]) rungs.emplace_back(rung.resource, rung.places);
      if (rungs != trace_.bracket_rungs[b]) return "the rungs of a bracket differ";
    }
    return std::nullopt;
  }

  std::vector<Decision> on(const Event& event, const Line&) override { return halving_.on(event); }

  [[nodiscard]] std::optional<std::string> describe(
      Line& line, const std::vector<Decision>& decisions) override {
    if (!decisions.empty()) {
      if (const auto* start = std::get_if<StartTrial>(&decisions[0])) {
        line.until = start->until;
        line.bracket = start->bracket;
      }
      if (const auto* resume = std::get_if<ResumeTrial>(&decisions[0]))
        line.bracket = resume->bracket;
      // Here the trial completes at R; the reference pauses it for ever.
      if (std::holds_alternative<StopTrial>(decisions[0]) && line.epoch == trace_.max_resource)
        line.decision = "PAUSE";
    }
    auto after = states();
    for (const SyncRungState& state : after) add_change(line, state);
    before_ = std::move(after);
    return std::nullopt;
  }

  void describe(End& end) const override {
    halving_.check_invariants();
    for (std::size_t b = 0; b < halving_.brackets().size(); ++b) {
      const auto& kind = halving_.kinds()[halving_.brackets()[b].kind];
      const auto& rungs = halving_.brackets()[b].rungs;
      for (std::size_t k = 0; k < kind.size(); ++k)
        end.sync_rungs.push_back(k < rungs.size()
                                     ? state_of(b, rungs[k])
                                     : SyncRungState{b, kind[k].resource, kind[k].places, {}});
    }
  }

 private:
  [[nodiscard]] SyncRungState state_of(std::size_t bracket, const SyncRung& rung) const {
    SyncRungState state{bracket, rung.level(), rung.places().size(), {}};
    for (const SyncRung::Place& place : rung.places()) {
      SyncPlace& shown = state.places.emplace_back(SyncPlace{place.trial, place.filled, {}});
      if (place.filled && std::isfinite(place.loss)) shown.y = metric_of(options_.mode, place.loss);
    }
    return state;
  }

  /// The opened rungs.
  [[nodiscard]] std::vector<SyncRungState> states() const {
    std::vector<SyncRungState> states;
    for (std::size_t b = 0; b < halving_.brackets().size(); ++b)
      for (const SyncRung& rung : halving_.brackets()[b].rungs) states.push_back(state_of(b, rung));
    return states;
  }

  void add_change(Line& line, const SyncRungState& now) const {
    const SyncRungState* was = nullptr;
    for (const SyncRungState& one : before_)
      if (one.bracket == now.bracket && one.level == now.level) was = &one;
    if (was == nullptr) {
      SyncOp op{"open", now.bracket, now.level, now.size, {}, {}};
      const bool lowest = now.level == halving_.brackets()[now.bracket].rungs.front().level();
      if (!lowest)
        for (const SyncPlace& place : now.places) op.trials.push_back(place.trial);
      line.sync_ops.push_back(std::move(op));
      return;
    }
    for (std::size_t p = 0; p < now.places.size(); ++p)
      if (now.places[p].filled && !was->places[p].filled)
        line.sync_ops.push_back({"set", now.bracket, now.level, p, {}, now.places[p]});
  }

  const Trace& trace_;
  SyncSuccessiveHalvingOptions options_;
  SyncSuccessiveHalving halving_;
  std::vector<SyncRungState> before_;
};

}  // namespace

SubjectOrProblem make_sync_subject(const Trace& trace) {
  if (const auto found = problems(sync_options_of(trace)); !found.empty())
    return {nullptr, found.front().what};
  return {std::make_unique<SyncSubject>(trace), ""};
}

}  // namespace troupe::replay
