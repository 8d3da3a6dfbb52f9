#include "test/simulation/cluster/rogue.hpp"

#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <utility>
#include <vector>

namespace troupe::actors::cluster {

using namespace std::chrono_literals;
using runtime::Context;

namespace {

constexpr std::int64_t integer_max = std::numeric_limits<std::int64_t>::max();

template <typename T>
T one_of_these(Rng& rng, std::initializer_list<T> all) {
  return *std::next(all.begin(), static_cast<std::ptrdiff_t>(rng.below(all.size())));
}

}  // namespace

void Rogue::lie_soon(Context& self) {
  self.after(1ms + Duration(static_cast<Duration::rep>(rng_.below(400'000'000))), Lie{});
}

void Rogue::on(Context& self, const Lie&) {
  switch (rng_.below(6)) {
    case 0:
    case 1:
      report(self);
      break;
    case 2:
      end(self);
      break;
    case 3:
      flood(self);
      break;
    case 4:
      join(self);
      break;
    default:
      suggest(self);
  }
  lie_soon(self);
}

/// An attempt of a trial, mostly the present one of a trial that runs; or one that never was.
AttemptKey Rogue::any_attempt() {
  const auto& trials = ledger_.core().trials();
  if (trials.empty() || rng_.below(10) == 0)
    return {one_of_these<TrialId>(rng_, {99, std::numeric_limits<TrialId>::max()}), 1};
  auto trial = std::next(trials.begin(), static_cast<std::ptrdiff_t>(rng_.below(trials.size())));
  for (auto again = trial; !trial->second.has_process() && ++again != trials.end();) trial = again;
  // A node may lie about what it runs itself.
  if (trial->second.node == name_) return {99, 1};
  const std::uint32_t attempt = trial->second.attempt;
  if (trial->second.has_process()) coverage_.hit(Mark::forged);
  return {trial->first, one_of_these<std::uint32_t>(rng_, {attempt, attempt, attempt, attempt - 1,
                                                           attempt + 1, ~std::uint32_t{0}})};
}

double Rogue::any_number() {
  return one_of_these<double>(rng_,
                              {-1e300, 1e300, 0, -1, 4, std::numeric_limits<double>::infinity(),
                               std::numeric_limits<double>::quiet_NaN()});
}

void Rogue::report(Context& self) {
  const auto [trial, attempt] = any_attempt();
  const auto resource =
      one_of_these<Resource>(rng_, {1, 3, 9, 0, -1, 1'000'000, integer_max, -integer_max - 1});
  self.tell(study_, Reported{trial, attempt, resource, any_number(), {}});
}

void Rogue::end(Context& self) {
  const auto [trial, attempt] = any_attempt();
  using Cause = AttemptEnded::Cause;
  AttemptEnded end{trial, attempt};
  end.cause = one_of_these<Cause>(rng_, {Cause::exited, Cause::signaled, Cause::lost});
  end.code = one_of_these<std::int32_t>(rng_, {0, 1, 75, -1});
  end.detail = "forged";
  end.source = one_of_these<std::uint32_t>(rng_, {0, 1, ~std::uint32_t{0}});
  self.tell(study_, end);
}

/// As many messages as a process may have waiting here, at once.
void Rogue::flood(Context& self) {
  constexpr int messages = 40;
  for (int i = 0; i < messages; ++i) {
    const auto [trial, attempt] = any_attempt();
    if (i % 2 == 0)
      self.tell(study_, ReportMalformed{trial, attempt, std::string(100, 'x')});
    else
      report(self);
  }
}

void Rogue::join(Context& self) {
  JoinStudy join;
  join.node = one_of_these<std::string>(rng_, {name_, "far-1", "own-1", "", "head", "../x\n"});
  join.resources.cpus = one_of_these<std::uint32_t>(rng_, {0, 0, 0, 1});
  join.resources.gpus = ~std::uint32_t{0};
  join.agent = rng_.below(3) == 0 ? AgentRef(study_.address()) : self.ref<Rogue>();
  join.lease_s = any_number();
  join.returns = rng_.below(2) == 0;
  join.joined = rng_.below(100);
  for (std::uint64_t i = rng_.below(4); i > 0; --i) {
    const auto [trial, attempt] = any_attempt();
    join.attempts.push_back({trial, attempt});
  }
  (void)self.ask(study_, std::move(join), 1s);
}

void Rogue::suggest(Context& self) {
  const auto trial = static_cast<TrialId>(ledger_.core().counts().started);
  self.tell(study_, Suggestion{trial, rng_.below(100), Config{{"no such parameter", 1e300}}});
}

}  // namespace troupe::actors::cluster
