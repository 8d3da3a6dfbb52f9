// Measures the runtime: nanoseconds of processor time per operation (medians of seven runs), and
// bytes per idle actor. One dispatcher thread, unless the line says otherwise.

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <time.h>
#include <unistd.h>

#include "runtime/context.hpp"
#include "runtime/make_node.hpp"

namespace troupe::runtime {
namespace {

using namespace std::chrono_literals;

struct Pong {
  static constexpr std::string_view wire_name = "bench.Pong";
  std::uint64_t left = 0;
  static auto fields(auto& m) { return std::tuple{field("left", m.left)}; }
};
struct Ping {
  static constexpr std::string_view wire_name = "bench.Ping";
  Ref<Pong> from;
  std::uint64_t left = 0;
  static auto fields(auto& m) { return std::tuple{field("from", m.from), field("left", m.left)}; }
};
struct Rally {
  static constexpr std::string_view wire_name = "bench.Rally";
  using Reply = Pong;
  std::uint64_t count = 0;
  static auto fields(auto& m) { return std::tuple{field("count", m.count)}; }
};
struct Echo {
  static constexpr std::string_view wire_name = "bench.Echo";
  using Reply = Pong;
  std::uint64_t value = 0;
  static auto fields(auto& m) { return std::tuple{field("value", m.value)}; }
};

class Wall {
 public:
  using Ref = runtime::Ref<Ping, Echo>;
  void on(Context& self, const Ping& ball) { self.tell(ball.from, Pong{ball.left}); }
  Pong on(Context&, const Echo& question) { return {question.value}; }
};

/// Exchanges messages with an echo actor.
class Player {
 public:
  using Ref = runtime::Ref<Rally>;
  using Private = runtime::Ref<Pong>;
  explicit Player(Wall::Ref wall) : wall_(wall) {}
  void on(Context& self, const Rally& rally) {
    answer_.emplace(self.answer_later<Rally>());
    on(self, Pong{rally.count});
  }
  void on(Context& self, const Pong& ball) {
    if (ball.left == 0) return answer_->give(ball);
    self.tell(wall_, Ping{runtime::Ref<Pong>(self.address()), ball.left - 1});
  }

 private:
  Wall::Ref wall_;
  std::optional<Answer<Rally>> answer_;
};

/// Asks an echo actor, one question at a time.
class Asker {
 public:
  using Ref = runtime::Ref<Rally>;
  Asker(Wall::Ref wall, Duration deadline) : wall_(wall), deadline_(deadline) {}
  Pong on(Context& self, const Rally& rally) {
    for (std::uint64_t i = 0; i < rally.count; ++i) (void)self.ask(wall_, Echo{i}, deadline_);
    return {};
  }

 private:
  Wall::Ref wall_;
  Duration deadline_;
};

/// Spawns children and stops them.
class Nursery {
 public:
  using Ref = runtime::Ref<Rally>;
  Pong on(Context& self, const Rally& rally) {
    for (std::uint64_t i = 0; i < rally.count; ++i) self.stop(self.spawn<Wall>());
    return {};
  }
};

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double resident_bytes() {
  std::ifstream in("/proc/self/statm");
  double total = 0;
  double resident = 0;
  in >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

void measure(const char* what, double operations, const std::function<void()>& run) {
  std::array<double, 7> costs{};
  run();
  for (double& cost : costs) {
    const double before = cpu_seconds();
    run();
    cost = (cpu_seconds() - before) / operations * 1e9;
  }
  std::ranges::sort(costs);
  std::printf("%-44s %9.1f ns (%.1f to %.1f)\n", what, costs[3], costs.front(), costs.back());
}

void measure_rallies(std::size_t threads) {
  const auto node = make_node({.name = "bench", .threads = threads});
  const auto wall = node->spawn<Wall>();
  const auto player = node->spawn<Player>(wall);
  const auto asker = node->spawn<Asker>(wall, Instant::never().since_zero);
  const auto timed = node->spawn<Asker>(wall, 60s);
  const auto rally = [&](const auto& with, std::uint64_t count) {
    return [&node, with, count] { (void)node->ask(with, Rally{count}, 600s); };
  };
  // Between two threads, most of the time is spent on waking the other thread.
  const std::uint64_t count = threads == 1 ? 1'000'000 : 10'000;
  const auto operations = static_cast<double>(count);
  std::printf("-- %zu dispatcher threads\n", threads);
  measure("ping-pong, a round trip", operations, rally(player, count));
  measure("ask and await, without a deadline", operations, rally(asker, count));
  measure("ask and await, with a deadline", operations, rally(timed, count));
}

void measure_children() {
  const auto node = make_node({.name = "bench", .threads = 1});
  const auto nursery = node->spawn<Nursery>();
  measure("spawn and stop a child, warm", 1e5,
          [&] { (void)node->ask(nursery, Rally{100'000}, 600s); });
}

void measure_actors() {
  const auto node = make_node({.name = "bench", .threads = 1});
  constexpr std::size_t count = 200'000;
  const double before = resident_bytes();
  const double cpu_before = cpu_seconds();
  Wall::Ref last;
  for (std::size_t i = 0; i < count; ++i) {
    last = node->spawn<Wall>();
    if (i % 1000 == 0)
      (void)node->ask(last, Echo{1}, 600s);  // Limits the number of pending messages.
  }
  (void)node->ask(last, Echo{1}, 600s);
  std::printf("%-44s %9.1f ns\n", "spawn, cold",
              (cpu_seconds() - cpu_before) / static_cast<double>(count) * 1e9);
  std::printf("%-44s %9.1f bytes\n", "an idle actor, resident, its state too",
              (resident_bytes() - before) / static_cast<double>(count));
}

void measure_idle() {
  const auto node = make_node({.name = "bench"});
  const auto wall = node->spawn<Wall>();
  (void)node->ask(wall, Echo{1}, 10s);
  const double before = cpu_seconds();
  (void)node->wait(wall, 5s);  // The actor does not end: the wait takes 5 s.
  std::printf("%-44s %9.4f %% of a processor\n", "an idle node of two dispatcher threads",
              (cpu_seconds() - before) / 5 * 100);
}

}  // namespace
}  // namespace troupe::runtime

int main() {
  troupe::runtime::measure_actors();  // First, because it needs untouched memory.
  troupe::runtime::measure_children();
  troupe::runtime::measure_rallies(1);
  troupe::runtime::measure_rallies(2);
  troupe::runtime::measure_idle();
}
