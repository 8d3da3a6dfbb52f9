#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <vector>

#include <poll.h>

#include "runtime/core/reactor.hpp"

namespace troupe::transport::test {

/// A reactor that runs in the thread of the test, in real time. Waits in poll(2).
class PollReactor final : public Reactor {
 public:
  [[nodiscard]] Instant now() const override {
    return {std::chrono::steady_clock::now().time_since_epoch()};
  }
  void post(Callback callback) override { posted_.push_back(std::move(callback)); }
  TimerId at(Instant when, Callback callback) override {
    const auto id = TimerId{++last_id_};
    timers_.emplace(std::pair(when, id), std::move(callback));
    return id;
  }
  void cancel(TimerId timer) override {
    std::erase_if(timers_, [&](const auto& entry) { return entry.first.second == timer; });
  }
  WatchId watch_readable(int fd, Callback callback) override {
    return watch(fd, POLLIN, std::move(callback));
  }
  WatchId watch_writable(int fd, Callback callback) override {
    return watch(fd, POLLOUT, std::move(callback));
  }
  void unwatch(WatchId watch) override { watches_.erase(watch); }

  bool run_until(const std::function<bool()>& done, Duration limit) {
    const Instant end = now() + limit;
    while (!done()) {
      if (run_one()) continue;
      if (now() >= end) return false;
      wait(end);
    }
    return true;
  }

 private:
  struct Watch {
    int fd;
    short events;
    Callback callback;
  };

  WatchId watch(int fd, short events, Callback callback) {
    const auto id = WatchId{++last_id_};
    watches_.emplace(id, Watch{fd, events, std::move(callback)});
    return id;
  }

  bool run_one() {
    Callback callback;
    if (!posted_.empty()) {
      callback = std::move(posted_.front());
      posted_.pop_front();
    } else if (!timers_.empty() && timers_.begin()->first.first <= now()) {
      callback = std::move(timers_.extract(timers_.begin()).mapped());
    } else {
      return false;
    }
    callback();
    return true;
  }

  void wait(Instant end) {
    if (!timers_.empty()) end = std::min(end, timers_.begin()->first.first);
    std::vector<pollfd> fds;
    std::vector<WatchId> ids;
    for (const auto& [id, watch] : watches_) {
      fds.push_back({watch.fd, watch.events, 0});
      ids.push_back(id);
    }
    const auto left = std::max(Duration(0), end - now());
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    (void)poll(fds.data(), fds.size(), static_cast<int>(ms));
    for (std::size_t i = 0; i < fds.size(); ++i) {
      if (fds[i].revents == 0) continue;
      const auto found = watches_.find(ids[i]);
      if (found == watches_.end()) continue;
      const Callback callback = found->second.callback;  // A copy: the callback may unwatch itself.
      callback();
    }
  }

  std::uint64_t last_id_ = 0;
  std::deque<Callback> posted_;
  std::map<std::pair<Instant, TimerId>, Callback> timers_;
  std::map<WatchId, Watch> watches_;
};

}  // namespace troupe::transport::test
