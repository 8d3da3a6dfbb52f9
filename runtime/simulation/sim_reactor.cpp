#include "runtime/simulation/sim_reactor.hpp"

#include <algorithm>

#include "runtime/core/check.hpp"

namespace troupe::runtime::simulation {

bool SimReactor::run_one() {
  Callback callback;
  if (!posted_.empty()) {
    callback = std::move(posted_.front());
    posted_.pop_front();
  } else if (!timers_.empty() && timers_.begin()->first.first <= now()) {
    due_.erase(timers_.begin()->first.second);
    callback = std::move(timers_.extract(timers_.begin()).mapped());
  } else {
    return false;
  }
  callback();
  return true;
}

std::size_t SimReactor::run_until_idle(std::size_t callback_max) {
  std::size_t ran = 0;
  while (run_one()) check(++ran <= callback_max, "a simulation comes to rest");
  return ran;
}

void SimReactor::advance(Duration duration) {
  const Instant end = now() + duration;
  run_until_idle();
  while (!timers_.empty() && timers_.begin()->first.first <= end) {
    clock_.set(std::max(now(), timers_.begin()->first.first));
    run_until_idle();
  }
  clock_.set(std::max(now(), end));
}

std::optional<Instant> SimReactor::next_timer() const {
  if (timers_.empty()) return std::nullopt;
  return timers_.begin()->first.first;
}

bool SimReactor::advance_to_next_timer() {
  const std::size_t ran = run_until_idle();
  const auto next = next_timer();
  if (!next) return ran > 0;
  clock_.set(std::max(now(), *next));
  run_until_idle();
  return true;
}

void SimReactor::post(Callback callback) {
  posted_.push_back(std::move(callback));
}

Reactor::TimerId SimReactor::at(Instant when, Callback callback) {
  const auto id = TimerId{++last_id_};
  timers_.emplace(std::pair{when, id}, std::move(callback));
  due_.emplace(id, when);
  return id;
}

void SimReactor::cancel(TimerId timer) {
  const auto found = due_.find(timer);
  if (found == due_.end()) return;
  timers_.erase({found->second, timer});
  due_.erase(found);
}

Reactor::WatchId SimReactor::watch_readable(int, Callback) {
  check(false, "a simulation has no file descriptors to watch");
  return WatchId::none;
}

Reactor::WatchId SimReactor::watch_writable(int fd, Callback callback) {
  return watch_readable(fd, std::move(callback));
}

void SimReactor::unwatch(WatchId) {}

}  // namespace troupe::runtime::simulation
