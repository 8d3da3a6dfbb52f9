#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "actors/study/protocol.hpp"
#include "runtime/context.hpp"
#include "runtime/core/rng.hpp"
#include "runtime/system_messages.hpp"
#include "test/simulation/cluster/coverage.hpp"
#include "test/simulation/cluster/ledger.hpp"

namespace troupe::actors::cluster {

/// The actor of a malicious node. It sends whatever a node may send: ends, reports and warnings of
/// attempts that others run, that ended, or that never were; absurd numbers; floods; suggestions;
/// and requests to join under other names, with impossible resources, or with attempts of others.
/// It never runs what it is told to run.
class Rogue {
 public:
  using Ref = AgentRef;
  struct Lie {
    static constexpr std::string_view wire_name = "test.Lie";
    static auto fields(auto&) { return no_fields(); }
  };
  using Private = runtime::Ref<Lie>;

  Rogue(StudyRef study, std::string name, const Ledger& ledger, Coverage& coverage, Rng& rng)
      : study_(study), name_(std::move(name)), ledger_(ledger), coverage_(coverage), rng_(rng) {}

  void started(runtime::Context& self) {
    self.monitor(study_);
    lie_soon(self);
  }
  void on(runtime::Context& self, const runtime::Down&) { self.stop(); }
  void on(runtime::Context& self, const Lie&);
  void on(runtime::Context&, const Launch&) {}
  void on(runtime::Context&, const EndTrial&) {}

 private:
  void lie_soon(runtime::Context& self);
  [[nodiscard]] AttemptKey any_attempt();
  [[nodiscard]] double any_number();
  void report(runtime::Context& self);
  void end(runtime::Context& self);
  void flood(runtime::Context& self);
  void join(runtime::Context& self);
  void suggest(runtime::Context& self);

  StudyRef study_;
  std::string name_;
  const Ledger& ledger_;
  Coverage& coverage_;
  Rng& rng_;
};

}  // namespace troupe::actors::cluster
